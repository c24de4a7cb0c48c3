"""The SQL of importing the practice log of another journal, and of undoing that."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.kernel.database import new_id
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.letters.folding.rules import fold_spelling
from leaderjournal.practice_log.commitments.rules import get_follow_up_from
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import (
    Acts,
    Commitment,
    Content,
    HandOff,
    Kind,
    Number,
    Person,
)
from leaderjournal.practice_log.exports.store import list_entries_for_export
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.people.store import get_acts_id
from leaderjournal.practice_log.quotas import has_room
from leaderjournal.reflections import store as reflections_store


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """An entry of another Leader Journal, to be added; `id` is the id it had there."""

    id: UUID
    kind: Kind
    local_date: LocalDate
    content: Content
    version: int
    saved_at: Instant


class _StoredEntries:
    """The stored entries by id, and those alike, to find what an imported entry already is."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        stored = entries_store.list_rows(session, cipher, tuple(Kind), with_deleted=True)
        rows = [row for row in stored if row.deleted_at is None]
        self.deleted = {row.id: row for row in stored if row.deleted_at is not None}
        self.kinds = {row.id: Kind(row.kind) for row in rows}
        self.counts = Counter(self.kinds.values())
        self._alike = defaultdict[tuple[object, ...], list[UUID]](list)
        for entry in list_entries_for_export(cipher):
            key = _get_match_key(entry.kind, entry.local_date, entry.content)
            self._alike[key].append(entry.id)

    def claim_match(self, imported: ImportedEntry, content: Content) -> UUID | None:
        """Return the stored entry that an imported one is; None if it is new.

        An entry matches by its id or by what it says. Each stored entry is matched once.
        """
        alike = self._alike[_get_match_key(imported.kind, imported.local_date, content)]
        if self.kinds.get(imported.id) == imported.kind:
            if imported.id in alike:
                alike.remove(imported.id)
            return imported.id
        return alike.pop(0) if alike else None

    def add(self, entry_id: UUID, kind: Kind) -> None:
        """Count an entry that is added."""
        self.kinds[entry_id] = kind
        self.counts[kind] += 1


def import_entries(
    session: Session,
    cipher: Cipher,
    entries: Iterable[ImportedEntry],
    *,
    new_days: Collection[UUID],
) -> dict[UUID, int]:
    """Add entries, people first, in the caller's transaction; leave stored ones as they are.

    The result of a commitment in a reflection is added only with its day, one of `new_days`.
    Return the versions of the new entries by id, without such results: undoing the import removes
    them with their day.
    """
    lock_account(session, cipher.account)
    stored = _StoredEntries(session, cipher)
    people: dict[UUID, UUID] = {}
    added: dict[UUID, int] = {}
    for imported in entries:
        content = imported.content
        person = getattr(content, "person_id", None)
        if person is not None:
            if imported.kind == Kind.ACTS and person not in people:
                continue  # the file does not say for whom
            content = replace(cast("HandOff", content), person_id=people.get(person))
        entry_id = stored.claim_match(imported, content)
        entry_id = entry_id or _choose_id(cipher, imported, content, new_days)
        if imported.kind == Kind.PERSON and entry_id:
            people[imported.id] = entry_id
        if entry_id is None or entry_id in stored.kinds:
            continue
        if not has_room(stored.counts[imported.kind], imported.kind):
            continue
        stored.add(entry_id, imported.kind)
        if not getattr(content, "of_day", False):
            added[entry_id] = imported.version
        if entry_id in stored.deleted:  # acts, whose id is that of their person and day
            session.delete(stored.deleted.pop(entry_id))
            session.flush()
        session.add(_build_row(cipher, entry_id, imported, content))
    session.flush()
    return added


def _build_row(
    cipher: Cipher, entry_id: UUID, imported: ImportedEntry, content: Content
) -> LogEntry:
    return LogEntry(
        id=entry_id,
        account_id=cipher.account,
        kind=imported.kind.value,
        local_date=imported.local_date,
        version=imported.version,
        saved_at=imported.saved_at,
        document=entries_store.encrypt_content(cipher, entry_id, content),
        follow_up_from=get_follow_up_from(content),
    )


def _choose_id(
    cipher: Cipher, imported: ImportedEntry, content: Content, new_days: Collection[UUID]
) -> UUID | None:
    """Return the id of an entry to be added; None for a result whose day is not imported."""
    if isinstance(content, Acts):
        return get_acts_id(content.person_id, imported.local_date)
    if isinstance(content, Commitment) and content.of_day:
        day = reflections_store.get_day(cipher, imported.local_date)
        return day.id if day and day.id in new_days and day.content.commitment.strip() else None
    return new_id()


def _get_match_key(kind: Kind, local_date: LocalDate, content: Content) -> tuple[object, ...]:
    """Return what makes an imported entry the same as a stored one."""
    match content:
        case Person(name=name, left_on=left_on):
            return kind, fold_spelling(name), left_on is None
        case Acts(person_id=person):
            return kind, local_date, person
        case Number(period=period):
            return kind, period
        case Commitment(of_day=True):
            return kind, local_date
    return kind, local_date, content.text


def undo_import(session: Session, cipher: Cipher, imported: Mapping[UUID, int]) -> None:
    """Delete imported entries that have not been changed since, in the caller's transaction.

    `imported` are versions by id. A person stays if another entry names them by now.
    """
    rows = {row.id: row for row in entries_store.list_rows(session, cipher, tuple(Kind))}
    unchanged = {
        row_id
        for row_id, version in imported.items()
        if row_id in rows and rows[row_id].version == version
    }
    named = {
        getattr(entries_store.decrypt_entry(cipher, row).content, "person_id", None)
        for row_id, row in rows.items()
        if row_id not in unchanged
    }
    for row_id in unchanged - named:
        session.delete(rows[row_id])
