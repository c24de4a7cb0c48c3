"""Reads Diarium's JSON export: a list of entries, or a file for each, in a zip or by itself.

There is no published schema. An entry has `date`, `heading`, `html`, `rating` from 1 to 5, `tags`,
`people` and `tracker` (lists of texts), `location` (latitude and longitude) and `weather` (a text);
`sun` and `lunar` are left out. This is read as in scepbjoern/comp-act-diary, scripts/
import-diarium.ts, samholstein/diarium-to-dayone, diarium-to-dayone.py, and emeeran/diary, backend/
app/services/importers/diarium.py, which takes `text` and `content` too. Media lie in folders beside
the file.
"""

from collections.abc import Iterator
from typing import Any

from leaderjournal.portability.imports.details import (
    Details,
    build_entry,
    format_number,
    read_coordinates,
    read_line,
    read_names,
    read_number,
    read_place,
    read_weather,
)
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.markup import html_to_text, looks_like_html
from leaderjournal.portability.imports.media import MediaCount
from leaderjournal.portability.imports.moments import Moment, read_moment
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
)
from leaderjournal.portability.imports.time_zones import find_entry_zone
from leaderjournal.portability.imports.uploads import Member, Upload

FIELDS = frozenset({"heading", "html"})
OTHER_FIELDS = frozenset({"rating", "people", "tracker", "weather", "location", "sun", "lunar"})
HIGHEST_RATING = 5
MIDNIGHT = "T00:00:00"


def detect_diarium(upload: Upload) -> bool:
    """Tell whether an upload holds entries as Diarium exports them."""
    return any(
        _is_entry(entry, member)
        for member, content in upload.sample
        for entry in _list_entries(content)
    )


def read_diarium(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Diarium export, and a failure for each that cannot be read.

    Diarium writes wall-clock times without a zone, which are taken to be in the leader's zone;
    midnight means that an entry has no time. A rating alone is a day.
    """
    for member in upload.list_members(".json"):
        where = member.label
        try:
            content = upload.load_json(member)
        except InvalidEntry as why:
            yield Failure(where, str(why))
            continue
        entries = _list_entries(content)
        if not any(_is_entry(entry, member) for entry in entries):
            continue
        for number, entry in enumerate(entries, start=1):
            place = (
                where
                if isinstance(content, dict) and len(entries) == 1
                else (f"{where}, entry {number}" if where else f"entry {number}")
            )
            try:
                yield from list(_read_entry(place, entry, options))
            except InvalidEntry as why:
                yield Failure(place, str(why))
    yield from MediaCount().list_left_behind(upload)


def _list_entries(content: Any) -> list[Any]:
    if isinstance(content, dict):
        entries = content.get("entries")
        return entries if isinstance(entries, list) else [content]
    return content if isinstance(content, list) else []


def _is_entry(entry: Any, member: Member) -> bool:
    if not isinstance(entry, dict) or "date" not in entry or "creationDate" in entry:
        return False
    if not FIELDS.isdisjoint(entry):
        return True
    is_named_so = member.base_name.lower().startswith("diarium")
    return "text" in entry and (is_named_so or not OTHER_FIELDS.isdisjoint(entry))


def _read_entry(
    where: str, entry: Any, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    if not isinstance(entry, dict):
        raise InvalidEntry("There’s no entry from Diarium here.")
    texts = (_read_text(entry.get("heading")), _read_body(entry))
    yield from build_entry(where, "", _read_moment(entry, options), texts, _read_details(entry))


def _read_moment(entry: dict[str, Any], options: ReadingOptions) -> Moment:
    given = entry.get("date")
    zone = find_entry_zone(entry.get("timezone"), otherwise=options.zone)
    if isinstance(given, str) and given[10:].replace(" ", "T").startswith(MIDNIGHT):
        given = given[:10]
    return read_moment(given, zone, options, field="date")


def _read_body(entry: dict[str, Any]) -> Any:
    if html := entry.get("html"):
        return html_to_text(html) if isinstance(html, str) else html
    return _read_text(entry.get("text") or entry.get("content"))


def _read_text(text: Any) -> Any:
    return html_to_text(text) if isinstance(text, str) and looks_like_html(text) else text


def _read_details(entry: dict[str, Any]) -> Details:
    rating, location = read_number(entry.get("rating")), entry.get("location")
    is_rated = rating is not None and 0 < rating <= HIGHEST_RATING
    weather = entry.get("weather")
    if isinstance(location, list):
        place = (
            read_coordinates(*location) if len(location) == len(("latitude", "longitude")) else ""
        )
    else:
        place = read_place(location, "name", "address")
    return Details(
        mood=f"{format_number(rating)} of {HIGHEST_RATING}" if rating and is_rated else "",
        tags=read_names(entry.get("tags")),
        people=read_names(entry.get("people")),
        activities=read_names(entry.get("tracker") or entry.get("trackers")),
        place=place,
        weather=(
            read_weather(weather.get("description"), weather.get("temperature"))
            if isinstance(weather, dict)
            else read_line(weather)
        ),
    )


FORMAT = JournalFormat(
    "diarium",
    "a Diarium export",
    detect_diarium,
    read_diarium,
    Guide(
        app="Diarium",
        export=(
            "Look for Export in Diarium’s menu or settings, select all that an entry can have, "
            "and choose JSON as the format. Choose the zip or the JSON."
        ),
        brings=(
            "Every entry with its heading, rating, tags, people, place, weather and trackers in "
            "words. Attachments stay behind."
        ),
    ),
)
