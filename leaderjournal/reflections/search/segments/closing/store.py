"""Closing months: their days are packed into segments once they are settled.

A month is locked before its days are read, and so it is when a change of a day opens it. A day that
is being saved meanwhile is either packed too, or opens the month afterwards.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, get_month_start
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed
from leaderjournal.practice import catalogue
from leaderjournal.reflections.models import AnswerFigures, Reflection
from leaderjournal.reflections.search.segments.models import SearchSegment
from leaderjournal.reflections.search.segments.rules import (
    PackedMonth,
    SearchableDay,
    find_newest_settled_month,
    format_figures,
    get_month_end,
    pack_month,
)
from leaderjournal.reflections.search.segments.store import (
    IS_AMONG_MONTHS,
    IS_OPEN,
    OF_ACCOUNT,
    decrypt_packed,
    encrypt_packed,
)
from leaderjournal.reflections.search.texts import TEXT_COLUMNS, decrypt_searchable_text

MONTHS_PER_TRANSACTION = 12
MONTHS_PER_RUN = 5_000
"""How many months the worker closes at a time: some ten seconds."""
ACCOUNTS_PER_PAGE = 200

LOCK_MONTHS = (
    sa.select(SearchSegment.first_date, SearchSegment.words_encrypted, SearchSegment.days_encrypted)
    .where(OF_ACCOUNT, IS_AMONG_MONTHS)
    .order_by(SearchSegment.first_date)
    .with_for_update()
)
LIST_OPEN_MONTHS = (
    sa.select(SearchSegment.first_date)
    .where(OF_ACCOUNT, IS_OPEN, SearchSegment.first_date <= sa.bindparam("last"))
    .order_by(SearchSegment.first_date)
)
LIST_ACCOUNTS = (
    sa.select(SearchSegment.account_id)
    .where(
        SearchSegment.account_id > sa.bindparam("after"),
        IS_OPEN,
        SearchSegment.first_date <= sa.bindparam("last"),
    )
    .distinct()
    .order_by(SearchSegment.account_id)
    .limit(ACCOUNTS_PER_PAGE)
)
WRITE_MONTH = (
    sa.update(SearchSegment)
    .where(OF_ACCOUNT, SearchSegment.first_date == sa.bindparam("month"))
    .values(words_encrypted=sa.bindparam("words"), days_encrypted=sa.bindparam("days"))
)
IN_MONTH = (
    Reflection.account_id == sa.bindparam("account"),
    Reflection.local_date.between(sa.bindparam("first"), sa.bindparam("last")),
    Reflection.deleted_at.is_(None),
)
LIST_TEXTS = sa.select(*TEXT_COLUMNS).where(*IN_MONTH).order_by(Reflection.local_date.desc())
LIST_SCORES = (
    sa.select(Reflection.local_date, AnswerFigures.key, AnswerFigures.score)
    .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
    .where(*IN_MONTH, AnswerFigures.answered)
)


def close_months(cipher: Cipher, *, now: Instant) -> int:
    """Close the account's open months that are settled; return how many.

    A month that cannot be decrypted stays open.
    """
    given = {"account": cipher.account, "last": find_newest_settled_month(now)}
    months = db.session.connection().scalars(LIST_OPEN_MONTHS, given).all()
    closed = 0
    for some in _split(months):
        with write_transaction() as session:
            for row in _lock(session, cipher.account, some):
                with suppress(DecryptionFailed):
                    if row.words_encrypted is None:
                        packed = _pack_month(session, cipher, row.first_date)
                        _write_month(session, cipher, row.first_date, packed)
                        closed += 1
    return closed


def close_settled_months(*, now: Instant) -> int:
    """Close the open months of all accounts that are settled; return how many.

    After MONTHS_PER_RUN it leaves the rest to the next run.
    """
    closed, given = 0, {"after": UUID(int=0), "last": find_newest_settled_month(now)}
    while closed < MONTHS_PER_RUN:
        accounts = db.session.connection().scalars(LIST_ACCOUNTS, given).all()
        if not accounts:
            break
        given["after"] = accounts[-1]
        for cipher in accounts_store.find_ciphers(db.session, accounts).values():
            closed += close_months(cipher, now=now)
    return closed


def rebuild_segments(cipher: Cipher, *, now: Instant) -> bool:
    """Pack every settled month anew; return whether a stored one was wrong.

    A month that cannot be decrypted stays as it is.
    """
    newest, has_differed = find_newest_settled_month(now), False
    for some in _split(_list_months(cipher.account)):
        with write_transaction() as session:
            _add_months(session, cipher.account, some)
            for row in _lock(session, cipher.account, some):
                month, is_open = row.first_date, row.words_encrypted is None
                if is_open and month > newest:
                    continue
                with suppress(DecryptionFailed):
                    packed = _pack_month(session, cipher, month)
                    if _decrypt_month(cipher, row) != packed:
                        has_differed |= not is_open
                        _write_month(session, cipher, month, packed)
    return has_differed


def _list_months(account: UUID) -> list[LocalDate]:
    """Return the months that have a day, deleted or not, or a row."""
    days = sa.select(Reflection.local_date).where(Reflection.account_id == account)
    rows = sa.select(SearchSegment.first_date).where(SearchSegment.account_id == account)
    connection = db.session.connection()
    months = {get_month_start(day) for day in connection.scalars(days)}
    return sorted(months.union(connection.scalars(rows)))


def _split(months: Sequence[LocalDate]) -> Iterator[Sequence[LocalDate]]:
    """Yield the months in portions of a transaction, so that no other writer waits long."""
    for start in range(0, len(months), MONTHS_PER_TRANSACTION):
        yield months[start : start + MONTHS_PER_TRANSACTION]


def _add_months(session: Session, account: UUID, months: Sequence[LocalDate]) -> None:
    """Add the rows that are missing."""
    rows = [{"account_id": account, "first_date": month} for month in months]
    session.connection().execute(upsert(session, SearchSegment).on_conflict_do_nothing(), rows)


def _lock(
    session: Session, account: UUID, months: Sequence[LocalDate]
) -> Sequence[sa.Row[LocalDate, bytes | None, bytes | None]]:
    """Lock the rows of months and return them, once all changes of their days are committed."""
    given = {"account": account, "months": months}
    return session.connection().execute(LOCK_MONTHS, given).all()


def _pack_month(session: Session, cipher: Cipher, month: LocalDate) -> PackedMonth:
    """Return the days of a month, packed. Raises DecryptionFailed."""
    given = {"account": cipher.account, "first": month, "last": get_month_end(month)}
    connection = session.connection()
    scores: defaultdict[LocalDate, dict[str, int | None]] = defaultdict(dict)
    for day, key, score in connection.execute(LIST_SCORES, given):
        scores[day][key] = score
    return pack_month(
        [
            SearchableDay(
                row.local_date,
                format_figures(scores[row.local_date], catalogue.KEY_SLUGS),
                decrypt_searchable_text(cipher, row),
            )
            for row in connection.execute(LIST_TEXTS, given)
        ]
    )


def _write_month(session: Session, cipher: Cipher, month: LocalDate, packed: PackedMonth) -> None:
    given = {
        "account": cipher.account,
        "month": month,
        "words": encrypt_packed(cipher, month, "words_encrypted", packed.words),
        "days": encrypt_packed(cipher, month, "days_encrypted", packed.days),
    }
    session.connection().execute(WRITE_MONTH, given)


def _decrypt_month(
    cipher: Cipher, row: sa.Row[LocalDate, bytes | None, bytes | None]
) -> PackedMonth | None:
    """Return the packed month of a row; None if it is open or cannot be decrypted."""
    words = decrypt_packed(cipher, row.first_date, "words_encrypted", row.words_encrypted)
    days = decrypt_packed(cipher, row.first_date, "days_encrypted", row.days_encrypted)
    return None if words is None or days is None else PackedMonth(words, days)
