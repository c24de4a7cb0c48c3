"""What the page of a month shows, ready to be written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import Mean, MonthMeans, group_by_week
from leaderjournal.reviews.day_marks.rules import Mark
from leaderjournal.reviews.drawings.rules import (
    DAY_RADIUS,
    MONTH_RADIUS,
    KeyPath,
    LineDrawing,
    draw_bars,
    draw_line,
    draw_sign,
    find_first_mark,
)
from leaderjournal.reviews.monthly.cards.rules import ReviewCard, build_review_card
from leaderjournal.reviews.monthly.rules import ReviewContent, find_month_to_review
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
from leaderjournal.reviews.summaries.rules import DayFigures, KeyFigures

CALENDAR_SIGNS = (Mark.FREEZE, Mark.PAUSED, Mark.SHORT, Mark.LATE, Mark.MISSED)
"""The marks that have a sign in the calendar, the first of them that a day has."""
SPOKEN_MARKS = {
    Mark.FREEZE: ", a freeze was spent",
    Mark.PAUSED: ", paused",
    Mark.SHORT: ", cut short by a journey",
    Mark.LATE: ", written after 48 hours",
}


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the calendar; `address` is None for a day to come that has no entry.

    `sign` is the path of the day's `mark`; both are empty where it has none.
    """

    date: LocalDate
    kind: str
    address: str | None
    mark: str
    sign: str
    bars: tuple[KeyPath, ...]
    scores: tuple[tuple[str, int | None], ...]
    words: int
    spoken_marks: str
    is_written: bool
    is_today: bool
    is_future: bool
    is_best: bool


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One of twelve months, with the mean of each key, in the order of the keys."""

    month: Period
    means: tuple[Mean, ...]


@dataclass(frozen=True, slots=True)
class KeySection:
    """A key in the month; `figures` is None where it has no score.

    `mean_width` and `previous_x` are parts of a bar 100 wide, `moved` is the change of the mean on
    the month before.
    """

    key: Key
    figures: KeyFigures | None
    mean: float
    mean_width: float
    previous_mean: float | None
    previous_x: float
    moved: float
    day_line: LineDrawing
    year_line: LineDrawing | None
    behaviours: BehaviourLists


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The page of a month; what it has nothing to show of is None or empty."""

    period: Period
    next_month: str | None
    is_written: bool
    weeks: tuple[tuple[CalendarDay | None, ...], ...]
    signs: tuple[tuple[str, str], ...]
    """(mark, path) of the signs in the calendar, each once."""
    keys: tuple[Key, ...]
    marks: tuple[ExplainedMark, ...]
    review: ReviewCard | None
    offers_review: bool
    figures: PeriodFigures
    key_sections: tuple[KeySection, ...]
    months: tuple[MonthRow, ...]
    weekdays: WeekdaySection | None
    words: WordSection
    passages: tuple[Passage, ...]


def build_month_page(
    report: PeriodReport,
    review: ReviewContent | None,
    *,
    keys: Sequence[Key],
    labels: Mapping[int, str],
    today: LocalDate,
    day_address: Callable[[LocalDate], str],
) -> MonthPage:
    """Return the page of a month on the leader's local day `today`.

    `labels` are the names of the mirror scores, `day_address` gives the address of a day's page.
    """
    period, summary = report.period, report.summary
    is_written = summary.days_written > 0
    due = find_month_to_review(today, report.journal.calendar)
    has_ended = period.next.first <= today
    weeks = tuple(
        tuple(
            None
            if day is None
            else _build_day(
                day, keys, today=today, best_day=report.best_day, day_address=day_address
            )
            for day in week
        )
        for week in group_by_week(summary.days)
    )
    return MonthPage(
        period=period,
        next_month=period.next.name if has_ended else None,
        is_written=is_written,
        weeks=weeks,
        signs=tuple(
            {day.mark: day.sign for week in weeks for day in week if day and day.mark}.items()
        ),
        keys=tuple(keys),
        marks=explain_marks(report.spans),
        review=build_review_card(review, keys) if review else None,
        offers_review=is_written and (has_ended or due == period),
        figures=build_figures(report),
        key_sections=tuple(_build_key_section(report, key) for key in keys),
        months=_list_months(report.months, keys),
        weekdays=build_weekday_section(report, keys),
        words=build_word_section(report.words, keys, labels),
        passages=list_passages(summary.highlights, keys),
    )


def _build_day(
    day: DayFigures,
    keys: Sequence[Key],
    *,
    today: LocalDate,
    best_day: LocalDate | None,
    day_address: Callable[[LocalDate], str],
) -> CalendarDay:
    is_future = day.date > today
    mark = find_first_mark(day, CALENDAR_SIGNS)
    return CalendarDay(
        date=day.date,
        kind=_get_kind(day, is_future=is_future),
        address=None if is_future and not day.is_written else day_address(day.date),
        mark=mark.value if mark else "",
        sign=draw_sign(mark, 6, 6),
        bars=draw_bars(day.scores, keys),
        scores=tuple((key.name, day.scores.get(key.slug)) for key in keys),
        words=day.words,
        spoken_marks=describe_marks(day.marks),
        is_written=day.is_written,
        is_today=day.date == today,
        is_future=is_future,
        is_best=day.date == best_day,
    )


def describe_marks(marks: Sequence[Mark]) -> str:
    """Return a day's marks for a screen reader, to follow the day's name."""
    spoken = "".join(words for mark, words in SPOKEN_MARKS.items() if mark in marks)
    if Mark.EXTRA in marks and Mark.PAUSED not in marks and Mark.SHORT not in marks:
        spoken += ", not a practice day"
    return spoken


def _get_kind(day: DayFigures, *, is_future: bool) -> str:
    """Return the kind of a day in the calendar."""
    if day.is_written:
        return "completed"
    if Mark.PAUSED in day.marks:
        return "paused"
    if is_future:
        return "to-come"
    return "missed" if {Mark.MISSED, Mark.FREEZE} & set(day.marks) else "free"


def _build_key_section(report: PeriodReport, key: Key) -> KeySection:
    figures = report.summary.by_key[key.slug]
    mean, before = figures.mean or 0.0, figures.previous_mean
    year_line = report.year_lines[key.slug]
    return KeySection(
        key=key,
        figures=None if figures.mean is None else figures,
        mean=round(mean, 1),
        mean_width=round(mean * 20, 1),
        previous_mean=None if before is None else round(before, 1),
        previous_x=round((before or 0) * 20 - 0.6, 1),
        moved=round(mean - (before or 0), 1),
        day_line=draw_day_line(report, key),
        year_line=draw_year_line(report, key) if year_line.strokes else None,
        behaviours=list_behaviours(key, report.behaviour_groups[key.slug]),
    )


def _list_months(months: Sequence[MonthMeans], keys: Sequence[Key]) -> tuple[MonthRow, ...]:
    """Return the months that have a score."""
    rows = (
        MonthRow(month.month, tuple(month.by_key[key.slug] for key in keys)) for month in months
    )
    return tuple(row for row in rows if any(mean.count for mean in row.means))


def draw_day_line(report: PeriodReport, key: Key) -> LineDrawing:
    """Return the line of the scores of a month's days."""
    first, last = report.period.first, report.period.last
    return draw_line(
        report.day_lines[key.slug],
        radius=DAY_RADIUS,
        first_label=f"{first.day} {first.strftime('%b')}",
        last_label=f"{last.day} {last.strftime('%b')}",
    )


def draw_year_line(report: PeriodReport, key: Key) -> LineDrawing:
    """Return the line of the mean scores of the report's twelve months."""
    return draw_line(
        report.year_lines[key.slug],
        radius=MONTH_RADIUS,
        first_label=report.months[0].month.first.strftime("%b %Y"),
        last_label=report.months[-1].month.first.strftime("%b %Y"),
    )
