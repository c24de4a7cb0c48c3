"""The values that the charts of a month and a year show.

Every chart has a table of the same values beside it; nothing is told by colour or position alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

from leaderjournal.reviews.day_marks.rules import DayCounts, Mark, Span, count_days, find_spans
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.summaries.rules import (
    BehaviourFigures,
    DayFigures,
    Scored,
    ScoreSum,
    ScoreSums,
)

LOWEST, HIGHEST = 1, 5
STRONG_FROM, WEAK_TO = 3.5, 2.5
MAX_GAP_DAYS = 4
"""A line bridges a gap of at most this many days: a long weekend."""
MAX_GAP_MONTHS = 2
LINE_WIDTH, LINE_HEIGHT = 310.0, 120.0
EXPLAINED_MARKS = (Mark.FREEZE, Mark.PAUSED, Mark.SHORT, Mark.LATE, Mark.MISSED)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean score, None without scores, and the number of its scores."""

    mean: float | None
    count: int


@dataclass(frozen=True, slots=True)
class MonthMeans:
    """A month, and the mean score of each key in it, by slug."""

    month: Period
    by_key: Mapping[str, Mean]


@dataclass(frozen=True, slots=True)
class BehaviourGroups:
    """The behaviours of a key by mean score, and the slugs of those never looked at.

    Strong is a mean of 3.5 or more, best first; weak is 2.5 or less, weakest first. Behaviours
    without a score are among those between.
    """

    strong: tuple[tuple[str, BehaviourFigures], ...]
    between: tuple[tuple[str, BehaviourFigures], ...]
    weak: tuple[tuple[str, BehaviourFigures], ...]
    untouched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quarters:
    """A key in the quarters of a year; `change` is from the first scored quarter to the last."""

    means: tuple[Mean, Mean, Mean, Mean]
    change: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a chart and its value."""

    x: float
    y: float
    value: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """The points of a line in order, and its strokes: runs of "x,y" that are connected."""

    points: tuple[Point, ...]
    strokes: tuple[str, ...]
    width: float = LINE_WIDTH
    height: float = LINE_HEIGHT


@dataclass(frozen=True, slots=True)
class MonthDays:
    """The days of a month in the chart of a year, and their counts."""

    days: tuple[DayFigures, ...]
    counts: DayCounts


def compute_monthly_means(
    sums: ScoreSums, months: Sequence[Period], keys: Collection[str]
) -> tuple[MonthMeans, ...]:
    """Return the mean scores of each of `months`."""
    found = [(month, sums.get(month, {})) for month in months]
    return tuple(
        MonthMeans(
            month,
            {
                key: Mean(total.mean, total.count)
                for key in keys
                for total in (by_key.get(key, ScoreSum()),)
            },
        )
        for month, by_key in found
    )


def compute_weekday_means(
    days: Iterable[Scored], keys: Collection[str]
) -> dict[str, tuple[Mean, ...]]:
    """Return, by key, the mean scores of the seven weekdays, Monday first."""
    scores: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for day in days:
        for key, score in day.scores.items():
            if score is not None:
                scores[key, day.date.isoweekday()].append(score)
    return {
        key: tuple(_compute_mean(scores[key, weekday]) for weekday in range(1, 8)) for key in keys
    }


def group_behaviours(
    figures: Mapping[str, BehaviourFigures], behaviours: Sequence[str]
) -> BehaviourGroups:
    """Return the behaviours of a key in groups, given the figures of those looked at."""
    scored = sorted(
        ((slug, found) for slug, found in figures.items() if found.mean is not None),
        key=lambda item: (-(item[1].mean or 0), -item[1].count, item[0]),
    )
    unscored = [(slug, found) for slug, found in figures.items() if found.mean is None]
    strong = [item for item in scored if (item[1].mean or 0) >= STRONG_FROM]
    weak = [item for item in scored if (item[1].mean or 0) <= WEAK_TO]
    between = [item for item in scored if item not in strong and item not in weak]
    return BehaviourGroups(
        strong=tuple(strong),
        between=(*between, *unscored),
        weak=tuple(reversed(weak)),
        untouched=tuple(slug for slug in behaviours if slug not in figures),
    )


def compute_quarters(days: Iterable[Scored], key: str) -> Quarters:
    """Return the mean scores of a key in the four quarters of the year of `days`."""
    scores: list[list[int]] = [[], [], [], []]
    for day in days:
        score = day.scores.get(key)
        if score is not None:
            scores[(day.date.month - 1) // 3].append(score)
    means = (
        _compute_mean(scores[0]),
        _compute_mean(scores[1]),
        _compute_mean(scores[2]),
        _compute_mean(scores[3]),
    )
    known = [mean.mean for mean in means if mean.mean is not None]
    return Quarters(means, known[-1] - known[0] if len(known) > 1 else None)


def plot_line(values: Sequence[float | None], *, bridges: int) -> LineChart:
    """Return the line of `values` from 1 to 5, the lowest score at the bottom.

    Values are spread evenly over the width, the first at 0; None has no point. Two points are
    connected if at most `max_gap` values between them are missing.
    """
    step = LINE_WIDTH / max(1, len(values) - 1)
    points: list[Point] = []
    strokes: list[list[Point]] = []
    last = -1
    for place, value in enumerate(values):
        if value is None:
            continue
        share = (value - LOWEST) / (HIGHEST - LOWEST)
        dot = Point(round(place * step, 1), round(LINE_HEIGHT * (1 - share), 1), value)
        points.append(dot)
        if strokes and place - last - 1 <= bridges:
            strokes[-1].append(dot)
        else:
            strokes.append([dot])
        last = place
    lines = [stroke for stroke in strokes if len(stroke) > 1]
    return LineChart(
        tuple(points), tuple(" ".join(f"{dot.x:g},{dot.y:g}" for dot in stroke) for stroke in lines)
    )


def group_by_month(days: Iterable[DayFigures]) -> tuple[MonthDays, ...]:
    """Return the days of a year's summary, month by month."""
    return tuple(
        MonthDays(of_month, count_days(day.marks for day in of_month))
        for of_month in (tuple(found) for _, found in groupby(days, key=lambda day: day.date.month))
    )


def group_by_week(days: Sequence[DayFigures]) -> tuple[tuple[DayFigures | None, ...], ...]:
    """Return the days of a month's summary in weeks, Monday first; None outside the month."""
    before = days[0].date.isoweekday() - 1
    after = 7 - days[-1].date.isoweekday()
    places = (*[None] * before, *days, *[None] * after)
    return tuple(places[start : start + 7] for start in range(0, len(places), 7))


def find_spans_by_mark(days: Iterable[DayFigures]) -> dict[Mark, tuple[Span, ...]]:
    """Return the days that have each of EXPLAINED_MARKS; marks without days are left out.

    A missed day on which a freeze was spent counts only as a freeze.
    """
    marks = {
        day.date: set(day.marks) - {Mark.MISSED} if Mark.FREEZE in day.marks else day.marks
        for day in days
    }
    found = {mark: find_spans(marks, mark) for mark in EXPLAINED_MARKS}
    return {mark: spans for mark, spans in found.items() if spans}


def _compute_mean(scores: Sequence[int]) -> Mean:
    return Mean(fmean(scores) if scores else None, len(scores))
