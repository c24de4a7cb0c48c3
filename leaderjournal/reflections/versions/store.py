"""The SQL of a day's earlier versions: reading one, and restoring it."""

from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.kernel.readings import Reading
from leaderjournal.reflections.models import Reflection, Revision
from leaderjournal.reflections.rows import decrypt_version, find_row
from leaderjournal.reflections.rules import DayContent, DayVersion, StoredDay, Writing
from leaderjournal.reflections.saving.store import save_day
from leaderjournal.reflections.store import get_day

MAX_INTEGER = 2**31 - 1
"""The largest number that PostgreSQL compares with an integer column."""

LATEST_SUPERSEDED = Reading(
    sa.select(sa.func.max(Revision.saved_at, type_=Revision.saved_at.type).label("saved_at"))
    .join(Reflection, Reflection.id == Revision.reflection_id)
    .where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date == sa.bindparam("local_date"),
        Revision.superseded,
    )
)


def list_versions(cipher: Cipher, local_date: LocalDate) -> list[DayVersion] | None:
    """Return every earlier version of a day, newest first; None if there is no such day."""
    row = find_row(db.session, cipher.account, local_date)
    if row is None or row.deleted_at is not None:
        return None
    versions = db.session.scalars(
        sa.select(Revision)
        .where(Revision.reflection_id == row.id)
        .order_by(Revision.version.desc())
    )
    return [decrypt_version(cipher, version) for version in versions]


def get_version(cipher: Cipher, local_date: LocalDate, number: int) -> DayVersion | None:
    """Return one earlier version of a day; None if there is none with this number."""
    if number > MAX_INTEGER:
        return None
    found = db.session.scalar(
        sa.select(Revision)
        .join(Reflection, Reflection.id == Revision.reflection_id)
        .where(
            Reflection.account_id == cipher.account,
            Reflection.local_date == local_date,
            Reflection.deleted_at.is_(None),
            Revision.version == number,
        )
    )
    return decrypt_version(cipher, found) if found else None


def get_content_by_etag(cipher: Cipher, local_date: LocalDate, etag: str) -> DayContent:
    """Return the content of the day's version that `etag` names; empty content if it is unknown."""
    current = get_day(cipher, local_date)
    if current is None or not etag:
        return DayContent()
    if current.etag == etag:
        return current.content
    day_id, _, number = etag.rpartition("-")
    is_earlier = (
        day_id == current.id.hex
        and number.isdecimal()
        and len(number) < 10
        and int(number) < current.version
    )
    earlier = get_version(cipher, local_date, int(number)) if is_earlier else None
    return earlier.content if earlier else DayContent()


def restore_version(
    cipher: Cipher,
    local_date: LocalDate,
    number: int,
    *,
    writing: Writing,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
) -> StoredDay | None:
    """Restore an earlier version of a day; return None if there is none with this number.

    The version that it replaces is kept. Raises ChangedMeanwhile if `expected` does not match the
    stored day.
    """
    earlier = get_version(cipher, local_date, number)
    if earlier is None:
        return None
    restored, _ = save_day(
        cipher, local_date, earlier.content, writing=writing, now=now, expected=expected
    )
    return restored


def was_superseded_since(account: UUID, local_date: LocalDate, since: Instant) -> bool:
    """Return whether newer words replaced others of this day at or after `since`."""
    [(latest,)] = LATEST_SUPERSEDED.read(db.session, account=account, local_date=local_date)
    return latest is not None and latest >= since
