"""The figures of the practice log for a month or a year."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.commitments.rules import CommitmentFigures
from leaderjournal.practice_log.entries.rules import HandOff, Person
from leaderjournal.practice_log.hand_offs.rules import HandOffFigures
from leaderjournal.practice_log.numbers.rules import NumberFigures


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """How many acts a person received in a period."""

    name: str
    acts: int

    @property
    def times(self) -> str:
        """How often they were helped, in words."""
        return _format_times(self.acts)


@dataclass(frozen=True, slots=True)
class UnhelpedPerson:
    """Someone who received no act in a period, although the leader planned one every few days."""

    name: str
    every_days: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A hand-off that was made, or stepped back in on, in a period; `name` may be empty."""

    made_on: LocalDate
    text: str
    name: str
    stepped_back_in_on: LocalDate | None


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure as a page shows it, such as 3 of 5 commitments; `total` may be empty."""

    label: str
    value: str
    total: str = ""


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    """The practice log of a period; `quarter` is the number of the quarter that a month is in.

    `team` holds the names of everyone who is or was on the team.
    """

    commitments: CommitmentFigures
    wins: int
    celebrated: int
    hand_offs: HandOffFigures
    people: tuple[PersonFigures, ...]
    number: NumberFigures | None
    quarter: NumberFigures | None = None
    team: frozenset[str] = frozenset()
    unhelped: tuple[UnhelpedPerson, ...] = ()
    handed_over: tuple[HandedOver, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was logged."""
        return not (self.lines or self.people)

    @property
    def has_number(self) -> bool:
        """Whether there is a number for the period or its quarter."""
        return self.number is not None or self.quarter is not None

    @property
    def lines(self) -> tuple[FigureLine, ...]:
        """The figures in words, for a page."""
        return (
            *_format_commitments(self.commitments),
            *_format_wins(self.wins, self.celebrated),
            *_format_hand_offs(self.hand_offs),
            *_format_number(self.number, "your number"),
            *_format_number(self.quarter, "the quarter’s number"),
        )


def list_unhelped(
    people: Iterable[tuple[UUID, LocalDate, Person]],
    helped: Collection[UUID],
    first: LocalDate,
    last: LocalDate,
) -> tuple[UnhelpedPerson, ...]:
    """Return who was overdue on `last` and received nothing since `first`, by rhythm.

    `people` are ids, the days on which they were added, and people; `helped` are the ids of those
    who received an act. Only people who were on the team on `first` and still are count.
    """
    return tuple(
        UnhelpedPerson(person.name, person.every_days)
        for person_id, added_on, person in sorted(
            people, key=lambda item: (item[2].every_days or 0, item[2].name)
        )
        if person.every_days
        and person.left_on is None
        and added_on <= first
        and person_id not in helped
        and (last - first).days >= person.every_days
    )


def list_handed_over(
    hand_offs: Iterable[tuple[LocalDate, HandOff]],
    names: Mapping[UUID, str],
    first: LocalDate,
    last: LocalDate,
) -> tuple[HandedOver, ...]:
    """Return the hand-offs made or stepped back in on from `first` to `last`, in order."""
    return tuple(
        HandedOver(
            made_on,
            hand_off.text,
            names.get(hand_off.person_id, "") if hand_off.person_id else "",
            hand_off.stepped_back_in_on,
        )
        for made_on, hand_off in sorted(hand_offs, key=lambda item: (item[0], item[1].text))
        if first <= made_on <= last or first <= (hand_off.stepped_back_in_on or date.min) <= last
    )


NO_FIGURES = PracticeFigures(CommitmentFigures(0, 0, 0, 0), 0, 0, HandOffFigures(0, 0), (), None)


def _format_commitments(figures: CommitmentFigures) -> Iterator[FigureLine]:
    if not figures.made:
        return
    label = "commitments kept"
    if figures.share_kept is not None:
        label += f" ({round(figures.share_kept * 100)}% of completed)"
    if figures.open:
        label += f", {figures.open} open"
    if figures.moved:
        label += f", rescheduled {_format_times(figures.moved)}"
    yield FigureLine(label, str(figures.kept), str(figures.made))


def _format_wins(wins: int, celebrated: int) -> Iterator[FigureLine]:
    if wins:
        yield FigureLine("wins celebrated", str(celebrated), str(wins))


def _format_hand_offs(figures: HandOffFigures) -> Iterator[FigureLine]:
    if figures.made or figures.stepped_back_in or figures.holding:
        label = "handed over"
        if figures.stepped_back_in:
            label += f", you stepped back in {_format_times(figures.stepped_back_in)}"
        yield FigureLine(label, str(figures.made))
    if figures.holding:
        days = round(figures.median_days or 0)
        length = "1 day" if days == 1 else f"{days} days"
        if figures.holding == 1:
            label = (
                f"hand-off still theirs, for {length}" if days else "hand-off theirs since today"
            )
        else:
            label = f"hand-offs still theirs, typically for {length}"
        yield FigureLine(label, str(figures.holding))


def _format_number(number: NumberFigures | None, label: str) -> Iterator[FigureLine]:
    if number is None:
        return
    if number.unit:
        label += f", {number.unit}"
    if number.actual is None:
        label += ", no result yet"
    yield FigureLine(label, _format_amount(number.actual), _format_amount(number.target))


def _format_amount(amount: float | None) -> str:
    return "" if amount is None else f"{amount:,.15g}"


def _format_times(number: int) -> str:
    return "1 time" if number == 1 else f"{number} times"
