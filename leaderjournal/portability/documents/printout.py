"""What a PDF of a month or a year shows, ready to be written down."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.practice_log.numbers.rules import NumberFigures
from leaderjournal.practice_log.summary.rules import PersonFigures
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reviews.charts.rules import Mean, group_by_week
from leaderjournal.reviews.drawings.rules import (
    WEEKDAYS,
    YEAR_SIGNS,
    KeyPath,
    MonthOfYear,
    draw_bars,
    draw_markers,
    draw_sign,
    draw_year,
    find_first_mark,
)
from leaderjournal.reviews.monthly.cards.rules import ReviewCard, build_review_card
from leaderjournal.reviews.monthly.rules import ReviewContent
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.reports.rules import PeriodReport
from leaderjournal.reviews.sections.rules import (
    BehaviourLists,
    ExplainedMark,
    Passage,
    PeriodFigures,
    WeekdaySection,
    build_figures,
    build_weekday_section,
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

ChangeText = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A day of the month's grid: the bars of an entry, or the sign of a day without one."""

    number: int
    bars: tuple[KeyPath, ...]
    sign: str


@dataclass(frozen=True, slots=True)
class PrintedKey:
    """A key's figures; `quarters` are a year's."""

    key: Key
    figures: KeyFigures
    quarters: tuple[Mean, ...]
    behaviours: BehaviourLists


@dataclass(frozen=True, slots=True)
class TeamRow:
    """The leader's own mean of a key beside the team's, and how many people answered."""

    key: Key
    own: float | None
    team: float
    answers: int


@dataclass(frozen=True, slots=True)
class PrintedLog:
    """What the practice log says of the period; a row is a label and its value."""

    team: tuple[TeamRow, ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PrintedReview:
    """A month's review."""

    month: Period
    card: ReviewCard


@dataclass(frozen=True, slots=True)
class PrintedAnswer:
    """An answer of a day; `label` is what its score is called."""

    key: Key
    score: int | None
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """The words of a day."""

    date: LocalDate
    answers: tuple[PrintedAnswer, ...]
    note: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Printout:
    """A month or a year as it is printed; what there is nothing of is None or empty."""

    period: Period
    figures: PeriodFigures
    weeks: tuple[tuple[PrintedCell | None, ...], ...]
    weekday_names: tuple[str, ...]
    year: tuple[MonthOfYear, ...]
    markers: tuple[KeyPath, ...]
    days_trend: DayTrend | None
    months_trend: MonthTrend
    keys: tuple[PrintedKey, ...]
    marks: tuple[ExplainedMark, ...]
    weekdays: WeekdaySection | None
    log: PrintedLog | None
    reviews: tuple[PrintedReview, ...]
    passages: tuple[Passage, ...]
    days: tuple[PrintedDay, ...]


def build_printout(
    report: PeriodReport,
    *,
    reviews: Iterable[tuple[Period, ReviewContent]],
    days: Iterable[tuple[LocalDate, DayContent]],
    keys: Sequence[Key],
    labels: Mapping[int, str],
    change_text: ChangeText,
    change_passage: ChangeText,
) -> Printout:
    """Return the printout of a report with its `reviews` and `days`, in the order given.

    `labels` are the names of the mirror scores. Every text of the leader goes through
    `change_text`, and the passages worth rereading through `change_passage`.
    """
    period, summary = report.period, report.summary
    highlights = [
        replace(passage, text=change_passage(passage.text)) for passage in summary.highlights
    ]
    return Printout(
        period=period,
        figures=build_figures(report),
        weeks=() if period.is_year else _list_weeks(summary.days, keys),
        weekday_names=tuple(short for short, _ in WEEKDAYS),
        year=draw_year(report.days),
        markers=draw_markers(keys),
        days_trend=None if period.is_year else build_day_trend(report, keys),
        months_trend=build_month_trend(report, keys),
        keys=tuple(_build_key(report, key) for key in keys),
        marks=explain_marks(report.spans),
        weekdays=build_weekday_section(report, keys),
        log=_build_log(report, keys, change_text),
        reviews=tuple(
            PrintedReview(month, build_review_card(content.with_texts(change_text), keys))
            for month, content in reviews
        ),
        passages=list_passages(highlights, keys),
        days=tuple(_build_day(date, content, keys, labels, change_text) for date, content in days),
    )


def _list_weeks(
    days: Sequence[DayFigures], keys: Sequence[Key]
) -> tuple[tuple[PrintedCell | None, ...], ...]:
    return tuple(
        tuple(None if day is None else _build_cell(day, keys) for day in week)
        for week in group_by_week(days)
    )


def _build_cell(day: DayFigures, keys: Sequence[Key]) -> PrintedCell:
    if day.is_written:
        return PrintedCell(day.date.day, draw_bars(day.scores, keys), "")
    return PrintedCell(day.date.day, (), draw_sign(find_first_mark(day, YEAR_SIGNS), 6, 6))


def _build_key(report: PeriodReport, key: Key) -> PrintedKey:
    is_year = report.period.is_year
    return PrintedKey(
        key=key,
        figures=report.summary.by_key[key.slug],
        quarters=report.quarters[key.slug].means if is_year else (),
        behaviours=list_behaviours(key, report.behaviour_groups[key.slug]),
    )


def _build_log(
    report: PeriodReport, keys: Sequence[Key], change_text: ChangeText
) -> PrintedLog | None:
    practice, team = report.journal.practice, report.summary.team or {}
    made, handed = practice.commitments, practice.hand_offs
    rows = (
        ("Commitments kept", made.made and f"{made.kept} of {made.made}"),
        ("Wins celebrated", practice.wins and f"{practice.celebrated} of {practice.wins}"),
        ("Hand-offs made", handed.made),
        ("Stepped back in", handed.stepped_back_in),
        ("Hand-offs still with them", handed.holding),
    )
    printed = [(label, str(value)) for label, value in rows if value]
    if practice.number:
        printed.append(_format_number("The number", practice.number, change_text))
    if practice.quarter:
        label = "The number of the quarter"
        printed.append(_format_number(label, practice.quarter, change_text))
    printed += [_format_person(person, change_text) for person in practice.people]
    team_rows = tuple(
        TeamRow(key, report.summary.by_key[key.slug].mean, found.mean, found.n)
        for key in keys
        if (found := team.get(key.slug))
    )
    return PrintedLog(team_rows, tuple(printed)) if team_rows or printed else None


def _format_number(label: str, number: NumberFigures, change_text: ChangeText) -> tuple[str, str]:
    unit = f", {change_text(number.unit)}" if number.unit else ""
    actual = "–" if number.actual is None else f"{number.actual:,.15g}"
    target = "" if number.target is None else f" of {number.target:,.15g}"
    return f"{label}{unit}", f"{actual}{target}"


def _format_person(person: PersonFigures, change_text: ChangeText) -> tuple[str, str]:
    return f"Times you helped {change_text(person.name)}", str(person.acts)


def _build_day(
    date: LocalDate,
    content: DayContent,
    keys: Sequence[Key],
    labels: Mapping[int, str],
    change_text: ChangeText,
) -> PrintedDay:
    by_slug = {key.slug: key for key in keys}
    return PrintedDay(
        date,
        tuple(
            PrintedAnswer(
                key=by_slug[answer.key],
                score=answer.score,
                label=labels[answer.score] if answer.score else "",
                text=change_text(answer.text),
            )
            for answer in content.answers
            if answer.is_answered
        ),
        change_text(content.note),
        change_text(content.commitment),
    )
