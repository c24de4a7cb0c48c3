"""What today's page says once its three keys are answered: the streak, and a passage of earlier."""

from collections.abc import Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.look_back.rules import EarlierDay

FIRST_DAY = "Your first day is written"
ANY_DAY = "Today is written"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of an earlier day; `title` says how long ago that is."""

    title: str
    date: LocalDate
    key: Key
    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The moment that closes a day: its heading, and a passage to look back at, if there is one."""

    heading: str
    passage: Passage | None


def build_closing(current: int, longest: int, earlier: Sequence[EarlierDay]) -> Closing:
    """Return the moment, given the current and the longest streak with today's page written."""
    return Closing(format_heading(current, longest), choose_passage(earlier))


def format_heading(current: int, longest: int) -> str:
    """Return the heading: the streak, once it has more than a day."""
    if current > 1:
        return f"{current} days in a row"
    return FIRST_DAY if longest <= 1 else ANY_DAY


def choose_passage(earlier: Sequence[EarlierDay]) -> Passage | None:
    """Return one passage, of the day that is longest ago; `earlier` begins with the latest day."""
    for day in reversed(earlier):
        for answer in day.answers:
            if answer.text:
                return Passage(day.title, day.date, answer.key, answer.text.strip())
    return None
