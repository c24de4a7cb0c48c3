"""The SQL of reading days. How they are saved, deleted or counted is in the folders beside it."""

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rows import decrypt_day, find_row, iter_row_pages
from leaderjournal.reflections.rules import StoredDay


def get_day(cipher: Cipher, local_date: LocalDate) -> StoredDay | None:
    """Return a day; None if there is none or it is deleted."""
    row = find_row(db.session, cipher.account, local_date)
    return decrypt_day(cipher, row) if row and row.deleted_at is None else None


def iter_days(
    cipher: Cipher, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Iterator[StoredDay]:
    """Yield the days from `first` to `last`, newest first, without loading all of them at once."""
    for rows in iter_row_pages(cipher.account, first=first, last=last):
        for row in rows:
            yield decrypt_day(cipher, row)


def list_days_on(cipher: Cipher, dates: Collection[LocalDate]) -> list[StoredDay]:
    """Return the days stored for these local dates, newest first."""
    query = sa.select(Reflection).where(
        Reflection.account_id == cipher.account,
        Reflection.local_date.in_(dates),
        Reflection.deleted_at.is_(None),
    )
    rows = db.session.scalars(query.order_by(Reflection.local_date.desc()))
    return [decrypt_day(cipher, row) for row in rows]
