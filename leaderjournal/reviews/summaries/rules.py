"""The figures of a month or a year."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.commitments.rules import CommitmentFigures
from leaderjournal.practice_log.hand_offs.rules import HandOffFigures
from leaderjournal.practice_log.numbers.rules import NumberFigures
from leaderjournal.practice_log.summary.rules import NO_FIGURES, PersonFigures, PracticeFigures
from leaderjournal.reviews.day_marks.rules import WRITTEN, Mark, count_days, mark_days
from leaderjournal.reviews.highlights.rules import Highlight
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.streaks.rules import (
    NO_STREAK,
    StreakState,
    count_longest_streak,
    find_freezes,
)
from leaderjournal.team_mirror.comparison.rules import KeyComparison, compare_means
from leaderjournal.team_mirror.rules import KeyMean


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A reflection reduced to what can be counted.

    `scores` (1 to 5) and `behaviours` are by key slug and hold only the keys answered; `words`
    counts those of the whole day. `in_time` says that the day counts for the streak.
    """

    date: LocalDate
    scores: Mapping[str, int] = field(default_factory=dict)
    behaviours: Mapping[str, str | None] = field(default_factory=dict)
    words: int = 0
    in_time: bool = True


@dataclass(frozen=True, slots=True)
class ScoreSum:
    """The sum of a key's scores, how many they are, and the sum of their squares."""

    total: int = 0
    count: int = 0
    squares: int = 0

    @property
    def mean(self) -> float | None:
        """The mean score; None without scores."""
        return self.total / self.count if self.count else None

    @classmethod
    def from_scores(cls, scores: Collection[int]) -> "ScoreSum":
        """Return the sums of `scores`."""
        return cls(sum(scores), len(scores), sum(score * score for score in scores))

    def __add__(self, other: "ScoreSum") -> "ScoreSum":
        return ScoreSum(
            self.total + other.total, self.count + other.count, self.squares + other.squares
        )


ScoreSums = Mapping[Period, Mapping[str, ScoreSum]]
"""The sums of scores by month and key slug."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What a summary is made from.

    `days` are those written in the period, `earlier_scores` the sums of the months before it that
    are compared with it. `streak_before` is how the streak stood before, and `in_time_before` are
    the dates written in time from there to the first of `days`: they earned the freezes that a
    streak has when the period begins. `keys` are the slugs in the order of the practice.
    `practice` are the figures of the practice log in the period, `team` the team's means in a month
    where they may be shown.
    """

    days: Collection[WrittenDay]
    keys: tuple[str, ...]
    calendar: PracticeCalendar
    joined: LocalDate
    streak_before: StreakState = NO_STREAK
    in_time_before: Collection[LocalDate] = ()
    earlier_scores: ScoreSums = field(default_factory=dict)
    highlights: tuple[Highlight, ...] = ()
    practice: PracticeFigures = NO_FIGURES
    team: Mapping[str, KeyMean] | None = None

    @property
    def in_time(self) -> frozenset[LocalDate]:
        """The dates of the days after `streak_before` that were written in time."""
        return frozenset(day.date for day in self.days if day.in_time) | set(self.in_time_before)


@dataclass(frozen=True, slots=True)
class BestScore:
    """The highest score of a key; of equals, the latest."""

    date: LocalDate
    score: int


@dataclass(frozen=True, slots=True)
class BehaviourFigures:
    """On how many days a behaviour was looked at, and the mean of the scores it got."""

    count: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """A key's scores: unrounded means, None without scores."""

    mean: float | None
    median: float | None
    count: int
    trend: float | None
    previous_mean: float | None
    best: BestScore | None
    behaviours: dict[str, BehaviourFigures]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A date of the period, written or not; `scores` holds every key."""

    date: LocalDate
    scores: dict[str, int | None]
    words: int
    marks: tuple[Mark, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether there is an entry."""
        return not WRITTEN.isdisjoint(self.marks)


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of the API's contract, field by field.

    `days_kept`, `days_expected` and `days_extra` are the counts of `day_marks`; a year's are the
    sums of its months'. `streak_longest` counts only the days within the period.
    """

    period: str
    days_expected: int
    days_kept: int
    days_extra: int
    streak_longest: int
    words: int
    by_key: dict[str, KeyFigures]
    days: tuple[DayFigures, ...]
    commitments: CommitmentFigures
    wins: int
    hand_offs: HandOffFigures
    people: tuple[PersonFigures, ...]
    number: NumberFigures | None
    team: Mapping[str, KeyMean] | None
    highlights: tuple[Highlight, ...]
    compared_with: str

    @property
    def comparisons(self) -> Mapping[str, KeyComparison]:
        """The leader's own means beside the team's, by key; empty without a team mirror."""
        own = {key: figures.mean for key, figures in self.by_key.items()}
        return compare_means(self.team or {}, own)

    @property
    def days_written(self) -> int:
        """How many days have an entry, practice days and others."""
        return self.days_kept + self.days_extra


class Scored(Protocol):
    """Anything with a date and scores by key: a `WrittenDay` or `DayFigures`."""

    @property
    def date(self) -> LocalDate:
        """The local date."""

    @property
    def scores(self) -> Mapping[str, int | None]:
        """Scores by key slug; a key may be missing or None."""


def summarize(period: Period, journal: Journal, *, today: LocalDate) -> Summary:
    """Return the figures of `period` as of `today`."""
    written = {day.date: day for day in journal.days if day.date in period}
    marks = mark_period(period, journal, today=today)
    counts = count_days(marks.values())
    return Summary(
        period=period.name,
        days_expected=counts.expected,
        days_kept=counts.kept,
        days_extra=counts.extra,
        streak_longest=count_longest_streak(
            journal.in_time,
            calendar=journal.calendar,
            today=today,
            first=period.first,
            last=period.last,
            before=journal.streak_before,
        ),
        words=sum(day.words for day in written.values()),
        by_key={
            key: _compute_key_figures(
                key, written.values(), _add_up(journal.earlier_scores, period.previous, key)
            )
            for key in journal.keys
        },
        days=tuple(
            _build_day_figures(day, written.get(day), journal.keys, of_day)
            for day, of_day in marks.items()
        ),
        commitments=journal.practice.commitments,
        wins=journal.practice.wins,
        hand_offs=journal.practice.hand_offs,
        people=journal.practice.people,
        number=journal.practice.number,
        team=journal.team,
        highlights=journal.highlights,
        compared_with=period.previous.name,
    )


def add_up_scores(days: Iterable[Scored]) -> dict[Period, dict[str, ScoreSum]]:
    """Return the sums of the scores of `days` by month and key."""
    scores: defaultdict[tuple[int, int], defaultdict[str, list[int]]]
    scores = defaultdict(lambda: defaultdict(list))
    for day in days:
        of_month = scores[day.date.year, day.date.month]
        for key, score in day.scores.items():
            if score is not None:
                of_month[key].append(score)
    return {
        Period(*month): {key: ScoreSum.from_scores(found) for key, found in by_key.items()}
        for month, by_key in scores.items()
    }


def find_best_day(days: Iterable[Scored]) -> LocalDate | None:
    """Return the date with the highest mean score; None where no day has a score.

    Of equals, the one with more scores wins, then the latest.
    """
    best: tuple[float, int, LocalDate] | None = None
    for day in days:
        scores = [score for score in day.scores.values() if score is not None]
        if scores:
            rank = (sum(scores) / len(scores), len(scores), day.date)
            best = rank if best is None else max(best, rank)
    return best and best[2]


def mark_period(
    period: Period, journal: Journal, *, today: LocalDate
) -> dict[LocalDate, tuple[Mark, ...]]:
    """Return the marks of each day of `period`, in order."""
    in_time = {day.date: day.in_time for day in journal.days}
    freezes = find_freezes(
        journal.in_time, calendar=journal.calendar, today=today, before=journal.streak_before
    )
    return {
        day: marks
        for month in period.months
        for day, marks in mark_days(
            month.first,
            month.last,
            in_time=in_time,
            calendar=journal.calendar,
            joined=journal.joined,
            today=today,
            freezes=freezes,
        ).items()
    }


def _add_up(sums: ScoreSums, period: Period, key: str) -> ScoreSum:
    found = (sums[month].get(key, ScoreSum()) for month in period.months if month in sums)
    return sum(found, ScoreSum())


def _compute_key_figures(key: str, days: Collection[WrittenDay], before: ScoreSum) -> KeyFigures:
    scored = [BestScore(day.date, day.scores[key]) for day in days if key in day.scores]
    scores = [best.score for best in scored]
    mean = _compute_mean(scores)
    previous_mean = before.mean
    return KeyFigures(
        mean=mean,
        median=float(median(scores)) if scores else None,
        count=len(scores),
        trend=None if mean is None or previous_mean is None else mean - previous_mean,
        previous_mean=previous_mean,
        best=max(scored, key=lambda best: (best.score, best.date), default=None),
        behaviours=_compute_behaviour_figures(key, days),
    )


def _compute_behaviour_figures(
    key: str, days: Collection[WrittenDay]
) -> dict[str, BehaviourFigures]:
    """Return the behaviours of `key` that were looked at, the most frequent first."""
    counts: Counter[str] = Counter()
    scores: defaultdict[str, list[int]] = defaultdict(list)
    for day in days:
        behaviour = day.behaviours.get(key)
        if behaviour is not None:
            counts[behaviour] += 1
            scores[behaviour] += [day.scores[key]] if key in day.scores else []
    return {
        behaviour: BehaviourFigures(count, _compute_mean(scores[behaviour]))
        for behaviour, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    }


def _build_day_figures(
    date: LocalDate, day: WrittenDay | None, keys: Iterable[str], marks: tuple[Mark, ...]
) -> DayFigures:
    if day is None:
        return DayFigures(date, dict.fromkeys(keys), 0, marks)
    return DayFigures(date, {key: day.scores.get(key) for key in keys}, day.words, marks)


def _compute_mean(scores: list[int]) -> float | None:
    return sum(scores) / len(scores) if scores else None
