"""The SQL of people: what was done for them, how they stand, merging and forgetting them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import cast
from uuid import UUID, uuid5

from blinker import Signal
from sqlalchemy.orm import Session

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log import store
from leaderjournal.practice_log.rules import (
    ACTS,
    LONGEST_TEXT,
    Acts,
    Kind,
    PersonStatus,
    compile_names,
    get_person_status,
    merge_people,
    sort_by_overdue,
)
from leaderjournal.questions import store as questions_store
from leaderjournal.reflections import store as reflections_store

MAX_PASSAGES = 8
TEXT_FIELDS = frozenset({"text", "note", "reason", "celebrated_how"})

name_forgotten = Signal("a person's name is to go from every text")
"""Sent with the account's cipher; `without` takes the name out of a text."""


def put_acts(
    cipher: Cipher,
    person_id: UUID,
    local_date: LocalDate,
    acts: Iterable[str],
    *,
    now: Instant,
) -> None:
    """Note what was done for a person on a day, whole; nothing takes it back.

    Raises EntryNotFound where there is no such person.
    """
    done, entry_id = tuple(acts), get_acts_id(person_id, local_date)
    with _lock_people(cipher, person_id) as session:
        if not done:
            store.delete_entry(cipher, Kind.ACTS, entry_id, session=session)
            return
        content = Acts(person_id, done)
        store.put_entry(cipher, Kind.ACTS, entry_id, local_date, content, now=now, session=session)


def add_acts(
    cipher: Cipher,
    person_id: UUID,
    local_date: LocalDate,
    acts: Iterable[str],
    *,
    now: Instant,
) -> None:
    """Note more of what was done for a person on a day; what is there stays.

    Raises EntryNotFound where there is no such person.
    """
    with _lock_people(cipher, person_id) as session:
        _add_acts(session, cipher, person_id, local_date, acts, now=now)


@contextmanager
def _lock_people(cipher: Cipher, *people: UUID) -> Iterator[Session]:
    """Write to the log while these people are there. Raises EntryNotFound."""
    with store.lock_log(cipher) as session:
        if any(store.find_stored_entry(cipher, Kind.PERSON, person) is None for person in people):
            raise store.EntryNotFound
        yield session


def _add_acts(
    session: Session,
    cipher: Cipher,
    person_id: UUID,
    local_date: LocalDate,
    acts: Iterable[str],
    *,
    now: Instant,
) -> None:
    entry_id = get_acts_id(person_id, local_date)
    there = store.find_stored_entry(cipher, Kind.ACTS, entry_id)
    done = set(acts).union(there.content.acts if there else ())
    if not done:
        return
    ordered = Acts(person_id, tuple(act for act in ACTS if act in done))
    store.put_entry(cipher, Kind.ACTS, entry_id, local_date, ordered, now=now, session=session)


def list_acts(cipher: Cipher, person_id: UUID) -> list[store.Entry]:
    """Return what was done for a person, the latest day first."""
    return [
        found
        for found in store.list_stored_entries(cipher, Kind.ACTS)
        if found.content.person_id == person_id
    ]


def get_statuses(
    cipher: Cipher, people: Iterable[store.Entry], *, today: LocalDate
) -> dict[UUID, PersonStatus]:
    """Return how each of these people stands today."""
    days: defaultdict[UUID, list[tuple[LocalDate, tuple[str, ...]]]] = defaultdict(list)
    for done in store.list_stored_entries(cipher, Kind.ACTS):
        days[done.content.person_id].append((done.local_date, done.content.acts))
    return {
        person.id: get_person_status(
            person.content, person.local_date, days[person.id], today=today
        )
        for person in people
    }


def list_team(cipher: Cipher, *, today: LocalDate) -> list[tuple[store.Entry, PersonStatus]]:
    """Return everyone of the team who has not left, and how they stand; most overdue first."""
    people = {
        found.id: found
        for found in store.list_stored_entries(cipher, Kind.PERSON)
        if found.content.left_on is None
    }
    found = get_statuses(cipher, people.values(), today=today)
    return [(people[person], found[person]) for person in sort_by_overdue(found)]


@dataclass(frozen=True, slots=True)
class Passage:
    """Words about a person, and the day on which they were written."""

    local_date: LocalDate
    text: str


def find_passages(cipher: Cipher, person: store.Entry, *, today: LocalDate) -> list[Passage]:
    """Return the latest texts that name a person, of a year at the most, the latest first."""
    name = compile_names(person.content.name)
    found: list[Passage] = []
    for day in reflections_store.iter_days(cipher, first=days_after(today, -365), last=today):
        texts = (*(answer.text for answer in day.content.answers), day.content.note)
        found += [Passage(day.local_date, text) for text in texts if name.search(text)]
        if len(found) >= MAX_PASSAGES:
            break
    return found[:MAX_PASSAGES]


def forget_person(
    cipher: Cipher,
    person: store.Entry,
    *,
    replacement: str | None,
    any_case: bool = False,
    now: Instant,
) -> None:
    """Forget a person and what was done for them; hand-offs and wins stay, without them.

    With a `replacement` their name becomes that in every text of the account, as
    `compile_names` finds it there.
    """
    if replacement is not None:
        name = compile_names(person.content.name, any_case=any_case)
        _replace_name_everywhere(cipher, lambda text: name.sub(lambda _: replacement, text), now)
    store.delete_entry(cipher, Kind.PERSON, person.id)


def _replace_name_everywhere(cipher: Cipher, without: Callable[[str], str], now: Instant) -> None:
    questions_store.rewrite_texts(cipher, without)
    reflections_store.rewrite_texts(cipher, without, now=now)
    with store.lock_log(cipher) as session:
        for row in store.list_rows(session, cipher, tuple(Kind)):
            there = store.decrypt_entry(cipher, row)
            texts = {
                field: without(value)
                for field, value in asdict(there.content).items()
                if isinstance(value, str) and field in TEXT_FIELDS
            }
            changed = replace(there.content, **texts)
            if changed != there.content:
                store.update_content(cipher, row, changed)
                row.saved_at = now
    name_forgotten.send(cipher, without=without, now=now)
    accounts_store.increment_cache_version(cipher.account)


def merge_into(cipher: Cipher, person_id: UUID, into: UUID, *, now: Instant) -> None:
    """Let all that is of a person be of another one; the first is there no more.

    Their note is added to the other's, and their rhythm is taken where the other has none. Raises
    EntryNotFound, and InvalidEntry where the two notes are too long for one.
    """
    with _lock_people(cipher, person_id, into) as session:
        first, second = (
            cast("store.Entry", store.find_stored_entry(cipher, Kind.PERSON, person))
            for person in (person_id, into)
        )
        person = merge_people(second.content, first.content)
        if len(person.note) > LONGEST_TEXT:
            both = (
                f"Shorten a note first: together they have more than {LONGEST_TEXT:,} characters."
            )
            raise store.InvalidEntry({"into": [both]})
        for row in store.list_rows(session, cipher, (Kind.ACTS, Kind.HAND_OFF, Kind.WIN)):
            found = store.decrypt_entry(cipher, row)
            if found.content.person_id != person_id:
                continue
            if found.kind == Kind.ACTS:
                _add_acts(session, cipher, into, found.local_date, found.content.acts, now=now)
                session.delete(row)
            else:
                store.update_content(cipher, row, replace(found.content, person_id=into))
                row.saved_at = now
        session.flush()
        store.put_entry(
            cipher,
            Kind.PERSON,
            into,
            min(first.local_date, second.local_date),
            person,
            now=now,
            session=session,
        )
        store.delete_entry(cipher, Kind.PERSON, person_id, session=session)


def get_acts_id(person_id: UUID, local_date: LocalDate) -> UUID:
    """Return the id of what was done for a person on a day, so that there is one of it."""
    return uuid5(person_id, str(local_date))
