"""The kinds of entries, what they say, and what follows for a day, a person and a month."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from statistics import median
from typing import Any, Literal
from uuid import UUID

from leaderjournal.kernel.days import LocalDate, days_after

ACTS = ("guide", "help", "develop", "teach", "counsel", "coach", "correct", "elevate")
"""The behaviours of protect & serve that are done to a person."""

LONGEST_TEXT = 2_000

FOLLOW_UP_DAYS = 14
"""Days after the due day on which a commitment is still asked about."""


class Kind(StrEnum):
    """What an entry is."""

    PERSON = "person"
    ACTS = "acts"
    COMMITMENT = "commitment"
    HAND_OFF = "hand-off"
    WIN = "win"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the team; `every_days` is the wished-for rhythm of doing something for them."""

    name: str
    every_days: int | None = None
    note: str = ""
    left_on: LocalDate | None = None


@dataclass(frozen=True, slots=True)
class Acts:
    """What was done for a person on a local day."""

    person_id: UUID
    acts: tuple[str, ...]


State = Literal["open", "kept", "missed"]


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the leader will do next. `moved` counts how often its due day was put off.

    One that stands in a day's reflection (`of_day`) has its text there alone.
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
    """Something that the leader let go of, to whom, and when they took it back, if they did."""

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
    """Return what an entry says as plain JSON values."""
    return {
        name: list(value)
        if isinstance(value, tuple)
        else str(value)
        if isinstance(value, date | UUID)
        else value
        for name, value in asdict(content).items()
    }


def from_document(kind: Kind, document: Mapping[str, Any]) -> Content:
    """Return what an entry says. Raises TypeError or ValueError where it is none of its kind."""
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


def apply_values(
    kind: Kind,
    values: Mapping[str, Any],
    before: Content | None,
    *,
    today: LocalDate,
    due_on: LocalDate,
) -> Content:
    """Return what an entry says once `values` are written over what it said `before`.

    `due_on` is when a commitment is due that names no day. A win of which is said how it was
    celebrated, and not when, was celebrated today.
    """
    given = {
        field.name: values[field.name]
        for field in fields(CONTENT_TYPES[kind])
        if field.name in values
    }
    if kind == Kind.COMMITMENT:
        was = before if isinstance(before, Commitment) else None
        due = values["due_on"] or (was.due_on if was else due_on)
        given |= {
            "due_on": due,
            "reason": values["reason"] if values["state"] != "kept" else "",
            "settled_on": _get_settled_date(was, values, today),
            "moved": (was.moved + (was.state == "open" and due > was.due_on)) if was else 0,
            "of_day": was.of_day if was else False,
        }
    if kind == Kind.WIN and values["celebrated_how"] and values["celebrated_on"] is None:
        given["celebrated_on"] = today
    if kind == Kind.NUMBER:
        given["unit"] = values["unit"] or ""
    return CONTENT_TYPES[kind](**given)


def choose_local_date(
    kind: Kind, values: Mapping[str, Any], before: LocalDate | None, *, today: LocalDate
) -> LocalDate:
    """Return the local date of an entry: as given, as it was, or today; a number's is its first."""
    if kind == Kind.NUMBER:
        return parse_period(values["period"])[0]
    given: LocalDate | None = values.get("local_date")
    return given or before or today


def find_date_errors(
    local_date: LocalDate,
    content: Content,
    *,
    before: tuple[LocalDate, Content] | None = None,
    today: LocalDate,
) -> dict[str, list[str]]:
    """Return messages by field where the dates of an entry cannot be; nothing where all is well.

    What stood there `before` may stand on: whoever has flown west has written tomorrow.
    """
    if isinstance(content, Number):
        return {}
    wrong: dict[str, list[str]] = {}
    day_before, was = before or (None, None)
    if local_date > today and local_date != day_before:
        wrong["local_date"] = [f"Use today, {today}, or an earlier day."]
    if isinstance(content, Commitment) and content.due_on < local_date:
        wrong["due_on"] = [f"Use the day it was made, {local_date}, or a later one."]
    dates = {
        "left_on": getattr(content, "left_on", None),
        "stepped_back_in_on": getattr(content, "stepped_back_in_on", None),
        "celebrated_on": getattr(content, "celebrated_on", None),
        "settled_on": getattr(content, "settled_on", None),
    }
    for name, day in dates.items():
        if day is None or (day == getattr(was, name, None) and local_date == day_before):
            continue
        if not local_date <= day <= today:
            wrong[name] = [f"Use a day from {local_date} to today, {today}."]
    return wrong


# ---- commitments


def _get_settled_date(
    was: Commitment | None, values: Mapping[str, Any], today: LocalDate
) -> LocalDate | None:
    if values["state"] == "open":
        return None
    stays = was is not None and was.state == values["state"]
    given: LocalDate | None = values.get("settled_on")
    return given or (was.settled_on if was and stays else today)


def needs_follow_up(commitment: Commitment, today: LocalDate) -> bool:
    """Tell whether today's page asks what became of a commitment: from its due day, two weeks."""
    return commitment.state == "open" and (
        commitment.due_on <= today <= days_after(commitment.due_on, FOLLOW_UP_DAYS)
    )


def get_follow_up_from(content: Content) -> LocalDate | None:
    """Return the day from which an open commitment is asked about; None of anything else."""
    if isinstance(content, Commitment) and content.state == "open":
        return content.due_on
    return None


@dataclass(frozen=True, slots=True)
class CommitmentFigures:
    """Commitments made in a period, and what became of them: made is kept, missed and open."""

    made: int
    kept: int
    missed: int
    open: int
    moved: int = 0

    @property
    def share_kept(self) -> float | None:
        """The share kept of those that are settled, 0 to 1; None where none is."""
        settled = self.kept + self.missed
        return self.kept / settled if settled else None


def summarize_commitments(commitments: Collection[Commitment]) -> CommitmentFigures:
    """Return the figures of these commitments."""
    states = Counter(commitment.state for commitment in commitments)
    return CommitmentFigures(
        made=len(commitments),
        kept=states["kept"],
        missed=states["missed"],
        open=states["open"],
        moved=sum(commitment.moved for commitment in commitments),
    )


# ---- hand-offs


@dataclass(frozen=True, slots=True)
class HandOffFigures:
    """Hand-offs made in a period, how often the leader stepped back in, and how long they hold.

    `holding` counts all that hold on the last day looked at, `median_days` is how many days they
    have held by then; both reach back before the period.
    """

    made: int
    stepped_back_in: int
    holding: int = 0
    median_days: float | None = None


def summarize_hand_offs(
    hand_offs: Iterable[tuple[LocalDate, HandOff]], first: LocalDate, last: LocalDate
) -> HandOffFigures:
    """Return the figures from `first` to `last` of hand-offs with the day of each.

    What holds is counted on `last`: the period's last day, or today where that is earlier.
    """
    made = stepped_back_in = 0
    held = []
    for since, hand_off in hand_offs:
        back = hand_off.stepped_back_in_on
        made += first <= since <= last
        stepped_back_in += back is not None and first <= back <= last
        if since <= last and (back is None or back > last):
            held.append((last - since).days)
    return HandOffFigures(made, stepped_back_in, len(held), median(held) if held else None)


# ---- wins


def needs_celebration(day: LocalDate, win: Win, today: LocalDate) -> bool:
    """Tell whether today's page asks about a win: from the day after it, for a week."""
    return win.celebrated_on is None and days_after(day, 1) <= today <= days_after(day, 7)


# ---- people


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """How a person stands: the last act for them, and how many days of the rhythm are left.

    `left` is negative where the rhythm has been over for so many days, None without a rhythm.
    `days` are the acts by local date, the latest first.
    """

    last_on: LocalDate | None
    days_since: int | None
    days_left: int | None
    days: tuple[tuple[LocalDate, tuple[str, ...]], ...]


def get_person_status(
    person: Person,
    added_on: LocalDate,
    acts: Iterable[tuple[LocalDate, tuple[str, ...]]],
    *,
    today: LocalDate,
) -> PersonStatus:
    """Return how a person stands today; without an act the rhythm counts from when they came."""
    days = tuple(sorted(acts, reverse=True))
    last = days[0][0] if days else None
    since = (today - last).days if last else None
    left = None
    if person.every_days is not None and person.left_on is None:
        left = person.every_days - (today - (last or added_on)).days
    return PersonStatus(last, since, left, days)


def sort_by_overdue(standings: Mapping[UUID, PersonStatus]) -> list[UUID]:
    """Return people in the order in which something is due: those past their rhythm the most first.

    Those without a rhythm come after, the longest without an act first.
    """

    def place(person: UUID) -> tuple[object, ...]:
        found = standings[person]
        return (
            found.days_left is None,
            found.days_left or 0,
            found.last_on is not None,
            -(found.days_since or 0),
            str(person),
        )

    return sorted(standings, key=place)


def merge_people(person: Person, other: Person) -> Person:
    """Return a person of whom another one turned out to be the same."""
    notes = dict.fromkeys(note for note in (person.note, other.note) if note)
    return replace(
        person, every_days=person.every_days or other.every_days, note="\n\n".join(notes)
    )


def count_acts_by_person(acts: Iterable[Acts]) -> dict[UUID, int]:
    """Return how many acts each person had."""
    counted: defaultdict[UUID, int] = defaultdict(int)
    for done in acts:
        counted[done.person_id] += len(done.acts)
    return dict(counted)


def compile_names(*names: str, any_case: bool = False) -> re.Pattern[str]:
    """Return what finds people in a text: their names as words of their own, with or without @.

    Many a name is an ordinary word when it is written small, as Will and May are, and initials are
    too: it is found as it is written here, with a capital and in capitals. After an @, in several
    words or in `any_case` it is found however it is written.
    """
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    anyhow = "|".join(f"(?i:{re.escape(name)})" for name in longest_first)
    as_written = "|".join(
        f"(?i:{re.escape(name)})"
        if any_case or not name.isalpha()
        else "|".join(map(re.escape, sorted(_list_spellings(name))))
        for name in longest_first
    )
    return re.compile(rf"@(?:{anyhow})(?!\w)|(?<![\w@])(?:{as_written})(?!\w)")


def _list_spellings(name: str) -> set[str]:
    return {name, name[:1].upper() + name[1:], name.upper()}


# ---- the number

_PERIOD = re.compile(r"(\d{4})-(?:(\d{2})|W(\d{2})|Q([1-4]))", re.ASCII)


def parse_period(period: str) -> tuple[LocalDate, LocalDate]:
    """Return the first and last day of a week (ISO 8601), month or quarter. Raises ValueError."""
    found = _PERIOD.fullmatch(period)
    if not found:
        raise ValueError(period)
    year = int(found[1])
    month, week, quarter = (int(part) if part else None for part in found.groups()[1:])
    try:
        return _get_first_and_last_day(year, month, week, quarter)
    except OverflowError as error:
        raise ValueError(period) from error


def _get_first_and_last_day(
    year: int, month: int | None, week: int | None, quarter: int | None
) -> tuple[LocalDate, LocalDate]:
    if week is not None:
        first = LocalDate(date.fromisocalendar(year, week, 1))
        return first, days_after(first, 6)
    start, months = (month, 1) if month is not None else (3 * (quarter or 1) - 2, 3)
    first = LocalDate(date(year, start, 1))
    after = start + months
    following = date(year + 1, 1, 1) if after > 12 else date(year, after, 1)
    return first, days_after(LocalDate(following), -1)


@dataclass(frozen=True, slots=True)
class NumberFigures:
    """The number of a period: what was aimed at and what came of it."""

    target: float | None
    actual: float | None
    unit: str = ""


def get_number(period: str, numbers: Iterable[Number]) -> NumberFigures | None:
    """Return the number of a month or a year: its own, or the sum of its parts.

    The parts are those that begin in it: of a year its months, quarters or weeks, whichever cover
    most of it, of a month its weeks. They add up only where all share a unit.
    """
    found = [n for n in numbers if str(parse_period(n.period)[0]).startswith(period)]
    own = find_own_number(period, found)
    if own is not None:
        return own
    is_year = len(period) == len("2026")
    kinds = (r"\d{4}-\d\d", r"\d{4}-Q\d", r"\d{4}-W\d\d") if is_year else (r"\d{4}-W\d\d",)
    parts = max(
        ([n for n in found if re.fullmatch(kind, n.period)] for kind in kinds), key=_count_days
    )
    if not parts or len({n.unit for n in parts}) > 1:
        return None
    return NumberFigures(
        _sum(n.target for n in parts), _sum(n.actual for n in parts), parts[0].unit
    )


def _count_days(numbers: Iterable[Number]) -> int:
    return sum((last - first).days + 1 for first, last in (parse_period(n.period) for n in numbers))


def find_own_number(period: str | None, numbers: Iterable[Number]) -> NumberFigures | None:
    """Return the number that was noted for a period itself; None where there is none."""
    return next(
        (NumberFigures(n.target, n.actual, n.unit) for n in numbers if n.period == period), None
    )


def get_quarter(period: str) -> str | None:
    """Return the quarter, like 2026-Q4, that a month lies in; None for a year."""
    year, _, month = period.partition("-")
    return f"{year}-Q{(int(month) + 2) // 3}" if month else None


def _sum(values: Iterable[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return sum(given) if given else None


# ---- a period


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """How many acts a person had in a period."""

    name: str
    acts: int


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    """What the practice log tells of a period; `quarter` is the number of a month's quarter.

    `team` is the names of everyone who is or was on the team.
    """

    commitments: CommitmentFigures
    wins: int
    celebrated: int
    hand_offs: HandOffFigures
    people: tuple[PersonFigures, ...]
    number: NumberFigures | None
    quarter: NumberFigures | None = None
    team: frozenset[str] = frozenset()


NO_FIGURES = PracticeFigures(CommitmentFigures(0, 0, 0, 0), 0, 0, HandOffFigures(0, 0), (), None)
