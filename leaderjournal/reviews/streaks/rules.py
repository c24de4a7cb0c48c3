"""The streak, its freezes, and the steadiness that outlives it.

The promise: a day more in the journal never lowers a figure. Not the streak, not the longest one,
not the steadiness, whichever day it is and whatever else is written. Counting every seventh kept
day of a lifetime would break it: an extra Saturday moves the seventh day forward, and the freeze
is earned where the two held leave no room for it, or is spent on a day that would otherwise have
ended the streak one freeze richer. So a freeze fills up instead: each kept day adds a seventh, two
full ones are the most that fits, a missed day empties one, and the end of a streak empties all.
Then more days kept means at least as long a run *and* at least as much in hand after every day,
which is what the promise needs (a missed day takes the same from both, and who cannot pay is left
with nothing, so never with more than who paid).
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import floor

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate, iter_days

DAYS_PER_FREEZE = 7
MOST_FREEZES = 2
HALF_LIFE = 13  # expected days, after which a day weighs half as much in the steadiness


@dataclass(frozen=True, slots=True)
class Streak:
    """A streak as it stands: lengths in kept days, `freezes` in hand, `last_date` last kept.

    `at_risk` says that the streak ends if today, a local day, stays unwritten.
    """

    current: int
    longest: int
    freezes: int
    last_date: LocalDate | None
    at_risk: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A streak as it lies in a period: its first and last kept day there, and how many it holds.

    `began_on` and `whole_days` are those of the streak as a whole, earlier days included.
    """

    first_date: LocalDate
    last_date: LocalDate
    days: int
    began_on: LocalDate
    whole_days: int


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a walk over the days found; the last run is the streak that goes on, maybe empty."""

    runs: tuple[tuple[LocalDate, ...], ...]
    freezes_spent: frozenset[LocalDate]
    sevenths: int
    at_risk: bool


def compute_streak(
    kept: Collection[LocalDate], *, calendar: PracticeCalendar, today: LocalDate
) -> Streak:
    """Return the streak of the local days `kept` (written in time), seen from `today`.

    Every kept day adds one, a day off too. An expected day that is over and was not kept spends
    a freeze, or ends the streak where none is full. Today unwritten ends nothing; days after
    today count (the date line). All is counted anew each time, so a day that arrives late from
    an offline phone gives back the freeze that its absence had spent.
    """
    walk = _walk(kept, calendar, today)
    return Streak(
        current=len(walk.runs[-1]),
        longest=max(len(run) for run in walk.runs),
        freezes=walk.sevenths // DAYS_PER_FREEZE,
        last_date=max(kept, default=None),
        at_risk=walk.at_risk,
    )


def find_freezes(
    kept: Collection[LocalDate], *, calendar: PracticeCalendar, today: LocalDate
) -> frozenset[LocalDate]:
    """Return the days on which a freeze was spent, given all days written in time."""
    return _walk(kept, calendar, today).freezes_spent


def count_longest_streak(
    kept: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    first: LocalDate,
    last: LocalDate,
) -> int:
    """Return the most days from `first` to `last` that one streak holds.

    `kept` are all the days written in time, earlier ones too: a streak that began before `first`
    brings its freezes along, but only its days from `first` on are counted. So the longest of a
    month or a year is never longer than the longest ever, and may be shorter than the streak it
    is a part of; `Run.whole_days` tells how long that one is.
    """
    runs = _walk(kept, calendar, today).runs
    return max(sum(first <= day <= last for day in run) for run in runs)


def list_longest_runs(
    kept: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    today: LocalDate,
    first: LocalDate,
    last: LocalDate,
    most: int = 3,
) -> tuple[Run, ...]:
    """Return the longest streaks from `first` to `last`, the longest first; of equals the later.

    `kept` are all the days written in time, earlier ones too, as in `longest_within`. A single day
    is no streak.
    """
    runs = []
    for run in _walk(kept, calendar, today).runs:
        inside = [day for day in run if first <= day <= last]
        if len(inside) > 1:
            runs.append(Run(inside[0], inside[-1], len(inside), run[0], len(run)))
    runs.sort(key=lambda run: (run.days, run.last_date), reverse=True)
    return tuple(runs[:most])


def compute_steadiness(
    kept_or_late: Collection[LocalDate],
    *,
    calendar: PracticeCalendar,
    joined: LocalDate,
    today: LocalDate,
) -> int:
    """Return the weighted share, 0 to 100, of expected days since `joined` that were written.

    A day weighs half as much as one 13 expected days after it. Days written late count here.
    Today counts once written. A day that is not expected changes nothing, which is how it never
    hurts: the figure is a share of practice days. Where none was expected yet, any day written
    makes 100. Halves are rounded up.
    """
    written = frozenset(kept_or_late)
    last = max(written | {today})
    fade = 0.5 ** (1 / HALF_LIFE)
    share = whole = 0.0
    for day in calendar.list_counted_days(joined, last, today=today, completed=written):
        share = share * fade + (day in written)
        whole = whole * fade + 1
    if not whole:
        return 100 if written else 0
    return floor(100 * share / whole + 0.5)


def _walk(kept: Collection[LocalDate], calendar: PracticeCalendar, today: LocalDate) -> _Walk:
    """Walk from the first kept day to today, or to the last kept day where that is later."""
    written = frozenset(kept)
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
