"""Checkpoints: where every streak stands at the end of a month, so that no walk begins earlier."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice import catalogue
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.streaks.rules import (
    NO_STEADINESS,
    NO_STREAK,
    SteadinessState,
    StreakState,
    advance_steadiness,
    advance_streak,
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The streaks and the steadiness at the end of a local day; without `through`, of nothing."""

    through: LocalDate | None = None
    overall: StreakState = NO_STREAK
    by_key: Mapping[str, StreakState] = field(
        default_factory=lambda: dict.fromkeys(catalogue.KEY_SLUGS, NO_STREAK)
    )
    steadiness: SteadinessState = NO_STEADINESS

    def to_document(self) -> dict[str, Any]:
        """Return the checkpoint as it is stored."""
        return {
            "overall": _write_dates(asdict(self.overall)),
            "by_key": {key: _write_dates(asdict(state)) for key, state in self.by_key.items()},
            "steadiness": _write_dates(asdict(self.steadiness)),
        }

    @classmethod
    def from_document(cls, through: LocalDate, document: Mapping[str, Any]) -> "Checkpoint":
        """Return a checkpoint as it was stored."""
        return cls(
            through=through,
            overall=StreakState(**_read_dates(document["overall"])),
            by_key={
                key: StreakState(**_read_dates(document["by_key"][key]))
                for key in catalogue.KEY_SLUGS
            },
            steadiness=SteadinessState(**_read_dates(document["steadiness"])),
        )


@dataclass(frozen=True, slots=True)
class CountedDays:
    """The completed local days of a span, each with whether it was in time, and by key."""

    completed: Sequence[tuple[LocalDate, bool]]
    answered_by_key: Mapping[str, frozenset[LocalDate]]

    @property
    def in_time(self) -> frozenset[LocalDate]:
        """The days written in time."""
        return frozenset(day for day, is_in_time in self.completed if is_in_time)

    @property
    def written(self) -> frozenset[LocalDate]:
        """All the days written."""
        return frozenset(day for day, _ in self.completed)

    def group_by_month(self) -> "dict[Period, CountedDays]":
        """Return the days of each month that has any."""
        completed = defaultdict(list)
        answered: defaultdict[Period, defaultdict[str, set[LocalDate]]]
        answered = defaultdict(lambda: defaultdict(set))
        for day, is_in_time in self.completed:
            completed[_get_month(day)].append((day, is_in_time))
        for key, days in self.answered_by_key.items():
            for day in days:
                answered[_get_month(day)][key].add(day)
        return {
            month: CountedDays(
                completed[month],
                {key: frozenset(answered[month][key]) for key in self.answered_by_key},
            )
            for month in completed.keys() | answered.keys()
        }


def compute_checkpoints(
    before: Checkpoint,
    days: CountedDays,
    *,
    calendar: PracticeCalendar,
    joined: LocalDate,
    through: LocalDate,
) -> Iterator[Checkpoint]:
    """Yield the checkpoint of each month end after `before`, up to the month end `through`.

    `days` are those after `before`. Before the first of them and before the leader joined, there
    is nothing to keep.
    """
    begins = days_after(before.through, 1) if before.through else min(days.written | {joined})
    by_month = days.group_by_month()
    nothing = CountedDays((), dict.fromkeys(days.answered_by_key, frozenset()))
    checkpoint, month = before, _get_month(begins)
    while (end := month.last) <= through:
        of_month = by_month.get(month, nothing)
        checkpoint = Checkpoint(
            through=end,
            overall=advance_streak(
                checkpoint.overall, of_month.in_time, calendar=calendar, through=end
            ),
            by_key={
                key: advance_streak(
                    state, of_month.answered_by_key[key], calendar=calendar, through=end
                )
                for key, state in checkpoint.by_key.items()
            },
            steadiness=advance_steadiness(
                checkpoint.steadiness,
                of_month.written,
                calendar=calendar,
                joined=joined,
                through=end,
            ),
        )
        yield checkpoint
        month = month.next


def _get_month(day: LocalDate) -> Period:
    return Period(day.year, day.month)


def _write_dates(state: dict[str, Any]) -> dict[str, Any]:
    return {name: _write(value) for name, value in state.items()}


def _write(value: object) -> object:
    if isinstance(value, tuple):
        return [_write(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _read_dates(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _read(value) for name, value in state.items()}


def _read(value: object) -> object:
    if isinstance(value, list):
        return tuple(_read(each) for each in value)
    return LocalDate(date.fromisoformat(value)) if isinstance(value, str) else value
