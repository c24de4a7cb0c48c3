"""The coordinates and paths of the charts, so that templates only write them down.

The units are those of each drawing's view box, x to the right and y downwards. A key has its own
shape and a day's sign its own path, so that nothing is told by colour alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import LineChart, Mean, MonthDays, Point
from leaderjournal.reviews.day_marks.rules import Mark
from leaderjournal.reviews.summaries.rules import DayFigures

SCORES = (1, 2, 3, 4, 5)
NAMED_SCORES = (1, 3, 5)
DAY_RADIUS, MONTH_RADIUS = 3, 4
YEAR_SIGNS = (Mark.FREEZE, Mark.PAUSED, Mark.SHORT, Mark.MISSED)
"""The marks that have a sign on a day without an entry, the first of them that it has."""
WEEKDAYS = (
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
)


@dataclass(frozen=True, slots=True)
class GridLine:
    """The line of a score; `name` is empty where the score isn't written beside it."""

    y: float
    name: str
    name_y: float
    is_lowest: bool


@dataclass(frozen=True, slots=True)
class LineDrawing:
    """A line chart with its grid and the labels under its first and its last place."""

    view_box: str
    grid: tuple[GridLine, ...]
    width: float
    strokes: tuple[str, ...]
    points: tuple[Point, ...]
    radius: int
    label_y: float
    first_label: str
    last_label: str


@dataclass(frozen=True, slots=True)
class KeyShape:
    """A key's mark: a path, or a square with its corner at `x` and `y` where `path` is empty."""

    slug: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class WeekdayColumn:
    """A weekday of the chart: its short name and the marks of the keys that have a mean."""

    name: str
    x: float
    shapes: tuple[KeyShape, ...]


@dataclass(frozen=True, slots=True)
class WeekdayDrawing:
    """The mean scores of the seven weekdays."""

    grid: tuple[GridLine, ...]
    columns: tuple[WeekdayColumn, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A key's bar; `is_scored` says that it stands for a score."""

    slug: str
    x: float
    y: float
    width: float
    height: float
    is_scored: bool = True


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of the year's chart: with bands, with a sign, or a dot where `is_empty`."""

    x: float
    y: float
    is_written: bool
    bands: tuple[Bar, ...]
    sign: str
    is_empty: bool
    dot_x: float
    dot_y: float


@dataclass(frozen=True, slots=True)
class YearRow:
    """A month of the year's chart."""

    name: str
    name_y: float
    days: tuple[YearDay, ...]


def draw_grid(height: float, step: float) -> tuple[GridLine, ...]:
    """Return the lines of the five scores, `step` apart, the lowest at `height`."""
    return tuple(
        GridLine(
            y=height - (score - 1) * step,
            name=str(score) if score in NAMED_SCORES else "",
            name_y=height - (score - 1) * step + 3,
            is_lowest=score == SCORES[0],
        )
        for score in SCORES
    )


def draw_line(chart: LineChart, *, radius: int, first_label: str, last_label: str) -> LineDrawing:
    """Return the drawing of a line chart with points of `radius`."""
    return LineDrawing(
        view_box=f"-16 -8 {chart.width + 24} {chart.height + 28}",
        grid=draw_grid(chart.height, chart.height / 4),
        width=chart.width,
        strokes=chart.strokes,
        points=chart.points,
        radius=radius,
        label_y=chart.height + 16,
        first_label=first_label,
        last_label=last_label,
    )


def draw_weekdays(means: Mapping[str, Sequence[Mean]], keys: Sequence[Key]) -> WeekdayDrawing:
    """Return the drawing of the weekdays' mean scores, which are by key slug, Monday first."""
    columns = []
    for place, (name, _) in enumerate(WEEKDAYS):
        x = 23 + 46 * place
        shapes = tuple(
            _draw_shape(key.slug, x - 13 + 13 * position, 100 - (mean - 1) * 25)
            for position, key in enumerate(keys)
            if (mean := means[key.slug][place].mean) is not None
        )
        columns.append(WeekdayColumn(name, x, shapes))
    return WeekdayDrawing(draw_grid(100, 25), tuple(columns))


def draw_year(months: Iterable[MonthDays], keys: Sequence[Key]) -> tuple[YearRow, ...]:
    """Return the drawing of a year: a row a month, a column a date, a band a key."""
    rows = []
    for row, month in enumerate(months):
        y = 4 + 18.4 * row
        days = tuple(
            _draw_year_day(day, 28 + 10.6 * place, y, keys) for place, day in enumerate(month.days)
        )
        rows.append(YearRow(month.days[0].date.strftime("%b"), y + 11, days))
    return tuple(rows)


def draw_bars(scores: Mapping[str, int | None], keys: Sequence[Key]) -> tuple[Bar, ...]:
    """Return the bars of a day, always in the order of `keys`, so that they read in grey too."""
    return tuple(
        Bar(key.slug, 2 + 9.5 * place, 26 - 5 * score, 7, 5 * score)
        if (score := scores.get(key.slug))
        else Bar(key.slug, 2 + 9.5 * place, 24.5, 7, 1.5, is_scored=False)
        for place, key in enumerate(keys)
    )


def draw_sign(mark: Mark | None, x: float, y: float) -> str:
    """Return the path of a day's sign, about 8 wide around a point; empty where it has none."""
    paths = {
        Mark.FREEZE: f"M{x - 4} {y}h8M{x - 2} {y - 3.5}l4 7M{x + 2} {y - 3.5}l-4 7",
        Mark.PAUSED: f"M{x - 1.7} {y - 3.5}v7M{x + 1.7} {y - 3.5}v7",
        Mark.SHORT: f"M{x - 3} {y + 3}l6 -6h-4m4 0v4",
        Mark.LATE: f"M{x - 3.8} {y}a3.8 3.8 0 1 0 7.6 0a3.8 3.8 0 1 0 -7.6 0M{x} {y - 2.2}v2.2h1.8",
        Mark.MISSED: f"M{x - 2.2} {y}a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0",
    }
    return "" if mark is None else paths.get(mark, "")


def find_first_mark(day: DayFigures, marks: Iterable[Mark]) -> Mark | None:
    """Return the first of `marks` that `day` has."""
    return next((mark for mark in marks if mark in day.marks), None)


def _draw_shape(slug: str, x: float, y: float) -> KeyShape:
    if slug == "lead-from-front":
        return KeyShape(slug, f"M{x - 5} {y - 5}l10 5-10 5z", x, y)
    if slug == "protect-and-serve":
        return KeyShape(slug, "", x - 4.5, y - 4.5)
    return KeyShape(slug, f"M{x} {y - 6}l6 6-6 6-6-6z", x, y)


def _draw_year_day(day: DayFigures, x: float, y: float, keys: Sequence[Key]) -> YearDay:
    bands = tuple(
        Bar(key.slug, x, y + 5 * place, 1.8 * score, 5)
        for place, key in enumerate(keys)
        if (score := day.scores[key.slug])
    )
    mark = None if day.is_written else find_first_mark(day, YEAR_SIGNS)
    return YearDay(
        x=x,
        y=y,
        is_written=day.is_written,
        bands=bands,
        sign=draw_sign(mark, x + 4.5, y + 7.5),
        is_empty=not day.is_written and not day.marks,
        dot_x=x + 3.5,
        dot_y=y + 6.5,
    )
