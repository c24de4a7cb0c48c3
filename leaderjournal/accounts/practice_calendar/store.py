"""The SQL of a leader's practice calendar."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar.models import PauseRow, PracticeDaysChange, ShortDay
from leaderjournal.accounts.practice_calendar.rules import (
    MONDAY_TO_FRIDAY,
    Pause,
    PracticeCalendar,
    PracticeDays,
)
from leaderjournal.accounts.quotas import check_pauses
from leaderjournal.kernel.database import (
    count_changed_rows,
    db,
    new_id,
    write_transaction,
)
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.readings import JoinedReading, Reading

calendar_changed = Signal("a leader's practice calendar has changed")
"""Sent with the session of the transaction, and the id of the `account`."""


_ACCOUNTS: sa.BindParameter[Any] = sa.bindparam("accounts", expanding=True)
CHANGES = Reading(
    sa.select(
        PracticeDaysChange.account_id,
        PracticeDaysChange.effective_from,
        PracticeDaysChange.weekdays,
    ).where(PracticeDaysChange.account_id.in_(_ACCOUNTS))
)
SHORT_DAYS = Reading(
    sa.select(ShortDay.account_id, ShortDay.local_date).where(ShortDay.account_id.in_(_ACCOUNTS))
)
PAUSES = Reading(
    sa.select(PauseRow.account_id, PauseRow.first_date, PauseRow.last_date).where(
        PauseRow.account_id.in_(_ACCOUNTS)
    )
)
CALENDARS = JoinedReading(CHANGES, SHORT_DAYS, PAUSES)


@dataclass(frozen=True, slots=True)
class StoredPause:
    """A pause with the id by which it can be removed."""

    id: UUID
    first_date: LocalDate
    last_date: LocalDate | None


def load_calendar(account: UUID) -> PracticeCalendar:
    """Return the account's practice calendar."""
    return load_calendars([account])[account]


def load_calendars(accounts: Collection[UUID]) -> dict[UUID, PracticeCalendar]:
    """Return the practice calendar of each of these accounts."""
    session, whose = db.session, {"accounts": tuple(accounts)}
    CALENDARS.read(session, whose)
    changes: defaultdict[UUID, list[tuple[LocalDate, PracticeDays]]] = defaultdict(list)
    for account, effective_from, weekdays in CHANGES.read(session, **whose):
        changes[account].append((effective_from, parse_weekdays(weekdays)))
    short_days: defaultdict[UUID, set[LocalDate]] = defaultdict(set)
    for account, day in SHORT_DAYS.read(session, **whose):
        short_days[account].add(day)
    pauses: defaultdict[UUID, list[Pause]] = defaultdict(list)
    for account, first, last in PAUSES.read(session, **whose):
        pauses[account].append(Pause(first, last))
    return {
        account: PracticeCalendar(
            tuple(changes[account]), tuple(pauses[account]), frozenset(short_days[account])
        )
        for account in accounts
    }


def _send_calendar_changed(session: Session, account: UUID) -> None:
    for reading in CALENDARS.readings:
        reading.forget(session)
    calendar_changed.send(session, account=account)


def select_weekdays(account: Any) -> sa.ScalarSelect[str]:
    """Return an account's most recently set practice weekdays as a part of another statement."""
    return (
        sa.select(PracticeDaysChange.weekdays)
        .where(PracticeDaysChange.account_id == account)
        .order_by(PracticeDaysChange.effective_from.desc())
        .limit(1)
        .scalar_subquery()
    )


def load_practice_days(account: UUID) -> PracticeDays:
    """Return the account's most recently set practice weekdays."""
    return parse_weekdays(db.session.scalar(sa.select(select_weekdays(account))))


def parse_weekdays(stored: str | None) -> PracticeDays:
    """Return practice weekdays as they are stored; without any, Monday to Friday."""
    return frozenset(map(int, stored)) if stored else MONDAY_TO_FRIDAY


def set_practice_days(
    session: Session, account: UUID, days: PracticeDays, *, effective_from: LocalDate
) -> None:
    """Make `days` apply from a local date on, inside the caller's transaction."""
    row = PracticeDaysChange(
        account_id=account,
        effective_from=effective_from,
        weekdays="".join(map(str, sorted(days))),
    )
    session.merge(row)
    _send_calendar_changed(session, account)


def add_short_days(session: Session, account: UUID, days: Iterable[LocalDate]) -> None:
    """Add local days that a change of zone cut short, inside the caller's transaction."""
    for day in days:
        session.merge(ShortDay(account_id=account, local_date=day))
    _send_calendar_changed(session, account)


def replace_calendar(session: Session, account: UUID, calendar: PracticeCalendar) -> None:
    """Replace an account's practice calendar, inside the caller's transaction."""
    for table in (PracticeDaysChange, PauseRow, ShortDay):
        session.execute(sa.delete(table).where(table.account_id == account))
    for effective_from, weekdays in calendar.changes:
        set_practice_days(session, account, weekdays, effective_from=effective_from)
    add_short_days(session, account, calendar.short_days)
    session.add_all(
        PauseRow(
            id=new_id(),
            account_id=account,
            first_date=pause.first_date,
            last_date=pause.last_date,
        )
        for pause in calendar.pauses
    )
    _send_calendar_changed(session, account)


def list_pauses(account: UUID) -> list[StoredPause]:
    """Return the account's pauses, latest first."""
    rows = db.session.scalars(
        sa.select(PauseRow)
        .where(PauseRow.account_id == account)
        .order_by(PauseRow.first_date.desc(), PauseRow.id)
    )
    return [StoredPause(row.id, row.first_date, row.last_date) for row in rows]


def find_paused_days(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> set[tuple[UUID, LocalDate]]:
    """Return which of these accounts have a pause on which of these local days."""
    rows = session.execute(
        sa.select(PauseRow.account_id, PauseRow.first_date, PauseRow.last_date).where(
            PauseRow.account_id.in_(accounts)
        )
    )
    return {
        (account, day)
        for account, first, last in rows
        for day in days
        if first <= day and (last is None or day <= last)
    }


def add_pause(account: UUID, pause: Pause) -> StoredPause:
    """Add a pause. Raises QuotaReached."""
    row = PauseRow(
        id=new_id(), account_id=account, first_date=pause.first_date, last_date=pause.last_date
    )
    with write_transaction() as session:
        check_pauses(session, account)
        session.add(row)
        _send_calendar_changed(session, account)
    return StoredPause(row.id, row.first_date, row.last_date)


def change_pause(account: UUID, pause_id: UUID, pause: Pause) -> bool:
    """Give a pause of the account other days; tell whether there is one."""
    with write_transaction() as session:
        changed = count_changed_rows(
            session,
            sa.update(PauseRow)
            .where(PauseRow.account_id == account, PauseRow.id == pause_id)
            .values(first_date=pause.first_date, last_date=pause.last_date),
        )
        _send_calendar_changed(session, account)
    return bool(changed)


def remove_pause(account: UUID, pause_id: UUID) -> bool:
    """Remove a pause of the account; tell whether there was one."""
    with write_transaction() as session:
        removed = count_changed_rows(
            session,
            sa.delete(PauseRow).where(PauseRow.account_id == account, PauseRow.id == pause_id),
        )
        _send_calendar_changed(session, account)
    return bool(removed)
