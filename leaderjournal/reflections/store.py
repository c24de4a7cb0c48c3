"""The SQL of reading days. How they are saved, deleted or counted is in the folders beside it."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.readings import Reading
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rows import (
    DAY_COLUMNS,
    decrypt_day,
    iter_row_pages,
    list_rows,
)
from leaderjournal.reflections.rules import StoredDay

DAY = Reading(
    sa.select(*DAY_COLUMNS, Reflection.deleted_at).where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date == sa.bindparam("local_date"),
    )
)
DAYS_ON = Reading(
    sa.select(*DAY_COLUMNS)
    .where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date.in_(sa.bindparam("dates", expanding=True)),
        Reflection.deleted_at.is_(None),
    )
    .order_by(Reflection.local_date.desc())
)


def read_row(account: UUID, local_date: LocalDate) -> Any:
    """Return the columns of a day, deleted or not; None if there is none."""
    rows = DAY.read(db.session, account=account, local_date=local_date)
    return rows[0] if rows else None


def get_day(cipher: Cipher, local_date: LocalDate) -> StoredDay | None:
    """Return a day; None if there is none or it is deleted."""
    row = read_row(cipher.account, local_date)
    return decrypt_day(cipher, row) if row and row.deleted_at is None else None


def list_days(
    cipher: Cipher,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
    most: int,
) -> list[StoredDay]:
    """Return the latest days from `first` to `last`, at most so many, newest first."""
    rows = list_rows(cipher.account, first=first, last=last, most=most)
    return [decrypt_day(cipher, row) for row in rows]


def iter_days(
    cipher: Cipher, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Iterator[StoredDay]:
    """Yield the days from `first` to `last`, newest first, without loading all of them at once."""
    for rows in iter_row_pages(cipher.account, first=first, last=last):
        for row in rows:
            yield decrypt_day(cipher, row)


def list_days_on(cipher: Cipher, dates: Collection[LocalDate]) -> list[StoredDay]:
    """Return the days stored for these local dates, newest first."""
    wanted = tuple(sorted(dates))
    rows = DAYS_ON.read(db.session, account=cipher.account, dates=wanted)
    return [decrypt_day(cipher, row) for row in rows]
