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
from leaderjournal.kernel.days import LocalDate, days_after, iter_days

DAYS_PER_FREEZE = 7
MOST_FREEZES = 2
MOST_BRIDGED = 3
"""How many of the last missed days that a freeze bridged a streak remembers."""
HALF_LIFE = 13  # expected days after which a day weighs half as much in the steadiness


@dataclass(frozen=True, slots=True)
class Streak:
    """A streak: lengths in completed days, `freezes` held, and the `last_date` completed.

    `at_risk` says that the streak ends if today, a local day, stays unwritten. `bridged` are the
    last missed days of the current streak that a freeze bridged, and `days_to_freeze` is how many
    completed days earn the next freeze, 0 if no more can be held.
    """

    current: int
    longest: int
    freezes: int
    last_date: LocalDate | None
    at_risk: bool
    bridged: tuple[LocalDate, ...] = ()
    days_to_freeze: int = DAYS_PER_FREEZE


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
class StreakState:
    """How a streak stands at the end of the local day `through`, from where a walk can go on.

    The run that is not ended began on `began_on` and has `length` days; the freezes are filled by
    `sevenths`. `longest` counts every run, `last_date` is the last day completed, `bridged` are the
    last days of the run on which a freeze was spent. Without `through` nothing is behind the walk.
    """

    through: LocalDate | None = None
    began_on: LocalDate | None = None
    length: int = 0
    sevenths: int = 0
    longest: int = 0
    last_date: LocalDate | None = None
    bridged: tuple[LocalDate, ...] = ()


@dataclass(frozen=True, slots=True)
class SteadinessState:
    """The sums of the steadiness at the end of the local day `through`."""

    through: LocalDate | None = None
    share: float = 0.0
    whole: float = 0.0
    has_written: bool = False


NO_STREAK, NO_STEADINESS = StreakState(), SteadinessState()


@dataclass(frozen=True, slots=True)
class _WalkedRun:
    """A run of a walk: how many days lie before the walk, and those that it came by."""

    began_on: LocalDate | None
    earlier: int
    days: tuple[LocalDate, ...]

    @property
    def length(self) -> int:
        """How many days the run has."""
        return self.earlier + len(self.days)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a walk over the days finds; the last run is the current streak, which may be empty."""

    runs: tuple[_WalkedRun, ...]
    freezes_spent: frozenset[LocalDate]
    bridged: tuple[LocalDate, ...]
    sevenths: int
    at_risk: bool


def compute_streak(
    completed: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    before: StreakState = NO_STREAK,
) -> Streak:
    """Return the streak of the local days `completed` (written in time), as of `today`.

    Every completed day adds one, a day off too. A missed day spends a freeze, or ends the streak if
    none is full. An unwritten today ends nothing; days after today count (the date line). A day
    that arrives late from an offline phone restores the freeze that its absence had spent.

    With `before`, which ends before today, `completed` are the days after it.
    """
    walk = _walk(completed, calendar, today, before)
    return Streak(
        current=walk.runs[-1].length,
        longest=max(before.longest, *(run.length for run in walk.runs)),
        freezes=walk.sevenths // DAYS_PER_FREEZE,
        last_date=max(completed, default=before.last_date),
        at_risk=walk.at_risk,
        bridged=walk.bridged,
        days_to_freeze=_count_days_to_freeze(walk.sevenths),
    )


def advance_streak(
    before: StreakState,
    completed: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    through: LocalDate,
) -> StreakState:
    """Return how a streak stands at the end of `through`, a day that is over.

    `completed` are the days after `before`, up to `through`, that were written in time.
    """
    walk = _walk(completed, calendar, days_after(through, 1), before, until=through)
    run = walk.runs[-1]
    return StreakState(
        through=through,
        began_on=run.began_on,
        length=run.length,
        sevenths=walk.sevenths,
        longest=max(before.longest, *(run.length for run in walk.runs)),
        last_date=max(completed, default=before.last_date),
        bridged=walk.bridged,
    )


def _count_days_to_freeze(sevenths: int) -> int:
    """Return how many completed days earn the next freeze; 0 if no more can be held."""
    if sevenths >= MOST_FREEZES * DAYS_PER_FREEZE:
        return 0
    return DAYS_PER_FREEZE - sevenths % DAYS_PER_FREEZE


def find_freezes(
    completed: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    before: StreakState = NO_STREAK,
) -> frozenset[LocalDate]:
    """Return the days on which a freeze was spent, given all days written in time.

    With `before`, those are the days after it.
    """
    return _walk(completed, calendar, today, before).freezes_spent


def count_longest_streak(
    completed: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    first: LocalDate,
    last: LocalDate,
    before: StreakState = NO_STREAK,
) -> int:
    """Return the most days from `first` to `last` that one streak has.

    `completed` are all the days written in time, earlier ones too, or those after `before`, which
    ends before `first`: a streak that began before `first` keeps its freezes, but only its days
    from `first` on are counted. So the longest of a month or a year is never longer than the
    longest ever, and may be shorter than the streak it is part of; `Run.whole_days` is the length
    of that one.
    """
    runs = _walk(completed, calendar, today, before, until=last).runs
    return max(sum(first <= day <= last for day in run.days) for run in runs)


def list_longest_runs(
    completed: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    first: LocalDate,
    last: LocalDate,
    most: int = 3,
    before: StreakState = NO_STREAK,
) -> tuple[Run, ...]:
    """Return the longest streaks from `first` to `last`, longest first, then latest first.

    `completed` are all the days written in time, earlier ones too, or those after `before`, as in
    `count_longest_streak`. A single day is no streak.
    """
    runs = []
    for run in _walk(completed, calendar, today, before).runs:
        inside = [day for day in run.days if first <= day <= last]
        if len(inside) > 1:
            began_on = run.began_on or inside[0]
            runs.append(Run(inside[0], inside[-1], len(inside), began_on, run.length))
    runs.sort(key=lambda run: (run.days, run.last_date), reverse=True)
    return tuple(runs[:most])


def compute_steadiness(
    written_days: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    joined: LocalDate,
    today: LocalDate,
    before: SteadinessState = NO_STEADINESS,
) -> int:
    """Return the weighted share, 0 to 100, of expected days since `joined` that were written.

    A day weighs half as much as one 13 expected days after it. Days written late count. Today
    counts once it is written. A day that is not expected changes nothing, since the figure is a
    share of practice days. If no day was expected yet, any written day makes 100. The result is
    rounded half up. With `before`, which ends before today, `written_days` are those after it.
    """
    state = _weigh_days(before, written_days, calendar, joined, max({*written_days, today}), today)
    if not state.whole:
        return 100 if state.has_written else 0
    return floor(100 * state.share / state.whole + 0.5)


def advance_steadiness(
    before: SteadinessState,
    written_days: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    joined: LocalDate,
    through: LocalDate,
) -> SteadinessState:
    """Return the sums of the steadiness at the end of `through`, a day that is over.

    `written_days` are the days after `before`, up to `through`, that were written.
    """
    return _weigh_days(
        before, written_days, calendar, joined, through, today=days_after(through, 1)
    )


def _weigh_days(
    before: SteadinessState,
    written_days: Collection[LocalDate],
    calendar: PracticeCalendar,
    joined: LocalDate,
    last: LocalDate,
    today: LocalDate,
) -> SteadinessState:
    written = frozenset(written_days)
    first = joined if before.through is None else max(joined, days_after(before.through, 1))
    fade = 0.5 ** (1 / HALF_LIFE)
    share, whole = before.share, before.whole
    for day in calendar.list_counted_days(first, last, today=today, completed=written):
        share = share * fade + (day in written)
        whole = whole * fade + 1
    return SteadinessState(last, share, whole, before.has_written or bool(written))


def _walk(
    completed: Collection[LocalDate],
    calendar: PracticeCalendar,
    today: LocalDate,
    before: StreakState,
    *,
    until: LocalDate | None = None,
) -> _Walk:
    """Walk from the first completed day to today, or to the last completed day if that is later.

    A walk goes on from `before`, and ends with `until` if that comes first.
    """
    written = frozenset(completed)
    first = min(written, default=today)
    if before.through is not None and before.length > 0:
        first = days_after(before.through, 1)
    last = max(written | {today})
    ended: list[_WalkedRun] = []
    spent: set[LocalDate] = set()
    bridged = before.bridged
    began_on, earlier, run = before.began_on, before.length, list[LocalDate]()
    sevenths, at_risk = before.sevenths, False
    for day in iter_days(first, min(last, until or last)):
        if day in written:
            began_on = began_on or day
            run.append(day)
            sevenths = min(sevenths + 1, MOST_FREEZES * DAYS_PER_FREEZE)
        elif began_on is None or day > today or not calendar.is_expected(day):
            continue
        elif day == today:
            at_risk = sevenths < DAYS_PER_FREEZE
        elif sevenths >= DAYS_PER_FREEZE:
            sevenths -= DAYS_PER_FREEZE
            spent.add(day)
            bridged = (*bridged, day)[-MOST_BRIDGED:]
        else:
            ended.append(_WalkedRun(began_on, earlier, tuple(run)))
            began_on, earlier, run, sevenths, bridged = None, 0, [], 0, ()
    current = _WalkedRun(began_on, earlier, tuple(run))
    return _Walk((*ended, current), frozenset(spent), bridged, sevenths, at_risk)
