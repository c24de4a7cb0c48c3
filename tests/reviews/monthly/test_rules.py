"""When the review of a month has its time."""

from datetime import date

import pytest

from leaderjournal.accounts.practice_calendar.rules import Pause, PracticeCalendar
from leaderjournal.kernel.days import LocalDate
from leaderjournal.reviews.monthly.rules import find_last_practice_day, find_month_to_review
from leaderjournal.reviews.periods.rules import Period

PLAIN = PracticeCalendar()


def on(text):
    return LocalDate(date.fromisoformat(text))


@pytest.mark.parametrize(
    ("today", "month"),
    [
        ("2026-10-29", None),
        ("2026-10-30", "2026-10"),  # a Friday: the last practice day of October
        ("2026-10-31", "2026-10"),
        ("2026-11-07", "2026-10"),
        ("2026-11-08", None),
        ("2026-11-29", None),
        ("2026-11-30", "2026-11"),
        ("2027-01-03", "2026-12"),
    ],
)
def test_review_is_offered_from_the_last_practice_day_for_a_week(today, month):
    found = find_month_to_review(on(today), PLAIN)
    assert (found.name if found else None) == month


def test_pause_at_the_end_moves_the_last_practice_day_forward():
    away = PracticeCalendar(pauses=(Pause(on("2026-11-25"), on("2026-12-02")),))
    assert find_last_practice_day(Period(2026, 11), away) == on("2026-11-24")
    assert find_month_to_review(on("2026-11-24"), away).name == "2026-11"


def test_month_without_practice_days_is_offered_on_its_last_day():
    away = PracticeCalendar(pauses=(Pause(on("2026-11-01"), on("2026-11-30")),))
    assert find_last_practice_day(Period(2026, 11), away) is None
    assert find_month_to_review(on("2026-11-29"), away) is None
    assert find_month_to_review(on("2026-11-30"), away).name == "2026-11"
