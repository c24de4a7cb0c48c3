"""Reads jrnl's journals: its JSON export, its text files, and what it prints.

jrnl-org/jrnl: jrnl/plugins/json_exporter.py has the JSON, jrnl/journals/Entry.py and Journal.py the
text. There an entry begins with `[2024-03-05 09:30] `, in whichever form of date its owner chose;
version 1 had no brackets. A `*` at the end of that line is a star. A journal may be a folder with a
text for each day, and an export a folder with a JSON for each entry. Checked with what version 4.6
writes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import Any

from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.clock_times import parse_clock
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.details import Details, build_entry, read_names
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
)
from leaderjournal.portability.imports.spreadsheet_dates import DateColumn, DateRow
from leaderjournal.portability.imports.tables import normalize_line_ends
from leaderjournal.portability.imports.uploads import Member, Upload
from leaderjournal.portability.imports.written_times import locate_entry

FIELDS = frozenset({"title", "body", "date"})
FIELDS_ALONE = FIELDS | {"time", "starred"}
"""What an entry has that is a file of its own."""

MOST_ENTRIES = 100_000
MOST_TRIED = 5
"""Texts of a zip that are looked into to recognize it."""

TEXT_ENDINGS = (".txt", ".jrnl", ".journal", ".text")

_DATE = r"\d{1,4}[-./]\d{1,2}(?:[-./]\d{1,4})?"
_DATE_IN_WORDS = (
    r"(?:[^\W\d_]{1,20}\.?,? )?"  # the weekday
    r"(?:\d{1,2}\.? [^\W\d_]{3,20}\.?|[^\W\d_]{3,20}\.? \d{1,2}),? \d{4}"
)
_CLOCK = r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
IN_BRACKETS = re.compile(
    rf"^\[(?P<date>{_DATE}|{_DATE_IN_WORDS})(?:[T ,]+(?P<clock>[^\]\n]{{1,20}}))?\] ",
    re.MULTILINE,
)
WITHOUT_BRACKETS = re.compile(rf"^(?P<date>\d{{4}}-\d\d-\d\d) (?P<clock>{_CLOCK}) ", re.MULTILINE)
INDENT = "|"
"""Stands before each line that jrnl prints below a title."""

HELP = "Export it with: jrnl --format json --file journal.json"


def detect_jrnl(upload: Upload) -> bool:
    """Tell whether an upload is JSON or text as jrnl writes it."""
    if any(_is_jrnl(journal) for _, journal in upload.sample):
        return True
    if upload.is_zip and (upload.list_members(".json") or upload.list_members(".md")):
        return False
    return any(
        map(partial(_begins_as_jrnl, upload), upload.list_members(*TEXT_ENDINGS)[:MOST_TRIED])
    )


def _begins_as_jrnl(upload: Upload, member: Member) -> bool:
    try:
        text = normalize_line_ends(decode_text(upload.peek(member)))
    except (InvalidEntry, UnreadableJournal):
        return False
    return _find_beginning(text) is not None


def read_jrnl(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a jrnl journal, and a failure for each part that cannot be read.

    Times are those of a clock on the wall, which are taken to be in the leader's zone. Raises
    UnreadableJournal for more than 100,000 entries.
    """
    left = MOST_ENTRIES
    for member in upload.list_members(".json", *TEXT_ENDINGS):
        try:
            entries = _read_member(upload, member)
        except InvalidEntry as why:
            yield Failure(member.label or "This file", str(why))
            continue
        left -= len(entries)
        if left < 0:
            raise UnreadableJournal(f"This journal has more than {MOST_ENTRIES:,} entries. {HELP}")
        column = DateColumn((DateRow(entry.date) for entry in entries), name="date")
        for entry in entries:
            where = f"{member.label}, {entry.place}" if upload.is_zip else entry.place
            try:
                yield from list(_read_entry(where, entry, column, options))
            except InvalidEntry as why:
                yield Failure(where, str(why))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as it is written, and where it stands in its file; `uuid` is Day One's."""

    place: str
    date: str
    clock: str
    texts: tuple[Any, ...]
    tags: tuple[str, ...] = ()
    is_starred: bool = False
    uuid: str = ""


def _is_jrnl(journal: Any) -> bool:
    if not isinstance(journal, dict):
        return False
    entries = journal.get("entries")
    if not isinstance(entries, list):
        return set(journal) >= FIELDS_ALONE
    return any(isinstance(entry, dict) and set(entry) >= FIELDS for entry in entries) or (
        not entries and isinstance(journal.get("tags"), dict)
    )


def _read_member(upload: Upload, member: Member) -> Sequence[_Entry]:
    is_json = any(found == member for found, _ in upload.sample)
    if is_json or member.name.lower().endswith(".json"):
        journal = upload.load_json(member)
        entries = journal.get("entries") if isinstance(journal, dict) else None
        if entries is None and _is_jrnl(journal):
            return [_parse_object("the entry", journal)]
        listed = enumerate(entries if isinstance(entries, list) else [], start=1)
        return [_parse_object(f"entry {number}", entry) for number, entry in listed]
    return _split_text(normalize_line_ends(decode_text(upload.read(member))))


def _parse_object(place: str, entry: Any) -> _Entry:
    values = entry if isinstance(entry, dict) else {}
    given, clock, uuid = values.get("date"), values.get("time"), values.get("uuid")
    return _Entry(
        place,
        given if isinstance(given, str) else "",
        clock if isinstance(clock, str) else "",
        tuple(map(_strip_lines, (values.get("title"), values.get("body")))),
        read_names(values.get("tags")),
        values.get("starred") is True,
        uuid if isinstance(uuid, str) else "",
    )


def _strip_lines(text: Any) -> Any:
    return text.strip("\n") if isinstance(text, str) else text


def _find_beginning(text: str) -> re.Pattern[str] | None:
    """Return how entries begin in a text; None where its first line is none of jrnl's."""
    start = len(text) - len(text.lstrip())
    both = (IN_BRACKETS, WITHOUT_BRACKETS)
    return next((pattern for pattern in both if pattern.match(text, start)), None)


def _split_text(text: str) -> Sequence[_Entry]:
    beginning = _find_beginning(text)
    if beginning is None:
        raise InvalidEntry("It does not begin with a date, such as [2026-11-24 09:30].")
    found = list(beginning.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    entries, line, counted = [], 1, 0
    for one, end in zip(found, ends, strict=True):
        line += text.count("\n", counted, one.start())
        counted = one.start()
        entries.append(_parse_text(f"line {line}", one, text[one.end() : end]))
    return entries


def _parse_text(place: str, beginning: re.Match[str], text: str) -> _Entry:
    title, _, body = text.rstrip().partition("\n")
    is_starred = title.rstrip().endswith("*") and not title.rstrip().endswith("**")
    lines = body.split("\n")
    if all(line.startswith(INDENT) or not line.strip() for line in lines):
        body = "\n".join(line.removeprefix(INDENT).removeprefix(" ") for line in lines)
    return _Entry(
        place,
        beginning["date"],
        beginning["clock"] or "",
        (title.rstrip(" *") if is_starred else title, body),
        is_starred=is_starred,
    )


def _read_entry(
    where: str, entry: _Entry, column: DateColumn, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    # Midnight is what other tools write for an entry that has no time.
    clock = parse_clock(entry.clock)
    clock = None if clock == time(0) else clock
    moment = locate_entry(column.read(DateRow(entry.date)), clock, options)
    written = " ".join(text.casefold() for text in entry.texts if isinstance(text, str))
    # jrnl finds tags in the text, where they stay.
    tags = tuple(tag for tag in entry.tags if tag.casefold() not in written)
    yield from build_entry(
        where, entry.uuid, moment, entry.texts, Details(tags=tags, is_starred=entry.is_starred)
    )


FORMAT = JournalFormat(
    "jrnl",
    "a jrnl journal",
    detect_jrnl,
    read_jrnl,
    Guide(
        app="jrnl",
        export=(
            "Run jrnl --format json --file journal.json and choose that file. The journal’s own "
            "text file works too if it is not encrypted, and so does a zip of its folder."
        ),
        brings=(
            "Every entry at its own time with its title, text, tags and star. jrnl keeps no zone: "
            "its times are taken to be in yours."
        ),
    ),
)
