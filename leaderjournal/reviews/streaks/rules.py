"""The streak, its freezes, and the steadiness that outlives it.

The promise: one more day in the journal never lowers a figure, neither the streak nor the longest
one nor the steadiness, whichever day it is and whatever else is written.

Earning a freeze with every seventh completed day of a lifetime would break the promise. An extra
Saturday moves the seventh day forward, so that the freeze is earned while two are held and is lost,
or is spent on a day that would otherwise have ended the streak with one freeze more.

So a freeze fills up instead. Each completed day adds a seventh, at most two freezes are held, a
missed day spends one, and the end of a streak empties both. Then more completed days mean at least
as long a streak *and* at least as many sevenths after every day, which the promise needs: a missed
day takes the same from both, and who cannot pay is left with nothing, so never with more.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import floor

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate, iter_days

DAYS_PER_FREEZE = 7
MOST_FREEZES = 2
HALF_LIFE = 13  # expected days after which a day weighs half as much in the steadiness


@dataclass(frozen=True, slots=True)
class Streak:
    """A streak: lengths in completed days, `freezes` held, and the `last_date` completed.

    `at_risk` says that the streak ends if today, a local day, stays unwritten.
    """

    current: int
    longest: int
    freezes: int
    last_date: LocalDate | None
    at_risk: bool


@dataclass(frozen=True, slots=True)
class Run:
    """The part of a streak within a period: its first and last completed day, and its length.

    `began_on` and `whole_days` are those of the whole streak, earlier days included.
    """

    first_date: LocalDate
    last_date: LocalDate
    days: int
    began_on: LocalDate
    whole_days: int


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a walk over the days finds; the last run is the current streak, which may be empty."""

    runs: tuple[tuple[LocalDate, ...], ...]
    freezes_spent: frozenset[LocalDate]
    sevenths: int
    at_risk: bool


def compute_streak(
    completed: Collection[LocalDate], *, calendar: PracticeCalendar, today: LocalDate
) -> Streak:
    """Return the streak of the local days `completed` (written in time), as of `today`.

    Every completed day adds one, a day off too. A missed day spends a freeze, or ends the streak if
    none is full. An unwritten today ends nothing; days after today count (the date line).
    Everything is computed anew each time, so that a day that arrives late from an offline phone
    restores the freeze that its absence had spent.
    """
    walk = _walk(completed, calendar, today)
    return Streak(
        current=len(walk.runs[-1]),
        longest=max(len(run) for run in walk.runs),
        freezes=walk.sevenths // DAYS_PER_FREEZE,
        last_date=max(completed, default=None),
        at_risk=walk.at_risk,
    )


def find_freezes(
    completed: Collection[LocalDate], *, calendar: PracticeCalendar, today: LocalDate
) -> frozenset[LocalDate]:
    """Return the days on which a freeze was spent, given all days written in time."""
    return _walk(completed, calendar, today).freezes_spent


def count_longest_streak(
    completed: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    first: LocalDate,
    last: LocalDate,
) -> int:
    """Return the most days from `first` to `last` that one streak has.

    `completed` are all the days written in time, earlier ones too: a streak that began before
    `first` keeps its freezes, but only its days from `first` on are counted. So the longest of a
    month or a year is never longer than the longest ever, and may be shorter than the streak it is
    part of; `Run.whole_days` is the length of that one.
    """
    runs = _walk(completed, calendar, today).runs
    return max(sum(first <= day <= last for day in run) for run in runs)


def list_longest_runs(
    completed: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    first: LocalDate,
    last: LocalDate,
    most: int = 3,
) -> tuple[Run, ...]:
    """Return the longest streaks from `first` to `last`, longest first, then latest first.

    `completed` are all the days written in time, earlier ones too, as in `count_longest_streak`. A
    single day is no streak.
    """
    runs = []
    for run in _walk(completed, calendar, today).runs:
        inside = [day for day in run if first <= day <= last]
        if len(inside) > 1:
            runs.append(Run(inside[0], inside[-1], len(inside), run[0], len(run)))
    runs.sort(key=lambda run: (run.days, run.last_date), reverse=True)
    return tuple(runs[:most])


def compute_steadiness(
    written_days: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    joined: LocalDate,
    today: LocalDate,
) -> int:
    """Return the weighted share, 0 to 100, of expected days since `joined` that were written.

    A day weighs half as much as one 13 expected days after it. Days written late count. Today
    counts once it is written. A day that is not expected changes nothing, since the figure is a
    share of practice days. If no day was expected yet, any written day makes 100. The result is
    rounded half up.
    """
    written = frozenset(written_days)
    last = max(written | {today})
    fade = 0.5 ** (1 / HALF_LIFE)
    share = whole = 0.0
    for day in calendar.list_counted_days(joined, last, today=today, completed=written):
        share = share * fade + (day in written)
        whole = whole * fade + 1
    if not whole:
        return 100 if written else 0
    return floor(100 * share / whole + 0.5)


def _walk(completed: Collection[LocalDate], calendar: PracticeCalendar, today: LocalDate) -> _Walk:
    """Walk from the first completed day to today, or to the last completed day if that is later."""
    written = frozenset(completed)
    ended: list[tuple[LocalDate, ...]] = []
    spent: set[LocalDate] = set()
    run: list[LocalDate] = []
    sevenths, at_risk = 0, False
    for day in iter_days(min(written, default=today), max(written | {today})):
        if day in written:
            run.append(day)
            sevenths = min(sevenths + 1, MOST_FREEZES * DAYS_PER_FREEZE)
        elif not run or day > today or not calendar.is_expected(day):
            continue
        elif day == today:
            at_risk = sevenths < DAYS_PER_FREEZE
        elif sevenths >= DAYS_PER_FREEZE:
            sevenths -= DAYS_PER_FREEZE
            spent.add(day)
        else:
            ended.append(tuple(run))
            run, sevenths = [], 0
    return _Walk((*ended, tuple(run)), frozenset(spent), sevenths, at_risk)
