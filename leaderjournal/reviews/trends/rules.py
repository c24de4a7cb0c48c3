"""The charts of the keys over the days and the months, with the values of their tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import Mean
from leaderjournal.reviews.drawings.rules import (
    TrendDrawing,
    draw_trend,
)
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.reports.rules import PeriodReport

NAMED_DAYS = frozenset({1, 8, 15, 22, 29})


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day's scores, in the order of the keys."""

    date: LocalDate
    scores: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """The mean of each key in a month, in the order of the keys."""

    month: Period
    means: tuple[Mean, ...]


@dataclass(frozen=True, slots=True)
class DayTrend:
    """The keys day by day; `drawing` is None where there is no line."""

    title: str
    drawing: TrendDrawing | None
    rows: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True)
class MonthTrend:
    """The keys over twelve months; `drawing` is None where there is no line."""

    title: str
    drawing: TrendDrawing | None
    rows: tuple[MonthRow, ...]


def build_day_trend(report: PeriodReport, keys: Sequence[Key]) -> DayTrend:
    """Return the scores of a month's days."""
    days = report.summary.days
    names = [str(day.date.day) if day.date.day in NAMED_DAYS else "" for day in days]
    rows = (DayRow(day.date, tuple(day.scores[key.slug] for key in keys)) for day in days)
    return DayTrend(
        title=f"Scores of each day, 1 to {days[-1].date.day} {report.period.title}",
        drawing=draw_trend(report.day_lines, keys, names),
        rows=tuple(row for row in rows if any(row.scores)),
    )


def build_month_trend(report: PeriodReport, keys: Sequence[Key]) -> MonthTrend:
    """Return the means of the twelve months up to a month, or of a year."""
    months = [found.month for found in report.months]
    names = [month.first.strftime("%b") for month in months]
    rows = (
        MonthRow(found.month, tuple(found.by_key[key.slug] for key in keys))
        for found in report.months
    )
    return MonthTrend(
        title=f"Average of each month, {months[0].title} to {months[-1].title}",
        drawing=draw_trend(report.year_lines, keys, names),
        rows=tuple(row for row in rows if any(mean.count for mean in row.means)),
    )
