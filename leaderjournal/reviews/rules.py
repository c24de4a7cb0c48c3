"""A month or a year as a whole: its figures, pictures and words, made from one reading of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.day_marks.rules import Mark, Span
from leaderjournal.reviews.pictures.rules import (
    BRIDGES_DAYS,
    BRIDGES_MONTHS,
    Curve,
    Mean,
    MonthDays,
    MonthMeans,
    Quarters,
    Standing,
    curve,
    mark_spans,
    monthly_means,
    months_until,
    quarters,
    standing,
    weekday_means,
    year_months,
)
from leaderjournal.reviews.streaks.rules import Run, longest_runs
from leaderjournal.reviews.summaries.rules import Journal, Period, Summary, best_day, summary
from leaderjournal.reviews.words.rules import WordFigures, Written, word_figures


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that a month or a year shows; what is by key is by its slug.

    `months` are the twelve until a month, or those of a year. `day_lines` and `year_lines` are the
    lines of the days and of the months. `runs` are the longest rows, `spans` the days that explain
    them, by mark. `days` (month by month) and `quarters` are those of a year; a month has none.
    """

    period: Period
    journal: Journal
    summary: Summary
    best_day: LocalDate | None
    months: tuple[MonthMeans, ...]
    day_lines: Mapping[str, Curve]
    year_lines: Mapping[str, Curve]
    weekdays: Mapping[str, tuple[Mean, ...]]
    standing: Mapping[str, Standing]
    words: WordFigures
    quarters: Mapping[str, Quarters]
    runs: tuple[Run, ...]
    spans: Mapping[Mark, tuple[Span, ...]]
    days: tuple[MonthDays, ...]


def months_shown(period: Period) -> tuple[Period, ...]:
    """Return the twelve months whose line is drawn beside `period`."""
    return period.months if period.month is None else months_until(period, 12)


def portrait(
    period: Period,
    journal: Journal,
    texts: Sequence[Written],
    *,
    keys: Sequence[Key],
    today: LocalDate,
) -> Portrait:
    """Return the portrait of `period` as it stands on `today`.

    The journal's days reach back to the first of `months_shown`; `texts` are all of the period.
    """
    slugs = [key.slug for key in keys]
    days = [day for day in journal.days if day.date in period]
    figures = summary(period, journal, today=today)
    means = monthly_means(journal.days, months_shown(period), slugs)
    is_year = period.month is None
    return Portrait(
        period=period,
        journal=journal,
        summary=figures,
        best_day=best_day(days),
        months=means,
        day_lines={
            slug: curve([day.scores[slug] for day in figures.days], bridges=BRIDGES_DAYS)
            for slug in slugs
        },
        year_lines={
            slug: curve([month.by_key[slug].mean for month in means], bridges=BRIDGES_MONTHS)
            for slug in slugs
        },
        weekdays=weekday_means(days, slugs),
        standing={
            key.slug: standing(
                figures.by_key[key.slug].behaviours, [b.slug for b in key.behaviours]
            )
            for key in keys
        },
        words=word_figures(texts, slugs, team=journal.practice.team),
        quarters={slug: quarters(days, slug) for slug in slugs} if is_year else {},
        runs=longest_runs(
            journal.in_time,
            calendar=journal.calendar,
            today=today,
            first=period.first,
            last=period.last,
        ),
        spans=mark_spans(figures.days),
        days=year_months(figures.days) if is_year else (),
    )
