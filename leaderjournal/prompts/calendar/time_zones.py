"""A time zone for calendars: a VTIMEZONE component (RFC 5545, 3.6.5).

`icalendar` can make one itself (`Timezone.from_tzid`), but the pinned release puts every change to
summer time an hour late, because it searches for changes in wall-clock time, which skips an hour
there. This module searches in UTC. Changes that follow a yearly rule become that rule instead of a
list of dates, so that the component stays short and remains valid.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from leaderjournal.kernel.days import Instant

_LOOKBACK = timedelta(days=400)
_LOOKAHEAD = timedelta(days=13 * 366)
_MIN_YEARS = 10  # by then the last Sunday has also been a fifth one
_RULE_END = timedelta(days=400)
_BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001 - local, as every onset is
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class _Observance:
    """The offsets before and after a change, and the name of the time after it."""

    offset_from: timedelta
    offset_to: timedelta
    name: str
    daylight: bool


def build_vtimezone(zone: str, *, since: Instant) -> Timezone:
    """Return the VTIMEZONE of the IANA `zone`, valid from `since` on for at least twelve years."""
    onsets: dict[_Observance, list[datetime]] = defaultdict(list)
    until = since + _LOOKAHEAD
    tz = ZoneInfo(zone)
    changes = list(_find_changes(tz, since - _LOOKBACK, until))
    if not changes or changes[0] > since:
        offset, name = _get_offset(since, tz), since.astimezone(tz).tzname() or zone
        onsets[_Observance(offset, offset, name, daylight=False)].append(_BEGINNING)
    for change in changes:
        before, after = (change - timedelta(seconds=1)).astimezone(tz), change.astimezone(tz)
        offset = _get_offset(before, tz)
        # Where winter time is the exception (Dublin, Casablanca) dst() is negative in winter.
        daylight = before.dst() != after.dst() and offset < _get_offset(after, tz)
        observance = _Observance(offset, _get_offset(after, tz), after.tzname() or zone, daylight)
        onsets[observance].append(change.replace(tzinfo=None) + offset)
    component = Timezone()
    component.add("tzid", zone)
    for observance, moments in onsets.items():
        component.add_component(_build_component(observance, moments, until=until))
    return component


def _find_changes(tz: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the instants at which the offset from UTC changes, in order."""
    while first < last:
        following = first + _WEEK
        if _get_offset(first, tz) != _get_offset(following, tz):
            yield _find_change(first, following, tz)
        first = following


def _find_change(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    offset = _get_offset(before, tz)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _get_offset(datetime.fromtimestamp(middle, UTC), tz) == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _get_offset(moment: datetime, tz: ZoneInfo) -> timedelta:
    return moment.astimezone(tz).utcoffset() or timedelta()


def _build_component(
    observance: _Observance, onsets: list[datetime], *, until: datetime
) -> TimezoneStandard | TimezoneDaylight:
    """Return the observance as a component; `onsets` are in the local time before the change."""
    component = TimezoneDaylight() if observance.daylight else TimezoneStandard()
    component.add("dtstart", onsets[0])
    component.add("tzoffsetfrom", observance.offset_from)
    component.add("tzoffsetto", observance.offset_to)
    component.add("tzname", observance.name)
    weekday = _find_yearly_weekday(onsets, until)
    if weekday is not None:
        rule = {"freq": "yearly", "bymonth": onsets[0].month, "byday": weekday}
        component.add("rrule", rule)
    elif len(onsets) > 1:
        component.add("rdate", onsets[1:])
    return component


def _find_yearly_weekday(onsets: list[datetime], until: datetime) -> str | None:
    """Return the yearly weekday of the changes, as "2SU" or "-1SU"; None without such a rule."""
    first = onsets[0]
    years = [onset.year for onset in onsets]
    if len(years) < _MIN_YEARS or onsets[-1] < until.replace(tzinfo=None) - _RULE_END:
        return None
    if years != list(range(years[0], years[0] + len(years))):
        return None
    if len({(onset.month, onset.weekday(), onset.time()) for onset in onsets}) > 1:
        return None
    weeks = {(onset.day + 6) // 7 for onset in onsets}
    if all((onset + _WEEK).month != onset.month for onset in onsets):
        weeks = {-1}
    return f"{weeks.pop()}{_WEEKDAYS[first.weekday()]}" if len(weeks) == 1 else None
