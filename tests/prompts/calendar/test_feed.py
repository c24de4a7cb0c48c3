"""The feed is parsed with icalendar; dateutil alone computes its recurrences and zones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from leaderjournal.kernel.days import (
    ZONE_NAMES,
    Instant,
    LocalDate,
    days_after,
    get_local_day,
    iter_days,
)
from leaderjournal.prompts.calendar.feed import MAX_PAUSE_AHEAD, render_feed

NOW = Instant(datetime(2026, 11, 25, 12, tzinfo=UTC))  # a Wednesday
ACCOUNT = UUID("0193a4c1-7b7e-7c11-9a55-0a4ef2b3c4d5")
WEEK = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Chosen:
    enabled: bool = True
    times: tuple[time, ...] = (time(7, 30),)
    weekdays: frozenset[int] = WEEK
    quiet_from: time | None = None
    quiet_to: time | None = None
    paused_until: LocalDate | None = None


def create_feed(schedule=None, **changes) -> bytes:
    values = {
        "schedule": schedule or Chosen(),
        "zone": "Europe/Berlin",
        "day_starts_at": time(3),
        "public_url": "https://journal.example.org",
        "account": ACCOUNT,
        "now": NOW,
    }
    return render_feed(**values | changes)


def unfold(raw: bytes) -> list[str]:
    return raw.replace(b"\r\n ", b"").decode().split("\r\n")


def list_events(raw: bytes) -> list:
    return Calendar.from_ical(raw).events


def find_zone(raw: bytes, name: str):
    return tzical(StringIO(raw.decode())).get(name)


def get_moment(wall: datetime, tz) -> datetime:
    """Return the instant of a wall time as RFC 5545, 3.3.5, reads it."""
    offset, before = tz.utcoffset(wall), tz.utcoffset(wall - timedelta(hours=3))
    leap = offset - before
    if leap > timedelta(0) and tz.utcoffset(wall - leap) == before:
        # A skipped time has the offset before the gap; dateutil takes the one after it.
        offset = before
    return (wall - offset).replace(tzinfo=UTC)


def list_starts(raw: bytes, zone: str, until: datetime) -> list[datetime]:
    """Return the instants of every event in the feed up to `until`, in order."""
    found = []
    for event in list_events(raw):
        first = event["dtstart"].dt
        rule = rrulestr(event["rrule"].to_ical().decode(), dtstart=first.replace(tzinfo=None))
        tz = UTC if event["dtstart"].to_ical().endswith(b"Z") else find_zone(raw, zone)
        for wall in rule:
            moment = get_moment(wall, tz)
            if moment >= until:
                break
            found.append(moment)
    return sorted(found)


def list_local_starts(raw: bytes, zone: str, until: datetime) -> list[str]:
    return [f"{m.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" for m in list_starts(raw, zone, until)]


def add_weeks(weeks: int, now: Instant = NOW) -> datetime:
    return now + timedelta(weeks=weeks)


# Which moments are in it


def test_each_time_repeats_on_its_weekdays():
    raw = create_feed(Chosen(times=(time(7, 30), time(17, 45)), weekdays=frozenset({3, 5})))
    assert list_local_starts(raw, "Europe/Berlin", add_weeks(1)) == [
        "Wed 25 Nov 07:30",
        "Wed 25 Nov 17:45",
        "Fri 27 Nov 07:30",
        "Fri 27 Nov 17:45",
        "Wed 02 Dec 07:30",
    ]


def test_time_before_the_day_start_is_on_the_next_weekday():
    raw = create_feed(Chosen(times=(time(1, 30), time(3, 0)), weekdays=frozenset({5, 7})))
    assert list_local_starts(raw, "Europe/Berlin", add_weeks(1)) == [
        "Fri 27 Nov 03:00",
        "Sat 28 Nov 01:30",
        "Sun 29 Nov 03:00",
        "Mon 30 Nov 01:30",
    ]


def test_feed_begins_on_the_local_day_not_the_calendar_date():
    at_one = Instant(datetime(2026, 11, 25, 0, 30, tzinfo=UTC))  # 01:30 in Berlin: still Tuesday
    raw = create_feed(now=at_one)
    assert (
        list_local_starts(raw, "Europe/Berlin", at_one + timedelta(days=1))[0] == "Tue 24 Nov 07:30"
    )


def test_events_begin_on_the_day_a_pause_ends():
    paused = Chosen(times=(time(0, 15), time(7, 30)), paused_until=LocalDate(date(2026, 12, 7)))
    raw = create_feed(paused)
    assert list_local_starts(raw, "Europe/Berlin", add_weeks(2)) == [
        "Mon 07 Dec 07:30",
        "Tue 08 Dec 00:15",
        "Tue 08 Dec 07:30",
        "Wed 09 Dec 00:15",
        "Wed 09 Dec 07:30",
    ]


def test_past_pause_has_no_effect():
    over = Chosen(paused_until=LocalDate(date(2026, 11, 2)))
    assert create_feed(over) == create_feed(Chosen())


@pytest.mark.parametrize(
    "nothing",
    [
        Chosen(enabled=False),
        Chosen(times=()),
        Chosen(weekdays=frozenset()),
        Chosen(paused_until=LocalDate(date.max)),
        Chosen(paused_until=days_after(LocalDate(date(2026, 11, 26)), MAX_PAUSE_AHEAD.days)),
    ],
)
def test_feed_without_prompts_is_an_empty_valid_calendar(nothing):
    calendar = Calendar.from_ical(create_feed(nothing))
    assert calendar.events == []
    # A calendar needs at least one component (RFC 5545, 3.6).
    assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]


def test_pause_of_up_to_a_year_shows_the_events_after_it():
    paused_until = days_after(LocalDate(date(2026, 11, 25)), MAX_PAUSE_AHEAD.days)
    raw = create_feed(Chosen(paused_until=paused_until))
    assert list_local_starts(raw, "Europe/Berlin", add_weeks(53))[0] == "Fri 26 Nov 07:30"


@pytest.mark.parametrize(
    ("quiet_from", "quiet_to", "expected"),
    [
        (time(22), time(6), ["06:00", "12:00", "21:00"]),  # 05:00 waits, 22:30 and 01:00 do not
        (time(5), time(5, 1), ["01:00", "05:01", "12:00", "21:00", "22:30"]),
        (time(12), time(21), ["01:00", "05:00", "21:00", "22:30"]),  # two that fall together
        (time(20), time(23), ["01:00", "05:00", "12:00", "23:00"]),
        (time(22), time(3), ["05:00", "12:00", "21:00"]),  # until the day is over
        (time(12, 1), time(12), ["12:00"]),
        (time(12), time(12), ["01:00", "05:00", "12:00", "21:00", "22:30"]),
        (time(12), None, ["01:00", "05:00", "12:00", "21:00", "22:30"]),
        (None, time(12), ["01:00", "05:00", "12:00", "21:00", "22:30"]),
    ],
)
def test_time_in_quiet_hours_moves_to_their_end_on_the_same_day(quiet_from, quiet_to, expected):
    times = (time(1), time(5), time(12), time(21), time(22, 30))
    quiet = Chosen(times=times, quiet_from=quiet_from, quiet_to=quiet_to)
    walls = [f"{event['dtstart'].dt:%H:%M}" for event in list_events(create_feed(quiet))]
    assert walls == expected


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/Berlin", datetime(2027, 3, 20, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 10, 24, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 3, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 11, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 3, 28, tzinfo=UTC)),
        ("America/Santiago", datetime(2027, 4, 1, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2027, 4, 20, tzinfo=UTC)),
        ("Asia/Almaty", datetime(2024, 2, 20, tzinfo=UTC)),  # went an hour back for good
        ("Pacific/Chatham", datetime(2027, 9, 20, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_event_keeps_its_wall_time_across_clock_changes(zone, now):
    now = Instant(now)
    raw = create_feed(Chosen(times=(time(7, 30), time(17, 45))), zone=zone, now=now)
    found = [m.astimezone(ZoneInfo(zone)) for m in list_starts(raw, zone, add_weeks(60, now))]
    days = iter_days(get_local_day(now, zone), LocalDate(found[-1].date()))
    walls = [f"{day} {wall}" for day in days for wall in ("07:30", "17:45")]
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in found] == walls[: len(found)]
    assert len(found) in range(60 * 14 - 2, 60 * 14 + 3)
    assert len({moment.utcoffset() for moment in found}) == (1 if zone == "Asia/Kolkata" else 2)


def test_skipped_wall_time_is_shifted_by_the_clock_change():
    now = Instant(datetime(2027, 3, 27, 12, tzinfo=UTC))
    raw = create_feed(Chosen(times=(time(2, 30),)), day_starts_at=time(0), now=now)
    assert list_local_starts(raw, "Europe/Berlin", now + timedelta(days=3)) == [
        "Sat 27 Mar 02:30",
        "Sun 28 Mar 03:30",
        "Mon 29 Mar 02:30",
        "Tue 30 Mar 02:30",
    ]


def test_repeated_wall_time_has_one_event_at_its_first_occurrence():
    now = Instant(datetime(2027, 10, 30, 12, tzinfo=UTC))
    raw = create_feed(Chosen(times=(time(2, 30),)), day_starts_at=time(0), now=now)
    assert list_starts(raw, "Europe/Berlin", now + timedelta(days=1))[1:] == [
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    ]


zones = st.sampled_from(sorted(ZONE_NAMES))
moments = st.integers(0, 7 * 366 * 1440).map(
    lambda minutes: Instant(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
)
walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
schedules = st.builds(
    Chosen,
    times=st.lists(walls, unique=True, max_size=6).map(sorted).map(tuple),
    weekdays=st.frozensets(st.integers(1, 7)),
)


def compute_expected_starts(
    schedule, zone, day_starts_at, first: LocalDate, until: datetime
) -> Iterator[datetime]:
    """Yield each time of each local day, as the wall clock shows it."""
    last = days_after(LocalDate(until.date()), 3)
    for day in iter_days(first, last):
        if day.isoweekday() in schedule.weekdays:
            for wall in schedule.times:
                on = days_after(day, 1) if wall < day_starts_at else day
                # PEP 495 reads a wall time that is skipped or comes twice as RFC 5545 does.
                moment = datetime.combine(on, wall, tzinfo=ZoneInfo(zone)).astimezone(UTC)
                if moment < until:
                    yield moment


@given(schedule=schedules, zone=zones, now=moments, boundary=walls, pause=st.integers(-3, 300))
@example(Chosen(times=(time(2, 30),)), "Europe/Berlin", NOW, time(3), 100)
@example(Chosen(weekdays=frozenset({7})), "UTC", NOW, time(3), -1)
@example(Chosen(times=(time(0),), weekdays=frozenset({7})), "Etc/GMT+12", NOW, time(0, 1), 0)
def test_feed_has_each_time_of_each_day_exactly_once(schedule, zone, now, boundary, pause):
    today = get_local_day(now, zone, boundary)
    paused = replace(schedule, paused_until=days_after(today, pause))
    raw = create_feed(paused, zone=zone, now=now, day_starts_at=boundary)
    until = now + timedelta(days=420)
    first = days_after(today, max(pause, 0))
    assert list_starts(raw, zone, until) == sorted(
        compute_expected_starts(paused, zone, boundary, first, until)
    )


# What an event is


def test_event_has_an_alarm_blocks_no_time_and_links_to_today():
    [event] = list_events(create_feed())
    assert event["summary"] == "Look in the mirror"
    assert event["url"] == "https://journal.example.org/"
    assert event["description"] == "https://journal.example.org/"
    assert event["transp"] == "TRANSPARENT"
    assert event["class"] == "PRIVATE"
    assert event["dtstamp"].dt == NOW
    assert event["duration"].dt == timedelta(minutes=5)
    assert "dtend" not in event
    [alarm] = event.walk("VALARM")
    assert alarm["action"] == "DISPLAY"
    assert alarm["trigger"].dt == timedelta(0)
    assert alarm["description"] == "Look in the mirror"


def test_event_uid_is_stable_while_its_time_is_unchanged():
    def get_uids(**changes):
        schedule = Chosen(times=(time(7, 30), time(17, 45)))
        found = list_events(create_feed(**{"schedule": schedule} | changes))
        return {f"{event['dtstart'].dt:%H:%M}": str(event["uid"]) for event in found}

    names = get_uids()
    assert len(set(names.values())) == 2
    later = Instant(NOW + timedelta(days=40))
    assert get_uids(now=later, zone="Asia/Tokyo", public_url="https://elsewhere.org") == names
    assert get_uids(schedule=Chosen(weekdays=frozenset({1})))["07:30"] == names["07:30"]
    others = get_uids(account=UUID(int=1))
    assert not set(others.values()) & set(names.values())
    assert str(ACCOUNT) not in str(names)


def test_calendar_states_its_name_and_refresh_interval():
    lines = unfold(create_feed(name="Leader Journal"))
    assert lines[:3] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Leader Journal//Prompts//EN",
    ]
    assert {
        "NAME:Leader Journal",
        "X-WR-CALNAME:Leader Journal",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
    } <= set(lines)
    assert lines[-2:] == ["END:VCALENDAR", ""]


@given(zone=zones)
def test_feed_contains_the_time_zone_of_its_events(zone):
    raw = create_feed(zone=zone)
    calendar = Calendar.from_ical(raw)
    assert calendar.errors == []
    assert [str(component["tzid"]) for component in calendar.timezones] == [zone]
    [event] = calendar.events
    written = event["dtstart"].to_ical()
    if written.endswith(b"Z"):
        assert datetime(2026, 7, 1, tzinfo=ZoneInfo(zone)).utcoffset() == timedelta(0)
    else:
        assert event["dtstart"].params["TZID"] == zone


@given(name=st.text(st.characters(exclude_categories=["C"]), min_size=1))
@example("Führungstagebuch; wöchentlich, täglich: \\n 🙂 " * 8)
def test_long_lines_are_folded_without_splitting_characters(name):
    raw = create_feed(Chosen(times=tuple(time(hour) for hour in range(6))), name=name)
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    for line in lines:
        line.decode()  # no letter is cut in two
    assert Calendar.from_ical(raw)["name"] == name
    assert len(list_events(raw)) == 6
