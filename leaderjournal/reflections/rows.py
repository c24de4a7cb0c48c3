"""The rows of days and of their versions: find, create, encrypt and decrypt them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
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

# Building a statement takes three times as long as running it, so those of each request are built
# once. Columns are read far faster than objects that the session has to watch.
FIND_ROW = (
    sa.select(Reflection)
    .where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date == sa.bindparam("local_date"),
    )
    .execution_options(populate_existing=True)
)
LOCK_ROW = FIND_ROW.with_for_update()
DAY_COLUMNS = (
    Reflection.id,
    Reflection.account_id,
    Reflection.local_date,
    Reflection.time_zone,
    Reflection.written_at,
    Reflection.saved_at,
    Reflection.in_time,
    Reflection.version,
    Reflection.document,
)
"""What a stored day is made of."""
LIST_DAYS = (
    sa.select(*DAY_COLUMNS)
    .where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date.between(sa.bindparam("first"), sa.bindparam("last")),
        Reflection.deleted_at.is_(None),
    )
    .order_by(Reflection.local_date.desc())
    .limit(sa.bindparam("most"))
)


def find_row(session: Session, account: UUID, local_date: LocalDate) -> Reflection | None:
    """Return the row of a day, deleted or not; None if there is none."""
    return session.scalar(FIND_ROW, {"account": account, "local_date": local_date})


def lock_row(session: Session, account: UUID, local_date: LocalDate) -> Reflection | None:
    """Return the row of a day, which nobody else changes until the transaction ends."""
    return session.scalar(LOCK_ROW, {"account": account, "local_date": local_date})


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


def list_rows(
    account: UUID,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
    most: int,
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return at most so many rows from `first` to `last`, newest first, with DAY_COLUMNS."""
    limits = {"first": first or date.min, "last": last or date.max, "most": most}
    return db.session.connection().execute(LIST_DAYS, {"account": account, **limits}).all()


def iter_row_pages(
    account: UUID, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Iterator[Sequence[sa.Row[*tuple[Any, ...]]]]:
    """Yield the rows from `first` to `last`, newest first, page by page.

    A journal of many years is never loaded at once.
    """
    while True:
        rows = list_rows(account, first=first, last=last, most=PAGE_SIZE)
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


def decrypt_document(cipher: Cipher, row: Reflection | sa.Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """Return the document of a day."""
    document: dict[str, Any] = cipher.decrypt_json(
        row.document, table="reflections", column="document", row=row.id
    )
    return document


def decrypt_day(cipher: Cipher, row: Reflection | sa.Row[*tuple[Any, ...]]) -> StoredDay:
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
