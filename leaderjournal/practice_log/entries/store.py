"""The SQL of stored entries: each is encrypted and versioned, and clients may make its id."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.letters.folding.rules import fold_spelling
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.practice_log.commitments.rules import get_follow_up_from
from leaderjournal.practice_log.entries.rules import (
    Content,
    Kind,
    Number,
    Person,
    from_document,
    to_document,
)
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.quotas import check_entry_quota

Position = tuple[LocalDate, UUID]
"""Where an entry stands in a list: its local date and its id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry; `local_date` is the day it was made, done, handed off or won."""

    id: UUID
    kind: Kind
    local_date: LocalDate
    content: Any
    version: int
    saved_at: Instant

    @property
    def etag(self) -> str:
        """The version's name in ETag and If-Match (RFC 9110, 8.8.3), without quotes."""
        return f"{self.id.hex}-{self.version}"


class EntryChangedMeanwhile(Exception):
    """The stored version is not the one that the writer has seen; `current` is what is stored."""

    def __init__(self, current: Entry | None) -> None:
        super().__init__("the entry has been changed meanwhile")
        self.current = current


class EntryNotFound(Exception):
    """The entry does not exist, or does not exist any more."""


class IdTaken(Exception):
    """Another entry of the account has this id."""


class NumberExists(Exception):
    """The period already has a number; `current` is that entry."""

    def __init__(self, current: Entry) -> None:
        super().__init__("the period already has a number")
        self.current = current


class InvalidEntry(Exception):
    """The input is not valid; `errors` holds messages by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("the entry is not valid")
        self.errors = errors


def list_stored_entries(
    cipher: Cipher,
    kind: Kind,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
) -> list[Entry]:
    """Return the entries of a kind, the latest local date first."""
    conditions: list[sa.ColumnElement[bool]] = [LogEntry.kind == kind.value]
    if first is not None:
        conditions.append(LogEntry.local_date >= first)
    if last is not None:
        conditions.append(LogEntry.local_date <= last)
    rows = db.session.connection().execute(select_entries(*conditions), {"account": cipher.account})
    return [decrypt_entry(cipher, row) for row in rows]


def list_page(
    cipher: Cipher, kind: Kind, *, before: Position | None = None, limit: int
) -> tuple[list[Entry], bool]:
    """Return the `limit` entries of a kind that come after a position, the latest first.

    Also tell whether more follow.
    """
    query = select_entries(LogEntry.kind == kind.value, *is_after(before, LogEntry)).limit(
        limit + 1
    )
    rows = db.session.connection().execute(query, {"account": cipher.account}).all()
    return [decrypt_entry(cipher, row) for row in rows[:limit]], len(rows) > limit


def list_by_id(cipher: Cipher, ids: Iterable[UUID]) -> list[Entry]:
    """Return the entries with these ids, the latest local date first."""
    query = select_entries(LogEntry.id.in_(list(ids)))
    rows = db.session.connection().execute(query, {"account": cipher.account})
    return [decrypt_entry(cipher, row) for row in rows]


def is_after(before: Position | None, columns: Any) -> list[sa.ColumnElement[bool]]:
    """Return the condition of what follows a position in lists that show the latest first."""
    if before is None:
        return []
    day, entry_id = before
    same_day = (columns.local_date == day) & (columns.id < entry_id)
    return [(columns.local_date < day) | same_day]


def select_entries(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement of an account's entries under some conditions, the latest first."""
    return (
        sa.select(
            LogEntry.id,
            LogEntry.kind,
            LogEntry.local_date,
            LogEntry.version,
            LogEntry.saved_at,
            LogEntry.document,
        )
        .where(
            LogEntry.account_id == sa.bindparam("account"),
            LogEntry.deleted_at.is_(None),
            *conditions,
        )
        .order_by(LogEntry.local_date.desc(), LogEntry.id.desc())
    )


def find_stored_entry(cipher: Cipher, kind: Kind, entry_id: UUID) -> Entry | None:
    """Return an entry of the account; None if it does not exist or is of another kind."""
    row = find_row(db.session, cipher.account, entry_id)
    if row is None or row.deleted_at is not None or row.kind != kind.value:
        return None
    return decrypt_entry(cipher, row)


def put_entry(
    cipher: Cipher,
    kind: Kind,
    entry_id: UUID,
    local_date: LocalDate,
    content: Content,
    *,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
    session: Session | None = None,
) -> tuple[Entry, bool]:
    """Create or replace an entry, in the caller's transaction if given.

    Return the entry and whether it is new. Saving the same content again changes nothing, and an
    id in the trash is free: what is there is overwritten. Raises
    EntryChangedMeanwhile if the stored version is not `expected`, IdTaken if an entry of another
    kind has the id, InvalidEntry if someone on the team has the name, and NumberExists.
    """
    with lock_log(cipher, session) as writing:
        row = find_row(writing, cipher.account, entry_id, lock=True)
        if row is not None and row.deleted_at is not None:
            writing.delete(row)
            writing.flush()
            row = None
        if row is not None and row.kind != kind.value:
            raise IdTaken
        current = decrypt_entry(cipher, row) if row else None
        if not expected.is_met_by(current):
            raise EntryChangedMeanwhile(current)
        check_uniqueness(cipher, entry_id, local_date, content)
        if current and (current.local_date, current.content) == (local_date, content):
            return current, False
        if row is None:
            check_entry_quota(writing, cipher.account, kind)
            row = LogEntry(id=entry_id, account_id=cipher.account, kind=kind.value, version=0)
            writing.add(row)
        row.local_date, row.saved_at = local_date, now
        update_content(cipher, row, content)
        writing.flush()
        return decrypt_entry(cipher, row), current is None


def delete_person(
    cipher: Cipher,
    person_id: UUID,
    *,
    expected: Precondition = NO_PRECONDITION,
    session: Session | None = None,
) -> bool:
    """Delete a person for good, in the caller's transaction if given; return whether they existed.

    Their acts go with them; hand-offs and wins stay, without a name, those in the trash too.
    Raises EntryChangedMeanwhile.
    """
    with lock_log(cipher, session) as writing:
        row = find_row_to_delete(writing, cipher, Kind.PERSON, person_id, expected)
        if row is None:
            return False
        _unlink_person(writing, cipher, person_id)
        writing.delete(row)
        return True


def find_row_to_delete(
    session: Session, cipher: Cipher, kind: Kind, entry_id: UUID, expected: Precondition
) -> LogEntry | None:
    """Lock an entry's row and return it; None if it does not exist or is of another kind.

    Raises EntryChangedMeanwhile if the stored version is not `expected`.
    """
    row = find_row(session, cipher.account, entry_id, lock=True)
    if row is None or row.deleted_at is not None or row.kind != kind.value:
        return None
    current = decrypt_entry(cipher, row)
    if not expected.is_met_by(current):
        raise EntryChangedMeanwhile(current)
    return row


@contextmanager
def lock_log(cipher: Cipher, session: Session | None = None) -> Iterator[Session]:
    """Lock an account's log for one writer, in the caller's transaction if given.

    An entry is checked against others and against its own previous version, so two writers of one
    account must not interleave.
    """
    if session is not None:
        yield session
        return
    with write_transaction() as own_session:
        lock_account(own_session, cipher.account)
        yield own_session


def check_uniqueness(
    cipher: Cipher, entry_id: UUID, local_date: LocalDate, content: Content
) -> None:
    """Raise InvalidEntry if the name is taken on the team, NumberExists if the period has one."""
    if isinstance(content, Person) and content.left_on is None:
        name = fold_spelling(content.name)
        for other in list_stored_entries(cipher, Kind.PERSON):
            person = cast("Person", other.content)
            is_on_team = other.id != entry_id and person.left_on is None
            if is_on_team and fold_spelling(person.name) == name:
                raise InvalidEntry(
                    {"name": ["There’s already someone with this name on your team. Use another."]}
                )
    if isinstance(content, Number):
        for other in list_stored_entries(cipher, Kind.NUMBER, first=local_date, last=local_date):
            if other.id != entry_id and other.content.period == content.period:
                raise NumberExists(other)


def _unlink_person(session: Session, cipher: Cipher, person_id: UUID) -> None:
    kinds = (Kind.ACTS, Kind.HAND_OFF, Kind.WIN)
    for row in list_rows(session, cipher, kinds, with_deleted=True):
        entry = decrypt_entry(cipher, row)
        if entry.content.person_id != person_id:
            continue
        if entry.kind == Kind.ACTS:
            session.delete(row)
        else:
            update_content(cipher, row, replace(entry.content, person_id=None))


def list_rows(
    session: Session, cipher: Cipher, kinds: Iterable[Kind], *, with_deleted: bool = False
) -> list[LogEntry]:
    """Return the account's rows of some kinds, read from the database anew."""
    query = sa.select(LogEntry).where(
        LogEntry.account_id == cipher.account, LogEntry.kind.in_([kind.value for kind in kinds])
    )
    if not with_deleted:
        query = query.where(LogEntry.deleted_at.is_(None))
    return list(session.scalars(query.execution_options(populate_existing=True)))


def find_row(
    session: Session, account: UUID, entry_id: UUID, *, lock: bool = False
) -> LogEntry | None:
    """Return a row of the account, one in the trash too, locked if `lock`; None without one."""
    query = sa.select(LogEntry).where(LogEntry.account_id == account, LogEntry.id == entry_id)
    if lock:
        query = query.with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def decrypt_entry(cipher: Cipher, row: LogEntry | Any) -> Entry:
    """Return the entry that a row holds."""
    kind = Kind(row.kind)
    document = cipher.decrypt_json(row.document, table="log_entries", column="document", row=row.id)
    return Entry(
        row.id, kind, row.local_date, from_document(kind, document), row.version, row.saved_at
    )


def update_content(cipher: Cipher, row: LogEntry, content: Content) -> None:
    """Replace the content of a row, as its next version."""
    row.document = encrypt_content(cipher, row.id, content)
    row.follow_up_from = get_follow_up_from(content)
    row.version += 1


def encrypt_content(cipher: Cipher, entry_id: UUID, content: Content) -> bytes:
    """Return the content of an entry, encrypted for its row."""
    return cipher.encrypt_json(
        to_document(content), table="log_entries", column="document", row=entry_id
    )
