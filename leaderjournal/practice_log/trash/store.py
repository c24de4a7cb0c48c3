"""The SQL of the log's trash: deleting an entry, undoing that, and purging it after 30 days."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.practice_log.commitments.rules import get_follow_up_from
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import (
    Entry,
    EntryNotFound,
    check_uniqueness,
    decrypt_entry,
    find_row,
    find_row_to_delete,
    find_stored_entry,
    lock_log,
    update_content,
)
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.quotas import MAX_DELETED, check_entry_quota
from leaderjournal.practice_log.trash.rules import KEPT_FOR, can_undo


def delete_entry(
    cipher: Cipher,
    kind: Kind,
    entry_id: UUID,
    *,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
    session: Session | None = None,
) -> bool:
    """Put an entry into the trash, in the caller's transaction if given; return whether it existed.

    People are not for the trash: deleting one is final. Raises EntryChangedMeanwhile.
    """
    with lock_log(cipher, session) as writing:
        row = find_row_to_delete(writing, cipher, kind, entry_id, expected)
        if row is None:
            return False
        row.deleted_at, row.follow_up_from = now, None
        writing.flush()
        _erase_oldest(writing, cipher.account)
        return True


def restore_entry(cipher: Cipher, kind: Kind, entry_id: UUID, *, now: Instant) -> Entry:
    """Restore a deleted entry as it was, under its id and version; one that is there stays.

    It names nobody if its person has been deleted since. Raises EntryNotFound if it is not in the
    trash or was deleted too long ago, InvalidEntry or NumberExists if another one has taken its
    place, and QuotaReached.
    """
    with lock_log(cipher) as session:
        row = find_row(session, cipher.account, entry_id, lock=True)
        if row is None or row.kind != kind.value:
            raise EntryNotFound
        entry = decrypt_entry(cipher, row)
        if row.deleted_at is None:
            return entry
        if not can_undo(row.deleted_at, now):
            raise EntryNotFound
        check_uniqueness(cipher, entry_id, entry.local_date, entry.content)
        check_entry_quota(session, cipher.account, kind)
        person_id = getattr(entry.content, "person_id", None)
        if person_id and not find_stored_entry(cipher, Kind.PERSON, person_id):
            if kind == Kind.ACTS:
                raise EntryNotFound
            update_content(cipher, row, replace(entry.content, person_id=None))
        row.deleted_at, row.follow_up_from = None, get_follow_up_from(entry.content)
        session.flush()
        return decrypt_entry(cipher, row)


def purge_deleted_entries(*, now: Instant) -> int:
    """Erase the entries that were deleted more than 30 days ago; return how many."""
    with write_transaction() as session:
        expired = LogEntry.deleted_at < now - KEPT_FOR
        rows = session.execute(sa.delete(LogEntry).where(expired).returning(LogEntry.id))
        return len(rows.all())


def _erase_oldest(session: Session, account: UUID) -> None:
    """Erase what is in the trash beyond its most entries, the longest deleted first."""
    deleted = (LogEntry.account_id == account, LogEntry.deleted_at.is_not(None))
    beyond = (
        sa.select(LogEntry.id)
        .where(*deleted)
        .order_by(LogEntry.deleted_at.desc(), LogEntry.id.desc())
        .offset(MAX_DELETED)
    )
    ids = list(session.scalars(beyond))
    if ids:
        session.execute(sa.delete(LogEntry).where(*deleted, LogEntry.id.in_(ids)))
