"""The SQL of commitments: those of the log, and those written in a day's reflection.

A commitment in a reflection has its text there. Only its result is an entry of the log, under the
id of the reflection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import Precondition
from leaderjournal.kernel.readings import Reading
from leaderjournal.practice_log.commitments.rules import FOLLOW_UP_DAYS, needs_follow_up
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Commitment, Content, Kind
from leaderjournal.practice_log.entries.store import (
    Entry,
    EntryChangedMeanwhile,
    InvalidEntry,
    Position,
)
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.reflections.commitments import store as written_commitments_store

BATCH_SIZE = 500
RECENT_DAYS = 90
"""How far back a commitment in a reflection without a logged result is followed up."""

RECENT = Reading(
    entries_store.select_entries(
        LogEntry.kind == Kind.COMMITMENT.value,
        LogEntry.local_date.between(
            sa.bindparam("commitments_from"), sa.bindparam("commitments_until")
        ),
    )
)
DUE = Reading(
    entries_store.select_entries(
        LogEntry.follow_up_from.between(sa.bindparam("due_from"), sa.bindparam("due_until")),
        LogEntry.local_date < sa.bindparam("made_before"),
    )
)
"""Older ones that are due only now."""

_STORED = sa.select(LogEntry.id, LogEntry.local_date).where(
    LogEntry.account_id == sa.bindparam("account"),
    LogEntry.kind == Kind.COMMITMENT.value,
    LogEntry.deleted_at.is_(None),
)
_WRITTEN = written_commitments_store.COMMITMENT_DAYS.statement.subquery()
SETTLED = _STORED.where(LogEntry.follow_up_from.is_(None))
OPEN = sa.union_all(
    _STORED.where(LogEntry.follow_up_from.is_not(None)),
    # A commitment in a reflection is open until a result is logged.
    sa.select(_WRITTEN.c.id, _WRITTEN.c.local_date).where(
        ~_STORED.where(LogEntry.id == _WRITTEN.c.id).exists()
    ),
)
"""The ids of open and of settled commitments, and the days they were made."""


def get_due_date(calendar: PracticeCalendar, made_on: LocalDate) -> LocalDate:
    """Return when a commitment is due by default: the next practice day, else the next day."""
    return next(iter(calendar.find_next_practice_days(made_on, 1)), days_after(made_on, 1))


def list_commitments(
    cipher: Cipher,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
) -> list[Entry]:
    """Return all commitments made from `first` to `last`, the latest first.

    A commitment in a reflection is due on the next practice day unless it was moved.
    """
    calendar = calendar_store.load_calendar(cipher.account)
    stored = entries_store.list_stored_entries(cipher, Kind.COMMITMENT, first=first, last=last)
    results = {entry.id: entry for entry in stored if entry.content.of_day}
    from_days = [
        _join_result(day, results.get(day.id), calendar)
        for day in written_commitments_store.list_commitments(cipher, first=first, last=last)
    ]
    own = [entry for entry in stored if not entry.content.of_day]
    return sorted(own + from_days, key=lambda c: (c.local_date, str(c.id)), reverse=True)


def list_page(
    cipher: Cipher, *, is_open: bool, before: Position | None = None, limit: int
) -> tuple[list[Entry], Position | None]:
    """Return the `limit` open or settled commitments after a position, the latest made first.

    Also return the position after which more follow, if any do.
    """
    found = (OPEN if is_open else SETTLED).subquery().c
    query = sa.select(found.id, found.local_date).where(*entries_store.is_after(before, found))
    query = query.order_by(found.local_date.desc(), found.id.desc()).limit(limit + 1)
    values = {
        "account": cipher.account,
        "commitments_from": date.min,
        "commitments_until": date.max,
    }
    rows = db.session.connection().execute(query, values).all()
    days = {row.id: row.local_date for row in rows[:limit]}
    last = rows[limit - 1] if len(rows) > limit else None
    return _load_commitments(cipher, days), (last.local_date, last.id) if last else None


def _load_commitments(cipher: Cipher, days: Mapping[UUID, LocalDate]) -> list[Entry]:
    """Return commitments by their ids and the days they were made, the latest first.

    The result of one that no reflection holds any more is left out.
    """
    stored = {entry.id: entry for entry in entries_store.list_by_id(cipher, days)}
    wanted = [day for id_, day in days.items() if id_ not in stored or stored[id_].content.of_day]
    calendar = calendar_store.load_calendar(cipher.account)
    commitments = [entry for entry in stored.values() if not entry.content.of_day]
    commitments += [
        _join_result(written, stored.get(written.id), calendar)
        for written in written_commitments_store.list_commitments_on(cipher, wanted)
        if written.id in days
    ]
    return sorted(commitments, key=lambda c: (c.local_date, str(c.id)), reverse=True)


def list_commitments_to_follow_up(cipher: Cipher, *, today: LocalDate) -> list[Entry]:
    """Return the commitments that today's page follows up, the latest made first.

    Only the reflections that one of them stands in are decrypted.
    """
    session, whose = db.session, {"account": cipher.account}
    stored = [
        entries_store.decrypt_entry(cipher, row)
        for row in (
            *RECENT.read(session, **whose, **get_recent_span(today)),
            *DUE.read(session, **whose, **get_due_span(today)),
        )
    ]
    results = {entry.id: entry for entry in stored if entry.content.of_day}
    calendar = calendar_store.load_calendar(cipher.account)
    written_on = {entry.id: entry.local_date for entry in results.values()} | dict(
        written_commitments_store.list_commitment_days(
            cipher.account, first=days_after(today, -RECENT_DAYS), last=today
        )
    )
    wanted = [
        day
        for day_id, day in written_on.items()
        if needs_follow_up(_get_result(results.get(day_id), day, calendar), today)
    ]
    followed_up = [
        entry
        for entry in stored
        if not entry.content.of_day and needs_follow_up(entry.content, today)
    ]
    followed_up += [
        _join_result(written, results.get(written.id), calendar)
        for written in written_commitments_store.list_commitments_on(cipher, wanted)
    ]
    return sorted(followed_up, key=lambda c: (c.local_date, str(c.id)), reverse=True)


def get_recent_span(today: LocalDate) -> dict[str, LocalDate]:
    """Return from when until when a commitment is recent."""
    return {"commitments_from": days_after(today, -RECENT_DAYS), "commitments_until": today}


def get_due_span(today: LocalDate) -> dict[str, LocalDate]:
    """Return the due days of commitments that are followed up, and until when they were made."""
    return {
        "due_from": days_after(today, -FOLLOW_UP_DAYS),
        "due_until": today,
        "made_before": days_after(today, -RECENT_DAYS),
    }


def find_commitment(cipher: Cipher, entry_id: UUID) -> Entry | None:
    """Return a commitment of the log or of a reflection; None if it does not exist."""
    stored = entries_store.find_stored_entry(cipher, Kind.COMMITMENT, entry_id)
    if stored and not stored.content.of_day:
        return stored
    written = written_commitments_store.get_commitment(cipher, entry_id)
    if written is None:
        return None
    return _join_result(written, stored, calendar_store.load_calendar(cipher.account))


def save_result(
    session: Session,
    cipher: Cipher,
    before: Entry,
    content: Content,
    *,
    now: Instant,
    expected: Precondition,
) -> tuple[Entry, bool]:
    """Save the result of a commitment in a reflection, in the caller's transaction.

    Raises EntryChangedMeanwhile, and InvalidEntry if its text would change.
    """
    if not expected.is_met_by(before):
        raise EntryChangedMeanwhile(before)
    text = before.content.text
    if getattr(content, "text", text) != text:
        raise InvalidEntry({"text": [f"Change it in the reflection of {before.local_date}."]})
    saved, _ = entries_store.put_entry(
        cipher,
        Kind.COMMITMENT,
        before.id,
        before.local_date,
        replace(cast("Commitment", content), text=""),
        now=now,
        session=session,
    )
    return replace(saved, content=replace(saved.content, text=text)), False


def delete_results(session: Session, *, days: Sequence[tuple[UUID, UUID]]) -> None:
    """Delete the results of commitments that are in no reflection any more.

    `days` are (account id, reflection id). Runs in the caller's transaction.
    """
    key = sa.tuple_(LogEntry.account_id, LogEntry.id)
    for start in range(0, len(days), BATCH_SIZE):
        session.execute(sa.delete(LogEntry).where(key.in_(days[start : start + BATCH_SIZE])))


def _join_result(
    written: written_commitments_store.WrittenCommitment,
    result: Entry | None,
    calendar: PracticeCalendar,
) -> Entry:
    content = replace(_get_result(result, written.local_date, calendar), text=written.text)
    if result is None:
        return Entry(written.id, Kind.COMMITMENT, written.local_date, content, 0, written.saved_at)
    return replace(result, content=content)


def _get_result(result: Entry | None, made_on: LocalDate, calendar: PracticeCalendar) -> Commitment:
    """Return what became of a reflection's commitment, without its text; it is open by default."""
    if result is None:
        return Commitment("", get_due_date(calendar, made_on), of_day=True)
    logged: Commitment = result.content
    return logged
