"""What reviews are made from, gathered from the rooms below; reviews keep nothing themselves."""

from dataclasses import asdict, dataclass
from typing import Any

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews.streaks.rules import Streak, steadiness, streak
from leaderjournal.reviews.summaries.rules import Journal, Passage, Period, WrittenDay


@dataclass(frozen=True, slots=True)
class Streaks:
    """Every streak of a leader, and beside them the steadiness from 0 to 100."""

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


def streaks_of(leader: Leader, *, today: LocalDate) -> Streaks:
    """Return the leader's streaks as they stand on their local day `today`."""
    calendar = calendar_store.calendar_of(leader.id)
    kept = reflections_store.kept_days(leader.id)
    by_key: dict[str, set[LocalDate]] = {key: set() for key in catalogue.KEY_SLUGS}
    for key, day in reflections_store.kept_days_by_key(leader.id):
        by_key[key].add(day)
    in_time = {day for day, written_in_time in kept if written_in_time}
    return Streaks(
        overall=streak(in_time, calendar=calendar, today=today),
        by_key={key: streak(days, calendar=calendar, today=today) for key, days in by_key.items()},
        steadiness=steadiness(
            {day for day, _ in kept}, calendar=calendar, joined=leader.joined_on, today=today
        ),
    )


def journal_of(leader: Leader, period: Period) -> Journal:
    """Return what a summary of `period` is made from, words to reread included."""
    figures = reflections_store.figures(leader.id, first=period.previous.first, last=period.last)
    return Journal(
        days=[
            WrittenDay(
                date=day.local_date,
                scores={key: score for key, (score, _) in day.answers.items() if score},
                behaviours={key: behaviour for key, (_, behaviour) in day.answers.items()},
                words=day.words,
                in_time=day.in_time,
                has_commitment=day.has_commitment,
            )
            for day in figures
        ],
        keys=catalogue.KEY_SLUGS,
        calendar=calendar_store.calendar_of(leader.id),
        joined=leader.joined_on,
        in_time_before=[
            day
            for day, in_time in reflections_store.kept_days(leader.id)
            if in_time and day < period.first
        ],
        passages=list(_passages(leader, period)),
    )


def _passages(leader: Leader, period: Period) -> list[Passage]:
    return [
        passage
        for day in reflections_store.days(leader.sealer, first=period.first, last=period.last)
        for passage in (
            *(
                Passage(day.local_date, answer.key, answer.score, answer.text)
                for answer in day.content.answers
            ),
            Passage(day.local_date, None, None, day.content.note),
        )
    ]
