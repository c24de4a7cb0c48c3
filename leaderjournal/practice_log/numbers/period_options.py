"""The periods that a form offers for a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice_log.numbers.rules import format_period, get_quarter
from leaderjournal.practice_log.wording import Option

EARLIEST_DATE, LATEST_DATE = date(1901, 1, 1), date(2998, 12, 31)
"""Around them, months and weeks are those of valid years."""

MONTHS_BACK, WEEKS_BACK, QUARTERS_BACK = 12, 8, 4


@dataclass(frozen=True, slots=True)
class PeriodGroup:
    """The periods of one length, the next one first."""

    name: str
    options: Sequence[Option]


def list_period_groups(day: LocalDate, chosen: str) -> tuple[PeriodGroup, ...]:
    """Return the months, weeks and quarters around a day; a `chosen` one beyond them comes first.

    So an old period stays chosen when its number is changed, and so does what was typed wrongly.
    """
    day = LocalDate(min(max(day, EARLIEST_DATE), LATEST_DATE))
    groups = {
        "Months": [_shift_month(day, -back) for back in range(-1, MONTHS_BACK + 1)],
        "Weeks": [_format_week(days_after(day, -7 * back)) for back in range(-1, WEEKS_BACK + 1)],
        "Quarters": [
            get_quarter(_shift_month(day, -3 * back)) or "" for back in range(-1, QUARTERS_BACK + 1)
        ],
    }
    offered = {period for periods in groups.values() for period in periods}
    if chosen and chosen not in offered:
        groups = {"Chosen": [chosen], **groups}
    return tuple(
        PeriodGroup(
            name, [Option(period, format_period(period), period == chosen) for period in periods]
        )
        for name, periods in groups.items()
    )


def list_recent_periods(today: LocalDate) -> tuple[str, ...]:
    """Return the month, the week and the quarter of `today`, each before the one before it."""
    months = [_shift_month(today, -back) for back in (0, 1)]
    weeks = [_format_week(days_after(today, -7 * back)) for back in (0, 1)]
    quarters = [get_quarter(_shift_month(today, -3 * back)) or "" for back in (0, 1)]
    return (*months, *weeks, *quarters)


def choose_period(today: LocalDate, latest: str | None) -> str:
    """Return the current period of the length that the leader used last, a month at first."""
    month, _, week, _, quarter, _ = list_recent_periods(today)
    if latest and "W" in latest:
        return week
    return quarter if latest and "Q" in latest else month


def _shift_month(day: LocalDate, months: int) -> str:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return f"{year:04}-{month + 1:02}"


def _format_week(day: LocalDate) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"
