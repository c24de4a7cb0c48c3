"""Days, counts and names as the log's pages write them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.letters.folding.rules import fold
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.entries.rules import ACTS
from leaderjournal.practice_log.entries.store import Entry


@dataclass(frozen=True, slots=True)
class Option:
    """A choice in a form: a person to select or an act to tick."""

    value: str
    name: str
    is_chosen: bool = False


def format_short_day(day: LocalDate) -> str:
    """Return a day such as Tue 24 Nov."""
    return f"{day:%a} {day.day} {day:%b}"


def format_day(day: LocalDate, today: LocalDate) -> str:
    """Return a day such as Tue 24 Nov, with its year unless that is this year."""
    return format_short_day(day) + (f" {day.year}" if day.year != today.year else "")


def format_full_day(day: LocalDate) -> str:
    """Return a day such as Tuesday 24 November 2026."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def format_count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 day, 2 days."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def capitalize(text: str) -> str:
    """Return text that begins with a capital letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def shorten_text(text: str, most: int) -> str:
    """Return text of at most `most` characters, cut after a word."""
    if len(text) <= most:
        return text
    cut = text[:most]
    return f"{cut.rsplit(None, 1)[0] if len(cut.split()) > 1 else cut} …"


def format_acts(acts: Iterable[str]) -> str:
    """Return the names of acts in a row."""
    return ", ".join(_get_act_name(act) for act in acts)


def list_act_options(chosen: Iterable[str] = ()) -> tuple[Option, ...]:
    """Return the acts to tick; `chosen` are ticked."""
    ticked = set(chosen)
    return tuple(Option(act, _get_act_name(act), act in ticked) for act in ACTS)


def list_person_options(
    people: Iterable[Entry], chosen: UUID | str | None = None
) -> tuple[Option, ...]:
    """Return the people to choose from by name: the team, and the person already chosen."""
    chosen_id = str(chosen)
    return tuple(
        Option(str(person.id), person.content.name, str(person.id) == chosen_id)
        for person in sort_by_name(people)
        if person.content.left_on is None or str(person.id) == chosen_id
    )


def sort_by_name(people: Iterable[Entry]) -> list[Entry]:
    """Return people by name."""
    return sorted(people, key=lambda person: fold(person.content.name))


def _get_act_name(act: str) -> str:
    return catalogue.get_behaviour("protect-and-serve", act).name
