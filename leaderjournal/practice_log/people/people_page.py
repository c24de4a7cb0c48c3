"""The page of people, prepared for its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.people import store
from leaderjournal.practice_log.people.rules import PersonStatus
from leaderjournal.practice_log.people.wording import format_status
from leaderjournal.practice_log.wording import format_acts


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Someone on the team; `last_acts` is empty if nothing was done for them yet."""

    id: UUID
    name: str
    status: str
    last_acts: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class FormerPerson:
    """Someone who has left the team."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The team, the most overdue first, and those who have left."""

    team: Sequence[PersonCard]
    former: Sequence[FormerPerson]


def build_people_page(cipher: Cipher, *, today: LocalDate) -> PeoplePage:
    """Return the page of people."""
    return PeoplePage(
        team=[
            _build_card(person, status) for person, status in store.list_team(cipher, today=today)
        ],
        former=[
            FormerPerson(person.id, person.content.name)
            for person in entries_store.list_stored_entries(cipher, Kind.PERSON)
            if person.content.left_on is not None
        ],
    )


def _build_card(person: Entry, status: PersonStatus) -> PersonCard:
    last_acts = status.days[0][1] if status.days else ()
    return PersonCard(
        id=person.id,
        name=person.content.name,
        status=format_status(status),
        last_acts=format_acts(last_acts),
        is_overdue=status.is_overdue,
    )
