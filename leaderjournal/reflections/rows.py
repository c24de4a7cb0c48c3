"""The rows of days and of their versions: find, create, encrypt and decrypt them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db, new_id, upsert
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.reflections.models import Reflection, Revision
from leaderjournal.reflections.rules import DayContent, DayVersion, Field, StoredDay, Writing
from leaderjournal.reflections.search.texts import encrypt_searchable_text

PAGE_SIZE = 200


def find_row(session: Session, account: UUID, local_date: LocalDate) -> Reflection | None:
    """Return the row of a day, deleted or not; None if there is none."""
    query = sa.select(Reflection).where(
        Reflection.account_id == account, Reflection.local_date == local_date
    )
    return session.scalar(query.execution_options(populate_existing=True))


def ensure_row(
    session: Session, account: UUID, local_date: LocalDate, writing: Writing, now: Instant
) -> bool:
    """Create the row of a day if there is none; return whether it was created by this call."""
    created = session.execute(
        upsert(session, Reflection)
        .values(
            id=new_id(),
            account_id=account,
            local_date=local_date,
            time_zone=writing.time_zone,
            written_at=writing.written_at,
            saved_at=now,
            in_time=False,
            version=0,
            document=b"",
            completed=False,
            word_count=0,
            has_commitment=False,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "local_date"])
        .returning(Reflection.id)
    )
    return created.first() is not None


def iter_row_pages(
    account: UUID, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Iterator[list[Reflection]]:
    """Yield the rows from `first` to `last`, newest first, page by page.

    A journal of many years is never loaded at once.
    """
    query = (
        sa.select(Reflection)
        .where(Reflection.account_id == account, Reflection.deleted_at.is_(None))
        .order_by(Reflection.local_date.desc())
    )
    if first is not None:
        query = query.where(Reflection.local_date >= first)
    while True:
        page = query if last is None else query.where(Reflection.local_date <= last)
        rows = list(db.session.scalars(page.limit(PAGE_SIZE)))
        yield rows
        if len(rows) < PAGE_SIZE:
            return
        last = LocalDate(rows[-1].local_date - timedelta(days=1))


def encrypt_content(
    cipher: Cipher, row: Reflection, content: DayContent, write_times: Mapping[Field, Instant]
) -> None:
    """Put a day's content into its row: encrypted, searchable, and what is counted of it."""
    times = {field: at.isoformat() for field, at in write_times.items()}
    row.document = cipher.encrypt_json(
        content.to_document() | {"written": times},
        table="reflections",
        column="document",
        row=row.id,
    )
    row.search_encrypted = encrypt_searchable_text(cipher, row.id, content)
    row.completed, row.word_count = content.completed, content.word_count
    row.has_commitment = bool(content.commitment.strip())


def decrypt_document(cipher: Cipher, row: Reflection) -> dict[str, Any]:
    """Return the document of a day."""
    document: dict[str, Any] = cipher.decrypt_json(
        row.document, table="reflections", column="document", row=row.id
    )
    return document


def decrypt_day(cipher: Cipher, row: Reflection) -> StoredDay:
    """Return the day of a row."""
    document = decrypt_document(cipher, row)
    return StoredDay(
        id=row.id,
        local_date=row.local_date,
        content=DayContent.from_document(document),
        version=row.version,
        time_zone=row.time_zone,
        written_at=row.written_at,
        saved_at=row.saved_at,
        in_time=row.in_time,
        write_times={
            field: Instant(datetime.fromisoformat(at))
            for field, at in document.get("written", {}).items()
        },
    )


def create_version(
    cipher: Cipher,
    day_id: UUID,
    version: int,
    document: dict[str, Any],
    *,
    saved_at: Instant,
    superseded: bool,
    change: UUID | None = None,
) -> Revision:
    """Return the row of a version, to be added to a session."""
    return Revision(
        reflection_id=day_id,
        version=version,
        saved_at=saved_at,
        document=encrypt_version(cipher, day_id, version, document),
        change_id=change,
        superseded=superseded,
    )


def encrypt_version(cipher: Cipher, day_id: UUID, version: int, document: Any) -> bytes:
    """Return the document of a version, encrypted."""
    return cipher.encrypt_json(
        document, table="revisions", column="document", row=f"{day_id}/{version}"
    )


def decrypt_version(cipher: Cipher, row: Revision) -> DayVersion:
    """Return the version of a row."""
    place = f"{row.reflection_id}/{row.version}"
    document = cipher.decrypt_json(row.document, table="revisions", column="document", row=place)
    return DayVersion(
        row.version, row.saved_at, DayContent.from_document(document), superseded=row.superseded
    )
