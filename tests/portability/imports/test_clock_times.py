"""Times of day in the forms and languages of apps and spreadsheets."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.portability.imports.clock_times import parse_clock


@pytest.mark.parametrize(
    "text",
    [
        *("20:20", "20.20", "20h20", "20 h 20", "20:20:00", "20.20 Uhr", "kl. 20.20", "20時20分"),
        *("8:20 PM", "8:20PM", "8:20\u202fPM", "8:20\xa0pm", "08:20 p.m.", "8:20 p. m.", "8.20 PM"),
        *("下午8:20", "晚上8:20", "下午 8时20分", "午後8:20", "오후 8:20", "8:20 μ.μ.", "ÖS 8:20"),
        *("8:20 CH", "8:20 م", "٨:٢٠ م", "8:20 ب.ظ.", "du. 8:20", "8:20 odp.", "8:20 ip."),
        *("8:20 אחה״צ", "8:20 пп", "8:20 nachm.", "\u202a20:20\u202c", "0.847222", "0,84722"),
    ],
)
def test_twenty_past_eight_in_the_evening_is_read_in_any_form(text):
    assert parse_clock(text) == time(20, 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12:05 AM", time(0, 5)),
        ("12:05 PM", time(12, 5)),
        ("0:05", time(0, 5)),
        ("上午12:05", time(0, 5)),
        ("凌晨1:05", time(1, 5)),
        ("中午12:05", time(12, 5)),
        ("中午1:05", time(13, 5)),
        ("1:05 a. m.", time(1, 5)),
        ("9 PM", time(21)),
        ("13:05 PM", time(13, 5)),
    ],
)
def test_halves_of_the_day_are_told_apart(text, expected):
    assert parse_clock(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "8:61", "20", "8:20 sometime", "PM", "8:20" * 20, "1.5"]
)
def test_uncertain_time_is_none(text):
    assert parse_clock(text) is None


@given(st.text(max_size=50))
def test_any_text_is_a_time_or_none(text):
    assert parse_clock(text) is None or isinstance(parse_clock(text), time)


@given(st.times())
def test_each_minute_is_read_in_12_and_24_hours(clock):
    expected = time(clock.hour, clock.minute)
    assert parse_clock(f"{clock:%H:%M}") == expected
    assert parse_clock(f"{clock:%I:%M %p}") == expected
    assert parse_clock(f"{clock:%H.%M}") == expected
