"""What an app keeps beside an entry's words (tags, place, weather …), as one line of words."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leaderjournal.portability.imports.moments import Moment
from leaderjournal.portability.imports.rules import (
    JournalEntry,
    LeftBehind,
    clean_text,
    drop_invalid_characters,
    has_words,
    require_words,
)

EMBEDDED_OBJECT = "\ufffc"
"""Stands in a text where a photo or another object is."""

LONGEST_DETAIL = 200
MOST_NAMES = 100
COLDEST, HOTTEST = -100, 70
FURTHEST_NORTH, FURTHEST_EAST = 90, 180
SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Details:
    """What is kept beside an entry's words; `mood` is what a leader may turn into a score."""

    mood: str = ""
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    place: str = ""
    weather: str = ""
    music: str = ""
    is_starred: bool = False
    is_favourite: bool = False
    is_pinned: bool = False

    @property
    def makes_a_day(self) -> bool:
        """Whether they say enough without words: what the leader chose, not what the app noted."""
        return bool(self.mood or self.tags or self.people or self.activities)

    def describe(self) -> str:
        """Return them as one line; an empty text where there are none."""
        parts = (
            "Starred" if self.is_starred else "",
            "Favourite" if self.is_favourite else "",
            "Pinned" if self.is_pinned else "",
            self.mood and f"Mood: {self.mood}",
            self.activities and f"Activities: {', '.join(self.activities)}",
            self.tags and f"Tags: {', '.join(self.tags)}",
            self.people and f"People: {', '.join(self.people)}",
            self.place and f"Place: {self.place}",
            self.weather and f"Weather: {self.weather}",
            self.music and f"Music: {self.music}",
        )
        return SEPARATOR.join(part for part in parts if part)


def build_entry(
    where: str, source_id: str, moment: Moment, texts: tuple[Any, ...], details: Details
) -> Iterator[JournalEntry | LeftBehind]:
    """Yield the entry that `texts`, such as a title and a body, and its details make.

    Raises InvalidEntry for an entry without words and for what is no text. Without `source_id` the
    entry gets one of its own, made of its time and its words.
    """
    line = details.describe()
    cleaned = [clean_text(text).replace(EMBEDDED_OBJECT, "") for text in texts]
    words = "\n".join(text for text in cleaned if has_words(text))
    if not words and not details.makes_a_day:
        require_words(words)
    words = words.rstrip("\n") if line else words
    text = "\n".join(filter(None, (words, line)))
    yield JournalEntry(
        where,
        source_id or make_source_id(moment, words or line),
        moment.local_date,
        moment.written_at,
        moment.time_zone,
        text,
        mood=details.mood.casefold() or None,
        words=words,
    )


def make_source_id(moment: Moment, words: str) -> str:
    """Return an id for an entry that has none of its own; it is the same in a later export."""
    written = f"{moment.written_at.isoformat()}\n{words}"
    return hashlib.sha256(written.encode()).hexdigest()


def read_line(value: Any) -> str:
    """Return a text as one line without what a page cannot show; nothing for any other value."""
    if not isinstance(value, str):
        return ""
    cleaned = drop_invalid_characters(value[: 10 * LONGEST_DETAIL]).replace(EMBEDDED_OBJECT, "")
    line = " ".join(cleaned.split())[:LONGEST_DETAIL].strip()
    return line if has_words(line) else ""


def read_names(value: Any) -> tuple[str, ...]:
    """Return the names in a list of texts or of objects that have a name, each once."""
    if isinstance(value, str | dict):
        value = [value]
    names: dict[str, None] = {}
    for one in value[:MOST_NAMES] if isinstance(value, list) else ():
        name = read_first_line(one, "name", "title", "label") if isinstance(one, dict) else one
        if line := read_line(name):
            names[line] = None
    return tuple(names)


def read_first_line(values: Any, *fields: str) -> str:
    """Return the first of an object's `fields` that holds words; nothing for no object."""
    if not isinstance(values, dict):
        return ""
    return next((line for field in fields if (line := read_line(values.get(field)))), "")


def read_number(value: Any) -> float | None:
    """Return a number, also where a text holds it; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def format_number(number: float) -> str:
    """Return a number as a person writes it, without a fraction of zero."""
    return f"{number:.10g}"


def read_weather(description: Any, celsius: Any) -> str:
    """Return the weather in words, with the temperature where it is one."""
    degrees = read_number(celsius)
    if degrees is None or not COLDEST <= degrees <= HOTTEST:
        return read_line(description)
    return ", ".join(filter(None, (read_line(description), f"{round(degrees)} °C")))


def read_place(values: Any, *fields: str) -> str:
    """Return a place from an object's `fields`, each word once; its coordinates without any."""
    if not isinstance(values, dict):
        return read_line(values)
    names = dict.fromkeys(filter(None, (read_line(values.get(field)) for field in fields)))
    if names:
        return ", ".join(names)
    longitude = next((values[k] for k in ("longitude", "lng", "lon") if k in values), None)
    latitude = values.get("latitude", values.get("lat"))
    return read_coordinates(latitude, longitude)


def read_coordinates(latitude: Any, longitude: Any) -> str:
    """Return two coordinates as words; nothing where they are none, or both zero."""
    north, east = read_number(latitude), read_number(longitude)
    if north is None or east is None or not (north or east):
        return ""
    if abs(north) > FURTHEST_NORTH or abs(east) > FURTHEST_EAST:
        return ""
    return f"{format_number(round(north, 5))}, {format_number(round(east, 5))}"
