"""The prompts as a calendar feed (RFC 5545) for the leader's own calendar program.

`icalendar` takes care of the types, the quoting and the folding of the properties.

The feed contains only the leader's choices. It knows neither of a snooze nor whether today is
written already. It contains nothing that the leader wrote: calendars are shared with colleagues.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Protocol
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vDuration

from leaderjournal.kernel.days import Instant, LocalDate, days_after, get_local_day
from leaderjournal.prompts.calendar.time_zones import build_vtimezone

TITLE = "Look in the mirror"
EVENT_DURATION = timedelta(minutes=5)
REFRESH_INTERVAL = timedelta(days=1)
MAX_PAUSE_AHEAD = timedelta(days=366)
"""How far ahead a pause may end for the feed to contain the events after it."""

_PRODUCT = "-//Leader Journal//Prompts//EN"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class CalendarSchedule(Protocol):
    """The part of `schedule.rules.Schedule` that the feed reads."""

    @property
    def enabled(self) -> bool:
        """Whether any prompt comes."""

    @property
    def times(self) -> tuple[time, ...]:
        """Wall-clock times in the leader's zone."""

    @property
    def weekdays(self) -> Collection[int]:
        """ISO weekdays, 1 to 7, of the leader's local day."""

    @property
    def quiet_from(self) -> time | None:
        """The wall-clock time at which quiet hours begin."""

    @property
    def quiet_to(self) -> time | None:
        """The wall-clock time at which they end; on the next day where it is smaller."""

    @property
    def paused_until(self) -> LocalDate | None:
        """The first local day on which prompts come again."""


def render_feed(
    *,
    schedule: CalendarSchedule,
    zone: str,
    day_starts_at: time,
    public_url: str,
    account: UUID,
    now: Instant,
    name: str = "Leader Journal",
) -> bytes:
    """Return the calendar called `name`: a weekly event of five minutes for each of the times.

    The events begin on the local day of `now`, or at the end of a pause. A time before
    `day_starts_at` belongs to the previous local day, so its event is on the weekday after. A time
    in quiet hours moves to their end or, where that is on another local day, is left out; times
    that fall together are one event. The calendar is empty while no prompt comes: disabled, without
    weekdays, or in a pause that ends more than MAX_PAUSE_AHEAD later.

    Times are wall-clock times in the IANA `zone`, which is included as a VTIMEZONE. Calendars shift
    a time that a clock change skips by that change, and show a time that occurs twice at its first
    occurrence (RFC 5545, 3.3.5).
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", name)  # RFC 7986
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH_INTERVAL, {"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH_INTERVAL))  # Outlook's name for the same
    calendar.add_component(build_vtimezone(zone, since=Instant(now - timedelta(days=2))))
    today = get_local_day(now, zone, day_starts_at)
    first_day = max(today, schedule.paused_until or today)
    if schedule.enabled and schedule.weekdays and first_day - today <= MAX_PAUSE_AHEAD:
        for wall in _list_wall_times(schedule, day_starts_at):
            # A time before the start of the day is on the date after its local day.
            days_on = int(wall < day_starts_at)
            weekdays = sorted((weekday - 1 + days_on) % 7 for weekday in schedule.weekdays)
            date = days_after(first_day, days_on)
            while date.weekday() not in weekdays:
                date = days_after(date, 1)
            event = _build_event(
                datetime.combine(date, wall, tzinfo=ZoneInfo(zone)), f"{public_url}/"
            )
            event.add("uid", str(uuid5(account, f"prompt at {wall:%H:%M}")))
            event.add("dtstamp", now)
            byday = [_WEEKDAYS[weekday] for weekday in weekdays]
            event.add("rrule", {"freq": "weekly", "byday": byday})
            calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def _list_wall_times(schedule: CalendarSchedule, day_starts_at: time) -> list[time]:
    """Return the times after quiet hours are applied, sorted and without duplicates."""
    walls = (_move_out_of_quiet_hours(wall, schedule, day_starts_at) for wall in schedule.times)
    return sorted({wall for wall in walls if wall is not None})


def _move_out_of_quiet_hours(
    wall: time, schedule: CalendarSchedule, day_starts_at: time
) -> time | None:
    """Return `wall`, the end of quiet hours around it, or None where its day is over then."""
    begin, end = schedule.quiet_from, schedule.quiet_to
    if begin is None or end is None or _count_minutes(begin, wall) >= _count_minutes(begin, end):
        return wall
    return end if _count_minutes(day_starts_at, wall) < _count_minutes(day_starts_at, end) else None


def _count_minutes(begin: time, end: time) -> int:
    """Return the minutes from one wall time to the next occurrence of another."""
    return ((end.hour - begin.hour) * 60 + end.minute - begin.minute) % 1440


def _build_event(begins_at: datetime, address: str) -> Event:
    """Return a private event that blocks no time and has an alarm when it begins."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", TITLE)
    alarm.add("trigger", timedelta())
    event = Event()
    event.add("dtstart", begins_at)
    event.add("duration", EVENT_DURATION)
    event.add("summary", TITLE)
    event.add("description", address)  # many programs do not show the URL
    event.add("url", address)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add_component(alarm)
    return event
