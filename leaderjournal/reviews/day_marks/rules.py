"""What each local day was to the practice, and the counts that follow from it.

One definition for every page, letter, document and reply that counts days:

* A *practice day* was expected: a practice weekday then, not paused, not cut short by a journey.
* `kept` counts practice days with an entry, `expected` those that can be judged: days that are
  over, and later ones once they are written. So `kept` is never more than `expected`.
* `extra` counts days with an entry beside them. `kept` and `extra` are all the days written.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate, iter_days


class Mark(StrEnum):
    """What can be said of a day; a day may have several marks, or none."""

    COMPLETED = "kept"  # a practice day with an entry
    EXTRA = "extra"  # an entry on a day that was not expected
    MISSED = "missed"  # a practice day that is over and has no entry
    LATE = "late"  # written more than 48 hours after the day ended: no row counts it
    FREEZE = "freeze"  # a freeze was spent on it, so the row went on
    PAUSED = "paused"
    SHORT = "short"  # a practice day that a journey cut short: nothing was expected


WRITTEN = frozenset({Mark.COMPLETED, Mark.EXTRA})


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many practice days were kept of those expected, and how many other days were written."""

    kept: int
    expected: int
    extra: int


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row that have the same mark, both ends included."""

    first: LocalDate
    last: LocalDate


def mark_days(
    first: LocalDate,
    last: LocalDate,
    *,
    in_time: Mapping[LocalDate, bool],
    calendar: PracticeCalendar,
    joined: LocalDate,
    today: LocalDate,
    freezes: Collection[LocalDate] = (),
) -> dict[LocalDate, tuple[Mark, ...]]:
    """Return the marks of each day from `first` to `last`, a month at the most, in order.

    `in_time` tells of each day written whether it was written in time; `freezes` are the days on
    which a freeze was spent. Before the leader joined, days are expected only where something was
    written: a diary brought along is seen against its whole month, an empty month of long ago
    against nothing. In the month of joining, counting begins with the first day written or joined.
    """
    written = {day for day in in_time if first <= day <= last}
    begins: LocalDate | None = first
    if first <= joined <= last:
        begins = min(joined, *written) if written else joined
    elif joined > last and not written:
        begins = None
    counted = (
        frozenset(calendar.list_counted_days(begins, last, today=today, completed=written))
        if begins is not None
        else frozenset()
    )
    marks = {}
    for day in iter_days(first, last):
        found = []
        if day in written:
            found.append(Mark.COMPLETED if day in counted else Mark.EXTRA)
            if not in_time[day]:
                found.append(Mark.LATE)
        elif day in counted:
            found.append(Mark.MISSED)
        if day in freezes:
            found.append(Mark.FREEZE)
        if calendar.is_paused(day):
            found.append(Mark.PAUSED)
        elif day in calendar.short_days and calendar.is_practice_day(day):
            found.append(Mark.SHORT)
        marks[day] = tuple(found)
    return marks


def count_days(marks: Iterable[Collection[Mark]]) -> DayCounts:
    """Return the counts of days, given the marks of each."""
    kept = missed = extra = 0
    for found in marks:
        kept += Mark.COMPLETED in found
        missed += Mark.MISSED in found
        extra += Mark.EXTRA in found
    return DayCounts(kept=kept, expected=kept + missed, extra=extra)


def find_spans(marks: Mapping[LocalDate, Collection[Mark]], mark: Mark) -> tuple[Span, ...]:
    """Return the days that have `mark`, those in a row together, in order."""
    spans: list[Span] = []
    for day in sorted(day for day, found in marks.items() if mark in found):
        if spans and (day - spans[-1].last).days == 1:
            spans[-1] = Span(spans[-1].first, day)
        else:
            spans.append(Span(day, day))
    return tuple(spans)
