"""Which days one looks back at."""

from datetime import date

import pytest

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reviews.look_back.rules import build_earlier_days, list_look_back_dates


@pytest.mark.parametrize(
    ("day", "week", "month", "quarter", "year"),
    [
        ("2026-11-24", "2026-11-17", "2026-10-24", "2026-08-24", "2025-11-24"),
        ("2026-03-31", "2026-03-24", "2026-02-28", "2025-12-31", "2025-03-31"),
        ("2024-02-29", "2024-02-22", "2024-01-29", "2023-11-29", "2023-02-28"),
        ("2026-01-01", "2025-12-25", "2025-12-01", "2025-10-01", "2025-01-01"),
    ],
)
def test_look_back_dates_are_the_same_day_of_earlier_months(day, week, month, quarter, year):
    found = list_look_back_dates(LocalDate(date.fromisoformat(day)))
    assert [str(ago) for ago in found.values()] == [week, month, quarter, year]


def test_day_without_anything_to_read_is_no_look_back():
    day = LocalDate(date(2026, 11, 24))
    week, month, quarter, _ = list_look_back_dates(day).values()
    stored = {
        week: DayContent((Answer("let-go", None, None, None, "  "),), note=" \n"),
        month: DayContent((Answer("a-key-that-is-gone", None, None, 4, "Words."),)),
        quarter: DayContent((Answer("let-go", None, None, 4, ""),)),
    }
    [found] = build_earlier_days(day, stored, catalogue.list_keys())
    assert (found.date, found.title) == (quarter, "A quarter ago")
