"""The SQL of importing days: adding them, with their history if there is one, and undoing it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import DAY_STARTS_AT, Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.fields import LONGEST_TEXT
from leaderjournal.practice import catalogue
from leaderjournal.reflections.commitments.store import commitments_removed
from leaderjournal.reflections.figures.store import counted_days_changed
from leaderjournal.reflections.imports.joining.rules import JoinedContent, Joining, NotePart
from leaderjournal.reflections.merging.rules import find_changed_fields
from leaderjournal.reflections.models import AnswerFigures, Reflection, Revision
from leaderjournal.reflections.quotas import check_bytes
from leaderjournal.reflections.rows import (
    create_version,
    decrypt_day,
    decrypt_version,
    ensure_row,
    find_row,
    lock_row,
)
from leaderjournal.reflections.rules import DayContent, DayVersion, Field, Writing
from leaderjournal.reflections.saving.store import update_day, write_content
from leaderjournal.reflections.search.segments.store import open_months
from leaderjournal.reflections.texts.store import send_erased
from leaderjournal.reflections.trash.store import bring_back, put_in_trash


@dataclass(frozen=True, slots=True)
class DayHistory:
    """What a full export says of a day beside its content, so that it is restored as it was."""

    version: int
    saved_at: Instant
    in_time: bool
    answers_in_time: Collection[str]
    write_times: Mapping[Field, Instant]
    versions: Sequence[DayVersion]


@dataclass(frozen=True, slots=True)
class DayToImport:
    """A day of another journal; `history` if it comes from a full export.

    `parts` are what its note was made of, where that is known.
    """

    local_date: LocalDate
    content: DayContent
    writing: Writing
    history: DayHistory | None = None
    parts: tuple[NotePart, ...] = ()


class Outcome(StrEnum):
    """What an import did with a day."""

    CREATED = "day"
    JOINED = "joined"
    RESTORED = "restored"
    RESTORED_AND_JOINED = "restored-and-joined"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ImportedDay:
    """A day after an import: its row and version, what was done, and what was left out and why."""

    local_date: LocalDate
    id: UUID
    version: int
    outcome: Outcome
    left_out: tuple[str, ...] = ()


def import_days(
    session: Session, cipher: Cipher, days: Iterable[DayToImport], *, now: Instant
) -> list[ImportedDay]:
    """Add days inside the caller's transaction.

    Nothing is overwritten: what is new in a day that is there is joined to it as a version, and a
    day in the trash is restored.
    """
    imported = []
    for day in days:
        created = ensure_row(session, cipher.account, day.local_date, day.writing, now)
        row = lock_row(session, cipher.account, day.local_date)
        assert row is not None  # noqa: S101 - it was just created, by whomever
        if created:
            _write_new_day(session, cipher, row, day)
            imported.append(ImportedDay(day.local_date, row.id, row.version, Outcome.CREATED))
        else:
            imported.append(_join_day(session, cipher, row, day, now))
    added = [day.local_date for day in imported if day.outcome is Outcome.CREATED]
    if added:
        open_months(session, cipher.account, added)
        counted_days_changed.send(session, account=cipher.account, first=min(added))
    return imported


def preview_outcomes(cipher: Cipher, days: Sequence[DayToImport]) -> Counter[Outcome]:
    """Return with how many of `days` an import would do what, as things are."""
    stored = list_stored_dates(cipher.account)
    there = [day for day in days if day.local_date in stored]
    outcomes = Counter(_preview_outcome(cipher, day) for day in there)
    outcomes[Outcome.CREATED] += len(days) - len(there)
    return outcomes


def _preview_outcome(cipher: Cipher, day: DayToImport) -> Outcome:
    row = find_row(db.session, cipher.account, day.local_date)
    if row is None:
        return Outcome.CREATED
    _, is_new = _join_content(db.session, cipher, row, day)
    return _choose_outcome(row, is_new=is_new)


def remove_imported_days(session: Session, days: Mapping[UUID, int]) -> set[UUID]:
    """Erase imported days that are unchanged, inside the caller's transaction.

    `days` holds, by id, the version at which each was imported. Return the ids of those erased; one
    that was edited since stays.
    """
    removed = [
        row
        for day_id, version in days.items()
        for row in session.execute(
            sa.delete(Reflection)
            .where(Reflection.id == day_id, Reflection.version == version)
            .returning(Reflection.account_id, Reflection.id, Reflection.local_date)
        )
    ]
    for account in {account for account, _, _ in removed}:
        dates = [date for owner, _, date in removed if owner == account]
        open_months(session, account, dates)
        counted_days_changed.send(session, account=account, first=min(dates))
    commitments_removed.send(session, days=[(account, day_id) for account, day_id, _ in removed])
    send_erased(session, [(account, date) for account, _, date in removed])
    return {day_id for _, day_id, _ in removed}


def undo_joining(
    session: Session, cipher: Cipher, days: Mapping[UUID, tuple[Outcome, int]], *, now: Instant
) -> dict[UUID, int]:
    """Take back what was joined to days or restored, inside the caller's transaction.

    `days` holds, by id, what was done and the version that it made. Return the version that each
    has now; one that was edited since stays as it is, and out of it.
    """
    taken_back = {}
    for day_id, (outcome, version) in days.items():
        row = session.get(Reflection, day_id, with_for_update=True, populate_existing=True)
        if row is None or row.version != version or row.deleted_at is not None:
            continue
        if outcome in (Outcome.JOINED, Outcome.RESTORED_AND_JOINED):
            _take_back_version(session, cipher, row, now)
        if outcome in (Outcome.RESTORED, Outcome.RESTORED_AND_JOINED):
            put_in_trash(session, cipher, row, now=now)
        taken_back[day_id] = row.version
    return taken_back


def list_stored_dates(account: UUID) -> frozenset[LocalDate]:
    """Return the local dates that have a day, including deleted ones that can be restored."""
    query = sa.select(Reflection.local_date).where(Reflection.account_id == account)
    return frozenset(db.session.scalars(query))


def check_storage_quota(session: Session, account: UUID) -> None:
    """Raise QuotaReached (413) if the account stores as much as it may."""
    check_bytes(session, account)


def _write_new_day(session: Session, cipher: Cipher, row: Reflection, day: DayToImport) -> None:
    in_time = day.writing.is_in_time(day.local_date)
    write_times = dict.fromkeys(
        find_changed_fields(DayContent(), day.content), day.writing.written_at
    )
    row.version = 1
    if day.history is not None:
        row.version, row.saved_at = day.history.version, day.history.saved_at
        in_time, write_times = day.history.in_time, dict(day.history.write_times)
    row.in_time = in_time
    write_content(session, cipher, row, day.content, write_times, in_time=in_time)
    if day.history is not None:
        _import_history(session, cipher, row, day.history)


def _join_day(
    session: Session, cipher: Cipher, row: Reflection, day: DayToImport, now: Instant
) -> ImportedDay:
    """Add what is new in a day to the stored one, which comes out of the trash if it is there."""
    joined, is_new = _join_content(session, cipher, row, day)
    outcome = _choose_outcome(row, is_new=is_new)
    if row.deleted_at is not None:
        bring_back(session, cipher, row)
    if is_new:
        # A day that says something is written on now, so that its late answers stay late.
        writing = _write_now(row, now) if row.completed else day.writing
        update_day(session, cipher, row, joined.content, writing=writing, now=now)
    return ImportedDay(day.local_date, row.id, row.version, outcome, joined.left_out)


def _join_content(
    session: Session, cipher: Cipher, row: Reflection, day: DayToImport
) -> tuple[JoinedContent, bool]:
    """Return the stored day with what is new in `day`, and whether anything is."""
    stored = decrypt_day(cipher, row).content
    joining = Joining({key.slug: key.name for key in catalogue.list_keys()}, LONGEST_TEXT)
    joined = joining.join(stored, day.content, parts=day.parts)
    if joined == JoinedContent(stored):  # as with most days of a file that comes in again
        return joined, False
    versions = session.scalars(sa.select(Revision).where(Revision.reflection_id == row.id))
    earlier = [decrypt_version(cipher, version).content for version in versions]
    joined = joining.join(stored, day.content, parts=day.parts, earlier=earlier)
    return joined, joined.content != stored


def _take_back_version(session: Session, cipher: Cipher, row: Reflection, now: Instant) -> None:
    """Write the version before the current one over it, of which nothing is kept."""
    before = session.scalar(
        sa.select(Revision)
        .where(Revision.reflection_id == row.id, Revision.version < row.version)
        .order_by(Revision.version.desc())
        .limit(1)
    )
    if before is None:
        return
    content = decrypt_version(cipher, before).content
    writing = _write_now(row, now)
    update_day(session, cipher, row, content, writing=writing, now=now, keeps_version=False)
    session.delete(before)


def _write_now(row: Reflection, now: Instant) -> Writing:
    return Writing(now, row.time_zone, DAY_STARTS_AT)


def _choose_outcome(row: Reflection, *, is_new: bool) -> Outcome:
    if row.deleted_at is not None:
        return Outcome.RESTORED_AND_JOINED if is_new else Outcome.RESTORED
    return Outcome.JOINED if is_new else Outcome.UNCHANGED


def _import_history(session: Session, cipher: Cipher, row: Reflection, history: DayHistory) -> None:
    """Add the earlier versions of an imported day, and mark which answers were in time."""
    session.flush()
    session.execute(
        sa.update(AnswerFigures)
        .where(AnswerFigures.reflection_id == row.id)
        .values(in_time=AnswerFigures.key.in_(history.answers_in_time))
        .execution_options(synchronize_session=False)
    )
    session.add_all(
        create_version(
            cipher,
            row.id,
            version.version,
            version.content.to_document(),
            saved_at=version.saved_at,
            superseded=version.superseded,
        )
        for version in history.versions
    )
