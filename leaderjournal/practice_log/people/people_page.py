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
from leaderjournal.practice_log.people.wording import format_days_ago, format_due
from leaderjournal.practice_log.wording import capitalize, format_acts


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Someone on the team: what was last done for them and when, and when they are due."""

    id: UUID
    name: str
    last: str
    due: str
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
    summary: str


def build_people_page(cipher: Cipher, *, today: LocalDate) -> PeoplePage:
    """Return the page of people."""
    team = [_build_card(person, status) for person, status in store.list_team(cipher, today=today)]
    return PeoplePage(
        team=team,
        summary=_format_summary(team),
        former=[
            FormerPerson(person.id, person.content.name)
            for person in entries_store.list_stored_entries(cipher, Kind.PERSON)
            if person.content.left_on is not None
        ],
    )


def _build_card(person: Entry, status: PersonStatus) -> PersonCard:
    last = "Nothing logged yet"
    if status.days_since is not None:
        acts = format_acts(status.days[0][1]).lower()
        last = f"Helped {format_days_ago(status.days_since)}: {acts}"
    return PersonCard(
        id=person.id,
        name=person.content.name,
        last=last,
        due=capitalize(format_due(status.days_left)),
        is_overdue=status.is_overdue,
    )


def _format_summary(team: Sequence[PersonCard]) -> str:
    """Return how many people wait, for the head of the page."""
    overdue = sum(card.is_overdue for card in team)
    if not any(card.due for card in team):
        return "People you haven’t helped for the longest time come first."
    if not overdue:
        return "Nobody is waiting longer than you planned."
    who = "1 person is" if overdue == 1 else f"{overdue} people are"
    return f"{who} waiting longer than you planned."
