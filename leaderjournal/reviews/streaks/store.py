"""Every streak of a leader, computed from the stored days."""

from dataclasses import asdict, dataclass
from typing import Any

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.streaks.rules import Streak, compute_steadiness, compute_streak


@dataclass(frozen=True, slots=True)
class Streaks:
    """Every streak of a leader, and their steadiness from 0 to 100."""

    overall: Streak
    by_key: dict[str, Streak]
    steadiness: int

    def as_summary(self) -> dict[str, Any]:
        """Return the streaks as `GET /streak` and the pages show them."""
        return {
            **asdict(self.overall),
            "steadiness": self.steadiness,
            "by_key": {
                key: {"current": of_key.current, "longest": of_key.longest}
                for key, of_key in self.by_key.items()
            },
        }


def get_streaks(leader: Leader, *, today: LocalDate) -> Streaks:
    """Return the leader's streaks as of their local day `today`."""
    calendar = calendar_store.load_calendar(leader.id)
    completed = day_figures_store.list_completed_days(leader.id)
    by_key: dict[str, set[LocalDate]] = {key: set() for key in catalogue.KEY_SLUGS}
    for key, day in day_figures_store.list_answered_days_by_key(leader.id):
        by_key[key].add(day)
    in_time = {day for day, written_in_time in completed if written_in_time}
    return Streaks(
        overall=compute_streak(in_time, calendar=calendar, today=today),
        by_key={
            key: compute_streak(days, calendar=calendar, today=today)
            for key, days in by_key.items()
        },
        steadiness=compute_steadiness(
            {day for day, _ in completed}, calendar=calendar, joined=leader.joined_on, today=today
        ),
    )
