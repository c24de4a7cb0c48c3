"""The periods that the short form of the number offers."""

from collections.abc import Callable

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice_log.numbers.rules import parse_period


def list_recent_periods(today: LocalDate) -> tuple[str, ...]:
    """Return the month, the week and the quarter of `today`, each before the one before it."""
    return tuple(
        period
        for get_period in (_get_month, _get_week, _get_quarter)
        for period in _get_this_and_last(today, get_period)
    )


def choose_period(today: LocalDate, latest: str | None) -> str:
    """Return the current period of the length that the leader used last, a month at first."""
    if latest and "W" in latest:
        return _get_week(today)
    return _get_quarter(today) if latest and "Q" in latest else _get_month(today)


def name_period(period: str) -> str:
    """Return a period as it is said: November 2026, Week 48 (from 23 Nov), Quarter 4 of 2026."""
    first, _ = parse_period(period)
    year, _, rest = period.partition("-")
    if rest.startswith("W"):
        return f"Week {int(rest[1:])} (from {first.day} {first:%b})"
    return f"Quarter {rest[1:]} of {year}" if rest.startswith("Q") else f"{first:%B} {year}"


def _get_this_and_last(today: LocalDate, get_period: Callable[[LocalDate], str]) -> tuple[str, str]:
    first, _ = parse_period(get_period(today))
    return get_period(today), get_period(days_after(first, -1))


def _get_month(day: LocalDate) -> str:
    return f"{day:%Y-%m}"


def _get_week(day: LocalDate) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _get_quarter(day: LocalDate) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
