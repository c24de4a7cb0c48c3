"""The time zones that a form offers, in groups by region, each with its city and its offset.

The database of zones has two hundred further names, which are older spellings or aliases of these.
An account that has one keeps it, and finds it in the list; nobody else has to read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from leaderjournal.kernel.days import ZONE_NAMES, Instant, get_time_zone

OTHER = "Other"
"""The region of zones without one, such as UTC."""


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone as a form offers it: its IANA name, and the city with its present offset."""

    name: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """The zones of a region, such as Europe, by their labels."""

    region: str
    zones: Sequence[ZoneChoice]


@cache
def list_offered_zones() -> tuple[str, ...]:
    """Return the names that the database's own table gives to people to choose from, and UTC."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    named = {line.split("\t")[2] for line in table if line and not line.startswith("#")}
    return (*sorted(named & ZONE_NAMES), "UTC")


def list_zone_groups(chosen: str, *, now: Instant) -> list[ZoneGroup]:
    """Return the zones to choose from, with `chosen` among them if it is a zone at all."""
    names = list_offered_zones()
    if chosen in ZONE_NAMES and chosen not in names:
        names += (chosen,)
    groups: dict[str, list[ZoneChoice]] = {}
    for name in names:
        choice = ZoneChoice(name, format_zone(name, now), is_chosen=name == chosen)
        groups.setdefault(_get_region(name), []).append(choice)
    return [
        ZoneGroup(region, sorted(groups[region], key=lambda choice: choice.label))
        for region in sorted(groups, key=lambda region: (region == OTHER, region))
    ]


def format_zone(name: str, now: Instant) -> str:
    """Return a zone's city and its present offset: Berlin, UTC+1."""
    return name if name == "UTC" else f"{format_city(name)}, {format_offset(name, now)}"


def format_city(name: str) -> str:
    """Return a zone's city, with the state or country that its name has beside the region."""
    _, *places = name.replace("_", " ").split("/")
    if not places:
        return name
    return f"{places[-1]} ({places[0]})" if len(places) > 1 else places[0]


def format_offset(name: str, now: Instant) -> str:
    """Return how far a zone's clock is from UTC at present, such as UTC+5:30."""
    offset = now.astimezone(get_time_zone(name)).utcoffset() or timedelta()
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "+" if offset > timedelta() else "\N{MINUS SIGN}"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}"


def _get_region(name: str) -> str:
    region, slash, _ = name.partition("/")
    return region if slash else OTHER
