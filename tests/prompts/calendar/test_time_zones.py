"""Every zone is parsed again by dateutil, which has its own parser of VTIMEZONE."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import ZONE_NAMES, Instant
from leaderjournal.prompts.calendar.time_zones import build_vtimezone


def create_utc(*parts: int) -> Instant:
    return Instant(datetime(*parts, tzinfo=UTC))


SINCE = create_utc(2026, 11, 25, 12)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)

zones = st.sampled_from(sorted(ZONE_NAMES))
moments = st.integers(0, 7 * 366 * 86_400).map(
    lambda seconds: Instant(create_utc(2024, 1, 1) + timedelta(seconds=seconds))
)


def parse_vtimezone(zone: str, since: Instant):
    text = build_vtimezone(zone, since=since).to_ical().decode()
    return tzical(StringIO(text)).get(zone)


def matches(zone: str, read, moment: datetime) -> bool:
    """Return whether both have the same offset for the wall time of `zone` at `moment`."""
    wall = moment.astimezone(ZoneInfo(zone))
    return wall.replace(tzinfo=read).utcoffset() == wall.utcoffset()


def find_changes(zone: str, first: datetime, last: datetime) -> list[datetime]:
    """Return the hours in which the offset changes: found by asking every hour of every day."""
    tz, found = ZoneInfo(zone), []
    while first < last:
        following = first + timedelta(days=1)
        if first.astimezone(tz).utcoffset() != following.astimezone(tz).utcoffset():
            found += [
                first + hour * HOUR
                for hour in range(24)
                if (first + hour * HOUR).astimezone(tz).utcoffset()
                != (first + (hour + 1) * HOUR).astimezone(tz).utcoffset()
            ]
        first = following
    return found


@given(zone=zones, since=moments, later=st.integers(0, 12 * 365 * 86_400))
def test_vtimezone_matches_the_zone_for_twelve_years(zone, since, later):
    moment = since + timedelta(seconds=later)
    assert matches(zone, parse_vtimezone(zone, since), moment)


def test_every_zone_matches_around_each_of_its_clock_changes():
    seen = set()
    for zone in sorted(ZONE_NAMES):
        found = find_changes(zone, SINCE, SINCE + timedelta(days=6 * 365))
        offset = SINCE.astimezone(ZoneInfo(zone)).utcoffset()
        if (offset, *found) in seen:  # a zone by another name
            continue
        seen.add((offset, *found))
        read = parse_vtimezone(zone, SINCE)
        for hour in (SINCE, *found):
            for minutes in range(-180, 181, 15):
                for moment in (hour + timedelta(minutes=minutes), hour - SECOND):
                    assert moment < SINCE or matches(zone, read, moment), (zone, moment)
    assert len(seen) > 60


def list_subcomponents(zone: str, since: Instant = SINCE) -> list[str]:
    lines = build_vtimezone(zone, since=since).to_ical().decode().split("\r\n")
    first = lines.index(f"TZID:{zone}") + 1
    return lines[first : lines.index("END:VTIMEZONE")]


def test_yearly_changes_become_a_recurrence_rule():
    assert list_subcomponents("Europe/Berlin") == [
        "BEGIN:STANDARD",
        "DTSTART:20251026T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20260329T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
    ]


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("America/New_York", {"BYDAY=2SU;BYMONTH=3", "BYDAY=1SU;BYMONTH=11"}),
        ("Australia/Sydney", {"BYDAY=1SU;BYMONTH=4", "BYDAY=1SU;BYMONTH=10"}),
        ("Europe/Dublin", {"BYDAY=-1SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10"}),
        ("Asia/Kolkata", set()),
        ("Africa/Casablanca", set()),
        ("America/Santiago", set()),
    ],
)
def test_irregular_changes_become_a_list_of_dates(zone, rules):
    lines = list_subcomponents(zone)
    found = {line.removeprefix("RRULE:FREQ=YEARLY;") for line in lines if line.startswith("RRULE")}
    assert found == rules


def test_ended_rule_is_not_extended():
    lines = list_subcomponents("America/Vancouver")  # on summer time for good since 2026
    assert not [line for line in lines if line.startswith(("RRULE", "RDATE"))]


def test_new_rule_is_not_applied_to_the_past():
    before = create_utc(2022, 1, 1)  # Egypt went back to summer time in 2023
    assert matches(
        "Africa/Cairo", parse_vtimezone("Africa/Cairo", before), before + timedelta(days=200)
    )


@pytest.mark.parametrize(
    ("zone", "since", "moment"),
    [
        # the first change is still to come, and the last one was long ago
        ("Asia/Almaty", create_utc(2023, 12, 1), create_utc(2024, 2, 1)),
        # eleven years by one rule, and no longer
        ("Europe/Moscow", create_utc(2000, 1, 1), create_utc(2011, 12, 15)),
        # the same Sunday each year, but at another hour since 2011
        ("America/St_Johns", create_utc(2008, 6, 1), create_utc(2015, 11, 1, 3, 30)),
    ],
)
def test_zone_with_changed_rules_matches(zone, since, moment):
    assert matches(zone, parse_vtimezone(zone, since), moment)


@pytest.mark.parametrize("year", [2005, 2018])
def test_single_permanent_change_is_neither_rule_nor_daylight_time(year):
    since = create_utc(year, 6, 1)  # Pyongyang took half an hour back in 2018
    lines = list_subcomponents("Asia/Pyongyang", since)
    assert "DTSTART:20180504T233000" in lines
    assert "BEGIN:DAYLIGHT" not in lines
    assert not [line for line in lines if line.startswith("RRULE")]


def test_zone_without_summer_time_has_only_standard_time():
    assert list_subcomponents("Asia/Kolkata") == [
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZNAME:IST",
        "TZOFFSETFROM:+0530",
        "TZOFFSETTO:+0530",
        "END:STANDARD",
    ]


@pytest.mark.parametrize("zone", ["Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe"])
def test_larger_offset_is_daylight_time(zone):
    lines = list_subcomponents(zone)
    assert lines.count("BEGIN:DAYLIGHT") == lines.count("BEGIN:STANDARD") == 1
    starts = lines.index("BEGIN:DAYLIGHT")
    daylight = dict(line.split(":", 1) for line in lines[starts:] if ":" in line)
    assert daylight["TZOFFSETFROM"] < daylight["TZOFFSETTO"]
