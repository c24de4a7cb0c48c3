"""Reads Daylio's export: a CSV with a row per entry and its mood, also as a spreadsheet saved it.

The columns are `full_date`, `date`, `weekday`, `time`, `mood`, `activities`, `note_title` and
`note`; older versions have no `note_title`, newer ones have more columns, which are ignored
(DeutscheGabanna/Obsidian-Daylio-Parser, src/daylio_to_md/journal.py). A spreadsheet changes the
encoding, what stands between the cells, and how dates and times are written. How to export is in
Belluxx/DaylioTools, README.md.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.clock_times import parse_clock
from leaderjournal.portability.imports.daylio_entries import join_words
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.details import make_source_id
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    require_words,
)
from leaderjournal.portability.imports.spreadsheet_dates import DateColumn, DateRow
from leaderjournal.portability.imports.tables import (
    Header,
    Row,
    find_header,
    list_rows,
    normalize_line_ends,
)
from leaderjournal.portability.imports.uploads import Upload
from leaderjournal.portability.imports.written_times import locate_entry

COLUMNS = frozenset({"full_date", "mood", "note"})
MOST_ROWS = 100_000
MOST_TRIED = 10
"""Tables of a zip that are looked into."""

DATE_SHAPE = (
    r" *[^\w\s\"]?(?:\d{1,4}[-./年년] *\d{1,2}[-./月월] *\d{1,4}[.日일]?|\d{8})"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)? *"
)
TIME_SHAPE = r"[^\"\n,;|\t]{0,30}"


def detect_daylio(upload: Upload) -> bool:
    """Tell whether the first line of an upload, or of a CSV in its zip, names Daylio's columns."""
    return _find_table(upload) is not None


def _find_table(upload: Upload) -> tuple[str, Header] | None:
    for member in upload.list_members(".csv")[:MOST_TRIED]:
        try:
            text = normalize_line_ends(decode_text(upload.peek(member)))
        except (InvalidEntry, UnreadableJournal):
            continue
        header = find_header(text, COLUMNS)
        if header is not None:
            return text, header
    return None


def read_daylio(upload: Upload, options: ReadingOptions) -> Iterator[JournalEntry | Failure]:
    """Yield the entries of a Daylio CSV, and a failure for each row that cannot be read.

    Daylio writes wall-clock times without a zone, which are taken to be in the leader's zone.
    Mood, title and activities are added to the note, so that nothing is lost. Raises
    UnreadableJournal for more than 100,000 rows.
    """
    table = _find_table(upload)
    if table is None:
        raise UnreadableJournal("This doesn’t look like a CSV from Daylio.")
    text, header = table
    beginning = header.compile_beginning(("full_date", DATE_SHAPE), ("time", TIME_SHAPE))
    rows: list[Row] = []
    for row in list_rows(text, header, beginning):
        if row.number > MOST_ROWS:
            raise UnreadableJournal(f"This file has more than {MOST_ROWS:,} rows.")
        rows.append(row)
    column = DateColumn(_get_date(row.cells) for row in rows if row.cells is not None)
    times: Counter[str] = Counter()
    for row in rows:
        where = f"row {row.number}"
        try:
            entry = _read_row(where, row.cells, column, options)
        except InvalidEntry as why:
            yield Failure(where, str(why))
            continue
        # A mood that was logged twice in a minute is two entries.
        times[entry.source_id] += 1
        if times[entry.source_id] > 1:
            entry = replace(entry, source_id=f"{entry.source_id} {times[entry.source_id]}")
        yield entry


def _get_date(cells: Mapping[str, str]) -> DateRow:
    return DateRow(cells.get("full_date", ""), cells.get("date", ""), cells.get("weekday", ""))


def _read_row(
    where: str, cells: Mapping[str, str] | None, column: DateColumn, options: ReadingOptions
) -> JournalEntry:
    if cells is None:
        raise InvalidEntry(
            "Its cells cannot be told apart: there is a quotation mark or a separator too many."
        )
    day = column.read(_get_date(cells))
    clock = parse_clock(cells.get("time", ""))
    moment = locate_entry(day, clock, options)
    mood = cells.get("mood", "").strip()
    words = require_words(
        join_words(
            cells.get("note_title", ""),
            cells.get("note", ""),
            mood,
            cells.get("activities", "").split("|"),
        )
    )
    return JournalEntry(
        where,
        make_source_id(moment, words),
        moment.local_date,
        moment.written_at,
        moment.time_zone,
        words,
        mood=mood.casefold() or None,
    )


FORMAT = JournalFormat(
    "daylio",
    "a Daylio export",
    detect_daylio,
    read_daylio,
    Guide(
        app="Daylio (CSV)",
        export=(
            "Open More, Export Entries, CSV (table). The CSV may have been saved again by a "
            "spreadsheet."
        ),
        brings=(
            "Every entry with its title, note, mood and activities in words. Before anything "
            "comes in, you choose what score each mood becomes and under which key, or none. "
            "The CSV has no photos and no sounds."
        ),
    ),
)
