"""Local days and instants: two types that never mix.

An `Instant` is a point in time, always aware and in UTC. A `LocalDate` is a day of the leader's
life, without zone or time. Both are classes of the standard library under names of their own, so
that mypy refuses one in place of the other: to Python, a `datetime` is a `date`.

A local day is the date of the local wall time minus the hour at which the leader's day starts. The
subtraction uses the wall time, not UTC, so that 02:59 is yesterday and 03:00 is today on every
night of the year, those of a clock change included.
"""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NewType
from zoneinfo import ZoneInfo

zoneinfo.reset_tzpath(())  # only the pinned tzdata: the same zones on every machine

Instant = NewType("Instant", datetime)
LocalDate = NewType("LocalDate", date)

ZONE_NAMES: frozenset[str] = frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})
DAY_STARTS_AT = time(3, 0)


@cache
def get_time_zone(name: str) -> ZoneInfo:
    """Return the IANA zone called `name`.

    zoneinfo caches only the last eight zones and reads any other from its file again, which takes
    longer than using it; leaders live in more than eight.
    """
    return ZoneInfo(name)


def to_instant(moment: datetime) -> Instant:
    """Return `moment` (aware, any zone) as a UTC instant.

    Raises ValueError for a naive datetime.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return Instant(moment.astimezone(UTC))


def to_wall_time(at: Instant, zone: str) -> datetime:
    """Return what the clock on the wall shows at an instant in the IANA `zone`."""
    return at.astimezone(get_time_zone(zone))


def format_utc(at: datetime) -> str:
    """Return an instant as RFC 3339 writes it in UTC, to the microsecond."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def to_local_date(day: date) -> LocalDate:
    """Return `day` as a local date. Raises TypeError for a datetime."""
    if isinstance(day, datetime):
        raise TypeError("a datetime is no local date")
    return LocalDate(day)


def days_after(day: LocalDate, days: int) -> LocalDate:
    """Return the local date `days` later, or earlier if negative."""
    return LocalDate(day + timedelta(days=days))


def get_month_start(day: LocalDate) -> LocalDate:
    """Return the first day of a local day's month."""
    return LocalDate(day.replace(day=1))


def iter_days(first: LocalDate, last: LocalDate) -> Iterator[LocalDate]:
    """Yield every local date from `first` to `last`, both included; none if `last` is earlier."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield LocalDate(date.fromordinal(ordinal))


def get_local_day(moment: Instant, zone: str, day_starts_at: time = DAY_STARTS_AT) -> LocalDate:
    """Return the local day that `moment` falls in, in the IANA `zone`.

    It follows the clock on the wall. If clocks are turned back over `day_starts_at` itself (02:30
    in Berlin; 03:00 only on the Chatham Islands), yesterday returns for those minutes.
    """
    wall = moment.astimezone(get_time_zone(zone)).replace(tzinfo=None)
    day = LocalDate(wall.date())
    return day if wall.time() >= day_starts_at else days_after(day, -1)


def get_day_start(day: LocalDate, zone: str, day_starts_at: time = DAY_STARTS_AT) -> Instant:
    """Return the UTC instant at which the local `day` begins in the IANA `zone`.

    A wall time that a clock change skips means the first minute that exists; one that occurs
    twice means its first occurrence (PEP 495, fold=0).
    """
    wall = datetime.combine(day, day_starts_at, tzinfo=get_time_zone(zone))
    begins = wall.astimezone(UTC)
    if begins.astimezone(get_time_zone(zone)).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return Instant(begins)
    return _find_end_of_gap(wall)


def get_day_end(day: LocalDate, zone: str, day_starts_at: time = DAY_STARTS_AT) -> Instant:
    """Return the UTC instant at which the local `day` ends and the next one begins."""
    return get_day_start(days_after(day, 1), zone, day_starts_at)


def _find_end_of_gap(skipped: datetime) -> Instant:
    """Return the instant of the clock change that skips the wall time `skipped`."""
    before, after = skipped.replace(fold=1).astimezone(UTC), skipped.astimezone(UTC)
    offset = skipped.replace(fold=1).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(skipped.tzinfo).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return Instant(after.replace(microsecond=0))
