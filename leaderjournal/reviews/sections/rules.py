"""What the page of a month, the page of a year and the PDF show alike, ready to be written down."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.charts.rules import BehaviourGroups, Mean
from leaderjournal.reviews.day_marks.rules import Mark, Span
from leaderjournal.reviews.drawings.rules import WEEKDAYS, WeekdayDrawing, draw_sign, draw_weekdays
from leaderjournal.reviews.highlights.rules import Highlight
from leaderjournal.reviews.reports.rules import PeriodReport
from leaderjournal.reviews.summaries.rules import BehaviourFigures
from leaderjournal.reviews.words.counting.rules import NOTES
from leaderjournal.reviews.words.rules import WordCount, WordFigures

MARK_MEANINGS = {
    Mark.FREEZE: "a freeze kept your streak",
    Mark.PAUSED: "time off: nothing was due",
    Mark.SHORT: "cut short by travel: nothing was due",
    Mark.LATE: "written after 48 hours: completed, but in no streak",
    Mark.MISSED: "a practice day without an entry",
}
MARK_TITLES = {
    Mark.FREEZE: "Freezes used",
    Mark.PAUSED: "Time off",
    Mark.SHORT: "Cut short by travel",
    Mark.LATE: "Written after 48 hours, so in no streak",
    Mark.MISSED: "Practice days without an entry or a freeze",
}


@dataclass(frozen=True, slots=True)
class ExplainedMark:
    """A mark that days of the period have: its sign, what it means and which days they are."""

    sign: str
    meaning: str
    title: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class LongestStreak:
    """The longest streak of a period that began before it and is longer as a whole."""

    began_on: LocalDate
    whole_days: int
    days: int


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The figures of a month or a year; `place` names it where its year is clear."""

    place: str
    days_expected: int
    days_kept: int
    days_extra: int
    streak_longest: int
    words: int
    best_day: LocalDate | None
    longest: LongestStreak | None


@dataclass(frozen=True, slots=True)
class BehaviourRow:
    """A behaviour that was looked at; `x` is where its mean stands, 0 to 100."""

    name: str
    mean: float | None
    count: int
    x: float


@dataclass(frozen=True, slots=True)
class BehaviourLists:
    """The behaviours of a key by how they were scored, and the names of those never looked at."""

    groups: tuple[tuple[str, tuple[BehaviourRow, ...]], ...]
    untouched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeekdayRow:
    """A weekday of the table, with the mean of each key and the number of all scores."""

    name: str
    scores: int
    means: tuple[Mean, ...]


@dataclass(frozen=True, slots=True)
class WeekdaySection:
    """The mean scores by weekday, drawn and as a table."""

    drawing: WeekdayDrawing
    keys: tuple[Key, ...]
    rows: tuple[WeekdayRow, ...]


@dataclass(frozen=True, slots=True)
class KeyWords:
    """The words used most under a key."""

    key: Key
    words: tuple[WordCount, ...]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A mirror score, what it is called, and its answers' mean length in whole words."""

    score: int
    label: str
    answers: int
    mean_words: int


@dataclass(frozen=True, slots=True)
class WordSection:
    """The words of a period; `scores` is empty where there are too few to compare."""

    keys: tuple[KeyWords, ...]
    notes: tuple[WordCount, ...]
    names: tuple[WordCount, ...]
    scores: tuple[ScoreRow, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage worth rereading; the key is None for a note."""

    date: LocalDate
    key: Key | None
    text: str


def explain_marks(spans: Mapping[Mark, tuple[Span, ...]]) -> tuple[ExplainedMark, ...]:
    """Return the marks that days have, each with its sign, drawn in a view box 12 wide."""
    return tuple(
        ExplainedMark(draw_sign(mark, 6, 6), MARK_MEANINGS[mark], MARK_TITLES[mark], found)
        for mark, found in spans.items()
    )


def build_figures(report: PeriodReport) -> PeriodFigures:
    """Return the figures of a month or a year."""
    summary = report.summary
    longest = next(
        (
            LongestStreak(run.began_on, run.whole_days, run.days)
            for run in report.runs[:1]
            if run.whole_days > run.days
        ),
        None,
    )
    return PeriodFigures(
        place=report.period.short_title,
        days_expected=summary.days_expected,
        days_kept=summary.days_kept,
        days_extra=summary.days_extra,
        streak_longest=summary.streak_longest,
        words=summary.words,
        best_day=report.best_day,
        longest=longest,
    )


def list_behaviours(key: Key, groups: BehaviourGroups) -> BehaviourLists:
    """Return the behaviours of `key`, group by group; a group that nothing is in is left out."""
    names = {behaviour.slug: behaviour.name for behaviour in key.behaviours}

    def list_rows(group: Iterable[tuple[str, BehaviourFigures]]) -> tuple[BehaviourRow, ...]:
        return tuple(
            BehaviourRow(
                name=names.get(slug) or slug.replace("-", " ").capitalize(),
                mean=figures.mean,
                count=figures.count,
                x=round(((figures.mean or 1) - 1) * 25, 1),
            )
            for slug, figures in group
        )

    titled = (
        ("Strongest, 3.5 or more", groups.strong),
        ("In between", groups.between),
        ("Needs attention, 2.5 or less", groups.weak),
    )
    return BehaviourLists(
        tuple((title, list_rows(group)) for title, group in titled if group),
        tuple(names[slug] for slug in groups.untouched),
    )


def build_weekday_section(report: PeriodReport, keys: Sequence[Key]) -> WeekdaySection | None:
    """Return the weekdays' mean scores; None where the period has no score."""
    if not any(figures.count for figures in report.summary.by_key.values()):
        return None
    return WeekdaySection(
        draw_weekdays(report.weekdays, keys),
        tuple(keys),
        tuple(
            WeekdayRow(
                name,
                sum(report.weekdays[key.slug][place].count for key in keys),
                tuple(report.weekdays[key.slug][place] for key in keys),
            )
            for place, (_, name) in enumerate(WEEKDAYS)
        ),
    )


def build_word_section(
    words: WordFigures, keys: Sequence[Key], labels: Mapping[int, str]
) -> WordSection:
    """Return the words of a period; `labels` are the names of the mirror scores."""
    scores = tuple(
        ScoreRow(row.score, labels[row.score], row.answers, int(round(row.mean_words, 0)))
        for row in words.by_score
    )
    return WordSection(
        keys=tuple(
            KeyWords(key, words.most_used[key.slug]) for key in keys if words.most_used[key.slug]
        ),
        notes=words.most_used[NOTES],
        names=words.names,
        scores=scores if len(scores) > 1 else (),
    )


def list_passages(highlights: Collection[Highlight], keys: Sequence[Key]) -> tuple[Passage, ...]:
    """Return the passages worth rereading, each with its key."""
    by_slug = {key.slug: key for key in keys}
    return tuple(
        Passage(found.date, by_slug[found.key] if found.key else None, found.text)
        for found in highlights
    )
