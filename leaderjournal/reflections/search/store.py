"""The SQL of searching: days are gone through in their searchable form, newest first.

Those of closed months are read month by month, the others day by day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.letters.folding.rules import fold
from leaderjournal.reflections.models import AnswerFigures, Reflection
from leaderjournal.reflections.search.rules import SearchQuery, parse_terms
from leaderjournal.reflections.search.segments.rules import PackedQuery, get_month_end
from leaderjournal.reflections.search.segments.store import reopen_months, search_months
from leaderjournal.reflections.search.texts import FIELDS, TEXT_COLUMNS, decrypt_searchable_text

FIRST_PAGE, PAGE_SIZE = 100, 500
"""Days fetched together: one at a time is slower, and all at once takes much memory."""

EARLIEST, LATEST = LocalDate(date.min), LocalDate(date.max)


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a search: words, a key, a score (of that key, or of any), a person, dates.

    With a key, words and person are searched in the text written under it.
    """

    q: str = ""
    key: str | None = None
    score: int | None = None
    person: str = ""
    first: LocalDate | None = None
    last: LocalDate | None = None

    @property
    def match_all_content(self) -> bool:
        """Whether dates alone decide which days match."""
        return self.key is None and self.score is None and self.to_query().is_empty

    def to_query(self) -> SearchQuery:
        """Return what a day's texts must contain."""
        line = None if self.key is None else FIELDS.index(self.key)
        person = fold(self.person).removeprefix("@").strip()
        return SearchQuery(parse_terms(self.q), person, line)


def find_matching_days(cipher: Cipher, filters: Filters, *, limit: int) -> list[LocalDate]:
    """Return the local dates of the latest days that match, newest first, at most `limit`.

    Nothing is read beyond them.
    """
    query = filters.to_query()
    if query.is_empty:
        dates = _select_days(filters.key is not None, filters.score is not None, with_text=False)
        given = _get_parameters(cipher, filters) | {"most": limit}
        return list(db.session.connection().scalars(dates, given))
    outdated: set[LocalDate] = set()
    found = list(islice(_iter_matching_days(cipher, filters, query, outdated), limit))
    if outdated:
        reopen_months(cipher.account, outdated)
    return found


def _iter_matching_days(
    cipher: Cipher, filters: Filters, query: SearchQuery, outdated: set[LocalDate]
) -> Iterator[LocalDate]:
    """Yield the days that match, newest first; months folded by other rules get into `outdated`."""
    first, last = filters.first or EARLIEST, filters.last or LATEST
    packed_query = PackedQuery(query, filters.score)
    for month, days in search_months(cipher, packed_query, first, last, outdated=outdated):
        after = get_month_end(month)
        if after < last:
            yield from _search_rows(cipher, filters, query, days_after(after, 1), last)
        for day in days:
            if first <= day <= last:
                yield day
        last = days_after(month, -1)
    if first <= last:
        yield from _search_rows(cipher, filters, query, first, last)


def _search_rows(
    cipher: Cipher, filters: Filters, query: SearchQuery, first: LocalDate, last: LocalDate
) -> Iterator[LocalDate]:
    """Yield the days from `first` to `last` that match, newest first, searched in their own rows.

    They are read page by page, so that a search that has found enough reads no further.
    """
    days = _select_days(filters.key is not None, filters.score is not None, with_text=True)
    given = _get_parameters(cipher, filters) | {"first": first, "last": last, "most": FIRST_PAGE}
    connection = db.session.connection()
    while True:
        rows = connection.execute(days, given).all()
        for row in rows:
            if query.matches(decrypt_searchable_text(cipher, row)):
                yield row.local_date
        if len(rows) < given["most"]:
            return
        given |= {"last": days_after(rows[-1].local_date, -1), "most": PAGE_SIZE}


@cache
def _select_days(by_key: bool, by_score: bool, *, with_text: bool) -> sa.Select[Any]:
    """Return the statement of days, newest first; it is built once for each kind of filters."""
    query = sa.select(*TEXT_COLUMNS) if with_text else sa.select(Reflection.local_date)
    query = query.where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.deleted_at.is_(None),
        Reflection.local_date.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    if by_key or by_score:
        answered = [AnswerFigures.reflection_id == Reflection.id, AnswerFigures.answered]
        if by_key:
            answered.append(AnswerFigures.key == sa.bindparam("key"))
        if by_score:
            answered.append(AnswerFigures.score == sa.bindparam("score"))
        query = query.where(sa.exists().where(*answered))
    return query.order_by(Reflection.local_date.desc()).limit(sa.bindparam("most"))


def _get_parameters(cipher: Cipher, filters: Filters) -> dict[str, Any]:
    given: dict[str, Any] = {
        "account": cipher.account,
        "first": filters.first or EARLIEST,
        "last": filters.last or LATEST,
    }
    if filters.key is not None:
        given["key"] = filters.key
    if filters.score is not None:
        given["score"] = filters.score
    return given
