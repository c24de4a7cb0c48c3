"""The SQL of the trash: deleting a day, restoring it, and purging it after 30 days."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.reflections.commitments.store import commitments_removed
from leaderjournal.reflections.figures.store import counted_days_changed
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rows import decrypt_day, find_row
from leaderjournal.reflections.rules import ChangedMeanwhile, StoredDay
from leaderjournal.reflections.search.segments.store import open_months
from leaderjournal.reflections.store import read_row
from leaderjournal.reflections.texts.store import send_erased

RESTORABLE_FOR = timedelta(days=30)


def delete_day(
    cipher: Cipher,
    local_date: LocalDate,
    *,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
) -> bool:
    """Delete a day, restorable for 30 days; return whether there was one.

    Raises ChangedMeanwhile if `expected` does not match the stored day.
    """
    with write_transaction() as session:
        row = find_row(session, cipher.account, local_date)
        current = decrypt_day(cipher, row) if row and row.deleted_at is None else None
        if not expected.is_met_by(current):
            raise ChangedMeanwhile(current)
        if row is None or current is None:
            return False
        put_in_trash(session, cipher, row, now=now)
        return True


def restore_day(cipher: Cipher, local_date: LocalDate) -> StoredDay | None:
    """Restore a deleted day; return None if there is none to restore."""
    with write_transaction() as session:
        row = find_row(session, cipher.account, local_date)
        if row is None or row.deleted_at is None:
            return None
        bring_back(session, cipher, row)
        return decrypt_day(cipher, row)


def put_in_trash(session: Session, cipher: Cipher, row: Reflection, *, now: Instant) -> None:
    """Delete the day of `row`, restorable for 30 days, inside the caller's transaction."""
    row.deleted_at = now
    _change_presence(session, cipher, row)


def bring_back(session: Session, cipher: Cipher, row: Reflection) -> None:
    """Restore the deleted day of `row`, inside the caller's transaction."""
    row.deleted_at = None
    _change_presence(session, cipher, row)


def get_deleted_etag(account: UUID, local_date: LocalDate) -> str | None:
    """Return the ETag of a deleted day; None if there is no day to restore."""
    row = read_row(account, local_date)
    return f"{row.id.hex}-{row.version}" if row and row.deleted_at is not None else None


def purge_deleted_days(*, now: Instant) -> int:
    """Erase the days that were deleted more than 30 days ago; return how many."""
    with write_transaction() as session:
        expired = Reflection.deleted_at < now - RESTORABLE_FOR
        purge = sa.delete(Reflection).where(expired)
        rows = session.execute(
            purge.returning(Reflection.account_id, Reflection.id, Reflection.local_date)
        ).all()
        commitments_removed.send(session, days=[(account, day_id) for account, day_id, _ in rows])
        send_erased(session, [(account, date) for account, _, date in rows])
        return len(rows)


def _change_presence(session: Session, cipher: Cipher, row: Reflection) -> None:
    session.flush()  # locks the day before its month, as a save does
    open_months(session, cipher.account, [row.local_date])
    counted_days_changed.send(session, account=cipher.account, first=row.local_date, cipher=cipher)
