"""The SQL of searching: every day is gone through, newest first, in its searchable form."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice import catalogue
from leaderjournal.reflections.models import AnswerFigures, Reflection
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reflections.search.rules import (
    COMMITMENT,
    NOTE,
    SearchQuery,
    build_searchable_text,
    fold,
    parse_terms,
)

FIELDS = (*catalogue.KEY_SLUGS, NOTE, COMMITMENT)
"""The lines of a searchable day. They are stored: another order would need all days rewritten."""

FIRST_PAGE, PAGE_SIZE = 100, 500
"""Days fetched together: one at a time is slower, and all at once takes much memory."""


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
        return SearchQuery(parse_terms(self.q), fold(self.person.strip().removeprefix("@")), line)


def encrypt_searchable_text(cipher: Cipher, row_id: UUID, content: DayContent) -> bytes:
    """Return the encrypted searchable form of a day."""
    return cipher.encrypt_text(
        build_searchable_text(content, FIELDS),
        table="reflections",
        column="search_encrypted",
        row=row_id,
    )


def find_matching_days(
    cipher: Cipher, filters: Filters, *, limit: int | None = None
) -> list[LocalDate]:
    """Return the local dates of the days that match, newest first; at most the first `limit`."""
    # A day saved by an earlier release has no searchable form until it is saved again.
    document = sa.case((Reflection.search_encrypted.is_(None), Reflection.document)).label(
        "document"
    )
    query = sa.select(
        Reflection.id, Reflection.local_date, Reflection.search_encrypted, document
    ).where(*_filter_rows(cipher.account, filters))
    wanted = filters.to_query()
    newest_first = Reflection.local_date.desc()
    if wanted.is_empty:
        dates = query.with_only_columns(Reflection.local_date).order_by(newest_first)
        return list(db.session.scalars(dates.limit(limit)))
    matching = (
        row.local_date
        for row in _iter_rows(query.order_by(newest_first))
        if wanted.matches(_get_searchable_text(cipher, row.id, row.search_encrypted, row.document))
    )
    return list(islice(matching, limit))


def _filter_rows(account: UUID, filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions that need no text."""
    yield Reflection.account_id == account
    yield Reflection.deleted_at.is_(None)
    if filters.first is not None:
        yield Reflection.local_date >= filters.first
    if filters.last is not None:
        yield Reflection.local_date <= filters.last
    if filters.key is not None or filters.score is not None:
        answered = [AnswerFigures.reflection_id == Reflection.id, AnswerFigures.answered]
        if filters.key is not None:
            answered.append(AnswerFigures.key == filters.key)
        if filters.score is not None:
            answered.append(AnswerFigures.score == filters.score)
        yield sa.exists().where(*answered)


def _iter_rows(query: sa.Select[Any]) -> Iterator[Any]:
    """Yield rows newest first, page by page, so that who has found enough reads no further."""
    connection, page, size = db.session.connection(), query, FIRST_PAGE
    while True:
        rows = connection.execute(page.limit(size)).all()
        yield from rows
        if len(rows) < size:
            return
        page, size = query.where(Reflection.local_date < rows[-1].local_date), PAGE_SIZE


def _get_searchable_text(
    cipher: Cipher, row_id: UUID, encrypted: bytes | None, document: bytes | None
) -> str:
    if encrypted is not None:
        return cipher.decrypt_text(
            encrypted, table="reflections", column="search_encrypted", row=row_id
        )
    opened = cipher.decrypt_json(
        document or b"", table="reflections", column="document", row=row_id
    )
    return build_searchable_text(DayContent.from_document(opened), FIELDS)
