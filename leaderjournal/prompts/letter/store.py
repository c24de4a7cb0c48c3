"""The SQL of the fortnightly letter: who gets it, and which letters are due."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.settings.store import LocalDaysChange
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.prompts.letter.models import FortnightlyLetter
from leaderjournal.prompts.letter.rules import (
    INTERVAL_DAYS,
    get_due_at,
    get_first_date,
    get_next_date,
)

BATCH = 100
RETRY_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """What a leader chose; `next_date` is None where they get no letter."""

    enabled: bool
    with_words: bool
    next_date: LocalDate | None


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter that is due: its account, its local date and the instant at which it is due."""

    account_id: UUID
    date: LocalDate
    due_at: Instant
    with_words: bool


def get_choice(account: UUID) -> LetterChoice:
    """Return what a leader chose."""
    row = db.session.get(FortnightlyLetter, account, populate_existing=True)
    if row is None:
        return LetterChoice(enabled=False, with_words=False, next_date=None)
    return LetterChoice(enabled=True, with_words=row.with_words, next_date=row.next_date)


def save_choice(leader: Leader, *, enabled: bool, with_words: bool, now: Instant) -> LetterChoice:
    """Save what a leader chose. A leader who gets the letter already keeps its dates."""
    if not enabled:
        end_letter(leader.id)
        return get_choice(leader.id)
    date = get_first_date(leader.today(now))
    values = {
        "account_id": leader.id,
        "with_words": with_words,
        "next_date": date,
        "next_due_at": get_due_at(date, leader.time_zone),
    }
    with write_transaction() as session:
        session.execute(
            upsert(session, FortnightlyLetter)
            .values(values)
            .on_conflict_do_update(index_elements=["account_id"], set_={"with_words": with_words})
        )
    return get_choice(leader.id)


def end_letter(account: UUID) -> bool:
    """Send the account no more letters; return whether it got any."""
    with write_transaction() as session:
        return bool(
            count_changed_rows(
                session,
                sa.delete(FortnightlyLetter).where(FortnightlyLetter.account_id == account),
            )
        )


def list_due(*, now: Instant) -> list[DueLetter]:
    """Return up to BATCH letters that are due, the longest overdue first."""
    rows = db.session.scalars(
        sa.select(FortnightlyLetter)
        .where(FortnightlyLetter.next_due_at <= now)
        .order_by(FortnightlyLetter.next_due_at)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    )
    return [
        DueLetter(row.account_id, row.next_date, row.next_due_at, row.with_words) for row in rows
    ]


def claim(leader: Leader, letter: DueLetter, *, now: Instant) -> bool:
    """Claim a letter that is due for this worker; return False where another one has it."""
    following = get_next_date(letter.date, leader.today(now))
    return _reschedule(
        letter, following, get_due_at(following, leader.time_zone), since=letter.due_at
    )


def defer(leader: Leader, letter: DueLetter, *, now: Instant) -> None:
    """Make a letter that could not be sent due again after RETRY_DELAY."""
    following = get_next_date(letter.date, leader.today(now))
    since = get_due_at(following, leader.time_zone)
    _reschedule(letter, letter.date, Instant(now + RETRY_DELAY), since=since)


def skip(letter: DueLetter) -> None:
    """Skip a letter that cannot be composed, so that it does not block the others."""
    following = Instant(letter.due_at + timedelta(days=INTERVAL_DAYS))
    _reschedule(letter, days_after(letter.date, INTERVAL_DAYS), following, since=letter.due_at)


def reschedule_after_move(session: Session, change: LocalDaysChange) -> None:
    """Make the next letter due by the leader's new time zone.

    Receives `accounts.settings.store.local_days_changed`, inside its transaction.
    """
    row = session.get(
        FortnightlyLetter, change.account_id, populate_existing=True, with_for_update=True
    )
    if row is not None and row.next_due_at > change.now:
        row.next_due_at = get_due_at(row.next_date, change.new_zone)


def _reschedule(letter: DueLetter, date: LocalDate, due_at: Instant, *, since: Instant) -> bool:
    """Set the next letter; return False where it is not the one that was due at `since`."""
    with write_transaction() as session:
        return bool(
            count_changed_rows(
                session,
                sa.update(FortnightlyLetter)
                .where(
                    FortnightlyLetter.account_id == letter.account_id,
                    FortnightlyLetter.next_due_at == since,
                )
                .values(next_date=date, next_due_at=due_at),
            )
        )
