"""What each local day was to the practice, and the counts that follow from it.

Every page, letter, PDF and API reply that counts days uses these definitions:

* A *practice day* is expected: a practice weekday at the time, not paused, not cut short by a
  journey.
* `kept` counts practice days with an entry, `expected` those that can be judged: past days, and
  later ones once they are written. So `kept` is never more than `expected`.
* `extra` counts other days with an entry. `kept` and `extra` together are all days written.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate, iter_days


class Mark(StrEnum):
    """What a day was to the practice; a day may have several marks, or none."""

    COMPLETED = "kept"  # a practice day with an entry
    EXTRA = "extra"  # an entry on a day that was not expected
    MISSED = "missed"  # a practice day that is over and has no entry
    LATE = "late"  # written more than 48 hours after the day ended: no streak counts it
    FREEZE = "freeze"  # a freeze was spent on it, so the streak went on
    PAUSED = "paused"
    SHORT = "short"  # a practice day that a journey cut short: nothing was expected


WRITTEN = frozenset({Mark.COMPLETED, Mark.EXTRA})


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many expected practice days were completed, and how many other days were written."""

    kept: int
    expected: int
    extra: int


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive days that have the same mark, both ends included."""

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
    """Return the marks of each day from `first` to `last`, a month at most, in order.

    `in_time` says of each written day whether it was written in time; `freezes` are the days on
    which a freeze was spent. Before the leader joined, days are expected only in a month in which
    something was written: an imported diary is judged by its whole months, an empty month by
    nothing. In the month of joining, counting begins with the first day written or with the day of
    joining.
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
    """Return the runs of consecutive days that have `mark`, in order."""
    spans: list[Span] = []
    for day in sorted(day for day, found in marks.items() if mark in found):
        if spans and (day - spans[-1].last).days == 1:
            spans[-1] = Span(spans[-1].first, day)
        else:
            spans.append(Span(day, day))
    return tuple(spans)
