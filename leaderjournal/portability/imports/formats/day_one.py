"""Reads Day One's JSON export: a journal of entries, in a zip or by itself; media stay behind.

There is no published schema. What is read here comes from real exports, from Day One's own command
line tool (Automattic/DayOne-Cli, src/convert/to_markdown.rs and docs/entry-body-format.md), and
for `richText` from journiv/journiv-app, app/data_transfer/dayone/richtext_parser.py. How to export
on a Mac is in jbmorley/day-one-to-markdown, README.md; marph91/jimmy, docs/formats/day_one.md, has
what the format is called elsewhere.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from leaderjournal.kernel.days import Instant, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.details import (
    EMBEDDED_OBJECT,
    Details,
    build_entry,
    read_names,
    read_place,
    read_weather,
)
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.media import MediaCount
from leaderjournal.portability.imports.moments import Moment
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
    drop_invalid_characters,
    has_words,
    require_valid_date,
)
from leaderjournal.portability.imports.time_zones import find_entry_zone
from leaderjournal.portability.imports.uploads import Member, Upload, parse_json

MOST_ENTRIES = 100_000
MANY_ENTRIES = 20
"""From then on, a tag that every entry has says nothing about any of them."""

OWN_FIELDS = frozenset({"creationDate", "uuid", "richText", "modifiedDate"})
MEDIA = {"photos": "photos", "videos": "videos", "audios": "sounds", "pdfAttachments": "files"}
PLACES = ("userLabel", "placeName", "localityName", "administrativeArea", "country")

# dayone-moment://ID is a photo; there are dayone-moment:/video/ID, /audio/ID and /pdfAttachment/ID
# too. The alternative text is empty, and kept where another tool filled it. Brackets within it are
# excluded, so that a text of opening brackets alone takes linear time.
PHOTO = re.compile(r"!\[([^\[\]]*)\]\(dayone-moment:[^()\s]*\)")
PARAGRAPH = "\n\n"

# Exports escape what Markdown might interpret, also a full stop and a hyphen within a word, but not
# quotes and commas. Day One's own tool also escapes the backslash itself and =. A backslash at the
# end of a line is a line break of Markdown.
ESCAPED = re.compile(r"\\(?:([\\`*_{}\[\]()#+\-.!~>|=])|(?=\n))")


def detect_day_one(upload: Upload) -> bool:
    """Tell whether an upload holds a journal with entries as Day One writes them.

    jrnl's JSON has `entries` too, with other fields.
    """
    return any(_is_journal(journal) for _, journal in upload.sample)


def read_day_one(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of a Day One export, and a failure for each part that cannot be read.

    An entry's local day is the one in its own zone, less the day's start; a missing or unknown zone
    is replaced by the leader's. An all-day entry keeps its plain date. Raises UnreadableJournal
    where no part is a journal, and for too many entries, also after some were yielded.
    """
    journals, left = 0, MOST_ENTRIES
    media, failures = MediaCount(), []
    for member in upload.list_members(".json"):
        try:
            journal = upload.load_json(member)
        except InvalidEntry as why:
            failures.append(Failure(_get_place(member, upload), str(why)))
            continue
        entries = journal.get("entries") if isinstance(journal, dict) else None
        if not isinstance(entries, list):
            continue
        journals += 1
        left -= len(entries)
        if left < 0:
            raise UnreadableJournal(
                f"{_get_place(member, upload)} holds more than a journal may: {MOST_ENTRIES:,} "
                "entries. Export one journal or a shorter time."
            )
        yield from _read_journal(entries, member, options, media)
    if not journals:
        raise UnreadableJournal(_explain_no_journal(upload, failures))
    yield from failures
    yield from media.list_left_behind(upload)


def _is_journal(journal: Any) -> bool:
    entries = journal.get("entries") if isinstance(journal, dict) else None
    if not isinstance(entries, list):
        return False
    return (not entries and "metadata" in journal) or any(
        isinstance(entry, dict) and not OWN_FIELDS.isdisjoint(entry) for entry in entries
    )


def _get_place(member: Member, upload: Upload) -> str:
    return member.label or ("a nameless file" if upload.is_zip else "This file")


def _explain_no_journal(upload: Upload, failures: list[Failure]) -> str:
    if failures:
        return f"{failures[0].where} cannot be read. {failures[0].why} Export the journal again."
    what = "this zip" if upload.is_zip else "this file"
    return f"There’s no journal in {what}. Choose the one that Day One exported as JSON."


def _read_journal(
    entries: list[Any], member: Member, options: ReadingOptions, media: MediaCount
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    common = _find_common_tags(entries)
    if common:
        yield LeftBehind("tags", len(common))
    for number, entry in enumerate(entries, start=1):
        where = f"{member.label}, entry {number}" if member.label else f"entry {number}"
        for field, kind in MEDIA.items() if isinstance(entry, dict) else ():
            media.add(kind, entry.get(field))
        try:
            yield from list(_read_entry(where, entry, common, options))
        except InvalidEntry as why:
            yield Failure(where, str(why))


def _find_common_tags(entries: list[Any]) -> frozenset[str]:
    """Return the tags that every one of many entries has, such as that of an earlier import."""
    if len(entries) <= MANY_ENTRIES:
        return frozenset()
    counts = Counter(
        tag for entry in entries if isinstance(entry, dict) for tag in read_names(entry.get("tags"))
    )
    return frozenset(tag for tag, number in counts.items() if number == len(entries))


def _read_entry(
    where: str, entry: Any, common: frozenset[str], options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    if not isinstance(entry, dict):
        raise InvalidEntry("There’s no entry from Day One here.")
    moment = _read_moment(entry, options)
    details = _read_details(entry)
    details = replace(details, tags=tuple(tag for tag in details.tags if tag not in common))
    identifier = entry.get("uuid")
    source_id = identifier if isinstance(identifier, str) else ""
    yield from build_entry(where, source_id, moment, (_read_text(entry),), details)


def _read_moment(entry: dict[str, Any], options: ReadingOptions) -> Moment:
    written_at = _parse_instant(entry.get("creationDate"))
    zone = find_entry_zone(entry.get("timeZone"), otherwise=options.zone)
    if entry.get("isAllDay") is True:
        day = to_local_date(zone.get_wall_time(written_at).date())
    else:
        day = zone.get_local_day(written_at, options.day_starts_at)
    require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)
    return Moment(day, written_at, zone.get_iana_name(written_at))


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
        raise InvalidEntry(
            "Its creationDate is no time between 1850 and 9000, such as 2016-01-11T21:30:00Z."
        )
    return to_instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _read_details(entry: dict[str, Any]) -> Details:
    weather = entry.get("weather")
    weather = weather if isinstance(weather, dict) else {}
    return Details(
        tags=read_names(entry.get("tags")),
        place=read_place(entry.get("location"), *PLACES),
        weather=read_weather(
            weather.get("conditionsDescription"), weather.get("temperatureCelsius")
        ),
        is_starred=entry.get("starred") is True,
        is_pinned=entry.get("isPinned") is True,
    )


def _read_text(entry: dict[str, Any]) -> Any:
    """Return an entry's Markdown without its photos, or else the words of its rich text."""
    text = entry.get("text")
    if isinstance(text, str):
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace(EMBEDDED_OBJECT, "")
        text = ESCAPED.sub(lambda found: found[1] or "", _remove_photos(text))
        if has_words(text):
            return text
    return _read_rich_text(entry.get("richText")) or text


def _read_rich_text(rich: Any) -> str:
    if isinstance(rich, str):
        try:
            rich = parse_json(drop_invalid_characters(rich).encode())
        except InvalidEntry:
            return ""
    contents = rich.get("contents") if isinstance(rich, dict) else None
    pieces = (
        piece.get("text")
        for piece in (contents if isinstance(contents, list) else ())
        if isinstance(piece, dict)
    )
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(EMBEDDED_OBJECT, "").strip("\n")
    return text if has_words(text) else ""


def _remove_photos(text: str) -> str:
    """Return `text` without its photos and without paragraphs that held only photos."""
    paragraphs = []
    for paragraph in text.split(PARAGRAPH):
        words, photos = PHOTO.subn(r"\1", paragraph)
        if words.strip() or not photos:
            paragraphs.append(words)
    return PARAGRAPH.join(paragraphs)


FORMAT = JournalFormat(
    "day-one",
    "a Day One export",
    detect_day_one,
    read_day_one,
    Guide(
        app="Day One",
        export=(
            "On a Mac, choose File, Export, JSON. Elsewhere, look for Export in the app’s "
            "settings, and choose Day One JSON. Choose the zip that it makes, or the Journal.json "
            "in it."
        ),
        brings=(
            "Every entry of every journal on its local day, at its own time and zone, with its "
            "tags, star, pin, place and weather as a line of words. Photos, videos, sounds and "
            "PDFs stay behind. A tag that every one of more than twenty entries carries stays "
            "behind as well."
        ),
    ),
)
