"""Day One's JSON export: a zip with one JSON file per journal, and photos that stay behind."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import IO, Any
from zoneinfo import ZoneInfo

from leaderjournal.kernel.days import (
    ZONE_NAMES,
    Instant,
    LocalDate,
    instant,
    local_date,
    local_day,
)
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.archives import Archive, UnreadableJournal
from leaderjournal.portability.rules import LONGEST_NOTE, Failure, JournalEntry

PHOTO = re.compile(r"!\[[^\]]*\]\(dayone-moment:[^)]*\)")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>|])")
"""Day One writes markdown and escapes what markdown would read (CommonMark 0.31, 2.4)."""


class _NoEntry(Exception):
    """This entry cannot be brought in; the message says why."""


def read_day_one(
    file: IO[bytes], *, zone: str, day_starts_at: time, today: LocalDate
) -> Iterator[JournalEntry | Failure]:
    """Yield the entries of a Day One JSON zip, and a failure for each that cannot be read.

    An entry's local day is the one it had in its own zone, less `day_starts_at`; where its zone
    is missing or unknown, the leader's `zone` stands in. Raises UnreadableJournal.
    """
    archive = Archive(file)
    journals = 0
    for name in archive.names(".json"):
        entries = _entries(archive.read(name), name)
        if entries is None:
            continue
        journals += 1
        for number, entry in enumerate(entries, start=1):
            where = f"{name}, entry {number}"
            try:
                yield _read(entry, where, zone, day_starts_at, today)
            except _NoEntry as why:
                yield Failure(where, str(why))
    if not journals:
        raise UnreadableJournal(
            "This zip holds no journal. Choose the one that Day One exported as JSON."
        )


def _entries(content: bytes, name: str) -> list[Any] | None:
    """Return a journal's entries, None where the file is some other JSON."""
    try:
        journal = json.loads(content.decode("utf-8-sig"), parse_int=float)
    except (ValueError, RecursionError) as error:
        raise UnreadableJournal(
            f"{_shown(name)} in this zip is no JSON that can be read. Export the journal again."
        ) from error
    entries = journal.get("entries") if isinstance(journal, dict) else None
    return entries if isinstance(entries, list) else None


def _shown(name: str) -> str:
    return "".join(c for c in name[-80:] if c.isprintable())


def _read(entry: Any, where: str, zone: str, day_starts_at: time, today: LocalDate) -> JournalEntry:
    if not isinstance(entry, dict):
        raise _NoEntry("It is no entry as Day One writes them.")
    written_at = _instant(entry.get("creationDate"))
    time_zone = entry.get("timeZone")
    if not isinstance(time_zone, str) or time_zone not in ZONE_NAMES:
        time_zone = zone
    if entry.get("isAllDay") is True:
        day = local_date(written_at.astimezone(ZoneInfo(time_zone)).date())
    else:
        day = local_day(written_at, time_zone, day_starts_at)
    if not EARLIEST_DATE <= day <= today:
        raise _NoEntry(f"Its date, {day}, is not between {EARLIEST_DATE} and today.")
    identifier = entry.get("uuid")
    return JournalEntry(
        where=where,
        source_id=identifier if isinstance(identifier, str) and identifier else where,
        local_date=day,
        written_at=written_at,
        time_zone=time_zone,
        text=_text(entry.get("text")),
    )


def _instant(value: Any) -> Instant:
    if not isinstance(value, str):
        raise _NoEntry("It has no creationDate.")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or not 1850 <= moment.year <= 9000:  # so that every zone's offset fits
        raise _NoEntry("Its creationDate is none, such as 2016-01-11T21:30:00Z.")
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _text(value: Any) -> str:
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise _NoEntry("Its text is no text.")
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    text = ESCAPED.sub(r"\1", PHOTO.sub("", text))
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _NoEntry("Its text holds characters that are no text.")
    if not text.strip():
        raise _NoEntry("It holds no words; photos and sounds stay behind.")
    if len(text) > LONGEST_NOTE:
        raise _NoEntry(f"Its text is longer than {LONGEST_NOTE:,} characters.")
    return text
