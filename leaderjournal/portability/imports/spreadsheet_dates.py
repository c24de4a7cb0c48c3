"""Dates as a spreadsheet writes them, where the order of day and month may have to be learned.

A date with its year first or with a month's name can be read in one way only, and who writes dots
writes the day first. `3/2/2026` can be read in two ways. The order is certain where another date of
the column has a number above 12, or where a row says the weekday or the day once more.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from leaderjournal.portability.imports.dates_in_names import find_date, is_date_alone
from leaderjournal.portability.imports.month_names import MONTHS, WEEKDAYS, fold_words
from leaderjournal.portability.imports.rules import InvalidEntry

LONGEST_DATE = 60

WEEKDAY = r"(?:[\s,]*\(?[^\W\d_]+\)?)?"
CLOCK = r"(?:[t\s,]+\d{1,2}[:.]\d{2}.*)?"
YEAR_FIRST = re.compile(
    rf"(\d{{4}})\s*[-./年년]\s*(\d{{1,2}})\s*[-./月월]\s*(\d{{1,2}})[.日일]?{WEEKDAY}{CLOCK}"
)
COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
DAY_OR_MONTH_FIRST = re.compile(
    rf"(\d{{1,2}})\s*([-./])\s*(\d{{1,2}})\s*\2\s*(\d{{4}}|[1-9]\d)\.?{CLOCK}"
)
WITH_WORDS = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\w+)[.,]?[\s-]+(?:de\s+)?(\w+)[.,]?[\s-]+(?:de\s+)?(\w+)"
)
HAS_NUMBER = re.compile(r"\d")
NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
EAST_ASIAN_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*[日일号]")
SERIAL_NUMBER = re.compile(r"\d{5}")
FIRST_SERIAL_DAY = date(1899, 12, 30)
"""The day that a spreadsheet gives the number 0."""


@dataclass(frozen=True, slots=True)
class DateRow:
    """A row's date, and what else the row says of it: the day in words and its weekday."""

    written: str
    day_in_words: str = ""
    weekday: str = ""


class DateColumn:
    """Reads the dates of a column whose order of day and month its rows make certain."""

    def __init__(self, rows: Iterable[DateRow], *, name: str = "full_date") -> None:
        """Learn the order from all `rows`; `name` is what failures call a date."""
        self._name = name
        pairs = [(row, _list_readings(_simplify(row.written))) for row in rows]
        by_number = {_get_order(found) for _, found in pairs} - {None}
        by_words = {_get_order(_narrow(row, found)) for row, found in pairs} - {None}
        votes = by_number or by_words
        self._order = votes.pop() if len(votes) == 1 else None

    def read(self, row: DateRow) -> date:
        """Return a row's date. Raises InvalidEntry for none, and for one that is not certain."""
        readings = _list_readings(_simplify(row.written))
        if not readings:
            raise InvalidEntry(f"Its {self._name} is no date, such as 2026-11-24.")
        narrow = _narrow(row, readings)
        if self._order is not None and len(readings) > 1:
            return readings[self._order]
        if len(set(narrow.values())) == 1:
            return next(iter(narrow.values()))
        if "." in row.written:
            return readings["day"]
        raise InvalidEntry(
            f"Day and month of its {self._name} cannot be told apart. Write it such as 2026-11-24."
        )


def _simplify(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text[:LONGEST_DATE]).casefold()
    return "".join(one for one in letters if unicodedata.category(one) != "Cf").strip()


@lru_cache(maxsize=10_000)
def _list_readings(written: str) -> Mapping[str, date]:
    """Return the dates that a text may mean by the order in which it is read then.

    Many entries are of the same day, and each date is read twice.
    """
    if not HAS_NUMBER.search(written):
        return {}
    for pattern in (YEAR_FIRST, COMPACT):
        if (found := pattern.fullmatch(written)) is not None:
            return _make_readings(("year", found[1], found[2], found[3]))
    if (found := DAY_OR_MONTH_FIRST.fullmatch(written)) is not None:
        return _make_readings(
            ("day", found[4], found[3], found[1]), ("month", found[4], found[1], found[3])
        )
    if SERIAL_NUMBER.fullmatch(written):
        return {"year": FIRST_SERIAL_DAY + timedelta(days=int(written))}
    return _make_readings(*_list_spelled(written))


def _list_spelled(written: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the date in a text that spells its month, as in `5-Mar-24` or `2024. március 5.`."""
    named = find_date(written)
    if named is not None and named.form is None and is_date_alone(written):
        yield "year", str(named.year), str(named.month), str(named.day)
        return
    found = WITH_WORDS.fullmatch(fold_words(written))
    if found is None:
        return
    first, second, last = found.groups()
    if second in MONTHS and first.isdecimal() and last.isdecimal():
        yield "year", last, str(MONTHS[second]), first
    elif first in MONTHS and second.isdecimal() and last.isdecimal():
        yield "year", last, str(MONTHS[first]), second


def _make_readings(*candidates: tuple[str, str, str, str]) -> dict[str, date]:
    readings = {}
    for order, year, month, day in candidates:
        try:
            readings[order] = date(int(year) + 2000 * (len(year) == 2), int(month), int(day))
        except (ValueError, OverflowError):
            continue
    return readings


def _get_order(readings: Mapping[str, date]) -> str | None:
    """Return the order that a date makes certain; None where it could have been either."""
    orders = set(readings) - {"year"}
    return orders.pop() if len(orders) == 1 else None


def _narrow(row: DateRow, readings: Mapping[str, date]) -> Mapping[str, date]:
    """Return the readings that agree with what else a row says; all where none does."""
    if len(readings) < 2:
        return readings
    weekday = WEEKDAYS.get(fold_words(row.weekday).strip(" ."))
    in_words = _simplify(row.day_in_words)
    numbers = {
        int(number) for number in EAST_ASIAN_DAY.findall(in_words) or NUMBER.findall(in_words)
    }
    agreeing = {
        order: day
        for order, day in readings.items()
        if weekday in (None, day.weekday())
        and (not numbers or (day.day in numbers and _has_other(day, numbers)))
    }
    return agreeing or readings


def _has_other(day: date, numbers: set[int]) -> bool:
    """Tell whether what a row says besides the day, such as 3 in 3月2日, is its month."""
    others = numbers - {day.day}
    return not others or day.month in others
