"""What the page of a year shows, ready to be written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import Mean
from leaderjournal.reviews.drawings.rules import (
    MONTH_RADIUS,
    LineDrawing,
    YearDrawing,
    draw_line,
    draw_year,
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


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the year's table, with the rounded mean of each key."""

    month: Period
    days_kept: int
    days_expected: int
    days_extra: int
    means: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class KeySection:
    """A key in the year; `moved` is None where fewer than two quarters have a score."""

    key: Key
    figures: KeyFigures | None
    line: LineDrawing
    moved: float | None
    quarters: tuple[Mean, ...]
    behaviours: BehaviourLists


@dataclass(frozen=True, slots=True)
class YearPage:
    """The page of a year; what it has nothing to show of is None or empty."""

    period: Period
    next_year: str | None
    is_written: bool
    drawing: YearDrawing
    keys: tuple[Key, ...]
    marks: tuple[ExplainedMark, ...]
    months: tuple[MonthRow, ...]
    figures: PeriodFigures
    key_sections: tuple[KeySection, ...]
    streaks: tuple[Run, ...]
    weekdays: WeekdaySection | None
    words: WordSection
    passages: tuple[Passage, ...]


def build_year_page(
    report: PeriodReport, *, keys: Sequence[Key], labels: Mapping[int, str], today: LocalDate
) -> YearPage:
    """Return the page of a year on the leader's local day `today`.

    `labels` are the names of the mirror scores.
    """
    period, summary = report.period, report.summary
    return YearPage(
        period=period,
        next_year=period.next.name if period.next.first <= today else None,
        is_written=summary.days_written > 0,
        drawing=draw_year(report.days, keys),
        keys=tuple(keys),
        marks=explain_marks(report.spans),
        months=_list_months(report, keys),
        figures=build_figures(report),
        key_sections=tuple(_build_key_section(report, key) for key in keys),
        streaks=report.runs,
        weekdays=build_weekday_section(report, keys),
        words=build_word_section(report.words, keys, labels),
        passages=list_passages(summary.highlights, keys),
    )


def _list_months(report: PeriodReport, keys: Sequence[Key]) -> tuple[MonthRow, ...]:
    return tuple(
        MonthRow(
            found.month,
            days.counts.kept,
            days.counts.expected,
            days.counts.extra,
            tuple(_round(found.by_key[key.slug].mean) for key in keys),
        )
        for found, days in zip(report.months, report.days, strict=True)
    )


def _build_key_section(report: PeriodReport, key: Key) -> KeySection:
    figures, quarters = report.summary.by_key[key.slug], report.quarters[key.slug]
    return KeySection(
        key=key,
        figures=None if figures.mean is None else figures,
        line=draw_line(
            report.year_lines[key.slug],
            radius=MONTH_RADIUS,
            first_label="January",
            last_label="December",
        ),
        moved=_round(quarters.change),
        quarters=quarters.means,
        behaviours=list_behaviours(key, report.behaviour_groups[key.slug]),
    )


def _round(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 1)
