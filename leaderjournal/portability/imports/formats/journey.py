"""Reads Journey's export: a zip with one JSON file per entry; photos are not imported.

There is no published schema. An entry has `date_journal` (milliseconds since 1970), `timezone`,
`text` (Markdown, or HTML where `type` says so or the text begins with a tag), `photos` and `id`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from leaderjournal.kernel.days import Instant, get_local_day, to_instant
from leaderjournal.kernel.fields import EARLIEST_DATE
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

BLOCKS = frozenset({"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr"})
LATEST_YEAR = 9000
LONGEST_MARKED_UP = 200_000
"""Characters of a text with its tags: ten times what the text alone may have."""


def detect_journey(upload: Upload) -> bool:
    """Tell whether an upload holds entries in Journey's format."""
    return any(isinstance(entry, dict) and "date_journal" in entry for _, entry in upload.sample)


def read_journey(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Journey export, and a failure for each that cannot be read.

    An entry's local day is the one in its own zone, less the day's start; a missing or unknown zone
    is replaced by the leader's.
    """
    for member in upload.list_members(".json"):
        where = member.base_name[-80:]
        try:
            entry = upload.load_json(member)
            if not isinstance(entry, dict) or "date_journal" not in entry:
                continue
            written_at = _parse_written_at(entry["date_journal"])
            time_zone = get_known_zone(entry.get("timezone"), otherwise=options.zone)
            day = get_local_day(written_at, time_zone, options.day_starts_at)
            require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
            text = require_words(_get_plain_text(entry))
        except InvalidEntry as why:
            yield Failure(where, str(why))
        else:
            identifier = entry.get("id")
            yield JournalEntry(
                where,
                identifier if isinstance(identifier, str) else where,
                day,
                written_at,
                time_zone,
                text,
            )
            if isinstance(entry.get("photos"), list):
                yield LeftBehind("photos", len(entry["photos"]))


def _parse_written_at(value: Any) -> Instant:
    try:
        moment = datetime.fromtimestamp(float(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        moment = None
    if moment is None or not EARLIEST_DATE.year <= moment.year <= LATEST_YEAR:
        raise InvalidEntry("Its date_journal is no time.")
    return to_instant(moment)


def _get_plain_text(entry: dict[str, Any]) -> Any:
    text = entry.get("text")
    if not isinstance(text, str):
        return text
    if len(text) > LONGEST_MARKED_UP:
        raise InvalidEntry(f"Its text is longer than {LONGEST_MARKED_UP:,} characters.")
    is_html = entry.get("type") == "html" or text.lstrip().startswith(("<p", "<div", "<h", "<ul"))
    return _strip_tags(text) if is_html else text


class _TextExtractor(HTMLParser):
    """Collects the text of an HTML page, each block on a line of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new line at a block and at a line break."""
        if tag in BLOCKS or tag == "br":
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a block's line."""
        if tag in BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.pieces.append(data)


def _strip_tags(text: str) -> str:
    parser = _TextExtractor()
    parser.feed(text)
    parser.close()
    lines = "".join(parser.pieces).split("\n")
    result: list[str] = []
    for line in map(str.strip, lines):
        if line or (result and result[-1]):
            result.append(line)
    return "\n".join(result).strip()


FORMAT = JournalFormat("journey", "a Journey export", detect_journey, read_journey)
