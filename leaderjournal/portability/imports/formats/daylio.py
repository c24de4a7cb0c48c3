"""Reads Daylio's export: a CSV with a row per entry and its mood.

The columns are `full_date`, `date`, `weekday`, `time`, `mood`, `activities`, `note_title` and
`note`; older versions have no `note_title`, newer ones have more columns, which are ignored.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time

from leaderjournal.kernel.days import (
    Instant,
    LocalDate,
    get_local_day,
    get_time_zone,
    to_instant,
    to_local_date,
)
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.journal_format import JournalFormat, ReadingOptions
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    require_valid_date,
    require_words,
)
from leaderjournal.portability.imports.uploads import Upload

COLUMNS = frozenset({"full_date", "mood", "note"})
TIMES = ("%H:%M", "%I:%M %p", "%I:%M%p", "%H:%M:%S")
MOST_ROWS = 100_000


def detect_daylio(upload: Upload) -> bool:
    """Tell whether an upload's first line names Daylio's columns."""
    if upload.is_zip:
        return False
    try:
        text = decode_text(upload.content)
        header = next(csv.reader([_open_text(text).readline()], strict=True), [])
    except (csv.Error, InvalidEntry):
        return False
    return {name.strip().lower() for name in header} >= COLUMNS


def _open_text(text: str) -> io.StringIO:
    """Return a stream of lines, whatever line ends the text has."""
    return io.StringIO(text, newline=None)


def read_daylio(upload: Upload, options: ReadingOptions) -> Iterator[JournalEntry | Failure]:
    """Yield the entries of a Daylio CSV, and a failure for each row that cannot be read.

    Daylio writes wall-clock times without a zone, which are taken to be in the leader's zone.
    Mood, title and activities are added to the note, so that nothing is lost.
    """
    try:
        rows = csv.DictReader(_open_text(decode_text(upload.content)), strict=True)
        names = {name.strip().lower(): name for name in rows.fieldnames or ()}
        for number, row in enumerate(rows, start=2):
            if number > MOST_ROWS:
                raise UnreadableJournal(f"This file has more than {MOST_ROWS:,} rows.")
            values = {short: (row.get(name) or "").strip() for short, name in names.items()}
            where = f"row {number}"
            try:
                day, written_at = _parse_time(values, options.zone, options.day_starts_at)
                require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
                words = require_words(_join_words(values))
            except InvalidEntry as why:
                yield Failure(where, str(why))
            else:
                mood = values["mood"].casefold() or None
                yield JournalEntry(where, where, day, written_at, options.zone, words, mood=mood)
    except csv.Error as error:
        raise UnreadableJournal("This file is no CSV as Daylio exports it.") from error


def _parse_time(
    values: Mapping[str, str], zone: str, day_starts_at: time
) -> tuple[LocalDate, Instant]:
    try:
        day = date.fromisoformat(values["full_date"])
    except ValueError:
        raise InvalidEntry("Its full_date is no date, such as 2026-11-24.") from None
    clock_text, clock = values.get("time", "").replace("\u202f", " "), None
    for pattern in TIMES:
        try:
            clock = datetime.strptime(clock_text, pattern).time()  # noqa: DTZ007 - a wall clock alone
            break
        except ValueError:
            continue
    wall = datetime.combine(day, clock or time(12), tzinfo=get_time_zone(zone))
    if not EARLIEST_DATE.year <= day.year <= 9000:
        return to_local_date(day), to_instant(datetime.combine(day, time(12), tzinfo=UTC))
    written_at = to_instant(wall)
    return get_local_day(written_at, zone, day_starts_at), written_at


def _join_words(values: Mapping[str, str]) -> str:
    activities = ", ".join(filter(None, map(str.strip, values.get("activities", "").split("|"))))
    head = ": ".join(filter(None, (values["mood"], activities)))
    return "\n".join(filter(None, (values.get("note_title", ""), values["note"], head)))


FORMAT = JournalFormat("daylio", "a Daylio export", detect_daylio, read_daylio)
