"""The periods that a number is for, and how the numbers of shorter periods add up."""

import re
from calendar import month_name
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice_log.entries.rules import Number

_PERIOD = re.compile(r"(\d{4})-(?:(\d{2})|W(\d{2})|Q([1-4]))", re.ASCII)

ORDINALS = ("1st", "2nd", "3rd", "4th")


def parse_period(period: str) -> tuple[LocalDate, LocalDate]:
    """Return the first and last day of a week (ISO 8601), month or quarter. Raises ValueError."""
    match = _PERIOD.fullmatch(period)
    if not match:
        raise ValueError(period)
    year = int(match[1])
    month, week, quarter = (int(part) if part else None for part in match.groups()[1:])
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
    next_start = start + months
    following = date(year + 1, 1, 1) if next_start > 12 else date(year, next_start, 1)
    return first, days_after(LocalDate(following), -1)


def format_period(period: str) -> str:
    """Return a period in words: November 2026, Week 48, 2026, or 4th quarter 2026.

    What is no period is returned as it is.
    """
    match = _PERIOD.fullmatch(period)
    if not match:
        return period
    year, month, week, quarter = match.groups()
    if week:
        return f"Week {int(week)}, {year}"
    if quarter:
        return f"{ORDINALS[int(quarter) - 1]} quarter {year}"
    return f"{month_name[int(month)]} {year}" if 1 <= int(month) <= 12 else period


def get_quarter(period: str) -> str | None:
    """Return the quarter of a month, such as 2026-Q4; None for a year."""
    year, _, month = period.partition("-")
    return f"{year}-Q{(int(month) + 2) // 3}" if month else None


@dataclass(frozen=True, slots=True)
class NumberFigures:
    """The target and the actual of a period."""

    target: float | None
    actual: float | None
    unit: str = ""


def get_number(period: str, numbers: Iterable[Number]) -> NumberFigures | None:
    """Return the number of a month or a year: its own, or the sum of its parts.

    The parts are those that begin in the period: the weeks of a month; the months, quarters or
    weeks of a year, whichever cover most of it. They are added only if all have the same unit.
    """
    in_period = [n for n in numbers if str(parse_period(n.period)[0]).startswith(period)]
    own = find_own_number(period, in_period)
    if own is not None:
        return own
    is_year = len(period) == len("2026")
    patterns = (r"\d{4}-\d\d", r"\d{4}-Q\d", r"\d{4}-W\d\d") if is_year else (r"\d{4}-W\d\d",)
    parts = max(
        ([n for n in in_period if re.fullmatch(pattern, n.period)] for pattern in patterns),
        key=_count_days,
    )
    if not parts or len({n.unit for n in parts}) > 1:
        return None
    return NumberFigures(
        _sum_known(n.target for n in parts), _sum_known(n.actual for n in parts), parts[0].unit
    )


def find_own_number(period: str | None, numbers: Iterable[Number]) -> NumberFigures | None:
    """Return the number logged for the period itself; None if there is none."""
    return next(
        (NumberFigures(n.target, n.actual, n.unit) for n in numbers if n.period == period), None
    )


def _count_days(numbers: Iterable[Number]) -> int:
    return sum((last - first).days + 1 for first, last in (parse_period(n.period) for n in numbers))


def _sum_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def format_amount(amount: float | None) -> str:
    """Return an amount as it is typed, without the decimals a whole number does not need."""
    return "" if amount is None else f"{amount:.15g}"
