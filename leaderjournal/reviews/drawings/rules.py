"""The coordinates and paths of the charts, so that templates only write them down.

The units are those of each drawing's view box, x to the right and y downwards. A key has its own
shape and a day's sign its own path, so that nothing is told by colour alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import (
    HIGHEST,
    LINE_HEIGHT,
    LINE_WIDTH,
    LineChart,
    Mean,
    MonthDays,
)
from leaderjournal.reviews.day_marks.rules import Mark
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.summaries.rules import DayFigures

SCORES = (1, 2, 3, 4, 5)
MARKER_RADIUS = 3.5
DAY_STEP, SLOT_HEIGHT = 10, 15
"""The days of a year's map: the distance of their middles, and the height of their slots."""
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
class Grid:
    """The lines of the five scores: the paths of the lowest and of the others, and their names."""

    lowest: str
    others: str
    names: tuple[tuple[str, str], ...]
    """(name, y) of the scores."""


@dataclass(frozen=True, slots=True)
class KeyPath:
    """What is drawn in the colour of a key."""

    slug: str
    path: str


@dataclass(frozen=True, slots=True)
class WeekdayDrawing:
    """The mean scores of the seven weekdays; `days` are their (short name, x)."""

    grid: Grid
    days: tuple[tuple[str, int], ...]
    shapes: tuple[KeyPath, ...]


@dataclass(frozen=True, slots=True)
class TrendLine:
    """The scores of a key over time: strokes, which get a marker at each score, and lone scores.

    `shift` moves them up or down, so that keys with the same score stand beside each other.
    """

    slug: str
    shift: int
    strokes: tuple[str, ...]
    lone: str


@dataclass(frozen=True, slots=True)
class TrendDrawing:
    """A chart of the three keys over time; `ticks` are (x, name) under it."""

    grid: Grid
    ticks: tuple[tuple[str, str], ...]
    lines: tuple[TrendLine, ...]


@dataclass(frozen=True, slots=True)
class MonthOfYear:
    """A month of the map of a year, a slot for each day.

    `slots` is a line that is dashed into slots. `levels` are (mean score in whole numbers, path) of
    the written days: a bar as high as the score, so that it reads in grey too. `unscored` are
    written days without a score, `signs` those of days without an entry.
    """

    month: Period
    slots: str
    levels: tuple[tuple[int, str], ...]
    unscored: str
    signs: str


def draw_grid(height: float, step: float, end: float) -> Grid:
    """Return the lines of the five scores from 0 to `end`, `step` apart, the lowest at `height`."""
    heights = {score: height - (score - 1) * step for score in SCORES}
    lowest, *others = (f"M0 {_format(y)}H{_format(end)}" for y in heights.values())
    names = tuple((str(score), _format(heights[score] + 3.5)) for score in SCORES)
    return Grid(lowest, "".join(others), names)


def draw_trend(
    lines: Mapping[str, LineChart], keys: Sequence[Key], names: Sequence[str]
) -> TrendDrawing | None:
    """Return the chart of the keys' lines, with `names` of its places; an empty one is left out.

    None where no line has a stroke: a single point is no trend.
    """
    if not any(lines[key.slug].strokes for key in keys):
        return None
    step = LINE_WIDTH / max(1, len(names) - 1)
    return TrendDrawing(
        grid=draw_grid(LINE_HEIGHT, LINE_HEIGHT / 4, LINE_WIDTH),
        ticks=tuple((_format(place * step), name) for place, name in enumerate(names) if name),
        lines=tuple(
            TrendLine(
                key.slug,
                3 * (position - 1),
                lines[key.slug].strokes,
                _draw_lone_points(key.slug, lines[key.slug]),
            )
            for position, key in enumerate(keys)
        ),
    )


def draw_markers(keys: Sequence[Key]) -> tuple[KeyPath, ...]:
    """Return the shape of each key around 0, which strokes repeat at each of their points."""
    return tuple(KeyPath(key.slug, _draw_shape(key.slug, 0, 0, MARKER_RADIUS)) for key in keys)


def _draw_lone_points(slug: str, line: LineChart) -> str:
    """Return the shapes of the points that no stroke passes."""
    passed = {corner for stroke in line.strokes for corner in stroke.split()}
    return "".join(
        _draw_shape(slug, dot.x, dot.y, MARKER_RADIUS)
        for dot in line.points
        if f"{dot.x:g},{dot.y:g}" not in passed
    )


def draw_weekdays(means: Mapping[str, Sequence[Mean]], keys: Sequence[Key]) -> WeekdayDrawing:
    """Return the drawing of the weekdays' mean scores, which are by key slug, Monday first."""
    places = [23 + 46 * place for place in range(len(WEEKDAYS))]
    return WeekdayDrawing(
        draw_grid(100, 25, 322),
        tuple((name, x) for (name, _), x in zip(WEEKDAYS, places, strict=True)),
        tuple(
            KeyPath(
                key.slug,
                "".join(
                    _draw_shape(key.slug, x - 13 + 13 * position, 100 - (mean.mean - 1) * 25)
                    for x, mean in zip(places, means[key.slug], strict=True)
                    if mean.mean is not None
                ),
            )
            for position, key in enumerate(keys)
        ),
    )


def draw_year(months: Iterable[MonthDays]) -> tuple[MonthOfYear, ...]:
    """Return the map of a year, month by month."""
    return tuple(_draw_month(month) for month in months)


def draw_level(level: int) -> str:
    """Return the bar of a day whose mean score is `level`, as the map of a year has it."""
    height = _format(SLOT_HEIGHT * level / HIGHEST)
    return f"M0 {SLOT_HEIGHT}v-{height}"


def _draw_month(month: MonthDays) -> MonthOfYear:
    levels: defaultdict[int, list[str]] = defaultdict(list)
    unscored, signs = [], []
    for place, day in enumerate(month.days):
        middle = DAY_STEP * place
        scores = [score for score in day.scores.values() if score is not None]
        if scores:
            level = int(sum(scores) / len(scores) + 0.5)
            height = _format(SLOT_HEIGHT * level / HIGHEST)
            levels[level].append(f"M{middle} {SLOT_HEIGHT}v-{height}")
        elif day.is_written:
            unscored.append(f"M{middle - 2} {SLOT_HEIGHT - 3}h4")
        elif mark := find_first_mark(day, YEAR_SIGNS):
            signs.append(draw_sign(mark, middle, SLOT_HEIGHT / 2))
    first = month.days[0].date
    end = DAY_STEP * (len(month.days) - 1)
    return MonthOfYear(
        Period(first.year, first.month),
        slots=f"M-4.5 {_format(SLOT_HEIGHT / 2)}H{_format(end + 4.5)}",
        levels=tuple((level, "".join(paths)) for level, paths in sorted(levels.items())),
        unscored="".join(unscored),
        signs="".join(signs),
    )


def draw_bars(scores: Mapping[str, int | None], keys: Sequence[Key]) -> tuple[KeyPath, ...]:
    """Return the bars of a day, always in the order of `keys`, so that they read in grey too.

    With the round corners of its stroke, which is 4 wide, a bar is 7 wide and 5 high a score. What
    stands for no score has no key.
    """
    return tuple(
        KeyPath(key.slug, f"M{_format(4 + 9.5 * place)} {28 - 5 * score}h3V24h-3z")
        if (score := scores.get(key.slug))
        else KeyPath("", f"M{_format(2.75 + 9.5 * place)} 25.25h5.5")
        for place, key in enumerate(keys)
    )


def draw_sign(mark: Mark | None, x: float, y: float) -> str:
    """Return the path of a day's sign, about 8 wide around a point; empty where it has none."""

    def move(right: float, down: float) -> str:
        return f"M{_format(x + right)} {_format(y + down)}"

    if mark is Mark.FREEZE:
        return f"{move(-4, 0)}h8{move(-2, -3.5)}l4 7{move(2, -3.5)}l-4 7"
    if mark is Mark.PAUSED:
        return f"{move(-1.7, -3.5)}v7{move(1.7, -3.5)}v7"
    if mark is Mark.SHORT:
        return f"{move(-3, 3)}l6 -6h-4m4 0v4"
    if mark is Mark.LATE:
        return f"{move(-3.8, 0)}a3.8 3.8 0 1 0 7.6 0a3.8 3.8 0 1 0 -7.6 0{move(0, -2.2)}v2.2h1.8"
    if mark is Mark.MISSED:
        return f"{move(-2.2, 0)}a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0"
    return ""


def find_first_mark(day: DayFigures, marks: Iterable[Mark]) -> Mark | None:
    """Return the first of `marks` that `day` has."""
    return next((mark for mark in marks if mark in day.marks), None)


def _draw_shape(slug: str, x: float, y: float, radius: float = 5) -> str:
    """Return the path of a key's shape around a point: a flag, a shield or a kite."""
    r, wide = _format(radius), _format(2 * radius)
    if slug == "lead-from-front":
        return f"M{_format(x - radius)} {_format(y - radius)}l{wide} {r}-{wide} {r}z"
    if slug == "protect-and-serve":
        side, half = _format(1.8 * radius), 0.9 * radius
        return f"M{_format(x - half)} {_format(y - half)}h{side}v{side}h-{side}z"
    r = _format(1.2 * radius)
    return f"M{_format(x)} {_format(y - 1.2 * radius)}l{r} {r}-{r} {r}-{r}-{r}z"


def _format(number: float) -> str:
    """Return a coordinate in hundredths at most, without zeros at its end."""
    return f"{round(number, 2):g}"
