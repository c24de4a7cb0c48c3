"""The SQL of the fortnightly letter."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader, LocalDaysChange
from leaderjournal.kernel.database import db, rows_changed, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.practice import catalogue
from leaderjournal.practice_log import store as log_store
from leaderjournal.prompts.fortnightly.models import FortnightlyLetter
from leaderjournal.prompts.fortnightly.rules import (
    EVERY_DAYS,
    LOOKS_BACK,
    Fortnight,
    ScoredBehaviour,
    due_at,
    first_date,
    key_of_fortnight,
    line_of,
    next_date,
    weakest_behaviour,
)
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews.day_marks.rules import count_days, mark_days
from leaderjournal.reviews.summaries.rules import Passage, choose_highlights

AT_ONCE = 100
AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a leader chose about the letter; `next_date` is None where they get none."""

    enabled: bool
    with_words: bool
    next_date: LocalDate | None


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that is due: whose, of which local date, and the instant that it was due at."""

    account_id: UUID
    date: LocalDate
    due_at: Instant
    with_words: bool


def chosen(account: UUID) -> Chosen:
    """Return what a leader chose."""
    row = db.session.get(FortnightlyLetter, account, populate_existing=True)
    if row is None:
        return Chosen(enabled=False, with_words=False, next_date=None)
    return Chosen(enabled=True, with_words=row.with_words, next_date=row.next_date)


def choose(leader: Leader, *, enabled: bool, with_words: bool, now: Instant) -> Chosen:
    """Keep what a leader chose. Who has the letter already keeps its day."""
    if not enabled:
        stop(leader.id)
        return chosen(leader.id)
    date = first_date(leader.today(now))
    values = {
        "account_id": leader.id,
        "with_words": with_words,
        "next_date": date,
        "next_due_at": due_at(date, leader.time_zone),
    }
    with write_transaction() as session:
        session.execute(
            upsert(session, FortnightlyLetter)
            .values(values)
            .on_conflict_do_update(index_elements=["account_id"], set_={"with_words": with_words})
        )
    return chosen(leader.id)


def stop(account: UUID) -> bool:
    """Send the account no more letters; tell whether it got any."""
    with write_transaction() as session:
        return bool(
            rows_changed(
                session,
                sa.delete(FortnightlyLetter).where(FortnightlyLetter.account_id == account),
            )
        )


def due(*, now: Instant) -> list[Due]:
    """Return letters that are due, the longest first, a hundred at the most."""
    rows = db.session.scalars(
        sa.select(FortnightlyLetter)
        .where(FortnightlyLetter.next_due_at <= now)
        .order_by(FortnightlyLetter.next_due_at)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    )
    return [Due(row.account_id, row.next_date, row.next_due_at, row.with_words) for row in rows]


def claim(leader: Leader, letter: Due, *, now: Instant) -> bool:
    """Take a letter that is due, so that no other worker sends it; False where one has it."""
    following = next_date(letter.date, leader.today(now))
    return _move(letter, following, due_at(following, leader.time_zone), since=letter.due_at)


def put_off(leader: Leader, letter: Due, *, now: Instant) -> None:
    """Let a letter that could not be sent just now come again in an hour."""
    following = next_date(letter.date, leader.today(now))
    since = due_at(following, leader.time_zone)
    _move(letter, letter.date, Instant(now + AGAIN_AFTER), since=since)


def pass_over(letter: Due) -> None:
    """Leave out a letter that cannot be written, whosever it is, so that others get theirs."""
    following = Instant(letter.due_at + timedelta(days=EVERY_DAYS))
    _move(letter, days_after(letter.date, EVERY_DAYS), following, since=letter.due_at)


def follow(session: Session, moved: LocalDaysChange) -> None:
    """Let the next letter come by the clock where the leader is now.

    For `accounts.store.moved`; inside the caller's transaction.
    """
    row = session.get(
        FortnightlyLetter, moved.account_id, populate_existing=True, with_for_update=True
    )
    if row is not None and row.next_due_at > moved.now:
        row.next_due_at = due_at(row.next_date, moved.new_zone)


def _move(letter: Due, date: LocalDate, at: Instant, *, since: Instant) -> bool:
    with write_transaction() as session:
        return bool(
            rows_changed(
                session,
                sa.update(FortnightlyLetter)
                .where(
                    FortnightlyLetter.account_id == letter.account_id,
                    FortnightlyLetter.next_due_at == since,
                )
                .values(next_date=date, next_due_at=at),
            )
        )


def fortnight(leader: Leader, date: LocalDate) -> Fortnight:
    """Return what the letter of a local date tells: the fourteen days before it."""
    first, last = days_after(date, -EVERY_DAYS), days_after(date, -1)
    since = days_after(last, 1 - LOOKS_BACK)
    days = reflections_store.figures(leader.id, first=since, last=last)
    practice = log_store.figures(leader.cipher, "", first, last, today=last)
    behaviours = [behaviour.slug for key in catalogue.keys() for behaviour in key.behaviours]
    return Fortnight(
        first=first,
        last=last,
        days=count_days(
            mark_days(
                first,
                last,
                in_time={day.local_date: day.in_time for day in days},
                calendar=calendar_store.load_calendar(leader.id),
                joined=leader.joined_on,
                today=date,
            ).values()
        ),
        keys=tuple(
            key_of_fortnight(
                key,
                {
                    day.local_date: score
                    for day in days
                    if (score := day.answers.get(key, (None, None))[0]) is not None
                },
                first,
                last,
            )
            for key in catalogue.KEY_SLUGS
        ),
        commitments_kept=practice.commitments.kept,
        commitments_settled=practice.commitments.kept + practice.commitments.missed,
        wins=practice.wins,
        hand_offs=practice.hand_offs.made,
        weakest=weakest_behaviour(
            (
                ScoredBehaviour(key, behaviour, score)
                for day in days
                for key, (score, behaviour) in day.answers.items()
                if score is not None and behaviour is not None
            ),
            behaviours,
        ),
    )


def line_to_reread(leader: Leader, date: LocalDate) -> str:
    """Return a line of the leader's own of the fortnight before a date; empty where none is."""
    first, last = days_after(date, -EVERY_DAYS), days_after(date, -1)
    passages = [
        Passage(day.local_date, answer.key, answer.score, answer.text)
        for day in reflections_store.days(leader.cipher, first=first, last=last)
        for answer in day.content.answers
        if answer.text.strip()
    ]
    found = choose_highlights(passages, 1)
    return line_of(found[0].text) if found else ""
