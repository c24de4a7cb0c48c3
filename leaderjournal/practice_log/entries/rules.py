"""The kinds of entries and what each of them holds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from leaderjournal.kernel.days import LocalDate

ACTS = ("guide", "help", "develop", "teach", "counsel", "coach", "correct", "elevate")
"""The behaviours of protect & serve that are done for one person."""

LONGEST_TEXT = 2_000


class Kind(StrEnum):
    """The kind of an entry."""

    PERSON = "person"
    ACTS = "acts"
    COMMITMENT = "commitment"
    HAND_OFF = "hand-off"
    WIN = "win"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on the team; `every_days` is how often the leader wants to do something for them."""

    name: str
    every_days: int | None = None
    note: str = ""
    left_on: LocalDate | None = None


@dataclass(frozen=True, slots=True)
class Acts:
    """What the leader did for a person on a local day."""

    person_id: UUID
    acts: tuple[str, ...]


State = Literal["open", "kept", "missed"]


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the leader will do next. `moved` counts how often its due day was postponed.

    A commitment written in a day's reflection (`of_day`) has its text in the reflection only.
    """

    text: str
    due_on: LocalDate
    state: State = "open"
    reason: str = ""
    settled_on: LocalDate | None = None
    moved: int = 0
    of_day: bool = False


@dataclass(frozen=True, slots=True)
class HandOff:
    """Something the leader let go of, to whom, and when the leader stepped back in, if ever."""

    text: str
    person_id: UUID | None = None
    stepped_back_in_on: LocalDate | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Win:
    """Someone's success, and how and when it was celebrated."""

    text: str
    person_id: UUID | None = None
    celebrated_how: str = ""
    celebrated_on: LocalDate | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a week, month or quarter, such as 2026-W48, 2026-11 or 2026-Q4."""

    period: str
    unit: str = ""
    target: float | None = None
    actual: float | None = None


Content = Person | Acts | Commitment | HandOff | Win | Number

CONTENT_TYPES: Mapping[Kind, type[Content]] = {
    Kind.PERSON: Person,
    Kind.ACTS: Acts,
    Kind.COMMITMENT: Commitment,
    Kind.HAND_OFF: HandOff,
    Kind.WIN: Win,
    Kind.NUMBER: Number,
}


def to_document(content: Content) -> dict[str, Any]:
    """Return the content of an entry as plain JSON values."""
    return {
        name: list(value)
        if isinstance(value, tuple)
        else str(value)
        if isinstance(value, date | UUID)
        else value
        for name, value in asdict(content).items()
    }


def from_document(kind: Kind, document: Mapping[str, Any]) -> Content:
    """Return the content that `to_document` wrote. Raises TypeError or ValueError if invalid."""
    values: dict[str, Any] = {}
    for field in fields(CONTENT_TYPES[kind]):
        value = document.get(field.name)
        if value is None:
            continue
        if field.name.endswith("_on"):
            value = LocalDate(date.fromisoformat(value))
        elif field.name == "person_id":
            value = UUID(value)
        elif field.name == "acts":
            value = tuple(value)
        values[field.name] = value
    return CONTENT_TYPES[kind](**values)
