"""The team's scores over the months, drawn as a small chart per key and told as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from leaderjournal.practice import catalogue
from leaderjournal.team_mirror.rules import KeyMean, MirrorResult, format_month

MAX_MONTHS = 12
WIDTH, HEIGHT, MARGIN = 320, 72, 8


@dataclass(frozen=True, slots=True)
class KeyTrend:
    """The scores of a key over the months: the chart's line and dots, and the latest in words."""

    slug: str
    name: str
    line: str
    dots: Sequence[tuple[int, int]]
    latest: str
    change: str


@dataclass(frozen=True, slots=True)
class TrendRow:
    """A month of the table: what it is called, and its score for each key."""

    month: str
    month_name: str
    scores: Sequence[str]


@dataclass(frozen=True, slots=True)
class Trend:
    """The last months with a result, at most twelve; the rows begin with the latest."""

    keys: Sequence[KeyTrend]
    rows: Sequence[TrendRow]
    first_month: str
    last_month: str
    width: int = WIDTH
    height: int = HEIGHT
    lowest_y: int = HEIGHT - MARGIN
    highest_y: int = MARGIN


def build_trend(results: Sequence[tuple[str, MirrorResult]]) -> Trend | None:
    """Return the trend of results by month, the latest first; None with fewer than two of them."""
    shown = list(reversed(results[:MAX_MONTHS]))
    if len(shown) < 2:
        return None
    keys = catalogue.list_keys()
    return Trend(
        keys=[
            _build_key_trend(key.slug, key.name, shown)
            for key in keys
            if any(key.slug in result.scores for _, result in shown)
        ],
        rows=[
            TrendRow(
                month,
                format_month(month),
                [format_score(result.scores.get(key.slug)) for key in keys],
            )
            for month, result in reversed(shown)
        ],
        first_month=format_month(shown[0][0]),
        last_month=format_month(shown[-1][0]),
    )


def format_score(score: KeyMean | None) -> str:
    """Return a mean with the number of answers it is from; a dash without one."""
    if score is None:
        return "–"
    return f"{score.mean:.1f} · {score.n} answers"


def _build_key_trend(slug: str, name: str, shown: Sequence[tuple[str, MirrorResult]]) -> KeyTrend:
    first = _count_months(shown[0][0])
    span = _count_months(shown[-1][0]) - first
    scored = [(month, result.scores[slug]) for month, result in shown if slug in result.scores]
    dots = [
        (
            MARGIN + round((_count_months(month) - first) / span * (WIDTH - 2 * MARGIN)),
            round(HEIGHT - MARGIN - (score.mean - 1) / 4 * (HEIGHT - 2 * MARGIN)),
        )
        for month, score in scored
    ]
    return KeyTrend(
        slug=slug,
        name=name,
        line=" ".join(f"{x},{y}" for x, y in dots),
        dots=dots,
        latest=f"{scored[-1][1].mean:.1f}",
        change=_format_change(scored),
    )


def _format_change(scored: Sequence[tuple[str, KeyMean]]) -> str:
    """Return how the latest score compares with the one before; empty for the first one."""
    if len(scored) < 2:
        return ""
    (month, before), (_, latest) = scored[-2:]
    change = round(round(latest.mean, 1) - round(before.mean, 1), 1)
    if not change:
        return f"same as {format_month(month)}"
    return f"{abs(change):.1f} {'up' if change > 0 else 'down'} on {format_month(month)}"


def _count_months(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number)
