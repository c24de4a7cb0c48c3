"""Reads Journiv's export: a zip with `data.json`, which holds journals with their entries.

The format is that of journiv/journiv-app, app/schemas/dto.py and app/services/export_service.py:

- 1.0 has `journals[].entries[]` with `content` in Markdown and a `mood_log`. A true export of this
  version is in tests/portability/imports/samples, made by the app's own code over SQLite.
- Later ones have a Quill Delta (`content_delta`, `content_plain_text`), and in 1.2 a `moment`
  within the entry that holds mood, activities and a note; `moments[]` has those without an entry.
- 1.4 turns this around: `moments[]` carry mood, place, tags and media, and the `entry` within has
  the words alone.

Its instants are UTC, and over SQLite, which keeps no offsets, they are written without one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.details import (
    Details,
    build_entry,
    read_coordinates,
    read_first_line,
    read_line,
    read_names,
    read_place,
    read_weather,
)
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.markup import html_to_text, looks_like_html
from leaderjournal.portability.imports.media import MediaCount, get_media_kind
from leaderjournal.portability.imports.moments import Moment, read_moment, read_plain_date
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
    has_words,
)
from leaderjournal.portability.imports.time_zones import find_entry_zone
from leaderjournal.portability.imports.uploads import Upload

# What the export of each version calls an entry's day, instant and zone.
DAYS = ("entry_date", "logged_date_tz", "logged_date")
INSTANTS = ("entry_datetime_utc", "logged_at_utc", "logged_at")
ZONES = ("entry_timezone", "logged_timezone")
WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?", re.ASCII)
MEDIA = {"image": "photos", "video": "videos", "audio": "sounds"}
EMPTY: tuple[Any, ...] = (None, "", [], {})
PLACES = ("name", "street", "locality", "admin_area", "country")


def detect_journiv(upload: Upload) -> bool:
    """Tell whether an upload holds the data of a Journiv export."""
    return any(_is_export(content) for _, content in upload.sample)


def read_journiv(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Journiv export, and a failure for each that cannot be read.

    An entry's local day is the one that Journiv keeps beside its instant. A mood alone is a day,
    and so is the note of a mood. Raises UnreadableJournal where no data can be read.
    """
    media, failures, is_read = MediaCount(), [], False
    for member in upload.list_members(".json"):
        try:
            content = upload.load_json(member)
        except InvalidEntry as why:
            failures.append(Failure(member.label, str(why)))
            continue
        if not _is_export(content):
            continue
        is_read = True
        people = _list_people(content)
        for place, entry in _list_entries(content):
            where = f"{member.label}, {place}" if member.label else place
            _count_media(entry, media)
            try:
                yield from list(_read_entry(where, entry, people, options))
            except InvalidEntry as why:
                yield Failure(where, str(why))
    if not is_read:
        raise UnreadableJournal(
            "There’s no journal in this file. Choose the zip that Journiv exported."
        )
    yield from failures
    yield from media.list_left_behind(upload)


def _is_export(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and isinstance(content.get("journals"), list)
        and "export_version" in content
    )


def _list_entries(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the entries of all journals and the moments, each with its place."""
    for number, journal in enumerate(content["journals"], start=1):
        entries = journal.get("entries") if isinstance(journal, dict) else None
        for position, entry in enumerate(entries if isinstance(entries, list) else (), start=1):
            yield f"journal {number}, entry {position}", entry
    moments = content.get("moments")
    for position, moment in enumerate(moments if isinstance(moments, list) else (), start=1):
        yield f"moment {position}", moment


def _list_people(content: dict[str, Any]) -> Mapping[str, str]:
    people = content.get("people")
    return {
        person["external_id"]: read_line(person.get("name"))
        for person in (people if isinstance(people, list) else ())
        if isinstance(person, dict) and isinstance(person.get("external_id"), str)
    }


def _count_media(entry: Any, media: MediaCount) -> None:
    files = entry.get("media") if isinstance(entry, dict) else None
    for file in files if isinstance(files, list) else ():
        named = read_first_line(file, "media_type")
        kind = MEDIA.get(named) or get_media_kind(read_first_line(file, "filename", "file_path"))
        media.add(kind, [file])


def _read_entry(
    where: str, entry: Any, people: Mapping[str, str], options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    if not isinstance(entry, dict):
        raise InvalidEntry("There’s no entry from Journiv here.")
    entry = _add_moment(entry)
    inner = entry.get("entry")
    words = inner if isinstance(inner, dict) else entry
    texts = (
        words.get("title"),
        _read_first(entry, "prompt_text") or words.get("prompt_text"),
        _read_body(words),
        _read_note(entry),
    )
    identifier = entry.get("external_id") or words.get("external_id")
    yield from build_entry(
        where,
        identifier if isinstance(identifier, str) else "",
        _read_moment(entry, options),
        texts,
        _read_details(entry, people),
    )


def _add_moment(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with what its `moment` says where the entry itself says nothing."""
    moment = entry.get("moment")
    if not isinstance(moment, dict):
        return entry
    return moment | {name: value for name, value in entry.items() if value not in EMPTY}


def _read_first(values: Mapping[str, Any], *fields: str) -> Any:
    return next((values[field] for field in fields if values.get(field) is not None), None)


def _read_moment(entry: dict[str, Any], options: ReadingOptions) -> Moment:
    zone = find_entry_zone(_read_first(entry, *ZONES), otherwise=options.zone)
    given = _read_first(entry, *INSTANTS)
    if isinstance(given, str) and WITHOUT_OFFSET.fullmatch(given.strip()):
        given = f"{given.strip()}+00:00"
    if given is None:
        given = _read_first(entry, *DAYS)
    moment = read_moment(given, zone, options, field="entry_datetime_utc")
    day = _read_first(entry, *DAYS)
    if day is None:
        return moment
    local_date = read_plain_date(day, options, field="entry_date")
    return Moment(local_date, moment.written_at, moment.time_zone)


def _read_body(words: dict[str, Any]) -> Any:
    """Return an entry's text: its Quill Delta, which has all of it, or else the plain text."""
    delta = words.get("content_delta")
    ops = delta.get("ops") if isinstance(delta, dict) else None
    pieces = (
        op.get("insert") for op in (ops if isinstance(ops, list) else ()) if isinstance(op, dict)
    )
    text = "".join(piece for piece in pieces if isinstance(piece, str)).strip("\n")
    if has_words(text):
        return text
    plain = _read_first(words, "content_plain_text", "content")
    if isinstance(plain, str) and looks_like_html(plain):
        return html_to_text(plain, keep_lines=True)
    return plain


def _read_note(entry: dict[str, Any]) -> Any:
    """Return what was written beside a mood."""
    log = entry.get("mood_log")
    return log.get("note") if isinstance(log, dict) else entry.get("note")


def _read_details(entry: dict[str, Any], people: Mapping[str, str]) -> Details:
    weather = _read_first(entry, "weather_json", "weather_data")
    weather = weather if isinstance(weather, dict) else {}
    links, ids = entry.get("mood_activity"), entry.get("people_external_ids")
    links = links if isinstance(links, list) else []
    moods = (
        read_first_line(entry.get("mood_log"), "mood_name"),
        read_first_line(entry, "primary_mood_name", "mood_name"),
        *(read_first_line(link, "mood_name") for link in links),
    )
    names = (
        [people.get(one) for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
    )
    return Details(
        mood=next(filter(None, moods), ""),
        tags=read_names(entry.get("tags")),
        people=read_names(names),
        activities=read_names([read_first_line(link, "activity_name") for link in links]),
        place=(
            read_line(entry.get("location"))
            or read_place(_read_first(entry, "location_json", "location_data"), *PLACES)
            or read_coordinates(entry.get("latitude"), entry.get("longitude"))
        ),
        weather=(
            read_line(entry.get("weather"))
            or read_line(entry.get("weather_summary"))
            or read_weather(weather.get("condition"), weather.get("temp_c"))
        ),
        is_pinned=entry.get("is_pinned") is True,
    )


FORMAT = JournalFormat(
    "journiv",
    "a Journiv export",
    detect_journiv,
    read_journiv,
    Guide(
        app="Journiv",
        export=(
            "Open Settings, Data, Export, and choose a full export. It needs no media. Choose the "
            "zip that it makes."
        ),
        brings=(
            "Every entry of every journal with its title, prompt and words, and its mood, "
            "activities, tags, people, place, weather and pin as a line of words; a mood alone "
            "makes a day. Photos, videos and sounds stay behind, and so do goals and the names "
            "of the journals."
        ),
    ),
)
