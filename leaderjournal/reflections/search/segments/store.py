"""The SQL of search segments: ten years are some 120 rows instead of 3,650.

A month is closed once it is settled: its days are packed into one encrypted row. A change of one of
its days opens it in the same transaction. That takes one statement, which writes nothing if the
month is open already. So a save never packs a month, and no segment is ever stale. The worker
closes months again (`closing/`).

A month that was folded by other rules, before an upgrade, is left out like an open one. The search
that meets it opens it, so that the worker packs it anew.
"""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import LocalDate, days_after, get_month_start
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed
from leaderjournal.kernel.outages import SYSTEM_ERRORS, find_outage
from leaderjournal.reflections.search.rules import add_folding_version, remove_folding_version
from leaderjournal.reflections.search.segments.models import SearchSegment
from leaderjournal.reflections.search.segments.rules import PackedQuery

FIRST_PAGE, GROWTH, LARGEST_PAGE = 2, 4, 24
"""Months read together: two fill the page of most searches, and two years are 2 MB. A search that
finds little reads more and more of them."""

# Built once: building a statement takes longer than most of these take to run.
OF_ACCOUNT = SearchSegment.account_id == sa.bindparam("account")
IS_OPEN = SearchSegment.words_encrypted.is_(None)
OPEN_MONTH = {
    dialect: insert(SearchSegment)
    .values(account_id=sa.bindparam("account"), first_date=sa.bindparam("month"))
    .on_conflict_do_update(
        index_elements=["account_id", "first_date"],
        set_={"words_encrypted": sa.null(), "days_encrypted": sa.null()},
        where=~IS_OPEN,  # a month that is open already is locked, but not written
    )
    for dialect, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}
LIST_WORDS = (
    sa.select(SearchSegment.first_date, SearchSegment.words_encrypted)
    .where(
        OF_ACCOUNT,
        SearchSegment.first_date.between(sa.bindparam("first"), sa.bindparam("last")),
        ~IS_OPEN,
    )
    .order_by(SearchSegment.first_date.desc())
    .limit(sa.bindparam("most"))
)
IS_AMONG_MONTHS = SearchSegment.first_date.in_(sa.bindparam("months", expanding=True))
LIST_DAYS = sa.select(SearchSegment.first_date, SearchSegment.days_encrypted).where(
    OF_ACCOUNT, IS_AMONG_MONTHS
)


def open_months(session: Session, account: UUID, days: Collection[LocalDate]) -> None:
    """Open the months of local days that are changed inside the caller's transaction.

    On PostgreSQL this locks the months until the transaction ends.
    """
    months = sorted({get_month_start(day) for day in days})  # in one order, so that no two deadlock
    if months:
        given = [{"account": account, "month": month} for month in months]
        session.connection().execute(OPEN_MONTH[session.get_bind().dialect.name], given)


def reopen_months(account: UUID, months: Collection[LocalDate]) -> None:
    """Open months that were folded by other rules, unless the database takes no writes."""
    try:
        with write_transaction() as session:
            open_months(session, account, months)
    except SYSTEM_ERRORS as error:
        is_erased = isinstance(error, IntegrityError)  # the account, a moment ago
        if not is_erased and find_outage(error) is None:
            raise


def search_months(
    cipher: Cipher,
    query: PackedQuery,
    first: LocalDate,
    last: LocalDate,
    *,
    outdated: set[LocalDate],
) -> Iterator[tuple[LocalDate, list[LocalDate]]]:
    """Yield closed months with a day from `first` to `last`, newest first, and their matching days.

    A month is given by its first day. Months are read page by page, so that a search that has found
    enough reads no further. One that cannot be decrypted is left out, as if it was open, and so is
    one folded by other rules, which is added to `outdated`.
    """
    connection, size = db.session.connection(), FIRST_PAGE
    given = {"account": cipher.account, "first": get_month_start(first)}
    while True:
        rows = connection.execute(LIST_WORDS, given | {"last": last, "most": size}).all()
        words_by_month = {
            month: decrypt_packed(cipher, month, "words_encrypted", packed)
            for month, packed in rows
        }
        outdated.update(
            month
            for month, packed in rows
            if words_by_month[month] is None and _is_outdated(cipher, month, packed)
        )
        days_by_month = _load_days(
            cipher,
            [month for month, words in words_by_month.items() if words and query.may_match(words)],
        )
        for month, words in words_by_month.items():
            packed = days_by_month.get(month)
            days = decrypt_packed(cipher, month, "days_encrypted", packed)
            if days is not None:
                yield month, query.find_days(days, month)
            elif words is not None and month not in days_by_month:
                yield month, []
        if len(words_by_month) < size:
            return
        last, size = days_after(min(words_by_month), -1), min(GROWTH * size, LARGEST_PAGE)


def _load_days(cipher: Cipher, months: Sequence[LocalDate]) -> dict[LocalDate, bytes | None]:
    """Return the packed days of months, encrypted; None where a month was opened meanwhile."""
    if not months:
        return {}
    given = {"account": cipher.account, "months": months}
    return dict(db.session.connection().execute(LIST_DAYS, given).all())


def encrypt_packed(cipher: Cipher, month: LocalDate, column: str, packed: bytes) -> bytes:
    """Return the packed words or days of a month, encrypted."""
    content = add_folding_version(packed)
    return cipher.encrypt_bytes(content, table="search_segments", column=column, row=str(month))


def decrypt_packed(
    cipher: Cipher, month: LocalDate, column: str, encrypted: bytes | None
) -> bytes | None:
    """Return the packed words or days of a month.

    None if there are none, or they are unreadable, or folded by other rules.
    """
    stored = _decrypt(cipher, month, column, encrypted)
    return None if stored is None else remove_folding_version(stored)


def _is_outdated(cipher: Cipher, month: LocalDate, words: bytes | None) -> bool:
    """Return whether the words of a month can be read, and were folded by other rules."""
    stored = _decrypt(cipher, month, "words_encrypted", words)
    return stored is not None and remove_folding_version(stored) is None


def _decrypt(
    cipher: Cipher, month: LocalDate, column: str, encrypted: bytes | None
) -> bytes | None:
    if encrypted is None:
        return None
    try:
        return cipher.decrypt_bytes(
            encrypted, table="search_segments", column=column, row=str(month)
        )
    except DecryptionFailed:
        return None
