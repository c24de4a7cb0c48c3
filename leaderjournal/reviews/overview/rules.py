"""What the first screen of a month or a year shows of the keys and of its sections."""

from collections.abc import Sequence
from dataclasses import dataclass

from leaderjournal.practice.rules import Key
from leaderjournal.reviews.reports.rules import PeriodReport
from leaderjournal.reviews.sections.rules import Passage

NAMES_IN_TEASER, TEASER_LENGTH = 3, 80
UP, DOWN, LEVEL = "↑", "↓", "→"


@dataclass(frozen=True, slots=True)
class KeyTile:
    """A key at a glance: its rounded mean, how it changed, and its twelve months as a line.

    `mean` is empty without a score. `arrow` and `change` are empty without scores in the period
    before; `comparison` says the change in words.
    """

    key: Key
    mean: str
    scores: str
    arrow: str
    change: str
    comparison: str
    previous: str
    strokes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Teasers:
    """A line about each section, shown while it is closed."""

    keys: str
    practice: str
    words: str
    passages: str


def build_tiles(report: PeriodReport, keys: Sequence[Key]) -> tuple[KeyTile, ...]:
    """Return the tile of each key. Changes are those of the rounded means beside them."""
    return tuple(_build_tile(report, key) for key in keys)


def has_scores(report: PeriodReport) -> bool:
    """Tell whether any key has a score in the period."""
    return any(figures.count for figures in report.summary.by_key.values())


def build_teasers(report: PeriodReport, passages: Sequence[Passage]) -> Teasers:
    """Return the lines about the sections of a month or a year."""
    summary = report.summary
    practice = [count_noun(summary.days_written, "day")]
    if summary.days_expected:
        practice = [f"{summary.days_kept} of {summary.days_expected} practice days"]
    if summary.streak_longest > 1:
        practice.append(f"longest streak {summary.streak_longest}")
    names = [name.word for name in report.words.names[:NAMES_IN_TEASER]]
    words = [count_noun(summary.words, "word"), *([", ".join(names)] if names else [])]
    return Teasers(
        keys="By month, by weekday and by behaviour"
        if report.period.is_year
        else "By day, by weekday and by behaviour",
        practice=" · ".join(practice),
        words=" · ".join(words),
        passages=shorten(passages[0].text) if passages else "",
    )


def count_noun(number: int, noun: str) -> str:
    """Return a number with its noun, such as 1 day and 1,200 days."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def shorten(text: str) -> str:
    """Return the first words of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= TEASER_LENGTH else f"{line[:TEASER_LENGTH].rsplit(' ', 1)[0]} …"


def _abbreviate(name: str) -> str:
    """Return the short name of a month; a year's is its name."""
    return name[:3] if name.isalpha() else name


def _build_tile(report: PeriodReport, key: Key) -> KeyTile:
    figures = report.summary.by_key[key.slug]
    before = report.period.previous.short_title
    mean = None if figures.mean is None else round(figures.mean, 1)
    previous = None if figures.previous_mean is None else round(figures.previous_mean, 1)
    arrow = change = comparison = ""
    if mean is not None and previous is not None:
        moved = round(mean - previous, 1)
        arrow = UP if moved > 0 else DOWN if moved < 0 else LEVEL
        change = f"{abs(moved)}"
        comparison = (
            f"{change} {'higher' if moved > 0 else 'lower'} than in {before} ({previous})"
            if moved
            else f"the same as in {before}"
        )
    return KeyTile(
        key=key,
        mean="" if mean is None else f"{mean:.1f}",
        scores=count_noun(figures.count, "score"),
        arrow=arrow,
        change=change,
        comparison=comparison,
        previous="" if previous is None else f"{_abbreviate(before)} {previous:.1f}",
        strokes=report.year_lines[key.slug].strokes,
    )
