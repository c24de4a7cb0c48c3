"""When an entry of another journal was written, and the local day it belongs to."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leaderjournal.kernel.days import Instant, LocalDate, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.rules import InvalidEntry, require_valid_date
from leaderjournal.portability.imports.time_zones import EntryZone, find_offset_zone

# Years are limited so that every zone's offset fits.
EARLIEST_YEAR, LATEST_YEAR = 1850, 9000
LONGEST_TIMESTAMP = 64
DATE_ALONE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}", re.ASCII)
DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
NUMBER = re.compile(r"-?\d{6,20}(\.\d{0,9})?", re.ASCII)
COMPACT_TIME = re.compile(
    r"((?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[T ]?"
    r"((?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)",
    re.ASCII,
)
MOST_SECONDS = 1e10
UNITS = ((1e13, 1_000), (1e16, 1_000_000), (1e19, 1_000_000_000))
"""Below which number it counts milliseconds, microseconds and nanoseconds, and how many a second
has of them."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry's local day, its instant, and the IANA zone to store with it."""

    local_date: LocalDate
    written_at: Instant
    time_zone: str


def read_moment(value: Any, zone: EntryZone, options: ReadingOptions, *, field: str) -> Moment:
    """Return the moment that an entry's `field` names.

    `value` is a number as `parse_number` reads it, or a date and time as ISO 8601 has them. A time
    without an offset is what the clock on the wall showed in the entry's zone; a date alone is the
    local day itself. Where the entry names no zone, the timestamp's own offset is its zone.

    Raises InvalidEntry for any other value, and for a day before 1900 or after today.
    """
    if value is None or value == "":
        raise InvalidEntry(f"It has no {field}.")
    day = None
    if isinstance(value, str) and DATE_ALONE.fullmatch(value.strip()):
        day = _parse_date(value.strip(), field)
        written_at = zone.get_noon(day)
    else:
        moment = _parse_timestamp(value, options.today, field)
        if moment.tzinfo is None:
            written_at = zone.to_instant(moment)
        else:
            zone = zone if zone.is_own else find_offset_zone(moment) or zone
            written_at = to_instant(moment)
    if day is None:
        day = zone.get_local_day(written_at, options.day_starts_at)
    require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
    return Moment(day, written_at, zone.get_iana_name(written_at))


def read_plain_date(value: Any, options: ReadingOptions, *, field: str) -> LocalDate:
    """Return the local day that a date alone names. Raises InvalidEntry like `read_moment`."""
    if not isinstance(value, str) or not DATE_ALONE.fullmatch(value.strip()):
        raise InvalidEntry(f"Its {field} is no date, such as 2026-11-24.")
    day = _parse_date(value.strip(), field)
    return require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)


def _parse_date(text: str, field: str) -> LocalDate:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidEntry(f"Its {field} is no date, such as 2026-11-24.") from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise InvalidEntry(f"Its {field} is no date, such as 2026-11-24.")
    return to_local_date(day)


def parse_number(value: Any, *, today: LocalDate) -> datetime | None:
    """Return the time in UTC that a number counts since 1970; None for any other value.

    Apps of one format write seconds and milliseconds. The size of the number tells its unit, as
    `UNITS` has it. A small one counts seconds if that is a time from 1900 to `today`.
    """
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value) < MOST_SECONDS:
        moment = EPOCH + timedelta(seconds=value)
        latest = today + timedelta(days=2)  # whatever the zone
        if EARLIEST_DATE <= moment.date() <= latest:
            return moment
    unit = next((unit for end, unit in UNITS if value < end), None)
    try:
        return EPOCH + timedelta(seconds=value / unit) if unit else None
    except (ValueError, OverflowError):
        return None


def _parse_timestamp(value: Any, today: LocalDate, field: str) -> datetime:
    moment = None
    try:
        if isinstance(value, str) and (compact := COMPACT_TIME.fullmatch(value.strip())):
            moment = datetime.fromisoformat(f"{compact[1]}T{compact[2]}")
        elif (counted := parse_number(value, today=today)) is not None:
            moment = counted
        elif isinstance(value, str) and DATE_AND_TIME.fullmatch(value.strip()[:LONGEST_TIMESTAMP]):
            moment = datetime.fromisoformat(value.strip())
    except ValueError:
        pass
    if moment is None or not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise InvalidEntry(f"Its {field} is no time.")
    return moment
