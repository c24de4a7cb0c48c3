"""The SQL of people: the team, what was done for each of them, and what was written about them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.commitments import store as commitments_store
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import ACTS, Acts, Kind
from leaderjournal.practice_log.entries.store import Entry, EntryNotFound
from leaderjournal.practice_log.people.rules import (
    Passage,
    PersonStatus,
    compile_names,
    get_person_status,
    join_passages,
    normalize_passage,
    sort_by_overdue,
)
from leaderjournal.practice_log.trash import store as trash_store
from leaderjournal.reflections import store as reflections_store

MAX_PASSAGES = 8
PROMISES_SEARCHED = 100
"""How many open commitments are searched for a name."""


def get_team_names(cipher: Cipher) -> set[str]:
    """Return the names of everyone who is or was on the team."""
    people = entries_store.list_stored_entries(cipher, Kind.PERSON)
    return {person.content.name for person in people}


def list_team(cipher: Cipher, *, today: LocalDate) -> list[tuple[Entry, PersonStatus]]:
    """Return everyone on the team who has not left, with their status, the most overdue first."""
    people = {
        person.id: person
        for person in entries_store.list_stored_entries(cipher, Kind.PERSON)
        if person.content.left_on is None
    }
    statuses = get_statuses(cipher, people.values(), today=today)
    return [(people[person], statuses[person]) for person in sort_by_overdue(statuses)]


def get_statuses(
    cipher: Cipher, people: Iterable[Entry], *, today: LocalDate
) -> dict[UUID, PersonStatus]:
    """Return the status of each of these people today."""
    days: defaultdict[UUID, list[tuple[LocalDate, tuple[str, ...]]]] = defaultdict(list)
    for entry in entries_store.list_stored_entries(cipher, Kind.ACTS):
        days[entry.content.person_id].append((entry.local_date, entry.content.acts))
    return {
        person.id: get_person_status(
            person.content, person.local_date, days[person.id], today=today
        )
        for person in people
    }


def list_entries_of_person(cipher: Cipher, kind: Kind, person_id: UUID) -> list[Entry]:
    """Return the entries of a kind that name a person, the latest day first."""
    entries = entries_store.list_stored_entries(cipher, kind)
    return [entry for entry in entries if entry.content.person_id == person_id]


def put_acts(
    cipher: Cipher, person_id: UUID, local_date: LocalDate, acts: Iterable[str], *, now: Instant
) -> bool:
    """Replace what was done for a person on a day; no acts put the entry into the trash.

    Return whether it did. Raises EntryNotFound if the person does not exist.
    """
    content, entry_id = Acts(person_id, tuple(acts)), get_acts_id(person_id, local_date)
    with lock_people(cipher, person_id) as session:
        if not content.acts:
            return trash_store.delete_entry(cipher, Kind.ACTS, entry_id, now=now, session=session)
        entries_store.put_entry(
            cipher, Kind.ACTS, entry_id, local_date, content, now=now, session=session
        )
        return False


def add_acts(
    cipher: Cipher, person_id: UUID, local_date: LocalDate, acts: Iterable[str], *, now: Instant
) -> bool:
    """Add to what was done for a person on a day; return False, as nothing is deleted.

    Raises EntryNotFound if the person does not exist.
    """
    with lock_people(cipher, person_id) as session:
        join_acts(session, cipher, person_id, local_date, acts, now=now)
        return False


@contextmanager
def lock_people(cipher: Cipher, *people: UUID) -> Iterator[Session]:
    """Lock the log while these people exist. Raises EntryNotFound."""
    with entries_store.lock_log(cipher) as session:
        if any(
            entries_store.find_stored_entry(cipher, Kind.PERSON, person) is None
            for person in people
        ):
            raise EntryNotFound
        yield session


def join_acts(
    session: Session,
    cipher: Cipher,
    person_id: UUID,
    local_date: LocalDate,
    acts: Iterable[str],
    *,
    now: Instant,
) -> None:
    """Add acts to those stored for a person on a day, in the caller's transaction."""
    entry_id = get_acts_id(person_id, local_date)
    stored = entries_store.find_stored_entry(cipher, Kind.ACTS, entry_id)
    joined = set(acts).union(stored.content.acts if stored else ())
    if not joined:
        return
    content = Acts(person_id, tuple(act for act in ACTS if act in joined))
    entries_store.put_entry(
        cipher, Kind.ACTS, entry_id, local_date, content, now=now, session=session
    )


def get_acts_id(person_id: UUID, local_date: LocalDate) -> UUID:
    """Return the id of the entry with a person's acts on a day: there is one a day."""
    return uuid5(person_id, str(local_date))


def find_passages(cipher: Cipher, person: Entry, *, today: LocalDate) -> list[Passage]:
    """Return the last texts of the past year that name a person, each once, the latest first."""
    name = compile_names(person.content.name)
    passages: list[tuple[LocalDate, str]] = []
    texts_found: set[str] = set()
    for day in reflections_store.iter_days(cipher, first=days_after(today, -365), last=today):
        texts = (*(answer.text for answer in day.content.answers), day.content.note)
        found = [text for text in texts if name.search(text)]
        passages += [(day.local_date, text) for text in found]
        texts_found.update(map(normalize_passage, found))
        if len(texts_found) >= MAX_PASSAGES:
            break
    return join_passages(passages)


def list_promises(cipher: Cipher, person: Entry) -> list[Entry]:
    """Return the latest open commitments that name a person."""
    name = compile_names(person.content.name)
    commitments, _ = commitments_store.list_page(cipher, is_open=True, limit=PROMISES_SEARCHED)
    return [entry for entry in commitments if name.search(entry.content.text)]
