"""The lines by which the list of the settings says each page's state."""

from datetime import date, time

import pytest

from leaderjournal.accounts.practice_calendar.rules import (
    MONDAY_TO_FRIDAY,
    Pause,
    format_weekdays,
)
from leaderjournal.kernel.days import LocalDate
from leaderjournal.prompts.channels.rules import Channels, MailState
from leaderjournal.prompts.pages.reminders import describe_channels
from leaderjournal.prompts.schedule.rules import Schedule
from leaderjournal.settings_menu import (
    describe_practice,
    describe_questions,
    describe_reminders,
    describe_security,
)

TODAY = LocalDate(date(2026, 11, 30))
ONE_PHONE = Channels(
    devices=1, stale_devices=0, mail=MailState.NO_SERVER, by_mail=False, calendar=False
)
NOTHING = Channels(
    devices=0, stale_devices=0, mail=MailState.NO_SERVER, by_mail=False, calendar=False
)


def on(number: int, month: int = 12) -> LocalDate:
    return LocalDate(date(2026, month, number))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (range(1, 8), "Every day"),
        (range(1, 6), "Monday to Friday"),
        ({6, 7}, "Saturday and Sunday"),
        ({1, 3, 5}, "Monday, Wednesday and Friday"),
        ({4}, "Thursday"),
    ],
)
def test_weekdays_are_said_in_words(days, words):
    assert format_weekdays(days) == words


@pytest.mark.parametrize(
    ("enabled", "channels", "paused_until", "state"),
    [
        (False, ONE_PHONE, None, "Off"),
        (False, NOTHING, None, "Off"),
        (True, NOTHING, None, "Can’t reach you yet"),
        (True, ONE_PHONE, None, "07:30 and 18:30, Monday to Friday, to one device"),
        (True, ONE_PHONE, on(4), "Paused until 4 December"),
        (True, ONE_PHONE, TODAY, "07:30 and 18:30, Monday to Friday, to one device"),
    ],
)
def test_reminders_say_when_and_where_they_come_or_that_they_cannot(
    enabled, channels, paused_until, state
):
    schedule = Schedule(
        enabled=enabled,
        times=(time(7, 30), time(18, 30)),
        weekdays=MONDAY_TO_FRIDAY,
        paused_until=paused_until,
    )
    reminders = describe_channels(channels, enabled=enabled)
    assert describe_reminders(schedule, reminders, today=TODAY) == state


@pytest.mark.parametrize(
    ("pauses", "state"),
    [
        ([], "Monday to Friday"),
        ([Pause(on(1, 11), on(29, 11))], "Monday to Friday"),
        ([Pause(on(20)), Pause(on(10), on(12))], "Monday to Friday, pause from 10 December"),
        ([Pause(TODAY, on(4))], "Monday to Friday, paused until 4 December"),
        ([Pause(on(20, 11))], "Monday to Friday, paused for now"),
    ],
)
def test_practice_says_the_pause_that_is_on_or_comes_next(pauses, state):
    assert describe_practice(MONDAY_TO_FRIDAY, pauses, today=TODAY) == state


def test_counts_are_said_in_words():
    assert describe_security(1, 0) == "1 device signed in"
    assert describe_security(3, 7) == "3 devices signed in, 7 failed sign-ins today"
    assert describe_questions(0, 0) == "None of your own yet"
    assert describe_questions(2, 3) == "2 of your own, 3 hidden"
