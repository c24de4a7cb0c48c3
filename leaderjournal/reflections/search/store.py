"""The SQL of searching: every day is gone through, newest first, in its searchable form."""

from dataclasses import dataclass
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

BATCH_SIZE = 500
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


def find_matching_days(cipher: Cipher, filters: Filters) -> list[LocalDate]:
    """Return the local dates of the days that match, newest first."""
    # A day saved by an earlier release has no searchable form until it is saved again.
    document = sa.case((Reflection.search_encrypted.is_(None), Reflection.document))
    query = sa.select(
        Reflection.id, Reflection.local_date, Reflection.search_encrypted, document
    ).where(Reflection.account_id == cipher.account, Reflection.deleted_at.is_(None))
    if filters.first is not None:
        query = query.where(Reflection.local_date >= filters.first)
    if filters.last is not None:
        query = query.where(Reflection.local_date <= filters.last)
    if filters.key is not None or filters.score is not None:
        answered = [AnswerFigures.reflection_id == Reflection.id, AnswerFigures.answered]
        if filters.key is not None:
            answered.append(AnswerFigures.key == filters.key)
        if filters.score is not None:
            answered.append(AnswerFigures.score == filters.score)
        query = query.where(sa.exists().where(*answered))
    wanted = filters.to_query()
    if wanted.is_empty:
        dates = list(db.session.scalars(query.with_only_columns(Reflection.local_date)))
        return sorted(dates, reverse=True)
    # Sorted in Python: a database that sorts whole days may write them to its disk.
    dates = [
        local_date
        for rows in db.session.connection().execute(query).partitions(BATCH_SIZE)
        for row_id, local_date, encrypted, document in rows
        if wanted.matches(_get_searchable_text(cipher, row_id, encrypted, document))
    ]
    return sorted(dates, reverse=True)


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
