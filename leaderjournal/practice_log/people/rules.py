"""Who is overdue for attention, how two people are merged, and where a name is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.letters.names.rules import NameFinder
from leaderjournal.practice_log.entries.rules import Acts, Person

FAR_FROM_BEGINNING = 150
WORDS_BEFORE_NAME = 60
"""Both in characters."""


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """The last acts for a person, and how many days of their rhythm are left.

    `days_left` is negative for someone overdue, None for someone without a rhythm. `days` are the
    acts by local date, the latest first.
    """

    last_on: LocalDate | None
    days_since: int | None
    days_left: int | None
    days: tuple[tuple[LocalDate, tuple[str, ...]], ...]

    @property
    def is_overdue(self) -> bool:
        """Whether the rhythm has passed without an act."""
        return self.days_left is not None and self.days_left < 0


def get_person_status(
    person: Person,
    added_on: LocalDate,
    acts: Iterable[tuple[LocalDate, tuple[str, ...]]],
    *,
    today: LocalDate,
) -> PersonStatus:
    """Return a person's status today; before the first act the rhythm counts from `added_on`."""
    days = tuple(sorted(acts, reverse=True))
    last = days[0][0] if days else None
    days_since = (today - last).days if last else None
    days_left = None
    if person.every_days is not None and person.left_on is None:
        days_left = person.every_days - (today - (last or added_on)).days
    return PersonStatus(last, days_since, days_left, days)


def sort_by_overdue(statuses: Mapping[UUID, PersonStatus]) -> list[UUID]:
    """Return people in the order of their due days, the most overdue first.

    People without a rhythm come last; among them the longest without an act come first.
    """

    def get_order(person: UUID) -> tuple[object, ...]:
        status = statuses[person]
        return (
            status.days_left is None,
            status.days_left or 0,
            status.last_on is not None,
            -(status.days_since or 0),
            str(person),
        )

    return sorted(statuses, key=get_order)


def merge_people(person: Person, duplicate: Person) -> Person:
    """Return a person with the note of their duplicate, and with its rhythm if they have none."""
    notes = dict.fromkeys(note for note in (person.note, duplicate.note) if note)
    return replace(
        person, every_days=person.every_days or duplicate.every_days, note="\n\n".join(notes)
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a day about a person; `also_on` are the earlier days with the very same text."""

    local_date: LocalDate
    text: str
    also_on: tuple[LocalDate, ...]


def join_passages(passages: Iterable[tuple[LocalDate, str]]) -> list[Passage]:
    """Return texts with the day they were written, the latest first, and each text only once.

    `passages` come the latest first; a repeated text stands under its latest day.
    """
    texts: dict[str, str] = {}
    days: defaultdict[str, dict[LocalDate, None]] = defaultdict(dict)
    for day, text in passages:
        same = normalize_passage(text)
        texts.setdefault(same, text)
        days[same].setdefault(day)
    return [
        Passage(latest, texts[same], tuple(earlier)) for same, (latest, *earlier) in days.items()
    ]


def begin_near_name(text: str, name: str) -> str:
    """Return a text from shortly before a name on, if the name stands far from its beginning."""
    start, _ = next(compile_names(name).find_spans(text), (0, 0))
    if start <= FAR_FROM_BEGINNING:
        return text
    skipped = text.rfind(" ", 0, start - WORDS_BEFORE_NAME)
    return f"… {text[skipped + 1 :]}" if skipped > 0 else text


def normalize_passage(text: str) -> str:
    """Return what two texts have in common that are the same but for case and spaces."""
    return " ".join(text.casefold().split())


def count_acts_by_person(acts: Iterable[Acts]) -> dict[UUID, int]:
    """Return how many acts each person received."""
    counts: defaultdict[UUID, int] = defaultdict(int)
    for entry in acts:
        counts[entry.person_id] += len(entry.acts)
    return dict(counts)


def compile_names(*names: str, any_case: bool = False) -> NameFinder:
    """Return what finds names in a text as whole words, with or without an @."""
    return NameFinder(*names, any_case=any_case)
