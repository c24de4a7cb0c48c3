"""A leader is told of a time at which no prompt can ever come."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import Instant
from leaderjournal.prompts.schedule.rules import Schedule, find_next_prompt
from leaderjournal.prompts.schedule.silent_times.rules import (
    explain_silent_times,
    find_silent_times,
)

EVERY_DAY = frozenset(range(1, 8))
minutes = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))


def make_schedule(at, begins, ends, **rest):
    return Schedule(True, (at,), EVERY_DAY, begins, ends, **rest)


@pytest.mark.parametrize(
    ("at", "begins", "ends", "starts", "is_silent"),
    [
        ((21,), (20,), (8,), (3,), True),
        ((21,), (20,), (8,), (0,), True),
        ((20,), (20,), (8,), (3,), True),
        ((8,), (20,), (8,), (3,), False),
        ((19, 59), (20,), (8,), (3,), False),
        ((21,), (20,), (2, 59), (3,), False),
        ((21,), (20,), (3,), (3,), True),
        ((3,), (20,), (8,), (3,), False),
        ((2,), (20,), (8,), (3,), True),
        ((12,), (9,), (17,), (3,), False),
    ],
)
def test_time_is_silent_if_quiet_hours_outlast_its_day(at, begins, ends, starts, is_silent):
    schedule = make_schedule(time(*at), time(*begins), time(*ends))
    assert bool(find_silent_times(schedule, time(*starts))) == is_silent
    assert bool(explain_silent_times(schedule, time(*starts))) == is_silent


@given(minutes, minutes, minutes, minutes)
def test_silent_times_are_those_that_never_come(at, begins, ends, starts):
    schedule = make_schedule(at, begins, ends)
    noon = Instant(datetime(2026, 11, 25, 12, tzinfo=UTC))
    found = find_next_prompt(schedule, zone="UTC", day_starts_at=starts, after=noon, handled=())
    assert (found is None) == bool(find_silent_times(schedule, starts))
    if found:
        assert found.due_at - noon < timedelta(days=3)


def test_evening_reminder_that_never_comes_is_named():
    schedule = make_schedule(time(12), time(13), time(11), streak_at_risk=True)
    assert explain_silent_times(schedule, time(3)) == []
    schedule = make_schedule(time(12), time(10), time(4), streak_at_risk=True)
    told = explain_silent_times(schedule, time(3))
    assert told[0].startswith("No reminder comes at 12:00.")
    assert told[1].startswith("The evening reminder never comes.")
