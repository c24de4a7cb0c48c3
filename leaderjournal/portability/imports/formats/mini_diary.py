"""Reads Mini Diary's JSON export, and that of Mini Diarium, which goes on with it.

`entries` has a `title` and a `text` for each date (samuelmeuli/mini-diary, src/renderer/types.ts
and files/export/json.ts). Mini Diarium writes the text as HTML, and a list of entries with `id` and
`date` where a day has several (fjrevoredo/mini-diarium, src-tauri/src/export/json.rs); a picture is
within the HTML. How to export is in Mini Diary's src/main/menu/menus/file.ts and in Mini Diarium's
docs/USER_GUIDE.md.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.details import Details, build_entry, read_names
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.markup import html_to_text, looks_like_html
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
)
from leaderjournal.portability.imports.uploads import Upload
from leaderjournal.portability.imports.written_times import locate_entry

APPLICATIONS = ("mini diary", "mini diarium")
MOST_ENTRIES = 100_000
PICTURE = re.compile(r"<img[\s/>]", re.IGNORECASE)


def detect_mini_diary(upload: Upload) -> bool:
    """Tell whether an upload holds entries by their dates, as Mini Diary writes them."""
    return any(_is_mini_diary(journal) for _, journal in upload.sample)


def read_mini_diary(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Mini Diary export, and a failure for each that cannot be read.

    The app knows an entry's date and not its time. Raises UnreadableJournal for more than 100,000
    entries.
    """
    left = MOST_ENTRIES
    for member in upload.list_members(".json"):
        try:
            journal = upload.load_json(member)
        except InvalidEntry as why:
            yield Failure(member.label or "This file", str(why))
            continue
        if not _is_mini_diary(journal):
            continue
        for place, given, entry in _list_entries(journal["entries"]):
            where = f"{member.label}, {place}" if upload.is_zip else place
            left -= 1
            if left < 0:
                raise UnreadableJournal(f"This journal has more than {MOST_ENTRIES:,} entries.")
            try:
                yield from list(_read_entry(where, given, entry, options))
            except InvalidEntry as why:
                yield Failure(where, str(why))


def _is_mini_diary(journal: Any) -> bool:
    if not isinstance(journal, dict):
        return False
    entries, metadata = journal.get("entries"), journal.get("metadata")
    application = metadata.get("application") if isinstance(metadata, dict) else None
    if isinstance(application, str) and application.strip().lower() in APPLICATIONS:
        return isinstance(entries, dict | list)
    if isinstance(entries, dict):
        return any(_parse_date(key) and isinstance(entry, dict) for key, entry in entries.items())
    return isinstance(entries, list) and any(
        isinstance(entry, dict) and {"date", "text", "dateUpdated"} <= set(entry)
        for entry in entries
    )


def _list_entries(entries: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the place, the date and the values of each entry."""
    if isinstance(entries, dict):
        for number, (given, entry) in enumerate(entries.items(), start=1):
            day = _parse_date(given)
            yield str(day) if day else f"entry {number}", given, entry
        return
    for number, entry in enumerate(entries, start=1):
        yield f"entry {number}", entry.get("date") if isinstance(entry, dict) else None, entry


def _read_entry(
    where: str, given: Any, entry: Any, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    day = _parse_date(given)
    if day is None:
        raise InvalidEntry("Its date is no date, such as 2026-11-24.")
    if not isinstance(entry, dict):
        raise InvalidEntry("There’s no entry here.")
    moment = locate_entry(day, None, options)
    text, number = entry.get("text"), entry.get("id")
    if isinstance(text, str) and looks_like_html(text):
        if pictures := len(PICTURE.findall(text)):
            yield LeftBehind("photos", pictures)
        text = html_to_text(text, keep_lines=not text.lstrip().startswith("<"))
    identifier = f"mini diary {number:.0f}" if isinstance(number, float) else ""
    details = Details(tags=read_names(entry.get("tags")))
    yield from build_entry(where, identifier, moment, (entry.get("title"), text), details)


def _parse_date(given: Any) -> date | None:
    try:
        return date.fromisoformat(given[:10]) if isinstance(given, str) else None
    except ValueError:
        return None


FORMAT = JournalFormat(
    "mini-diary",
    "a Mini Diary export",
    detect_mini_diary,
    read_mini_diary,
    Guide(
        app="Mini Diary and Mini Diarium",
        export=(
            "In Mini Diary, choose File, Export, JSON (Mini Diary). In Mini Diarium, open the menu "
            "Diary or Journal, choose Export, and then JSON."
        ),
        brings=(
            "Every entry with its title, text and tags. The apps export no times. Pictures within "
            "a text stay behind."
        ),
    ),
)
