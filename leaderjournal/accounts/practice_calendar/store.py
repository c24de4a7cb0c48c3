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
    LocalDateColumn,
    count_changed_rows,
    db,
    forget_read,
    new_id,
    read_once,
    write_transaction,
)
from leaderjournal.kernel.days import LocalDate

calendar_changed = Signal("a leader's practice calendar has changed")
"""Sent with the session of the transaction, and the id of the `account`."""


def _build_calendars() -> sa.CompoundSelect[Any]:
    """Return the rows of three tables in one statement: kind, account, first, last, weekdays."""
    no_date, no_text = sa.cast(sa.null(), LocalDateColumn), sa.cast(sa.null(), sa.Text)
    parts: tuple[tuple[Any, ...], ...] = (
        (
            "change",
            PracticeDaysChange,
            PracticeDaysChange.effective_from,
            no_date,
            PracticeDaysChange.weekdays,
        ),
        ("short day", ShortDay, ShortDay.local_date, no_date, no_text),
        ("pause", PauseRow, PauseRow.first_date, PauseRow.last_date, no_text),
    )
    selects: list[sa.Select[Any]] = [
        sa.select(sa.literal(kind), table.account_id, first, last, weekdays).where(
            table.account_id.in_(sa.bindparam("accounts", expanding=True))
        )
        for kind, table, first, last, weekdays in parts
    ]
    return sa.union_all(*selects)


LOAD_CALENDARS = _build_calendars()


@dataclass(frozen=True, slots=True)
class StoredPause:
    """A pause with the id by which it can be removed."""

    id: UUID
    first_date: LocalDate
    last_date: LocalDate | None


def load_calendar(account: UUID) -> PracticeCalendar:
    """Return the account's practice calendar."""
    name = _get_name(account)
    return read_once(db.session, name, lambda: load_calendars([account])[account])


def load_calendars(accounts: Collection[UUID]) -> dict[UUID, PracticeCalendar]:
    """Return the practice calendar of each of these accounts."""
    changes: defaultdict[UUID, list[tuple[LocalDate, PracticeDays]]] = defaultdict(list)
    short_days: defaultdict[UUID, set[LocalDate]] = defaultdict(set)
    pauses: defaultdict[UUID, list[Pause]] = defaultdict(list)
    rows = db.session.connection().execute(LOAD_CALENDARS, {"accounts": accounts})
    for kind, account, first, last, weekdays in rows:
        if kind == "change":
            changes[account].append((first, frozenset(map(int, weekdays))))
        elif kind == "short day":
            short_days[account].add(first)
        else:
            pauses[account].append(Pause(first, last))
    return {
        account: PracticeCalendar(
            tuple(changes[account]), tuple(pauses[account]), frozenset(short_days[account])
        )
        for account in accounts
    }


def _get_name(account: UUID) -> tuple[str, UUID]:
    """Return the name under which a transaction remembers the account's calendar."""
    return "practice calendar", account


def _announce_change(session: Session, account: UUID) -> None:
    forget_read(session, _get_name(account))
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
    _announce_change(session, account)


def add_short_days(session: Session, account: UUID, days: Iterable[LocalDate]) -> None:
    """Add local days that a change of zone cut short, inside the caller's transaction."""
    for day in days:
        session.merge(ShortDay(account_id=account, local_date=day))
    _announce_change(session, account)


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
    _announce_change(session, account)


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
        _announce_change(session, account)
    return StoredPause(row.id, row.first_date, row.last_date)


def remove_pause(account: UUID, pause_id: UUID) -> bool:
    """Remove a pause of the account; tell whether there was one."""
    with write_transaction() as session:
        removed = count_changed_rows(
            session,
            sa.delete(PauseRow).where(PauseRow.account_id == account, PauseRow.id == pause_id),
        )
        _announce_change(session, account)
    return bool(removed)
