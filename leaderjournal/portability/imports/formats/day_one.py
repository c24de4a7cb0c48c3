"""Reads Day One's JSON export: a zip with one JSON file per journal; photos are not imported.

There is no published schema. What is read here comes from real exports and from Day One's own
command line tool (Automattic/DayOne-Cli, src/convert/to_markdown.rs and docs/entry-body-format.md).
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from leaderjournal.kernel.days import Instant, LocalDate, get_local_day, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.archives import (
    MOST_VALUES,
    UnreadableJournal,
    has_too_many_values,
)
from leaderjournal.portability.imports.journal_format import JournalFormat, ReadingOptions
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
    get_known_zone,
    require_valid_date,
    require_words,
)
from leaderjournal.portability.imports.uploads import Upload

MOST_ENTRIES = 100_000

# dayone-moment://ID is a photo; there are dayone-moment:/video/ID, /audio/ID and /pdfAttachment/ID
# too. The alternative text is empty, and kept where another tool filled it. Brackets within it are
# excluded, so that a text of opening brackets alone takes linear time.
PHOTO = re.compile(r"!\[([^\[\]]*)\]\(dayone-moment:[^()\s]*\)")
PARAGRAPH = "\n\n"

# Exports escape what Markdown might interpret, also a full stop and a hyphen within a word, but not
# quotes and commas. Day One's own tool also escapes the backslash itself and =.
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>|=])")


def detect_day_one(upload: Upload) -> bool:
    """Tell whether an upload holds a journal with entries."""
    return any(
        isinstance(journal, dict) and isinstance(journal.get("entries"), list)
        for _, journal in upload.sample
    )


def read_day_one(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Day One export, and a failure for each that cannot be read.

    An entry's local day is the one in its own zone, less the day's start; a missing or unknown zone
    is replaced by the leader's. An all-day entry keeps its plain date. Raises UnreadableJournal,
    also after some entries were yielded.
    """
    journals, left = 0, MOST_ENTRIES
    for member in upload.list_members(".json"):
        name = member.label
        entries = _parse_entries(upload.read(member), name)
        if entries is None:
            continue
        journals += 1
        left -= len(entries)
        if left < 0:
            raise _build_refusal(name)
        for number, entry in enumerate(entries, start=1):
            where = f"{name}, entry {number}"
            try:
                read = _read_entry(entry, options)
            except InvalidEntry as why:
                yield Failure(where, str(why))
            else:
                # Two files in a zip may have one name, so the file's position is part of the id.
                identifier = _get_identifier(entry) or f"file {member.position}, entry {number}"
                yield JournalEntry(where, identifier, *read)
                if photos := _count_photos(entry):
                    yield LeftBehind("photos", photos)
    if not journals:
        raise UnreadableJournal(
            "This zip holds no journal. Choose the one that Day One exported as JSON."
        )


def _parse_entries(content: bytes, name: str) -> list[Any] | None:
    """Return a journal's entries; None where the file is some other JSON."""
    if has_too_many_values(content):
        raise _build_refusal(name)
    try:
        # An integer may have more digits than int() accepts; none of them is needed.
        journal = json.loads(content.decode("utf-8-sig"), parse_int=float)
    except (ValueError, RecursionError) as error:
        raise UnreadableJournal(
            f"{name} in this zip is no JSON that can be read. Export the journal again."
        ) from error
    entries = journal.get("entries") if isinstance(journal, dict) else None
    return entries if isinstance(entries, list) else None


def _build_refusal(name: str) -> UnreadableJournal:
    return UnreadableJournal(
        f"{name} in this zip holds more than a journal may: {MOST_ENTRIES:,} entries or "
        f"{MOST_VALUES:,} values. Export one journal or a shorter time."
    )


def _get_identifier(entry: dict[str, Any]) -> str | None:
    identifier = entry.get("uuid")
    return identifier if isinstance(identifier, str) else None


def _count_photos(entry: dict[str, Any]) -> int:
    """Return how many photos, videos and sounds of an entry are not imported."""
    kinds = (entry.get(kind) for kind in ("photos", "videos", "audios", "pdfAttachments"))
    return sum(len(kind) for kind in kinds if isinstance(kind, list))


def _read_entry(entry: Any, options: ReadingOptions) -> tuple[LocalDate, Instant, str, str]:
    """Return an entry's local day, its instant, its zone and its text."""
    if not isinstance(entry, dict):
        raise InvalidEntry("It is no entry as Day One writes them.")
    written_at = _parse_instant(entry.get("creationDate"))
    time_zone = get_known_zone(entry.get("timeZone"), otherwise=options.zone)
    if entry.get("isAllDay") is True:
        day = to_local_date(written_at.astimezone(ZoneInfo(time_zone)).date())
    else:
        day = get_local_day(written_at, time_zone, options.day_starts_at)
    require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
    return day, written_at, time_zone, _clean_text(entry.get("text"))


def _parse_instant(value: Any) -> Instant:
    if value is None:
        raise InvalidEntry("It has no creationDate.")
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    # A date alone is no instant: midnight would move it to the day before. Years are limited so
    # that every zone's offset fits.
    if moment is None or len(value) <= len("2016-01-11") or not 1850 <= moment.year <= 9000:
        raise InvalidEntry("Its creationDate is none, such as 2016-01-11T21:30:00Z.")
    return to_instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _clean_text(value: Any) -> str:
    if not isinstance(value, str):
        return require_words(value)  # an entry with only photos has no text
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return require_words(ESCAPED.sub(r"\1", _remove_photos(text)))


def _remove_photos(text: str) -> str:
    """Return `text` without its photos and without paragraphs that held only photos."""
    paragraphs = []
    for paragraph in text.split(PARAGRAPH):
        words, photos = PHOTO.subn(r"\1", paragraph)
        if words.strip() or not photos:
            paragraphs.append(words)
    return PARAGRAPH.join(paragraphs)


FORMAT = JournalFormat("day-one", "a Day One export", detect_day_one, read_day_one)
