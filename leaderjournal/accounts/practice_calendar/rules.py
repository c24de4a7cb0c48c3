"""Which local days a leader means to practise.

A day is *expected* if it was a practice weekday at the time, no pause covers it and no journey cut
it short. Everything that counts days (streaks, steadiness, months) uses this calendar, so that the
answer is the same everywhere.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import accumulate, islice

from leaderjournal.kernel.days import (
    DAY_STARTS_AT,
    Instant,
    LocalDate,
    days_after,
    get_day_end,
    get_day_start,
    get_local_day,
    iter_days,
)

PracticeDays = frozenset[int]  # ISO weekdays: 1 is Monday, 7 is Sunday

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONDAY_TO_FRIDAY: PracticeDays = frozenset({1, 2, 3, 4, 5})
LATE_ENTRY_WINDOW = timedelta(hours=48)
SHORTEST_EXPECTED_DAY = timedelta(hours=12)


def parse_practice_days(weekdays: Iterable[int]) -> PracticeDays:
    """Return `weekdays` as practice days.

    Raises ValueError for anything but ISO weekdays, and for none at all: a pause is the way to
    have no practice days for a while, since it says when it ends.
    """
    chosen = frozenset(weekdays)
    if not chosen or not chosen <= frozenset(range(1, 8)):
        raise ValueError("practice_days: choose one or more days from 1 (Monday) to 7 (Sunday)")
    return chosen


def format_weekdays(weekdays: Collection[int]) -> str:
    """Return ISO weekdays in words: Every day, Monday to Friday, Monday and Wednesday."""
    days = sorted(weekdays)
    if len(days) == len(WEEKDAYS):
        return "Every day"
    names = [WEEKDAYS[day - 1] for day in days]
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[0]} to {names[-1]}"
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True, slots=True)
class Pause:
    """Local days, both ends included, on which nothing is expected; an open pause has no end.

    Raises ValueError if it ends before it begins.
    """

    first_date: LocalDate
    last_date: LocalDate | None = None

    def __post_init__(self) -> None:
        if self.last_date is not None and self.last_date < self.first_date:
            raise ValueError("last_date: a pause ends on the day it begins, or later")


@dataclass(frozen=True, slots=True)
class PracticeCalendar:
    """A leader's practice weekdays over time, with their pauses and days cut short.

    A change applies from its local date on, so that new practice days never rewrite the past; the
    first one applies to the days before it too. Of two changes on one date, the later one in
    `changes` applies. Without any change the practice days are Monday to Friday.
    """

    changes: tuple[tuple[LocalDate, PracticeDays], ...] = ()
    pauses: tuple[Pause, ...] = ()
    short_days: frozenset[LocalDate] = frozenset()
    # The latest end among the pauses up to each one, so that overlapping pauses need no merging.
    _paused_until: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        changes = tuple(sorted(self.changes, key=_get_effective_date))
        pauses = tuple(sorted(self.pauses, key=_get_first_date))
        ends = (pause.last_date or date.max for pause in pauses)
        object.__setattr__(self, "changes", changes)
        object.__setattr__(self, "pauses", pauses)
        object.__setattr__(self, "_paused_until", tuple(accumulate(ends, max)))

    def is_practice_day(self, day: LocalDate) -> bool:
        """Tell whether `day` is a practice weekday, as they were chosen at the time."""
        if not self.changes:
            return day.isoweekday() in MONDAY_TO_FRIDAY
        begun = bisect_right(self.changes, day, key=_get_effective_date)
        return day.isoweekday() in self.changes[max(begun, 1) - 1][1]

    def is_paused(self, day: LocalDate) -> bool:
        """Tell whether a pause covers `day`."""
        begun = bisect_right(self.pauses, day, key=_get_first_date)
        return begun > 0 and day <= self._paused_until[begun - 1]

    def is_expected(self, day: LocalDate) -> bool:
        """Tell whether `day` is a practice day, neither paused nor cut short by a journey."""
        return self.is_practice_day(day) and not self.is_paused(day) and day not in self.short_days

    def find_next_practice_days(self, after: LocalDate, number: int) -> list[LocalDate]:
        """Return the first `number` expected days after a day, looking two years ahead."""
        ahead = (days_after(after, days) for days in range(1, 731))
        return list(islice((day for day in ahead if self.is_expected(day)), number))

    def list_counted_days(
        self,
        first: LocalDate,
        last: LocalDate,
        *,
        today: LocalDate,
        completed: Collection[LocalDate],
    ) -> list[LocalDate]:
        """Return the expected days from `first` to `last` that can be judged, in order.

        Those are the days that are over. Today counts once it is completed, and so does a day
        after today (which exists when a leader has flown over the date line and back).
        """
        completed = frozenset(completed)
        return [
            day
            for day in iter_days(first, last)
            if (day < today or day in completed) and self.is_expected(day)
        ]


def is_written_in_time(
    day: LocalDate, *, written_at: Instant, zone: str, day_starts_at: time = DAY_STARTS_AT
) -> bool:
    """Tell whether an entry for `day`, written at `written_at`, can still repair a streak.

    It can until 48 hours after the local day ended in the IANA `zone`. These are elapsed hours,
    whatever local clocks do meanwhile. When the entry arrives at the server makes no difference.
    """
    return written_at <= get_day_end(day, zone, day_starts_at) + LATE_ENTRY_WINDOW


def find_short_days(
    now: Instant, old_zone: str, new_zone: str, day_starts_at: time = DAY_STARTS_AT
) -> frozenset[LocalDate]:
    """Return the local days that a move from `old_zone` to `new_zone` at `now` leaves too short.

    Too short is less than 12 hours, which takes a leap of more than 12 hours (Honolulu to
    Auckland); days that are skipped altogether are included. Moving back repeats a date and
    shortens none. The leader is taken to have been in `old_zone` since that local day began, so
    two moves within a day may excuse one day more than necessary.
    """
    left = get_local_day(now, old_zone, day_starts_at)
    entered = get_local_day(now, new_zone, day_starts_at)
    short = set()
    for day in iter_days(left, entered):
        begins = get_day_start(day, old_zone, day_starts_at) if day == left else now
        ends = get_day_end(day, new_zone, day_starts_at) if day == entered else now
        if ends - begins < SHORTEST_EXPECTED_DAY:
            short.add(day)
    return frozenset(short)


def _get_effective_date(change: tuple[LocalDate, PracticeDays]) -> LocalDate:
    return change[0]


def _get_first_date(pause: Pause) -> LocalDate:
    return pause.first_date
