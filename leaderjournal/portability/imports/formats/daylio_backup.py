"""Reads Daylio's backup, which the app offers before its CSV: a `.daylio` file.

It is a zip with `assets/photos/2024/3/…` and `backup.daylio`, a JSON in base64. That holds
`dayEntries` (a date in parts, whose `month` counts from 0), `customMoods`, `tags` and `assets`
(`type` 1 is a photo, 2 a sound), as mbafford/daylio-markdown-export (README.md and
daylio2markdown/__main__.py) and charistas/daylio-scribe (js/types.ts) read it. The app's menus are
named as importers of others name them; they move with its versions.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.daylio_entries import join_words
from leaderjournal.portability.imports.details import make_source_id, read_line, read_number
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.moments import parse_number
from leaderjournal.portability.imports.moods import DEFAULT_MOODS
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
    clean_text,
    require_words,
)
from leaderjournal.portability.imports.uploads import Member, Upload, parse_json
from leaderjournal.portability.imports.written_times import locate_entry

BACKUP_NAME = "backup.daylio"
BASE64_OBJECT = (b"eyJ", b"ewo", b"ewog", b"eyA", b"ew0")
"""How `{"`, `{` and a line end, and `{` and a space begin in base64."""

MOST_ENTRIES = 100_000
MOST_TAGS = 200
MOODS = tuple(DEFAULT_MOODS)
ASSET_KINDS = {1: "photos", 2: "sounds"}
ASSET_FOLDERS = {"photos": "photos", "photo": "photos", "videos": "videos", "video": "videos"}
HELP = "Make a new one in Daylio: More, Backup & Restore, Advanced Options, Export."


def detect_daylio_backup(upload: Upload) -> bool:
    """Tell whether an upload holds a Daylio backup, or is the file within one."""
    if upload.is_zip:
        return _find_backup(upload) is not None
    if not upload.content.startswith(BASE64_OBJECT):
        return False
    try:
        return "dayEntries" in _parse_backup(upload.content)
    except InvalidEntry:
        return False


def read_daylio_backup(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Daylio backup, and a failure for each that cannot be read.

    An entry is of the date and the time that the app shows, wherever it was written. Raises
    UnreadableJournal for a backup that cannot be read, and for more than 100,000 entries.
    """
    member = _find_backup(upload)
    if member is None:
        raise UnreadableJournal(f"This file holds no Daylio backup. {HELP}")
    try:
        backup = _parse_backup(upload.read(member))
    except InvalidEntry:
        raise UnreadableJournal(f"This Daylio backup cannot be read. {HELP}") from None
    entries = _get_list(backup, "dayEntries", of_objects=False)
    if len(entries) > MOST_ENTRIES:
        raise UnreadableJournal(f"This backup has more than {MOST_ENTRIES:,} entries.")
    names = _Names(_name_moods(backup), _name_tags(backup))
    for number, entry in enumerate(entries, start=1):
        where = f"entry {number}"
        try:
            yield _read_entry(where, entry, names, options)
        except InvalidEntry as why:
            yield Failure(where, str(why))
    for kind, count in sorted(_count_assets(upload, backup).items()):
        yield LeftBehind(kind, count)


def _find_backup(upload: Upload) -> Member | None:
    members = upload.list_members(BACKUP_NAME)
    if not upload.is_zip:
        return members[0]
    return next((one for one in members if one.base_name.lower() == BACKUP_NAME), None)


def _parse_backup(content: bytes) -> Mapping[str, Any]:
    """Return the JSON of a backup. Raises InvalidEntry for what is none."""
    try:
        decoded = base64.b64decode(b"".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        decoded = content
    backup = parse_json(decoded)
    if not isinstance(backup, dict):
        raise InvalidEntry("This isn’t a backup.")
    return backup


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of moods and tags by their ids."""

    moods: Mapping[int, str]
    tags: Mapping[int, str]


def _name_moods(backup: Mapping[str, Any]) -> Mapping[int, str]:
    """Return the name of each mood: its own, or else one of the five that the app has."""
    names = dict(enumerate(MOODS, start=1))
    for mood in _get_list(backup, "customMoods"):
        number = _get_number(mood, "id")
        if number is None:
            continue
        default = _get_number(mood, "predefined_name_id"), _get_number(mood, "mood_group_id")
        known = next((MOODS[one - 1] for one in default if one and 1 <= one <= len(MOODS)), "")
        names[number] = read_line(mood.get("custom_name")) or known
    return names


def _name_tags(backup: Mapping[str, Any]) -> Mapping[int, str]:
    tags = ((_get_number(tag, "id"), tag) for tag in _get_list(backup, "tags"))
    return {number: read_line(tag.get("name")) for number, tag in tags if number is not None}


def _read_entry(where: str, entry: Any, names: _Names, options: ReadingOptions) -> JournalEntry:
    if not isinstance(entry, dict):
        raise InvalidEntry("There’s no entry here.")
    moment = locate_entry(*_read_time(entry, options.today), options)
    mood = names.moods.get(_get_number(entry, "mood") or 0, "")
    tags = _get_list(entry, "tags", of_objects=False)[:MOST_TAGS]
    words = require_words(
        join_words(
            clean_text(entry.get("note_title")),
            clean_text(entry.get("note")),
            mood,
            (names.tags.get(_to_number(tag) or 0, "") for tag in tags),
        )
    )
    number = _get_number(entry, "id")
    return JournalEntry(
        where,
        make_source_id(moment, words) if number is None else f"daylio {number}",
        moment.local_date,
        moment.written_at,
        moment.time_zone,
        words,
        mood=mood.casefold() or None,
    )


def _read_time(entry: Mapping[str, Any], today: LocalDate) -> tuple[date, time | None]:
    """Return what the clock on the wall showed. Raises InvalidEntry for no date."""
    parts = [_get_number(entry, part) for part in ("year", "month", "day")]
    hour, minute = _get_number(entry, "hour"), _get_number(entry, "minute")
    try:
        if (year := parts[0]) is not None and parts[1] is not None and parts[2] is not None:
            day = date(year, parts[1] + 1, parts[2])
            return day, None if hour is None or minute is None else time(hour, minute)
        moment = parse_number(entry.get("datetime"), today=today)
        if moment is not None:
            wall = moment + timedelta(milliseconds=_get_number(entry, "timeZoneOffset") or 0)
            return wall.date(), wall.time()
    except (ValueError, OverflowError):
        pass
    raise InvalidEntry("Its date is no day that there is.")


def _count_assets(upload: Upload, backup: Mapping[str, Any]) -> Counter[str]:
    """Return how many photos and sounds a backup holds, or names without holding them."""
    kinds = {
        str(asset.get("checksum")): ASSET_KINDS.get(_get_number(asset, "type") or 0, "files")
        for asset in _get_list(backup, "assets")
    }
    for member in upload.list_members() if upload.is_zip else ():
        folders = member.name.lower().split("/")[:-1]
        if "assets" in folders and member.base_name not in kinds:
            named = (ASSET_FOLDERS.get(folder) for folder in folders)
            kinds[member.base_name] = next(filter(None, named), "sounds")
    return Counter(kinds.values())


def _get_list(values: Mapping[str, Any], field: str, *, of_objects: bool = True) -> list[Any]:
    found = values.get(field)
    if not isinstance(found, list):
        return []
    return [one for one in found if isinstance(one, dict)] if of_objects else found


def _get_number(values: Any, field: str) -> int | None:
    return _to_number(values.get(field)) if isinstance(values, dict) else None


def _to_number(value: Any) -> int | None:
    number = read_number(value)
    return int(number) if number is not None and abs(number) < 2**63 else None


FORMAT = JournalFormat(
    "daylio-backup",
    "a Daylio backup",
    detect_daylio_backup,
    read_daylio_backup,
    Guide(
        app="Daylio (backup)",
        export=(
            "Open More, Backup & Restore, Advanced options, Export. Where your version has no "
            "such entry, look for Export there. Choose the .daylio file."
        ),
        brings=(
            "The same as from its CSV, with your own moods by their names. Photos and sounds "
            "stay behind."
        ),
    ),
)
