"""The zones that entries name: which local day they make, and which zone is stored."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leaderjournal.kernel.days import ZONE_NAMES, get_local_day, get_time_zone, to_instant
from leaderjournal.portability.imports.time_zones import find_entry_zone, find_offset_zone

LEADERS = "Pacific/Auckland"
WINTER = to_instant(datetime(2026, 1, 15, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given_zone", "hours"),
    [
        ("GMT-0500", -5),
        ("GMT-05:00", -5),
        ("GMT-5", -5),
        ("GMT+08", 8),
        ("GMT+9", 9),
        ("gmt+9", 9),
        ("GMT +9", 9),
        ("GMT−9", -9),
        ("UTC+05:30", 5.5),
        ("UTC+0530", 5.5),
        ("UTC-3:30", -3.5),
        ("+0530", 5.5),
        ("-08:00", -8),
        ("+5", 5),
        ("-08:00:00", -8),
        ("Etc/GMT+5", -5),
        ("Etc/GMT-14", 14),
        ("GMT+14:00", 14),
        ("GMT-12:00", -12),
        ("GMT+05:45", 5.75),
        ("UTC+12:45", 12.75),
        ("UTC+08:45", 8.75),
        ("UTC+00:20", 1 / 3),
        ("(UTC+01:00) Amsterdam, Berlin", 1),
        ("GMT-0500 (EST)", -5),
        ("Z", 0),
        ("UTC", 0),
        ("GMT+0000", 0),
        ("EST", -5),
        ("PST", -8),
        ("CEST", 2),
        ("Asia/Shanghai", 8),
        ("asia/shanghai", 8),
        ("Asia\\/Shanghai", 8),
        ("Asia\\Shanghai", None),
        ("America/New York", -5),
        ("W. Europe Standard Time", 1),
    ],
)
def test_zone_is_found_in_any_usual_spelling(given_zone, hours):
    zone = find_entry_zone(given_zone, otherwise=LEADERS)
    if hours is None:
        assert (zone.name, zone.is_own) == (LEADERS, False)
        return
    assert zone.is_own
    wall = WINTER.replace(tzinfo=None) + timedelta(hours=hours)
    assert zone.get_wall_time(WINTER) == wall
    assert zone.get_iana_name(WINTER) in ZONE_NAMES


@pytest.mark.parametrize(
    "given_zone",
    [
        None,
        "",
        " ",
        5,
        True,
        ["UTC"],
        {},
        "Mars/Olympus",
        "GMT+99",
        "GMT+0575",
        "+",
        "GMT+١",
        "x" * 9999,
        "UTC+15",
        "-13:00",
        "GMT+5 apples",
        "5",
        "\ud800",
        "../etc/passwd",
        "localtime",
    ],
    ids=lambda value: repr(value)[:20],
)
def test_unknown_zone_is_the_leaders(given_zone):
    zone = find_entry_zone(given_zone, otherwise=LEADERS)
    assert (zone.name, zone.is_own) == (LEADERS, False)


@pytest.mark.parametrize(
    ("given_zone", "stored"),
    [
        ("GMT-0500", "Etc/GMT+5"),
        ("GMT+9", "Etc/GMT-9"),
        ("GMT+0000", "Etc/UTC"),
        ("UTC+05:30", "Asia/Kolkata"),
        ("UTC+05:45", "Asia/Kathmandu"),
        ("UTC-03:30", "America/St_Johns"),
        ("UTC+10:30", "Australia/Adelaide"),
        ("UTC+00:20", "Etc/UTC"),
    ],
)
def test_stored_zone_has_the_offset_at_the_time_of_writing(given_zone, stored):
    assert find_entry_zone(given_zone, otherwise=LEADERS).get_iana_name(WINTER) == stored


INSTANTS = st.integers(631_152_000, 1_893_456_000).map(
    lambda seconds: to_instant(datetime.fromtimestamp(seconds, UTC))
)
STARTS = st.sampled_from([time(0), time(3), time(4, 30)])


@given(INSTANTS, st.integers(-12 * 60, 14 * 60), STARTS)
@example(WINTER, 330, time(3))
def test_local_day_is_right_for_every_offset(moment, minutes, day_starts_at):
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    begins = timedelta(hours=day_starts_at.hour, minutes=day_starts_at.minute)
    wall = moment.replace(tzinfo=None) + timedelta(minutes=minutes)
    for spelling in (f"GMT{sign}{hours:02}{rest:02}", f"UTC{sign}{hours}:{rest:02}"):
        zone = find_entry_zone(spelling, otherwise=LEADERS)
        assert zone.get_local_day(moment, day_starts_at) == (wall - begins).date()
        assert zone.get_iana_name(moment) in ZONE_NAMES
        assert zone.to_instant(zone.get_wall_time(moment)) == moment


@given(INSTANTS, st.sampled_from(sorted(ZONE_NAMES)), STARTS)
def test_local_day_is_right_for_every_iana_zone(moment, name, day_starts_at):
    zone = find_entry_zone(name.lower(), otherwise=LEADERS)
    assert zone.get_local_day(moment, day_starts_at) == get_local_day(moment, name, day_starts_at)
    assert (
        get_time_zone(zone.get_iana_name(moment)).utcoffset(moment.replace(tzinfo=None)) is not None
    )


@given(st.text(max_size=30))
def test_any_text_is_a_zone_or_none(text):
    zone = find_entry_zone(text, otherwise=LEADERS)
    assert zone.get_iana_name(WINTER) in ZONE_NAMES


def test_noon_stands_for_a_day_without_a_time():
    zone = find_entry_zone("GMT+9", otherwise=LEADERS)
    assert zone.get_noon(date(2026, 3, 2)) == datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_offset_of_a_timestamp_is_a_zone_unless_it_is_utc():
    zone = find_offset_zone(datetime.fromisoformat("2026-03-02T22:45:00+01:00"))
    assert zone is not None
    assert zone.offset == timedelta(hours=1)
    assert find_offset_zone(datetime.fromisoformat("2026-03-02T22:45:00Z")) is None
    assert find_offset_zone(datetime.fromisoformat("2026-03-02T22:45:00+23:00")) is None
    assert find_offset_zone(datetime.fromisoformat("2026-03-02T22:45:00")) is None
