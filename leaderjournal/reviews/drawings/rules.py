"""The coordinates and paths of the charts, so that templates only write them down.

The units are those of each drawing's view box, x to the right and y downwards. A key has its own
shape and a day's sign its own path, so that nothing is told by colour alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import LineChart, Mean, MonthDays
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
class Grid:
    """The lines of the five scores: the paths of the lowest and of the others, and their names."""

    lowest: str
    others: str
    names: tuple[tuple[str, str], ...]
    """(name, y) of the scores that are written beside their lines."""


@dataclass(frozen=True, slots=True)
class LineDrawing:
    """A line chart with its grid and the labels under its first and its last place.

    `dots` is a path of points: lines without a length, whose round ends make them dots.
    """

    view_box: str
    grid: Grid
    width: str
    strokes: tuple[str, ...]
    dots: str
    dot_width: int
    label_y: str
    first_label: str
    last_label: str


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
class YearDrawing:
    """A year: a row a month, a column a date.

    `months` are (short name, y). All days of a kind are one path, since 365 elements take long to
    write and to lay out: `written` days, the `bands` of each key upon them, the `signs` of other
    days, and `empty` ones. `runs` are the written days again, a rectangle for those in a row: what
    can fill it with the pattern of a day needs a quarter of the bytes.
    """

    months: tuple[tuple[str, str], ...]
    written: str
    runs: str
    bands: tuple[KeyPath, ...]
    signs: str
    empty: str


def draw_grid(height: float, step: float, end: float) -> Grid:
    """Return the lines of the five scores from 0 to `end`, `step` apart, the lowest at `height`."""
    heights = {score: height - (score - 1) * step for score in SCORES}
    lowest, *others = (f"M0 {_format(y)}H{_format(end)}" for y in heights.values())
    names = tuple((str(score), _format(heights[score] + 3)) for score in NAMED_SCORES)
    return Grid(lowest, "".join(others), names)


def draw_line(chart: LineChart, *, radius: int, first_label: str, last_label: str) -> LineDrawing:
    """Return the drawing of a line chart with points of `radius`."""
    dots = _Trail()
    for point in chart.points:
        dots.draw(point.x, point.y, "h0")
    return LineDrawing(
        view_box=f"-16 -8 {_format(chart.width + 24)} {_format(chart.height + 28)}",
        grid=draw_grid(chart.height, chart.height / 4, chart.width),
        width=_format(chart.width),
        strokes=chart.strokes,
        dots=dots.path,
        dot_width=2 * radius,
        label_y=_format(chart.height + 16),
        first_label=first_label,
        last_label=last_label,
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


def draw_year(months: Iterable[MonthDays], keys: Sequence[Key]) -> YearDrawing:
    """Return the drawing of a year: a row a month, a column a date, a band a key."""
    names, signs = [], []
    written, runs, empty = _Trail(), _Trail(), _Trail()
    bands = {key.slug: _Trail() for key in keys}
    for row, month in enumerate(months):
        y = 4 + 18.4 * row
        names.append((month.days[0].date.strftime("%b"), _format(y + 11)))
        for place, day in enumerate(month.days):
            x = 28 + 10.6 * place
            if day.is_written:
                # With the round corners of its stroke, which is 3 wide, it is 9 by 15.
                written.draw(x + 1.5, y + 1.5, "h6v12h-6z")
                for position, key in enumerate(keys):
                    if score := day.scores[key.slug]:
                        length = 1.8 * score
                        middle = y + 5 * position + 2.5
                        bands[key.slug].draw(x, middle, f"h{_format(length)}", length)
            elif mark := find_first_mark(day, YEAR_SIGNS):
                signs.append(draw_sign(mark, x + 4.5, y + 7.5))
            elif not day.marks:
                empty.draw(x + 3.5, y + 7.5, "h2", 2)
        for first, last in _find_runs([day.is_written for day in month.days]):
            width = _format(10.6 * (last - first) + 9)
            runs.draw(28 + 10.6 * first, y, f"h{width}v15h-{width}z")
    return YearDrawing(
        tuple(names),
        written.path,
        runs.path,
        tuple(KeyPath(slug, trail.path) for slug, trail in bands.items()),
        "".join(signs),
        empty.path,
    )


def _find_runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Return the first and the last place of each run of true flags."""
    places = (place for place, flag in enumerate(flags) if flag)
    # Within a run, a place and its number among the true ones grow together.
    runs = groupby(enumerate(places), key=lambda numbered: numbered[1] - numbered[0])
    found = [[place for _, place in run] for _, run in runs]
    return [(run[0], run[-1]) for run in found]


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


class _Trail:
    """A path of pieces, each placed from the end of the one before it in a row: in fewer bytes."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._x = self._y = 0.0

    @property
    def path(self) -> str:
        """The whole path."""
        return "".join(self._pieces)

    def draw(self, x: float, y: float, piece: str, length: float = 0) -> None:
        """Add a piece at `x` and `y` that ends `length` to the right."""
        if self._pieces and y == self._y:
            self._pieces.append(f"m{_format(x - self._x)} 0{piece}")
        else:
            self._pieces.append(f"M{_format(x)} {_format(y)}{piece}")
        self._x, self._y = x + length, y


def find_first_mark(day: DayFigures, marks: Iterable[Mark]) -> Mark | None:
    """Return the first of `marks` that `day` has."""
    return next((mark for mark in marks if mark in day.marks), None)


def _draw_shape(slug: str, x: float, y: float) -> str:
    """Return the path of a key's shape around a point: a flag, a shield or a kite."""
    if slug == "lead-from-front":
        return f"M{_format(x - 5)} {_format(y - 5)}l10 5-10 5z"
    if slug == "protect-and-serve":
        corners = "a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1z"
        return f"M{_format(x - 4.5)} {_format(y - 3.5)}{corners}"
    return f"M{_format(x)} {_format(y - 6)}l6 6-6 6-6-6z"


def _format(number: float) -> str:
    """Return a coordinate in hundredths at most, without zeros at its end."""
    return f"{round(number, 2):g}"
