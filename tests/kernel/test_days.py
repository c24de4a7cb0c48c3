from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from leaderjournal.kernel.days import (
    DAY_STARTS_AT,
    ZONE_NAMES,
    Instant,
    LocalDate,
    days_after,
    get_day_end,
    get_day_start,
    get_local_day,
    iter_days,
    to_instant,
    to_local_date,
    to_wall_time,
)

SECOND = timedelta(seconds=1)
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)

zones = st.sampled_from(sorted(ZONE_NAMES))
moments = st.integers(0, (LAST - FIRST).days * 86_400).map(
    lambda seconds: Instant(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
)
local_dates = st.dates(FIRST, LAST).map(to_local_date)
boundaries = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def utc(*parts: int) -> Instant:
    return Instant(datetime(*parts, tzinfo=UTC))


def offset_on(day: date, zone: str) -> timedelta | None:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).utcoffset()


def yesterday_comes_back(day: LocalDate, zone: str, boundary: time = DAY_STARTS_AT) -> bool:
    """Tell whether clocks going back on `day` show the wall times before `boundary` once more."""
    last_coming = datetime.combine(day, boundary, tzinfo=ZoneInfo(zone)).replace(fold=1)
    just_before = Instant(last_coming.astimezone(UTC) - SECOND)
    return just_before >= get_day_start(day, zone, boundary) and get_local_day(
        just_before, zone, boundary
    ) == days_after(day, -1)


@cache
def clock_changes() -> list[tuple[str, LocalDate]]:
    """Return every day from 2024 to 2030, in every zone, around which the clocks change."""
    found = []
    mondays = [FIRST + timedelta(weeks=week) for week in range((LAST - FIRST).days // 7 + 1)]
    for zone in sorted(ZONE_NAMES):
        for monday in mondays:
            if offset_on(monday, zone) != offset_on(monday + timedelta(weeks=1), zone):
                found += [(zone, LocalDate(monday + timedelta(days=day))) for day in range(-1, 9)]
    return found


def test_all_zones_of_the_pinned_tzdata_load():
    assert len(ZONE_NAMES) > 400
    assert {"Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu", "UTC"} <= ZONE_NAMES
    assert not ZONE_NAMES & {"localtime", "Factory"}
    assert all(ZoneInfo(zone).key == zone for zone in ZONE_NAMES)


def test_instant_is_converted_to_utc():
    moment = to_instant(
        datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    )
    assert (moment, moment.tzinfo) == (utc(2026, 11, 24, 3, 45), UTC)


def test_naive_datetime_is_refused_as_an_instant():
    with pytest.raises(ValueError, match="time zone"):
        to_instant(datetime(2026, 11, 24, 9, 30, tzinfo=UTC).replace(tzinfo=None))


def test_datetime_is_refused_as_a_local_date():
    with pytest.raises(TypeError, match="no local date"):
        to_local_date(datetime(2026, 11, 24, tzinfo=UTC))


def test_days_after_counts_forwards_and_backwards():
    assert days_after(LocalDate(date(2028, 2, 28)), 2) == date(2028, 3, 1)
    assert days_after(LocalDate(date(2027, 1, 1)), -1) == date(2026, 12, 31)


@given(local_dates, st.integers(-3, 40))
def test_iter_days_yields_each_day_once_in_order(first, length):
    last = days_after(first, length - 1)
    assert list(iter_days(first, last)) == [days_after(first, step) for step in range(length)]


def test_iter_days_reaches_the_last_possible_date():
    assert list(iter_days(LocalDate(date.max), LocalDate(date.max))) == [date.max]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_a_minute_before_the_day_start_is_yesterday_on_every_night_of_a_year(zone):
    for day in iter_days(LocalDate(date(2026, 1, 1)), LocalDate(date(2026, 12, 31))):
        three = to_instant(datetime.combine(day, time(3, 0), tzinfo=ZoneInfo(zone)))
        assert get_local_day(three, zone) == day
        assert get_local_day(Instant(three - SECOND), zone) == days_after(day, -1)


@given(moments, zones, boundaries)
def test_local_day_is_the_date_of_the_wall_time_minus_the_day_start(moment, zone, boundary):
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    shifted = wall - timedelta(hours=boundary.hour, minutes=boundary.minute)
    assert get_local_day(moment, zone, boundary) == shifted.date()


def test_day_start_with_seconds_is_exact_in_both_directions():
    boundary = time(3, 0, 30)
    begins = get_day_start(LocalDate(date(2026, 11, 24)), "Europe/Berlin", boundary)
    assert begins == utc(2026, 11, 24, 2, 0, 30)
    assert get_local_day(begins, "Europe/Berlin", boundary) == date(2026, 11, 24)
    assert get_local_day(Instant(begins - SECOND), "Europe/Berlin", boundary) == date(2026, 11, 23)


@given(moments, zones)
def test_every_instant_is_within_its_local_day(moment, zone):
    day = get_local_day(moment, zone)
    assume(not yesterday_comes_back(days_after(day, 1), zone))
    assert get_day_start(day, zone) <= moment < get_day_end(day, zone)


@given(local_dates, zones, boundaries)
def test_start_of_a_day_belongs_to_that_day_for_every_day_start(day, zone, boundary):
    begins = get_day_start(day, zone, boundary)
    assert get_local_day(begins, zone, boundary) == day
    assert get_local_day(Instant(begins - SECOND), zone, boundary) < day


def test_days_have_no_gap_or_overlap_at_any_clock_change_of_any_zone():
    assert len(clock_changes()) > 10_000
    for zone, day in clock_changes():
        begins, ends = get_day_start(day, zone), get_day_end(day, zone)
        assert timedelta(hours=21) <= ends - begins <= timedelta(hours=27), (zone, day)
        assert get_local_day(begins, zone) == day, (zone, day)
        assert get_local_day(Instant(begins - SECOND), zone) == days_after(day, -1), (zone, day)
        assert get_local_day(Instant(ends - SECOND), zone) == day, (zone, day)
        assert ends == get_day_start(days_after(day, 1), zone), (zone, day)


def test_default_day_start_returns_to_yesterday_only_on_the_chatham_islands():
    comes_back = set()
    for zone, day in clock_changes():
        if yesterday_comes_back(day, zone):
            comes_back.add(zone)
        else:
            begins = get_day_start(day, zone)
            for minutes in (1, 29, 59, 119):
                around = timedelta(minutes=minutes)
                assert get_local_day(Instant(begins + around), zone) == day, (zone, day)
                assert get_local_day(Instant(begins - around - SECOND), zone) < day, (zone, day)
    assert comes_back == {"Pacific/Chatham", "NZ-CHAT"}


def test_skipped_day_start_means_the_first_minute_that_exists():
    day = LocalDate(date(2026, 3, 8))
    assert get_day_start(day, "America/New_York", time(2, 30)) == utc(2026, 3, 8, 7)


def test_repeated_day_start_means_its_first_occurrence():
    day = LocalDate(date(2026, 10, 25))
    assert get_day_start(day, "Europe/Berlin", time(2, 30)) == utc(2026, 10, 25, 0, 30)


def test_wall_clock_decides_the_local_day_if_the_day_start_is_repeated():
    wall_times = [utc(2026, 10, 25, 0, 29), utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 15)]
    days = [get_local_day(moment, "Europe/Berlin", time(2, 30)).day for moment in wall_times]
    assert days == [24, 25, 24]


@pytest.mark.parametrize(
    ("boundary", "lived"), [(time(0), timedelta()), (DAY_STARTS_AT, timedelta(hours=3))]
)
def test_skipped_date_begins_at_the_clock_change(boundary, lived):
    skipped = LocalDate(date(2011, 12, 30))
    assert get_day_start(skipped, "Pacific/Apia", boundary) == utc(2011, 12, 30, 10)
    length = get_day_end(skipped, "Pacific/Apia", boundary) - utc(2011, 12, 30, 10)
    assert length == lived


@given(moments, zones)
@example(utc(2026, 11, 24, 12), "Etc/GMT+12")
@example(utc(2026, 11, 24, 12), "Pacific/Kiritimati")
def test_local_day_is_at_most_a_day_from_the_utc_date(moment, zone):
    assert abs(get_local_day(moment, zone) - moment.date()) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "wall"),
    [
        ("Europe/Berlin", "2026-03-29 03:00"),
        ("Asia/Kathmandu", "2026-03-29 06:45"),
        ("America/St_Johns", "2026-03-28 22:30"),
    ],
)
def test_wall_time_is_what_the_clock_of_a_zone_shows(zone, wall):
    at = to_instant(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
    assert f"{to_wall_time(at, zone):%Y-%m-%d %H:%M}" == wall
