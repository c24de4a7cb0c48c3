"""Reads Journey's export: a JSON file for each entry, in a zip or by itself; media stay behind.

There is no published schema. The classic export (`date_journal`, `photos`) is read as in
alxhslm/journey2dayone, journey/*.json, and andi0b/journey-markdown-converter, tests/
JourneyEntryParserTests.fs; the present one (`dateOfJournal`, `schemaVersion` 2, `attachments`, a
folder for each entry) as in smpi-un/journal-sync, src/data_sources/journey_models.py. Both write
the largest number of a double where a coordinate or a temperature is not known.
"""

from collections.abc import Iterator
from typing import Any

from leaderjournal.portability.imports.details import (
    Details,
    build_entry,
    format_number,
    read_coordinates,
    read_first_line,
    read_line,
    read_names,
    read_number,
    read_place,
    read_weather,
)
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.markup import html_to_text, looks_like_html
from leaderjournal.portability.imports.media import MediaCount
from leaderjournal.portability.imports.moments import read_moment
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
)
from leaderjournal.portability.imports.time_zones import find_entry_zone
from leaderjournal.portability.imports.uploads import Upload

DATES = frozenset({"date_journal", "dateOfJournal"})
FEW_OF_ITS_FIELDS = 3
FIELDS = frozenset(
    {
        *("text", "type", "timezone", "favourite", "sentiment", "mood", "schemaVersion"),
        *("preview_text", "music_title", "date_modified", "createdAt", "updatedAt", "attachments"),
    }
)
HIGHEST_MOOD = 5
HIGHEST_SENTIMENT = 2


def detect_journey(upload: Upload) -> bool:
    """Tell whether an upload holds entries in Journey's format."""
    return any(
        not DATES.isdisjoint(entry)
        for _, content in upload.sample
        for entry in _list_entries(content)
    )


def read_journey(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Journey export, and a failure for each that cannot be read.

    An entry's local day is the one in its own zone, less the day's start; a missing or unknown zone
    is replaced by the leader's. A mood alone is a day. Other JSON is left alone.
    """
    media = MediaCount()
    for member in upload.list_members(".json"):
        where = member.label
        try:
            content = upload.load_json(member)
        except InvalidEntry as why:
            yield Failure(where, str(why))
            continue
        entries = _list_entries(content)
        for number, entry in enumerate(entries, start=1):
            if not _is_entry(entry):
                continue
            place = where if isinstance(content, dict) else f"{where}, entry {number}"
            for field in ("photos", "attachments"):
                media.add_files(entry.get(field))
            try:
                yield from list(_read_entry(place, entry, options))
            except InvalidEntry as why:
                yield Failure(place, str(why))
    yield from media.list_left_behind(upload)


def _list_entries(content: Any) -> list[dict[str, Any]]:
    several = content if isinstance(content, list) else [content]
    return [entry for entry in several if isinstance(entry, dict)]


def _is_entry(entry: dict[str, Any]) -> bool:
    """Tell whether an object is an entry, also one that has lost its date."""
    return not DATES.isdisjoint(entry) or len(FIELDS.intersection(entry)) >= FEW_OF_ITS_FIELDS


def _read_entry(
    where: str, entry: dict[str, Any], options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    if entry.get("encrypted") is True:
        raise InvalidEntry("It is encrypted. Export it from Journey without encryption.")
    zone = find_entry_zone(entry.get("timezone"), otherwise=options.zone)
    field = "date_journal" if "date_journal" in entry else "dateOfJournal"
    moment = read_moment(entry.get(field), zone, options, field=field)
    identifier = entry.get("id")
    source_id = identifier if isinstance(identifier, str) else ""
    yield from build_entry(where, source_id, moment, (_read_text(entry),), _read_details(entry))


def _read_text(entry: dict[str, Any]) -> Any:
    text, kind = entry.get("text"), entry.get("type")
    if not isinstance(text, str):
        return text
    if kind == "html":
        return html_to_text(text)
    return html_to_text(text, keep_lines=kind == "markdown") if looks_like_html(text) else text


def _read_details(entry: dict[str, Any]) -> Details:
    weather = entry.get("weather")
    weather = weather if isinstance(weather, dict) else {}
    music = entry.get("music") if isinstance(entry.get("music"), dict) else {}
    songs = (
        read_line(entry.get("music_title")) or read_first_line(music, "title"),
        read_line(entry.get("music_artist")) or read_first_line(music, "artist"),
    )
    return Details(
        mood=_read_mood(entry),
        tags=read_names(entry.get("tags")),
        activities=read_names(entry.get("activity")),
        place=(
            read_line(entry.get("address"))
            or read_place(entry.get("location"), "name", "address")
            or read_coordinates(entry.get("lat"), entry.get("lon"))
        ),
        weather=read_weather(
            weather.get("description"), weather.get("degree_c", weather.get("degreeC"))
        ),
        music=", ".join(filter(None, songs)),
        is_favourite=any(entry.get(field) is True for field in ("favourite", "favorite")),
    )


def _read_mood(entry: dict[str, Any]) -> str:
    """Return the mood as Journey numbers it: one of five, or how good it felt from 0 to 2.

    A mood in words is taken as it is. Other numbers say nothing, as their scale is not known.
    """
    mood, sentiment = read_number(entry.get("mood")), read_number(entry.get("sentiment"))
    if mood is not None and 0 < mood <= HIGHEST_MOOD:
        return format_number(mood)
    if sentiment is not None and 0 < sentiment <= HIGHEST_SENTIMENT:
        return f"{format_number(sentiment)} of {HIGHEST_SENTIMENT}"
    named = read_names(entry.get("mood")) if mood is None else ()
    return named[0] if named else ""


FORMAT = JournalFormat(
    "journey",
    "a Journey export",
    detect_journey,
    read_journey,
    Guide(
        app="Journey",
        export=(
            "Look for Export in Journey’s settings or menu, and export the whole journal as a "
            "ZIP, not as PDF or DOCX. Choose that zip; one of a single entry works as well."
        ),
        brings=(
            "Every entry, whether written as HTML or Markdown, with its mood, tags, activity, "
            "place, weather, music and heart as a line of words; an entry that is a mood alone "
            "makes a day. Photos, videos and sounds stay behind."
        ),
    ),
)
