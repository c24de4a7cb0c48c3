"""What the page of a month shows, ready to be written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import group_by_week
from leaderjournal.reviews.day_marks.rules import Mark
from leaderjournal.reviews.drawings.rules import (
    KeyPath,
    draw_bars,
    draw_markers,
    draw_sign,
    find_first_mark,
)
from leaderjournal.reviews.findings.rules import describe_month
from leaderjournal.reviews.monthly.cards.rules import ReviewCard, build_review_card
from leaderjournal.reviews.monthly.rules import ReviewContent, find_month_to_review
from leaderjournal.reviews.overview.rules import (
    KeyTile,
    Teasers,
    build_teasers,
    build_tiles,
    count_noun,
    has_scores,
    shorten,
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
from leaderjournal.reviews.summaries.rules import DayFigures, KeyFigures
from leaderjournal.reviews.trends.rules import (
    DayTrend,
    MonthTrend,
    build_day_trend,
    build_month_trend,
)

LEAST_DAYS = 5
"""Written days from which a month or a year has averages: fewer are single days."""

CALENDAR_SIGNS = (Mark.FREEZE, Mark.PAUSED, Mark.SHORT, Mark.LATE, Mark.MISSED)
"""The marks that have a sign in the calendar, the first of them that a day has."""
SPOKEN_MARKS = {
    Mark.FREEZE: ", a freeze kept your streak",
    Mark.PAUSED: ", time off",
    Mark.SHORT: ", cut short by travel",
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
    scores: tuple[int | None, ...]
    words: int
    spoken_marks: str
    is_written: bool
    is_today: bool
    is_future: bool
    is_best: bool


@dataclass(frozen=True, slots=True)
class KeySection:
    """A key in the month and its behaviours; `figures` is None where it has no score."""

    key: Key
    figures: KeyFigures | None
    behaviours: BehaviourLists


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The page of a month; what it has nothing to show of is None or empty.

    `hint` says what will be here where there is not enough for averages yet. `is_open` says that
    the leader can write in the month. `review_offer` is the month whose review is offered now.
    """

    period: Period
    next_month: str | None
    is_written: bool
    has_averages: bool
    hint: str
    is_open: bool
    weeks: tuple[tuple[CalendarDay | None, ...], ...]
    signs: tuple[tuple[str, str], ...]
    """(mark, path) of the signs in the calendar, each once."""
    keys: tuple[Key, ...]
    marks: tuple[ExplainedMark, ...]
    findings: tuple[str, ...]
    tiles: tuple[KeyTile, ...]
    review: ReviewCard | None
    review_teaser: str
    offers_review: bool
    review_offer: Period | None
    teasers: Teasers
    figures: PeriodFigures
    key_sections: tuple[KeySection, ...]
    markers: tuple[KeyPath, ...]
    days: DayTrend
    months: MonthTrend
    weekdays: WeekdaySection | None
    words: WordSection | None
    passages: tuple[Passage, ...]

    @property
    def has_best_day(self) -> bool:
        """Whether the calendar frames a best day."""
        return any(day is not None and day.is_best for week in self.weeks for day in week)


def build_month_page(
    report: PeriodReport,
    review: ReviewContent | None,
    *,
    keys: Sequence[Key],
    labels: Mapping[int, str],
    today: LocalDate,
    day_address: Callable[[LocalDate], str],
    unwritten_review: Period | None = None,
) -> MonthPage:
    """Return the page of a month on the leader's local day `today`.

    `labels` are the names of the mirror scores, `day_address` gives the address of a day's page.
    `unwritten_review` is the month whose review is due and not written.
    """
    period, summary = report.period, report.summary
    is_over, has_averages = period.last < today, summary.days_written >= LEAST_DAYS
    passages = list_passages(summary.highlights, keys) if has_averages or is_over else ()
    card = build_review_card(review, keys) if review else None
    weeks = _list_weeks(report, keys, today=today, day_address=day_address)
    return MonthPage(
        period=period,
        next_month=period.next.name if period.next.first <= today else None,
        is_written=summary.days_written > 0,
        has_averages=has_averages,
        hint=_write_hint(report, today),
        is_open=today in period,
        weeks=weeks,
        signs=_list_signs(weeks),
        keys=tuple(keys),
        marks=explain_marks(report.spans),
        findings=describe_month(report, keys, today=today) if has_averages else (),
        tiles=build_tiles(report, keys) if has_averages and has_scores(report) else (),
        review=card,
        review_teaser=shorten(card.answers[0][1]) if card and card.answers else "Three questions",
        offers_review=card is None and _can_be_reviewed(report, today),
        review_offer=unwritten_review,
        teasers=build_teasers(report, passages),
        figures=build_figures(report),
        key_sections=tuple(_build_key_section(report, key) for key in keys),
        markers=draw_markers(keys),
        days=build_day_trend(report, keys),
        months=build_month_trend(report, keys),
        weekdays=build_weekday_section(report, keys),
        words=build_word_section(report.words, keys, labels)
        if has_averages and summary.words
        else None,
        passages=passages,
    )


def _write_hint(report: PeriodReport, today: LocalDate) -> str:
    """Return what a month says that has no averages; empty where it has some."""
    period, written = report.period, report.summary.days_written
    if period.first > today:
        return f"{period.title} has not begun."
    if period.last < today and written < LEAST_DAYS:
        if not written:
            return f"{period.title} has no entry. It can stay that way."
        return f"{count_noun(written, 'day')} in {period.short_title}. Averages begin at five."
    if not written:
        return "Each day you write lights up here. After five days your averages appear."
    if written >= LEAST_DAYS:
        return "" if has_scores(report) else "Score your answers to see averages here."
    left = LEAST_DAYS - written
    return f"After five days your averages appear here: {left} to go."


def _can_be_reviewed(report: PeriodReport, today: LocalDate) -> bool:
    """Tell whether a month can be reviewed: it is over or ends, and is not a newcomer's first."""
    is_over = report.period.last < today
    is_due = find_month_to_review(today, report.journal.calendar) == report.period
    least = 1 if is_over else LEAST_DAYS
    return (is_over or is_due) and report.summary.days_written >= least


def _list_signs(
    weeks: Sequence[Sequence[CalendarDay | None]],
) -> tuple[tuple[str, str], ...]:
    days = (day for week in weeks for day in week if day and day.mark)
    return tuple({day.mark: day.sign for day in days}.items())


def _list_weeks(
    report: PeriodReport,
    keys: Sequence[Key],
    *,
    today: LocalDate,
    day_address: Callable[[LocalDate], str],
) -> tuple[tuple[CalendarDay | None, ...], ...]:
    # The best of a few days is no news.
    best_day = report.best_day if report.summary.days_written >= LEAST_DAYS else None
    return tuple(
        tuple(
            None
            if day is None
            else _build_day(day, keys, today=today, best_day=best_day, day_address=day_address)
            for day in week
        )
        for week in group_by_week(report.summary.days)
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
        scores=tuple(day.scores.get(key.slug) for key in keys),
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
    return KeySection(
        key=key,
        figures=None if figures.mean is None else figures,
        behaviours=list_behaviours(key, report.behaviour_groups[key.slug]),
    )
