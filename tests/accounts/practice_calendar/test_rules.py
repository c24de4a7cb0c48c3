from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.accounts.practice_calendar.rules import (
    MONDAY_TO_FRIDAY,
    Pause,
    PracticeCalendar,
    find_short_days,
    is_written_in_time,
    parse_practice_days,
)
from leaderjournal.kernel.days import (
    DAY_STARTS_AT,
    ZONE_NAMES,
    Instant,
    LocalDate,
    days_after,
    get_day_end,
    get_local_day,
    iter_days,
    to_instant,
    to_local_date,
)

MONDAY = LocalDate(date(2026, 11, 23))
HONOLULU, AUCKLAND = "Pacific/Honolulu", "Pacific/Auckland"
QUARTER = timedelta(minutes=15)
SECOND = timedelta(seconds=1)

zones = st.sampled_from(sorted(ZONE_NAMES))
dates = st.dates(date(2024, 1, 1), date(2030, 12, 31)).map(to_local_date)
near = st.integers(0, 60).map(lambda step: days_after(MONDAY, step))
weekdays = st.frozensets(st.integers(1, 7), min_size=1)
quarters = st.integers(0, 7 * 365 * 96 - 1).map(
    lambda step: to_instant(datetime(2024, 1, 1, tzinfo=UTC) + step * QUARTER)
)
boundaries = st.sampled_from([time(0), time(3), time(4, 30), time(5)])


@st.composite
def pauses(draw):
    first = draw(near)
    length = draw(st.one_of(st.none(), st.integers(0, 20)))
    return Pause(first, None if length is None else days_after(first, length))


def instant_at(zone_hour: int, zone: str, day: LocalDate = MONDAY) -> Instant:
    """Return the instant `zone_hour` hours after the default start of `day` in `zone`."""
    return Instant(get_day_end(days_after(day, -1), zone) + timedelta(hours=zone_hour))


def dates_from_monday(*steps: int) -> frozenset[LocalDate]:
    return frozenset(days_after(MONDAY, step) for step in steps)


# Practice days, pauses


def test_practice_days_default_to_monday_to_friday():
    week = iter_days(MONDAY, days_after(MONDAY, 6))
    assert [PracticeCalendar().is_expected(day) for day in week] == [True] * 5 + [False] * 2


@pytest.mark.parametrize("weekdays", [[], [0], [1, 8]])
def test_practice_days_must_be_weekdays_and_at_least_one(weekdays):
    with pytest.raises(ValueError, match=r"^practice_days: choose one or more days from 1"):
        parse_practice_days(weekdays)


def test_practice_days_accept_any_order():
    assert parse_practice_days([5, 4, 3, 3, 2, 1]) == MONDAY_TO_FRIDAY


def test_new_practice_days_keep_the_past():
    sunday = days_after(MONDAY, 6)
    calendar = PracticeCalendar(
        changes=((days_after(MONDAY, 7), frozenset({7})), (MONDAY, MONDAY_TO_FRIDAY))
    )
    assert (calendar.is_expected(MONDAY), calendar.is_expected(sunday)) == (True, False)
    assert calendar.is_expected(days_after(sunday, 7))
    assert not calendar.is_expected(days_after(MONDAY, 7))


def test_first_practice_days_apply_to_earlier_days():
    calendar = PracticeCalendar(changes=((MONDAY, frozenset({6})),))
    assert calendar.is_practice_day(days_after(MONDAY, -2))
    assert not calendar.is_practice_day(days_after(MONDAY, -7))


@given(
    st.lists(st.tuples(near, weekdays), max_size=5, unique_by=lambda change: change[0]),
    near,
)
def test_latest_change_decides_a_weekday(changes, day):
    chosen = MONDAY_TO_FRIDAY
    for number, (effective_from, days) in enumerate(sorted(changes, key=lambda change: change[0])):
        if number == 0 or effective_from <= day:
            chosen = days
    calendar = PracticeCalendar(changes=tuple(changes))
    assert calendar.is_practice_day(day) == (day.isoweekday() in chosen)


@given(st.lists(pauses(), max_size=5), near)
def test_day_is_paused_if_any_pause_covers_it(several, day):
    covered = any(
        pause.first_date <= day and (pause.last_date is None or day <= pause.last_date)
        for pause in several
    )
    calendar = PracticeCalendar(pauses=tuple(several))
    assert calendar.is_paused(day) == covered
    assert calendar.is_expected(day) == (calendar.is_practice_day(day) and not covered)


def test_pause_includes_both_ends():
    calendar = PracticeCalendar(pauses=(Pause(days_after(MONDAY, 1), days_after(MONDAY, 2)),))
    week = iter_days(MONDAY, days_after(MONDAY, 3))
    assert [calendar.is_paused(day) for day in week] == [False, True, True, False]


def test_open_pause_has_no_end():
    assert PracticeCalendar(pauses=(Pause(MONDAY),)).is_paused(LocalDate(date(9998, 12, 31)))


def test_pause_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match=r"^last_date: "):
        Pause(MONDAY, days_after(MONDAY, -1))


def test_short_day_is_a_practice_day_but_not_expected():
    calendar = PracticeCalendar(short_days=frozenset({MONDAY}))
    assert calendar.is_practice_day(MONDAY)
    assert not calendar.is_expected(MONDAY)


def test_days_are_counted_when_over_or_completed():
    today = days_after(MONDAY, 2)
    counted = PracticeCalendar().list_counted_days(
        days_after(MONDAY, -2),
        days_after(MONDAY, 6),
        today=today,
        completed=dates_from_monday(-2, 0, 3, 5),
    )
    assert counted == sorted(dates_from_monday(0, 1, 3))


# Written in time


@given(dates, zones, boundaries)
def test_entry_is_in_time_until_48_hours_after_its_day(day, zone, boundary):
    latest = Instant(get_day_end(day, zone, boundary) + timedelta(hours=48))
    late = Instant(latest + SECOND)
    assert is_written_in_time(day, written_at=latest, zone=zone, day_starts_at=boundary)
    assert not is_written_in_time(day, written_at=late, zone=zone, day_starts_at=boundary)


def test_48_hours_are_elapsed_hours_across_clock_changes():
    friday = LocalDate(date(2026, 3, 27))  # ends 02:00Z on Saturday; Berlin's clocks leap on Sunday
    latest = Instant(datetime(2026, 3, 30, 2, 0, tzinfo=UTC))  # Monday 04:00 in Berlin
    assert is_written_in_time(friday, written_at=latest, zone="Europe/Berlin")
    assert not is_written_in_time(friday, written_at=Instant(latest + SECOND), zone="Europe/Berlin")


# Days cut short


@pytest.mark.parametrize(
    ("hours_lived", "short"),
    [
        (0, 0),  # Monday has only just begun, and ends an hour later on Auckland's clocks
        (2, 0),  # Tuesday begins two hours into Monday
        (11, 0),
        (14, 1),  # Tuesday has 11 hours left when it begins
        (23, 1),
    ],
)
def test_honolulu_to_auckland_makes_one_short_day(hours_lived, short):
    now = instant_at(hours_lived, HONOLULU)
    assert find_short_days(now, HONOLULU, AUCKLAND) == dates_from_monday(short)


def test_day_of_twelve_hours_is_not_short():
    assert find_short_days(instant_at(12, HONOLULU), HONOLULU, "Pacific/Kiritimati") == frozenset()


def test_widest_leap_can_make_two_short_days():
    now = instant_at(11, "Etc/GMT+12")
    assert find_short_days(now, "Etc/GMT+12", "Pacific/Kiritimati") == dates_from_monday(0, 1)


def test_skipped_day_is_short():
    now = instant_at(23, "Etc/GMT+12")
    assert find_short_days(now, "Etc/GMT+12", "Pacific/Kiritimati") == dates_from_monday(1)


@given(st.integers(0, 23))
def test_auckland_to_honolulu_makes_no_short_day(hours_lived):
    assert find_short_days(instant_at(hours_lived, AUCKLAND), AUCKLAND, HONOLULU) == frozenset()


@given(quarters, st.sampled_from(["Europe/London", "America/New_York", "Asia/Tokyo"]), boundaries)
def test_move_of_up_to_twelve_hours_makes_no_short_day(now, zone, boundary):
    for other in ("Europe/London", "America/New_York", "Asia/Dubai"):
        far = abs(to_wall_clock(now, zone) - to_wall_clock(now, other))
        if far <= timedelta(hours=12):
            assert find_short_days(now, zone, other, boundary) == frozenset()
            assert find_short_days(now, other, zone, boundary) == frozenset()


@given(quarters, zones, zones, boundaries)
def test_move_west_makes_no_short_day(now, zone, other, boundary):
    west, east = sorted((zone, other), key=lambda name: to_wall_clock(now, name))
    assert find_short_days(now, east, west, boundary) == frozenset()


@given(quarters, zones, zones, boundaries)
def test_short_days_agree_with_counting_quarter_hours(now, old, new, boundary):
    assert find_short_days(now, old, new, boundary) == count_short_days(now, old, new, boundary)


@settings(max_examples=8, deadline=None)
@given(quarters)
def test_short_days_agree_with_counting_for_extreme_zones(now):
    by_wall = {to_wall_clock(now, zone): zone for zone in sorted(ZONE_NAMES)}
    earliest, *_, latest = sorted(by_wall)
    for far in by_wall.values():
        for old, new in ((by_wall[earliest], far), (far, by_wall[latest])):
            assert find_short_days(now, old, new) == count_short_days(now, old, new, DAY_STARTS_AT)


def to_wall_clock(now: Instant, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def count_short_days(now, old, new, boundary):
    """Find the short days by counting quarter hours: in the old zone until `now`, then the new."""
    quarters_lived: Counter[LocalDate] = Counter()
    for step in range(-200, 200):
        moment = Instant(now + step * QUARTER)
        quarters_lived[get_local_day(moment, old if step < 0 else new, boundary)] += 1
    left, entered = get_local_day(now, old, boundary), get_local_day(now, new, boundary)
    return frozenset(day for day in iter_days(left, entered) if quarters_lived[day] < 48)
