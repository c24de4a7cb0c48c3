"""The SQL of importing days: adding them, with their history if there is one, and undoing it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.reflections.commitments.store import commitments_removed
from leaderjournal.reflections.figures.store import counted_days_changed
from leaderjournal.reflections.merging.rules import find_changed_fields
from leaderjournal.reflections.models import AnswerFigures, Reflection
from leaderjournal.reflections.quotas import check_bytes
from leaderjournal.reflections.rows import create_version, ensure_row, find_row
from leaderjournal.reflections.rules import DayContent, DayVersion, Field, Writing
from leaderjournal.reflections.saving.store import write_content
from leaderjournal.reflections.search.segments.store import open_months
from leaderjournal.reflections.texts.store import send_erased


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
    """A day of another journal; `history` if it comes from a full export."""

    local_date: LocalDate
    content: DayContent
    writing: Writing
    history: DayHistory | None = None


def import_days(
    session: Session, cipher: Cipher, days: Iterable[DayToImport], *, now: Instant
) -> dict[LocalDate, UUID]:
    """Add days inside the caller's transaction; stored days are left alone.

    Return the ids of the new rows by local date.
    """
    added = {}
    for day in days:
        if not ensure_row(session, cipher.account, day.local_date, day.writing, now):
            continue
        row = find_row(session, cipher.account, day.local_date)
        assert row is not None  # noqa: S101 - it was just created
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
        added[day.local_date] = row.id
    if added:
        open_months(session, cipher.account, added)
        counted_days_changed.send(session, account=cipher.account, first=min(added))
    return added


def remove_imported_days(session: Session, days: Mapping[UUID, int]) -> int:
    """Erase imported days that are unchanged, inside the caller's transaction.

    `days` holds, by id, the version at which each was imported. Return how many were erased; one
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
    return len(removed)


def list_stored_dates(account: UUID) -> frozenset[LocalDate]:
    """Return the local dates that have a day, including deleted ones that can be restored."""
    query = sa.select(Reflection.local_date).where(Reflection.account_id == account)
    return frozenset(db.session.scalars(query))


def check_storage_quota(session: Session, account: UUID) -> None:
    """Raise QuotaReached (413) if the account stores as much as it may."""
    check_bytes(session, account)


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
