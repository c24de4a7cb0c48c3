"""Dates in the names of files, in the forms that people and note apps give them.

A date that begins with its year or spells its month can be read in one way only. `05-03-2024` can
be read in two: which is right follows from the weekday beside it, from what else is known of the
same file, or from other dates in the same form.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import Enum

from leaderjournal.portability.imports.month_names import MONTHS, WEEKDAYS, fold_words
from leaderjournal.portability.imports.rules import InvalidEntry

LONGEST_NAME = 300
"""Letters of a name in which a date is looked for."""

_WORD = r"(?<![^\W\d_])([^\W\d_]{3,16})"
_GAP = r"[\s,._-]*"
_NTH = r"(?:st|nd|rd|th|er|e|o|a|\.)?"
_OF = r"(?:(?:de|of|del)\s+|d['’])?"

YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-._/]|\s)(\d{1,2})\2(\d{1,2})(?!\d)")
COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)()(\d\d)(\d\d)(?=(?:(?:\d\d){2,3})?(?!\d))")
EAST_ASIAN = re.compile(r"(?<!\d)(\d{4})()\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]")
YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-._/]|\s)(\d{1,2})\2(\d{4})(?!\d)")
DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}}){_NTH}{_GAP}{_OF}{_WORD}\.?{_GAP}{_OF}(\d{{4}})(?!\d)")
MONTH_DAY = re.compile(rf"{_WORD}\.?{_GAP}(\d{{1,2}}){_NTH}[\s,._-]+(\d{{4}})(?!\d)")
YEAR_MONTH_DAY = re.compile(
    rf"(?<!\d)(\d{{4}}){_GAP}{_WORD}\.?{_GAP}(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
)

WORD_BEFORE = re.compile(rf"{_WORD}\.?[\s,._(-]*\Z")
WORD_AFTER = re.compile(rf"[\s,._(-]*{_WORD}")
CLOCK_AFTER = re.compile(
    r"(?:[\s_-]+|t|\s*,\s*|\s*at\s+)?(?:(\d\d)[.:h_-]?([0-5]\d)|(\d{1,2})[.:h]([0-5]\d))"
    r"(?:[.:_-]?[0-5]\d)?(?!\d)\s*([ap]\.?m)?"
)

BESIDE_DATES = frozenset(
    {
        *("st", "nd", "rd", "th", "er", "e", "o", "a", "de", "del", "of", "d", "the", "le", "el"),
        *("den", "der", "am", "pm", "at", "um", "uhr", "t", "z"),
        *("年", "月", "日", "년", "월", "일", "号", "г", "р", "год", "года"),
        *("feira", "יום", "dia", "die", "kl", "klo"),
    }
)
"""Words that are part of a date."""


class Order(Enum):
    """In which order a form has day and month."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date as a name writes it, which need not exist.

    `form` is None where `month` and `day` are certain; else they may be the other way round, and
    names of the same form have the same order. `weekday` and `clock` stand beside the date.
    """

    year: int
    month: int
    day: int
    form: str | None = None
    weekday: int | None = None
    clock: time | None = None

    @property
    def readings(self) -> Mapping[Order, date]:
        """The dates that it may be; both have the key `MONTH_FIRST` where they are the same."""
        found = {}
        if (plain := _make_date(self.year, self.month, self.day)) is not None:
            found[Order.MONTH_FIRST] = plain
        if self.form and self.month != self.day:
            other = _make_date(self.year, self.day, self.month)
            if other is not None:
                found[Order.DAY_FIRST] = other
        agreeing = {o: day for o, day in found.items() if day.weekday() == self.weekday}
        return agreeing or found


@dataclass(frozen=True, slots=True)
class KnownDay:
    """What else is known of a file's day; without `day` only its month."""

    year: int
    month: int
    day: int | None = None

    def agrees_with(self, reading: date) -> bool:
        """Tell whether a reading is of this day, or in this month."""
        same_month = (reading.year, reading.month) == (self.year, self.month)
        return same_month and self.day in (None, reading.day)


def find_date(text: str, *, source: str = "") -> NamedDate | None:
    """Return the first date in `text` that exists, else the first that does not, else None.

    Digits before or after a date that are part of the same number make it none. `source` is part of
    the date's form, so that names and fields do not vouch for each other.
    """
    folded = fold_words(text[:LONGEST_NAME])
    found = sorted(_list_dates(folded, source), key=lambda one: one[0])
    dates = [named for _, named in found]
    return next((named for named in dates if named.readings), dates[0] if dates else None)


def narrow_readings(named: NamedDate, known: Sequence[KnownDay]) -> Mapping[Order, date]:
    """Return the readings of a date that agree with what is known; all where none does."""
    readings = named.readings
    agreeing = {
        order: day for order, day in readings.items() if any(one.agrees_with(day) for one in known)
    }
    return agreeing or readings


def learn_orders(
    dates: Iterable[tuple[NamedDate, Sequence[KnownDay]]],
) -> dict[str, Order | None]:
    """Return the order of each form that one of `dates` makes certain; None where two disagree."""
    votes: defaultdict[str, set[Order]] = defaultdict(set)
    for named, known in dates:
        readings = narrow_readings(named, known)
        if named.form and named.month != named.day and len(readings) == 1:
            votes[named.form].update(readings)
    return {form: found.pop() if len(found) == 1 else None for form, found in votes.items()}


def choose_reading(
    named: NamedDate,
    known: Sequence[KnownDay] = (),
    orders: Mapping[str, Order | None] = {},
    *,
    otherwise: Order | None = None,
) -> date:
    """Return the day that a date means, by the order of its form or else `otherwise`.

    Raises InvalidEntry for a day that does not exist, and where day and month cannot be told apart.
    """
    readings = narrow_readings(named, known)
    if not readings:
        raise InvalidEntry("It has a date that does not exist. Write it such as 2026-11-24.")
    if len(readings) == 1:
        return next(iter(readings.values()))
    order = orders.get(named.form or "", otherwise)
    if order is None:
        raise InvalidEntry(
            "Day and month of its date cannot be told apart. "
            "Rename it to begin with the year, such as 2026-11-24."
        )
    return readings[order]


def parse_clock(text: str) -> time | None:
    """Return the time of day that a text begins with, such as `9:30 pm`; None where it has none."""
    found = CLOCK_AFTER.match(fold_words(text[:LONGEST_NAME].strip()))
    return _to_clock(found) if found else None


def is_date_alone(text: str) -> bool:
    """Tell whether a text is a date and nothing else, such as `Tuesday, 5 March 2024`."""
    plain = EAST_ASIAN.sub(" ", fold_words(text[:LONGEST_NAME]))
    words = re.findall(r"[^\W\d_]+", plain)
    return len(text) < LONGEST_NAME and all(
        word in MONTHS or word in WEEKDAYS or word in BESIDE_DATES for word in words
    )


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _list_dates(text: str, source: str) -> Iterable[tuple[int, NamedDate]]:
    """Yield the position of each date in a folded text, and the date."""
    for pattern in (YEAR_FIRST, COMPACT, EAST_ASIAN):
        for found in pattern.finditer(text):
            year, gap, month, day = found.groups()
            if gap.isspace() and not len(month) == len(day) == 2:
                continue
            yield found.start(), _build(found, int(year), int(month), int(day))
    for found in YEAR_LAST.finditer(text):
        month, gap, day, year = found.groups()
        if gap.isspace() and not len(month) == len(day) == 2:
            continue
        named = _build(found, int(year), int(month), int(day))
        has_weekday = "" if named.weekday is None else " weekday"
        form = f"{source}{gap if not gap.isspace() else ' '}{has_weekday}"
        yield found.start(), _with_form(named, form)
    yield from _list_spelled(text, DAY_MONTH, lambda day, month, year: (year, month, day))
    yield from _list_spelled(text, MONTH_DAY, lambda month, day, year: (year, month, day))
    yield from _list_spelled(text, YEAR_MONTH_DAY, lambda year, month, day: (year, month, day))


def _list_spelled(
    text: str, pattern: re.Pattern[str], arrange: Callable[[str, str, str], tuple[str, str, str]]
) -> Iterable[tuple[int, NamedDate]]:
    for found in pattern.finditer(text):
        year, month, day = arrange(*found.groups())
        if month in MONTHS:
            yield found.start(), _build(found, int(year), MONTHS[month], int(day))


def _build(found: re.Match[str], year: int, month: int, day: int) -> NamedDate:
    before = WORD_BEFORE.search(found.string, 0, found.start())
    after = WORD_AFTER.match(found.string, found.end())
    words = [word[1] for word in (before, after) if word is not None]
    weekday = next((WEEKDAYS[word] for word in words if word in WEEKDAYS), None)
    clock = CLOCK_AFTER.match(found.string, found.end())
    return NamedDate(year, month, day, weekday=weekday, clock=_to_clock(clock) if clock else None)


def _with_form(named: NamedDate, form: str) -> NamedDate:
    return NamedDate(named.year, named.month, named.day, form, named.weekday, named.clock)


def _to_clock(found: re.Match[str]) -> time | None:
    hour, minute = int(found[1] or found[3]), int(found[2] or found[4])
    if found[5] and 1 <= hour <= 12:
        hour = hour % 12 + 12 * found[5].startswith("p")
    return time(hour, minute) if hour < 24 else None
