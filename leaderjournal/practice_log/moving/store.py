"""The SQL of moving the log: everything out, and what another journal holds in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db, new_id
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.sealing import Sealer
from leaderjournal.practice_log import store
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.people.store import acts_id
from leaderjournal.practice_log.rules import (
    Acts,
    Commitment,
    Content,
    HandOff,
    Kind,
    Number,
    Person,
)
from leaderjournal.reflections import store as reflections_store


def all_entries(sealer: Sealer) -> list[store.Entry]:
    """Return every entry as it is stored: by kind, people first, then day.

    What became of a commitment is left out where its day says it no more.
    """
    query = sa.select(LogEntry).where(LogEntry.account_id == sealer.account)
    days = {day for day, _ in reflections_store.commitment_days(sealer.account)}
    found = sorted(
        (store.opened(sealer, row) for row in db.session.scalars(query)),
        key=lambda entry: (entry.local_date, entry.id),
    )
    found = [e for e in found if not getattr(e.content, "of_day", False) or e.id in days]
    people = [entry.id for entry in found if entry.kind == Kind.PERSON]
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
class BroughtEntry:
    """An entry of another journal of ours, to be added; `id` is what it had there."""

    id: UUID
    kind: Kind
    local_date: LocalDate
    content: Content
    version: int
    saved_at: Instant


def add_entries(
    session: Session, sealer: Sealer, brought: Iterable[BroughtEntry]
) -> dict[UUID, int]:
    """Add entries, people first, inside the caller's transaction; leave what is there.

    Return the versions of the new ones by their ids, but for what became of days' commitments:
    that comes and goes with its day.
    """
    there = defaultdict[tuple[object, ...], list[UUID]](list)
    for found in all_entries(sealer):
        there[_likeness(found.kind, found.local_date, found.content)].append(found.id)
    ids: dict[UUID, UUID] = {}
    added: dict[UUID, int] = {}
    for given in brought:
        content = given.content
        person = getattr(content, "person_id", None)
        if person is not None:
            if given.kind == Kind.ACTS and person not in ids:
                continue  # whom it was done for is not in the file
            content = replace(cast("HandOff", content), person_id=ids.get(person))
        same = there[_likeness(given.kind, given.local_date, content)]
        if same:
            ids[given.id] = same.pop(0)
            continue
        entry_id = new_id()
        if isinstance(content, Acts):
            entry_id = acts_id(content.person_id, given.local_date)
        if isinstance(content, Commitment) and content.of_day:
            day = reflections_store.day(sealer, given.local_date)
            if day is None:
                continue
            entry_id = day.id
        else:
            added[entry_id] = given.version
        ids[given.id] = entry_id
        session.add(
            LogEntry(
                id=entry_id,
                account_id=sealer.account,
                kind=given.kind.value,
                local_date=given.local_date,
                version=given.version,
                saved_at=given.saved_at,
                document=store.sealed(sealer, entry_id, content),
            )
        )
    session.flush()
    return added


def _likeness(kind: Kind, local_date: LocalDate, content: Content) -> tuple[object, ...]:
    """Return what makes an entry of a file the same as one that is there."""
    match content:
        case Person(name=name):
            return kind, name.casefold()
        case Acts(person_id=person):
            return kind, local_date, person
        case Number(period=period):
            return kind, period
        case Commitment(of_day=True):
            return kind, local_date
    return kind, local_date, content.text


def take_back(session: Session, sealer: Sealer, brought: Mapping[UUID, int]) -> None:
    """Remove entries, inside the caller's transaction, that are as they were brought.

    A person stays where something else of the log names them by now.
    """
    rows = {row.id: row for row in store.rows_of(session, sealer, tuple(Kind))}
    going = {
        row_id
        for row_id, version in brought.items()
        if row_id in rows and rows[row_id].version == version
    }
    named = {
        getattr(store.opened(sealer, row).content, "person_id", None)
        for row_id, row in rows.items()
        if row_id not in going
    }
    for row_id in going - named:
        session.delete(rows[row_id])
