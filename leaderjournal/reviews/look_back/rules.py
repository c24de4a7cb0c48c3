"""The look-back of a day: the days a week, a month, a quarter and a year before it."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reflections.rules import DayContent

MONTHS_BACK = {"A month ago": 1, "A quarter ago": 3, "A year ago": 12}


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An answer to look back at."""

    key: Key
    score: int | None
    text: str


@dataclass(frozen=True, slots=True)
class EarlierDay:
    """A day to look back at; `title` says how long ago it is."""

    title: str
    date: LocalDate
    answers: tuple[EarlierAnswer, ...]
    note: str
    commitment: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read: an answer of spaces, or under a key that is gone."""
        return not (self.answers or self.note or self.commitment)


def list_look_back_dates(day: LocalDate) -> dict[str, LocalDate]:
    """Return the local dates to look back at from `day`, by their titles.

    A month ago is the same date of the month before, or the last day of a shorter month.
    """
    found = {"A week ago": LocalDate(day - timedelta(days=7))}
    for name, months in MONTHS_BACK.items():
        year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
        last = monthrange(year, month + 1)[1]
        found[name] = LocalDate(day.replace(year=year, month=month + 1, day=min(day.day, last)))
    return found


def build_earlier_days(
    day: LocalDate, stored: Mapping[LocalDate, DayContent], keys: Sequence[Key]
) -> tuple[EarlierDay, ...]:
    """Return the days to look back at from `day` that are `stored` and have something to show."""
    found = (
        _build_earlier_day(title, date, stored[date], keys)
        for title, date in list_look_back_dates(day).items()
        if date in stored
    )
    return tuple(earlier for earlier in found if not earlier.is_empty)


def _build_earlier_day(
    title: str, date: LocalDate, content: DayContent, keys: Sequence[Key]
) -> EarlierDay:
    return EarlierDay(
        title,
        date,
        tuple(_list_answers(content, keys)),
        content.note.strip() and content.note,
        content.commitment.strip() and content.commitment,
    )


def _list_answers(content: DayContent, keys: Sequence[Key]) -> Iterator[EarlierAnswer]:
    for key in keys:
        answer = content.get_answer(key.slug)
        if answer.is_answered:
            yield EarlierAnswer(key, answer.score, answer.text.strip() and answer.text)
