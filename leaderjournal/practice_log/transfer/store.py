"""The SQL of moving the log: everything out, and what another journal holds in."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.kernel.database import db, new_id
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log import store
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.people.store import get_acts_id
from leaderjournal.practice_log.quotas import has_room
from leaderjournal.practice_log.rules import (
    Acts,
    Commitment,
    Content,
    HandOff,
    Kind,
    Number,
    Person,
    get_follow_up_from,
)
from leaderjournal.reflections import store as reflections_store


def list_entries_for_export(cipher: Cipher) -> list[store.Entry]:
    """Return every entry as it is stored: by kind, people first, then day.

    What became of a commitment is left out where its day says it no more.
    """
    query = sa.select(LogEntry).where(LogEntry.account_id == cipher.account)
    days = {day for day, _ in reflections_store.list_commitment_days(cipher.account)}
    found = sorted(
        (store.decrypt_entry(cipher, row) for row in db.session.scalars(query)),
        key=lambda entry: (entry.local_date, entry.id),
    )
    found = [e for e in found if not getattr(e.content, "of_day", False) or e.id in days]
    people = [entry.id for entry in found if entry.kind == Kind.PERSON]
    found = [e for e in found if e.kind != Kind.ACTS or e.content.person_id in people]
    kinds = list(Kind)

    # What an import gives other ids has its place by something else.
    def place(entry: store.Entry) -> tuple[object, ...]:
        match entry.content:
            case Acts(person_id=person):
                within = people.index(person)
            case Commitment(of_day=of_day):
                within = int(not of_day)
            case _:
                within = 0
        return kinds.index(entry.kind), entry.local_date, within

    return sorted(found, key=place)


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """An entry of another journal of ours, to be added; `id` is what it had there."""

    id: UUID
    kind: Kind
    local_date: LocalDate
    content: Content
    version: int
    saved_at: Instant


def import_entries(
    session: Session,
    cipher: Cipher,
    brought: Iterable[ImportedEntry],
    *,
    new_days: Collection[UUID],
) -> dict[UUID, int]:
    """Add entries, people first, inside the caller's transaction; leave what is there.

    An entry is there that has the same id, as one that came from here has, or that says the same.
    What became of a day's commitment comes with its day alone, one of `new_days`. Return the
    versions of the new ones by their ids, but for those: they go with their day again.
    """
    lock_account(session, cipher.account)
    kinds = {row.id: Kind(row.kind) for row in store.list_rows(session, cipher, tuple(Kind))}
    alike = defaultdict[tuple[object, ...], list[UUID]](list)
    for found in list_entries_for_export(cipher):
        alike[_get_match_key(found.kind, found.local_date, found.content)].append(found.id)
    kept = Counter(kinds.values())
    people: dict[UUID, UUID] = {}
    added: dict[UUID, int] = {}
    for given in brought:
        content = given.content
        person = getattr(content, "person_id", None)
        if person is not None:
            if given.kind == Kind.ACTS and person not in people:
                continue  # whom it was done for is not in the file
            content = replace(cast("HandOff", content), person_id=people.get(person))
        same = alike[_get_match_key(given.kind, given.local_date, content)]
        if kinds.get(given.id) == given.kind:
            there: UUID | None = given.id
            if given.id in same:
                same.remove(given.id)
        else:
            there = same.pop(0) if same else None
        entry_id = there or _choose_id(cipher, given, content, new_days)
        if given.kind == Kind.PERSON and entry_id:
            people[given.id] = entry_id
        if entry_id is None or entry_id in kinds or not has_room(kept[given.kind], given.kind):
            continue
        kinds[entry_id] = given.kind
        kept[given.kind] += 1
        if not getattr(content, "of_day", False):
            added[entry_id] = given.version
        session.add(
            LogEntry(
                id=entry_id,
                account_id=cipher.account,
                kind=given.kind.value,
                local_date=given.local_date,
                version=given.version,
                saved_at=given.saved_at,
                document=store.encrypt_content(cipher, entry_id, content),
                follow_up_from=get_follow_up_from(content),
            )
        )
    session.flush()
    return added


def _choose_id(
    cipher: Cipher, given: ImportedEntry, content: Content, new_days: Collection[UUID]
) -> UUID | None:
    """Return the id of an entry that is to be added; None where its day did not come with it."""
    if isinstance(content, Acts):
        return get_acts_id(content.person_id, given.local_date)
    if isinstance(content, Commitment) and content.of_day:
        day = reflections_store.get_day(cipher, given.local_date)
        return day.id if day and day.id in new_days and day.content.commitment.strip() else None
    return new_id()


def _get_match_key(kind: Kind, local_date: LocalDate, content: Content) -> tuple[object, ...]:
    """Return what makes an entry of a file the same as one that is there."""
    match content:
        case Person(name=name, left_on=left_on):
            return kind, name.casefold(), left_on is None
        case Acts(person_id=person):
            return kind, local_date, person
        case Number(period=period):
            return kind, period
        case Commitment(of_day=True):
            return kind, local_date
    return kind, local_date, content.text


def undo_import(session: Session, cipher: Cipher, brought: Mapping[UUID, int]) -> None:
    """Remove entries, inside the caller's transaction, that are as they were brought.

    A person stays where something else of the log names them by now.
    """
    rows = {row.id: row for row in store.list_rows(session, cipher, tuple(Kind))}
    going = {
        row_id
        for row_id, version in brought.items()
        if row_id in rows and rows[row_id].version == version
    }
    named = {
        getattr(store.decrypt_entry(cipher, row).content, "person_id", None)
        for row_id, row in rows.items()
        if row_id not in going
    }
    for row_id in going - named:
        session.delete(rows[row_id])
