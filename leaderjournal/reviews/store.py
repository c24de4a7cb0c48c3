"""What reviews are made from, gathered from the rooms below; reviews keep nothing themselves."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.summary import store as summary_store
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import find_last_practice_day, find_month_to_review
from leaderjournal.reviews.rules import PeriodReport, build_report, list_months_shown
from leaderjournal.reviews.streaks.rules import Streak, compute_steadiness, compute_streak
from leaderjournal.reviews.summaries.rules import Journal, Passage, Period, WrittenDay
from leaderjournal.reviews.words.rules import WrittenText
from leaderjournal.team_mirror import store as team_mirror_store
from leaderjournal.team_mirror.rules import KeyMean

MIN_DAYS_FOR_INVITATION = 5
"""Days kept in a month from which on its leader is invited to look back on it."""


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


def get_streaks(leader: Leader, *, today: LocalDate) -> Streaks:
    """Return the leader's streaks as they stand on their local day `today`."""
    calendar = calendar_store.load_calendar(leader.id)
    kept = reflections_store.list_completed_days(leader.id)
    by_key: dict[str, set[LocalDate]] = {key: set() for key in catalogue.KEY_SLUGS}
    for key, day in reflections_store.list_answered_days_by_key(leader.id):
        by_key[key].add(day)
    in_time = {day for day, written_in_time in kept if written_in_time}
    return Streaks(
        overall=compute_streak(in_time, calendar=calendar, today=today),
        by_key={
            key: compute_streak(days, calendar=calendar, today=today)
            for key, days in by_key.items()
        },
        steadiness=compute_steadiness(
            {day for day, _ in kept}, calendar=calendar, joined=leader.joined_on, today=today
        ),
    )


def get_report(leader: Leader, period: Period, *, today: LocalDate) -> PeriodReport:
    """Return all that a month or a year shows as it stands on the leader's local day `today`."""
    texts = list_texts(leader, period)
    journal = _build_journal(
        leader, period, texts, since=list_months_shown(period)[0].first, today=today
    )
    written = [text for _, text in texts]
    return build_report(period, journal, written, keys=catalogue.list_keys(), today=today)


def get_journal(leader: Leader, period: Period, *, today: LocalDate) -> Journal:
    """Return what a summary of `period` is made from, words to reread included."""
    return _build_journal(
        leader, period, list_texts(leader, period), since=period.first, today=today
    )


def _build_journal(
    leader: Leader,
    period: Period,
    texts: Sequence[tuple[LocalDate, WrittenText]],
    *,
    since: LocalDate,
    today: LocalDate,
) -> Journal:
    """Return the journal of `period`; its days reach back to `since` and the period before."""
    first = min(since, period.previous.first)
    figures = reflections_store.list_day_figures(leader.id, first=first, last=period.last)
    return Journal(
        days=[
            WrittenDay(
                date=day.local_date,
                scores={key: score for key, (score, _) in day.answers.items() if score},
                behaviours={key: behaviour for key, (_, behaviour) in day.answers.items()},
                words=day.words,
                in_time=day.in_time,
            )
            for day in figures
        ],
        keys=catalogue.KEY_SLUGS,
        calendar=calendar_store.load_calendar(leader.id),
        joined=leader.joined_on,
        in_time_before=reflections_store.list_days_in_time(leader.id, before=first),
        passages=[
            Passage(date, text.key, text.score, text.text)
            for date, text in texts
            if not text.is_commitment
        ],
        practice=summary_store.get_figures(
            leader.cipher, period.name, period.first, period.last, today=today
        ),
        team=_get_team_scores(leader, period, today=today),
    )


def _get_team_scores(
    leader: Leader, period: Period, *, today: LocalDate
) -> Mapping[str, KeyMean] | None:
    if period.month is None:
        return None
    mirror = team_mirror_store.find_mirror(leader, period.name, today=today)
    return mirror.shown.scores if mirror and mirror.shown else None


def list_texts(leader: Leader, period: Period) -> list[tuple[LocalDate, WrittenText]]:
    """Return every text that was written in `period`, with its local date, opened."""
    return [
        (day.local_date, written)
        for day in reflections_store.iter_days(leader.cipher, first=period.first, last=period.last)
        for written in (
            *(WrittenText(answer.key, answer.score, answer.text) for answer in day.content.answers),
            WrittenText(None, None, day.content.note),
            WrittenText(None, None, day.content.commitment, is_commitment=True),
        )
    ]


def find_due_review(leader: Leader, *, today: LocalDate) -> Period | None:
    """Return the month whose review is offered on `today` and not written yet."""
    month = find_month_to_review(today, calendar_store.load_calendar(leader.id))
    if month is None or monthly_store.find_reviewed(db.session, {leader.id}, {month.name}):
        return None
    return (
        month
        if reflections_store.count_completed_days([leader.id], month.first, month.last)
        else None
    )


def find_review_invitations(
    session: Session, days: Collection[tuple[UUID, LocalDate]]
) -> dict[tuple[UUID, LocalDate], Period]:
    """Return which of these accounts' local days invite to the review of their month.

    They are the last practice day of a month that holds at least five days, and no review yet.
    """
    of_month: defaultdict[Period, set[tuple[UUID, LocalDate]]] = defaultdict(set)
    for account, day in days:
        if days_after(day, 7).month != day.month:
            of_month[Period(day.year, day.month)].add((account, day))
    invited = {}
    for month, places in of_month.items():
        accounts = {account for account, _ in places}
        kept = reflections_store.count_completed_days(accounts, month.first, month.last)
        reviewed = monthly_store.find_reviewed(session, accounts, {month.name})
        worth = {
            account
            for account, count in kept.items()
            if count >= MIN_DAYS_FOR_INVITATION and (account, month.name) not in reviewed
        }
        calendars = calendar_store.load_calendars(worth)
        for account, day in places:
            if account in worth and find_last_practice_day(month, calendars[account]) == day:
                invited[account, day] = month
    return invited
