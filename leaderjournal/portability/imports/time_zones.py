"""The zone in which another journal's entry was written, however the app spells it.

Some apps write an IANA name, others the offset of the day alone: Day One writes `GMT-0500` where a
device has a fixed offset, Journey `GMT+05:30`. An offset says which local day it was, so it is
never replaced by the leader's zone.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cache

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from leaderjournal.kernel.days import (
    ZONE_NAMES,
    Instant,
    LocalDate,
    days_after,
    get_time_zone,
    to_instant,
)

OFFSET = re.compile(
    r"\(?\s*(?:Etc/)?(?:UTC|GMT|UT|Z)?\s*(?P<sign>[+\-\u2212\u2010-\u2013])\s*"
    r"(?P<hours>\d{1,2})(?:[:.]?(?P<minutes>[0-5]\d)(?::?[0-5]\d)?)?\s*(?:\)?|\).*|\(.*)",
    re.IGNORECASE | re.ASCII,
)
LONGEST_NAME = 100
FURTHEST_WEST, FURTHEST_EAST = timedelta(hours=-12), timedelta(hours=14)

# RFC 5322, 4.3, and short names that mean one offset alone: IST is Indian, Irish and Israeli.
ABBREVIATIONS = {
    "Z": 0,
    "UT": 0,
    "EDT": -4,
    "CDT": -5,
    "MDT": -6,
    "CST": -6,
    "PDT": -7,
    "PST": -8,
    "WEST": 1,
    "CEST": 2,
    "EEST": 3,
    "MSK": 3,
    "PKT": 5,
    "HKT": 8,
    "SGT": 8,
    "AWST": 8,
    "JST": 9,
    "KST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "BRT": -3,
    "ART": -3,
    "HST": -10,
}

# Zones of an offset that is no whole hour. Most have had it all year for decades.
ODD_ZONES = (
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Kabul", "Asia/Yangon", "Asia/Tehran"),
    *("Australia/Darwin", "Australia/Adelaide", "Australia/Eucla", "Australia/Lord_Howe"),
    *("America/St_Johns", "America/Caracas", "Pacific/Marquesas", "Pacific/Chatham"),
)


@dataclass(frozen=True, slots=True)
class EntryZone:
    """An entry's zone: an IANA zone, or an offset from UTC; `is_own` if the entry names it."""

    name: str = ""
    offset: timedelta | None = None
    is_own: bool = True

    @property
    def tzinfo(self) -> tzinfo:
        """The zone as Python's datetimes take it."""
        return get_time_zone(self.name) if self.offset is None else timezone(self.offset)

    def get_iana_name(self, moment: Instant) -> str:
        """Return the IANA zone to store with an entry of this instant.

        For an offset it is a zone that has this offset then, or else the nearest whole hour.
        """
        if self.offset is None:
            return self.name
        if self.offset % timedelta(hours=1):
            for name in ODD_ZONES:
                if moment.astimezone(get_time_zone(name)).utcoffset() == self.offset:
                    return name
        hours = -round(self.offset / timedelta(hours=1))
        return f"Etc/GMT{hours:+d}" if hours else "Etc/UTC"

    def get_wall_time(self, moment: Instant) -> datetime:
        """Return what a clock on the wall showed at an instant, without a zone."""
        return moment.astimezone(self.tzinfo).replace(tzinfo=None)

    def get_local_day(self, moment: Instant, day_starts_at: time) -> LocalDate:
        """Return the local day of an instant, as `kernel.days.get_local_day` does for a zone."""
        wall = self.get_wall_time(moment)
        day = LocalDate(wall.date())
        return day if wall.time() >= day_starts_at else days_after(day, -1)

    def to_instant(self, wall: datetime) -> Instant:
        """Return the instant at which a clock on the wall shows `wall`, which has no zone."""
        return to_instant(wall.replace(tzinfo=self.tzinfo))

    def get_noon(self, day: date) -> Instant:
        """Return noon of a day, for an entry that names no time."""
        return self.to_instant(datetime.combine(day, time(12)))


def find_entry_zone(given: object, *, otherwise: str) -> EntryZone:
    """Return the zone that an entry names, or the IANA zone `otherwise` where it names none.

    A name may be an IANA name in any case, one of Windows, a short name of RFC 5322, or an offset
    in any usual spelling: `GMT-0500`, `UTC+05:30`, `GMT+9`, `-08:00`, `Etc/GMT+5`, `Z`.
    """
    found = _find_zone(given) if isinstance(given, str) and len(given) <= LONGEST_NAME else None
    return found or EntryZone(otherwise, is_own=False)


def find_offset_zone(moment: datetime) -> EntryZone | None:
    """Return the offset that a timestamp has itself; None for UTC, which many apps write always."""
    offset = moment.utcoffset()
    return EntryZone(offset=offset) if offset and _is_possible(offset) else None


@cache
def _list_folded_names() -> dict[str, str]:
    windows = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
    return windows | {name.casefold(): name for name in sorted(ZONE_NAMES)}


def _find_zone(given: str) -> EntryZone | None:
    text = given.replace("\\", "").strip()
    names = _list_folded_names()
    name = names.get(text.casefold()) or names.get(text.replace(" ", "_").casefold())
    if name in ZONE_NAMES:
        return EntryZone(name)
    if text.upper() in ABBREVIATIONS:
        return EntryZone(offset=timedelta(hours=ABBREVIATIONS[text.upper()]))
    match = OFFSET.fullmatch(text)
    if match is None:
        return None
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    offset = offset if match["sign"] == "+" else -offset
    return EntryZone(offset=offset) if _is_possible(offset) else None


def _is_possible(offset: timedelta) -> bool:
    return FURTHEST_WEST <= offset <= FURTHEST_EAST
