"""Everything that a month or a year is reviewed by, computed from one reading of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import (
    MAX_GAP_DAYS,
    MAX_GAP_MONTHS,
    BehaviourGroups,
    LineChart,
    Mean,
    MonthDays,
    MonthMeans,
    Quarters,
    compute_monthly_means,
    compute_quarters,
    compute_weekday_means,
    find_spans_by_mark,
    group_behaviours,
    group_by_month,
    plot_line,
)
from leaderjournal.reviews.day_marks.rules import Mark, Span
from leaderjournal.reviews.highlights.rules import Passage
from leaderjournal.reviews.periods.rules import Period, list_charted_months
from leaderjournal.reviews.streaks.rules import Run, list_longest_runs
from leaderjournal.reviews.summaries.rules import (
    Journal,
    Summary,
    add_up_scores,
    find_best_day,
    summarize,
)
from leaderjournal.reviews.words.counting.rules import WordCounts
from leaderjournal.reviews.words.rules import WordFigures, compute_word_figures


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """Everything that a month or a year shows; mappings by key are by its slug.

    `months` are the twelve up to a month, or those of a year. `day_lines` and `year_lines` are the
    lines of the days and of the months. `runs` are the longest streaks, `spans` the marked days
    that explain them. Only a month has `day_lines`, only a year `days` (month by month) and
    `quarters`.
    """

    period: Period
    journal: Journal
    summary: Summary
    best_day: LocalDate | None
    months: tuple[MonthMeans, ...]
    day_lines: Mapping[str, LineChart]
    year_lines: Mapping[str, LineChart]
    weekdays: Mapping[str, tuple[Mean, ...]]
    behaviour_groups: Mapping[str, BehaviourGroups]
    words: WordFigures
    quarters: Mapping[str, Quarters]
    runs: tuple[Run, ...]
    spans: Mapping[Mark, tuple[Span, ...]]
    days: tuple[MonthDays, ...]


def build_report(
    period: Period,
    journal: Journal,
    passages: Sequence[Passage],
    words: WordCounts,
    *,
    keys: Sequence[Key],
    today: LocalDate,
) -> PeriodReport:
    """Return the report on `period` as of `today`.

    The journal has the scores of `list_charted_months`; `passages` and `words` are the period's.
    """
    slugs = [key.slug for key in keys]
    days = [day for day in journal.days if day.date in period]
    figures = summarize(period, journal, today=today)
    means = compute_monthly_means(
        {**journal.earlier_scores, **add_up_scores(days)}, list_charted_months(period), slugs
    )
    is_year = period.month is None
    return PeriodReport(
        period=period,
        journal=journal,
        summary=figures,
        best_day=find_best_day(days),
        months=means,
        day_lines={
            slug: plot_line([day.scores[slug] for day in figures.days], bridges=MAX_GAP_DAYS)
            for slug in ([] if is_year else slugs)
        },
        year_lines={
            slug: plot_line([month.by_key[slug].mean for month in means], bridges=MAX_GAP_MONTHS)
            for slug in slugs
        },
        weekdays=compute_weekday_means(days, slugs),
        behaviour_groups={
            key.slug: group_behaviours(
                figures.by_key[key.slug].behaviours, [b.slug for b in key.behaviours]
            )
            for key in keys
        },
        words=compute_word_figures(words, passages, slugs),
        quarters={slug: compute_quarters(days, slug) for slug in slugs} if is_year else {},
        runs=_list_runs(period, journal, today),
        spans=find_spans_by_mark(figures.days),
        days=group_by_month(figures.days) if is_year else (),
    )


def _list_runs(period: Period, journal: Journal, today: LocalDate) -> tuple[Run, ...]:
    return list_longest_runs(
        journal.in_time,
        calendar=journal.calendar,
        today=today,
        first=period.first,
        last=period.last,
        before=journal.streak_before,
    )
