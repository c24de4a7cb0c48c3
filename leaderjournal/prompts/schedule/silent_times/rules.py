"""Which times of a schedule never come, because quiet hours outlast the day they are in."""

from collections.abc import Iterator
from datetime import time

from leaderjournal.prompts.schedule.rules import Schedule, get_at_risk_time, is_quiet_at

MINUTES_OF_DAY = 24 * 60


def find_silent_times(schedule: Schedule, day_starts_at: time) -> tuple[time, ...]:
    """Return the times of `schedule` that are dropped on every day without a clock change."""
    return tuple(at for at in schedule.times if _is_silent(schedule, at, day_starts_at))


def explain_silent_times(schedule: Schedule, day_starts_at: time) -> list[str]:
    """Return a sentence for each time at which no prompt can ever come."""
    return list(_explain(schedule, day_starts_at))


def _explain(schedule: Schedule, day_starts_at: time) -> Iterator[str]:
    if schedule.quiet_from is None or schedule.quiet_to is None:
        return
    why = (
        f"Your quiet hours last until {schedule.quiet_to:%H:%M}, and your day ends before that, at"
        f" {day_starts_at:%H:%M}."
    )
    step = f"Choose a time before {schedule.quiet_from:%H:%M}."
    for at in find_silent_times(schedule, day_starts_at):
        yield f"No reminder comes at {at:%H:%M}. {why} {step}"
    at_risk = get_at_risk_time(schedule)
    if schedule.streak_at_risk and _is_silent(schedule, at_risk, day_starts_at):
        yield f"The evening reminder never comes. {why} Let them begin later than {at_risk:%H:%M}."


def _is_silent(schedule: Schedule, at: time, day_starts_at: time) -> bool:
    """Tell whether the quiet hours around a time end no earlier than its local day."""
    if schedule.quiet_to is None or not is_quiet_at(schedule, at):
        return False
    wait = (_count_minutes(schedule.quiet_to) - _count_minutes(at)) % MINUTES_OF_DAY
    left = (_count_minutes(day_starts_at) - _count_minutes(at)) % MINUTES_OF_DAY or MINUTES_OF_DAY
    return wait >= left


def _count_minutes(at: time) -> int:
    return at.hour * 60 + at.minute
