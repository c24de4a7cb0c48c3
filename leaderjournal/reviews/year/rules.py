"""What the page of a year shows, ready to be written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import Mean
from leaderjournal.reviews.drawings.rules import (
    KeyPath,
    MonthOfYear,
    draw_level,
    draw_markers,
    draw_year,
)
from leaderjournal.reviews.month.rules import LEAST_DAYS
from leaderjournal.reviews.overview.rules import (
    KeyTile,
    Teasers,
    build_teasers,
    build_tiles,
    count_noun,
    has_scores,
)
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.reports.rules import PeriodReport
from leaderjournal.reviews.sections.rules import (
    BehaviourLists,
    ExplainedMark,
    Passage,
    PeriodFigures,
    WeekdaySection,
    WordSection,
    build_figures,
    build_weekday_section,
    build_word_section,
    explain_marks,
    list_behaviours,
    list_passages,
)
from leaderjournal.reviews.streaks.rules import Run
from leaderjournal.reviews.summaries.rules import KeyFigures
from leaderjournal.reviews.trends.rules import MonthTrend, build_month_trend


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the year: its days in the map, and their counts.

    `address_name` is empty for a month to come; `spoken` is the row in words.
    """

    month: Period
    address_name: str
    drawing: MonthOfYear
    spoken: str
    days_kept: int
    days_expected: int
    days_extra: int


@dataclass(frozen=True, slots=True)
class KeySection:
    """A key in the year; `moved` is None where fewer than two quarters have a score."""

    key: Key
    figures: KeyFigures | None
    moved: float | None
    quarters: tuple[Mean, ...]
    behaviours: BehaviourLists


@dataclass(frozen=True, slots=True)
class YearPage:
    """The page of a year; what it has nothing to show of is None or empty."""

    period: Period
    next_year: str | None
    is_written: bool
    has_averages: bool
    hint: str
    keys: tuple[Key, ...]
    marks: tuple[ExplainedMark, ...]
    months: tuple[MonthRow, ...]
    levels: tuple[tuple[int, str, str], ...]
    """(score, what it is called, path of its bar) of the map's legend."""
    tiles: tuple[KeyTile, ...]
    teasers: Teasers
    figures: PeriodFigures
    key_sections: tuple[KeySection, ...]
    markers: tuple[KeyPath, ...]
    trend: MonthTrend
    streaks: tuple[Run, ...]
    weekdays: WeekdaySection | None
    words: WordSection | None
    passages: tuple[Passage, ...]


def build_year_page(
    report: PeriodReport, *, keys: Sequence[Key], labels: Mapping[int, str], today: LocalDate
) -> YearPage:
    """Return the page of a year on the leader's local day `today`.

    `labels` are the names of the mirror scores.
    """
    period, summary = report.period, report.summary
    has_averages = summary.days_written >= LEAST_DAYS
    passages = list_passages(summary.highlights, keys)
    return YearPage(
        period=period,
        next_year=period.next.name if period.next.first <= today else None,
        is_written=summary.days_written > 0,
        has_averages=has_averages,
        hint=_write_hint(report, today),
        keys=tuple(keys),
        marks=explain_marks(report.spans),
        months=_list_months(report, today),
        levels=tuple((score, label, draw_level(score)) for score, label in labels.items()),
        tiles=build_tiles(report, keys) if has_averages and has_scores(report) else (),
        teasers=build_teasers(report, passages),
        figures=build_figures(report),
        key_sections=tuple(_build_key_section(report, key) for key in keys),
        markers=draw_markers(keys),
        trend=build_month_trend(report, keys),
        streaks=report.runs,
        weekdays=build_weekday_section(report, keys),
        words=build_word_section(report.words, keys, labels)
        if has_averages and summary.words
        else None,
        passages=passages if has_averages or period.last < today else (),
    )


def _write_hint(report: PeriodReport, today: LocalDate) -> str:
    """Return what a year says that has no averages; empty where it has some."""
    year, written = report.period.name, report.summary.days_written
    if written >= LEAST_DAYS:
        return "" if has_scores(report) else "Score your answers to see averages here."
    if report.period.first > today:
        return f"{year} has not begun."
    if report.period.last < today:
        if not written:
            return f"{year} has no entry. It can stay that way."
        return f"{count_noun(written, 'day')} in {year}. Averages begin at five."
    return "Each day you write lights up here. After five days your averages appear."


def _list_months(report: PeriodReport, today: LocalDate) -> tuple[MonthRow, ...]:
    return tuple(
        MonthRow(
            drawing.month,
            drawing.month.name if drawing.month.first <= today else "",
            drawing,
            count_noun(days.counts.kept + days.counts.extra, "day"),
            days.counts.kept,
            days.counts.expected,
            days.counts.extra,
        )
        for days, drawing in zip(report.days, draw_year(report.days), strict=True)
    )


def _build_key_section(report: PeriodReport, key: Key) -> KeySection:
    figures, quarters = report.summary.by_key[key.slug], report.quarters[key.slug]
    return KeySection(
        key=key,
        figures=None if figures.mean is None else figures,
        moved=_round(quarters.change),
        quarters=quarters.means,
        behaviours=list_behaviours(key, report.behaviour_groups[key.slug]),
    )


def _round(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 1)
