"""The example on the welcome page: the question to try, and a month that is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rotation.rules import choose_questions
from leaderjournal.practice.rules import Key, Question

NOBODY = UUID(int=0)
"""The leader for whom the question of the welcome page is drawn: the same for every visitor."""

MONTH = (
    ("322", "421", "", "332", "432", "", ""),
    ("431", "342", "432", "", "443", "", ""),
    ("343", "442", "433", "544", "", "", ""),
    ("444", "353", "444", "534", "455", "", ""),
    ("444", "545"),
)
"""An invented month from a Monday on: a week a row, the scores of a day in the order of the keys.

A day without scores has no entry. The third key begins low and rises, which is what a month shows.
"""

CELL, ROW, HEAD = 40, 50, 18
"""Units of the picture: the width of a day, the height of a week, and of the weekdays above it."""

_WINDOW = "M{x} {y}v-20a16 16 0 0 1 32 0v20a5 5 0 0 1-5 5h-22a5 5 0 0 1-5-5z"
_BAR = "M{x} {y}v-{height}"


@dataclass(frozen=True, slots=True)
class KeyDrawing:
    """A key's bars in the picture, and its means of the first and of the last week."""

    slug: str
    name: str
    bars: str
    first_week: str
    last_week: str


@dataclass(frozen=True, slots=True)
class MonthDrawing:
    """The picture of the invented month. `days` and `weekdays` are (text, x, y)."""

    view_box: str
    windows: str
    missed: str
    keys: tuple[KeyDrawing, ...]
    days: tuple[tuple[str, int, int], ...]
    weekdays: tuple[tuple[str, int, int], ...]


def choose_sample_question(
    day: LocalDate, keys: Sequence[Key], questions: Sequence[Question]
) -> Question:
    """Return the question that everybody may try on a day; the keys take turns by the day."""
    chosen = choose_questions(
        day, leader=NOBODY, keys=keys, questions=questions, served=(), scores=()
    )
    return chosen[day.toordinal() % len(chosen)]


def draw_sample_month(keys: Sequence[Key]) -> MonthDrawing:
    """Return the picture of the invented month."""
    cells = [
        (number, scores, 4 + CELL * column, HEAD + 40 + ROW * row, column > 4)
        for row, week in enumerate(MONTH)
        for number, (column, scores) in enumerate(enumerate(week), start=1 + 7 * row)
    ]
    return MonthDrawing(
        view_box=f"0 0 {CELL * 7} {HEAD + ROW * len(MONTH)}",
        windows="".join(_WINDOW.format(x=x, y=y) for _, scores, x, y, _ in cells if scores),
        missed="".join(
            _WINDOW.format(x=x, y=y)
            for _, scores, x, y, is_weekend in cells
            if not scores and not is_weekend
        ),
        keys=tuple(
            KeyDrawing(
                key.slug,
                key.name,
                bars="".join(
                    _BAR.format(x=x + 8 + 8 * place, y=y + 1, height=4 * int(scores[place]))
                    for _, scores, x, y, _ in cells
                    if scores
                ),
                first_week=_format_mean(MONTH[0], place),
                last_week=_format_mean(MONTH[-2], place),
            )
            for place, key in enumerate(keys)
        ),
        days=tuple((str(number), x + 16, y - 22) for number, _, x, y, _ in cells),
        weekdays=tuple((name, CELL * place + 20, 10) for place, name in enumerate("MTWTFSS")),
    )


def _format_mean(week: Sequence[str], place: int) -> str:
    """Return the mean of a week's scores under one key, with one decimal."""
    return f"{fmean(int(scores[place]) for scores in week if scores):.1f}"
