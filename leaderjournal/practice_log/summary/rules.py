"""The figures of the practice log for a month or a year."""

from collections.abc import Iterator
from dataclasses import dataclass

from leaderjournal.practice_log.commitments.rules import CommitmentFigures
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
