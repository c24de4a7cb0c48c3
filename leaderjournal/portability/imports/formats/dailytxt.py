"""Reads DailyTxT: its backup as JSON, if it is not encrypted, and its export as HTML.

A backup has `2024/03.json` with the `days` of a month and `tags.json`; with `user.json` its texts
are encrypted (PhiTux/DailyTxT, backend/handlers/backup.go). The export has pages of all days, whose
dates are written as the language has them, and `files/2024-03-05/…` (backend/handlers/export.go).
What its pages call these is in frontend/src/i18n/en.json and lib/settings/Data.svelte.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from selectolax.lexbor import LexborNode

from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.details import (
    Details,
    build_entry,
    read_line,
    read_names,
    read_number,
    read_place,
)
from leaderjournal.portability.imports.html_pages import parse_page
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.markup import html_to_text, looks_like_html
from leaderjournal.portability.imports.media import get_media_kind
from leaderjournal.portability.imports.moments import Moment
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
)
from leaderjournal.portability.imports.spreadsheet_dates import DateColumn, DateRow
from leaderjournal.portability.imports.uploads import Member, Upload
from leaderjournal.portability.imports.written_times import locate_entry

MONTH_FILE = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})\.json$", re.IGNORECASE)
PAGE_NAME = re.compile(r"(?:^|/)dailytxt_[^/]*\.html?$", re.IGNORECASE)
FILE_NAME = re.compile(r"(?:^|/)files/.*[^/]$")
DAY_FOLDER = re.compile(r"\bfiles/(\d{4}-\d\d-\d\d)/")
PAGE_MARK = b"<title>DailyTxT Export</title>"
WORDS = ("text", "tags", "pins")
"""The fields of a day that make it one: the app writes days without any of them, too."""
KEY_FIELDS = frozenset({"enc_enc_key", "salt", "password"})
CIPHERTEXT = re.compile(r"[A-Za-z0-9+/_-]{38,}={0,2}")
"""A nonce and a tag of at least 28 bytes, in base64: nobody writes so many letters as one word."""

ENTRY_BEGINS = '<div class="entry">'
DATE_IN_PAGE = re.compile(r'class="entry-date">(?P<weekday>[^\d<]*)(?P<date>[^<]*)<')
ENCRYPTED = (
    "This DailyTxT backup is encrypted, so nobody else can read it. "
    "In DailyTxT, make a backup with the encryption off, or export as HTML."
)


def detect_dailytxt(upload: Upload) -> bool:
    """Tell whether an upload is a backup or an export of DailyTxT."""
    if not upload.is_zip:
        return PAGE_MARK in upload.content[:1_000]
    if any(PAGE_NAME.search(member.name) for member in upload.list_members(".html", ".htm")):
        return True
    return any(
        isinstance(found, dict)
        and isinstance(found.get("days"), list)
        and MONTH_FILE.search(member.name) is not None
        for member, found in upload.sample
    )


def read_dailytxt(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the days of a DailyTxT backup or export, and a failure for each that cannot be read.

    Raises UnreadableJournal for an encrypted backup.
    """
    months = [member for member in upload.list_members(".json") if MONTH_FILE.search(member.name)]
    if upload.is_zip and months:
        yield from _read_backup(upload, months, options)
    else:
        for member in upload.list_members(".html", ".htm"):
            if not upload.is_zip or PAGE_NAME.search(member.name):
                yield from _read_page(upload, member, options)
    kinds = Counter(
        get_media_kind(member.base_name)
        for member in (upload.list_members() if upload.is_zip else ())
        if FILE_NAME.search(member.name)
    )
    for kind, number in sorted(kinds.items()):
        yield LeftBehind(kind, number)


def _read_backup(
    upload: Upload, months: list[Member], options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    if _has_keys(upload):
        raise UnreadableJournal(ENCRYPTED)
    tags = _name_tags(upload)
    for member in months:
        try:
            found = upload.load_json(member)
        except InvalidEntry as why:
            yield Failure(member.label, str(why))
            continue
        days = found.get("days") if isinstance(found, dict) else None
        label = member.label
        for number, entry in enumerate(days if isinstance(days, list) else [], start=1):
            where = f"{label}, day {number}"
            try:
                yield from list(_read_day(where, member, entry, tags, options))
            except InvalidEntry as why:
                yield Failure(where, str(why))


def _has_keys(upload: Upload) -> bool:
    """Tell whether a backup holds the keys to its texts, as it does only where it is encrypted."""
    for member in upload.list_members("user.json", "users.json"):
        try:
            found = upload.load_json(member)
        except InvalidEntry:
            continue
        users = found.get("users", [found]) if isinstance(found, dict) else []
        if any(isinstance(user, dict) and KEY_FIELDS & set(user) for user in users):
            return True
    return False


def _name_tags(upload: Upload) -> Mapping[float, str]:
    names: dict[float, str] = {}
    for member in upload.list_members("tags.json"):
        try:
            found = upload.load_json(member)
        except InvalidEntry:
            continue
        listed = found.get("tags") if isinstance(found, dict) else None
        for tag in listed if isinstance(listed, list) else []:
            number = read_number(tag.get("id")) if isinstance(tag, dict) else None
            if number is not None:
                names[number] = read_line(tag.get("name"))
    return names


def _read_day(
    where: str, member: Member, entry: Any, tags: Mapping[float, str], options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    if not isinstance(entry, dict):
        raise InvalidEntry("There’s no day here.")
    if not any(map(entry.get, WORDS)):
        raise InvalidEntry("It has no words.")
    day = _read_date(member, entry.get("day"))
    text = entry.get("text")
    if isinstance(text, str) and CIPHERTEXT.fullmatch(text):
        raise InvalidEntry("Its text is encrypted. Make a backup with the encryption off.")
    if isinstance(text, str) and looks_like_html(text):
        text = html_to_text(text, keep_lines=True)
    listed = entry.get("tags")
    numbers = map(read_number, listed if isinstance(listed, list) else [])
    pins = entry.get("pins")
    details = Details(
        tags=read_names([tags.get(one, "") for one in numbers if one is not None]),
        place=", ".join(
            read_names([read_place(pin, "text") for pin in pins if isinstance(pin, dict)])
            if isinstance(pins, list)
            else ()
        ),
        is_starred=entry.get("isBookmarked") is True,
    )
    moment = locate_entry(day, None, options)
    yield from build_entry(where, f"dailytxt {day}", moment, (text,), details)


def _read_date(member: Member, given: Any) -> date:
    month, number = MONTH_FILE.search(member.name), read_number(given)
    try:
        if month is not None and number is not None:
            return date(int(month[1]), int(month[2]), int(number))
    except (ValueError, OverflowError):
        pass
    raise InvalidEntry("Its day is no day of this month.")


def _read_page(
    upload: Upload, member: Member, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    label = member.label if upload.is_zip else "This file"
    try:
        _, *pieces = decode_text(upload.read(member)).split(ENTRY_BEGINS)
    except InvalidEntry as why:
        yield Failure(label, str(why))
        return
    # Pages may be long; one entry after the other takes little memory.
    rows = [_get_date(piece) for piece in pieces]
    column = DateColumn(rows, name="date")
    for number, (piece, row) in enumerate(zip(pieces, rows, strict=True), start=1):
        where = f"{label}, entry {number}"
        try:
            moment = locate_entry(column.read(row), None, options)
            yield from list(_read_piece(where, piece, moment))
        except InvalidEntry as why:
            yield Failure(where, str(why))


def _get_date(piece: str) -> DateRow:
    """Return an entry's date: that of its files if it has any, else as its language writes it."""
    folder = DAY_FOLDER.search(piece)
    if folder is not None:
        return DateRow(folder[1])
    written = DATE_IN_PAGE.search(piece)
    if written is None:
        return DateRow("")
    return DateRow(written["date"], "", html.unescape(written["weekday"]).strip(" ,"))


def _read_piece(where: str, piece: str, moment: Moment) -> Iterator[JournalEntry | LeftBehind]:
    if "entry-text" not in piece and "entry-tags" not in piece:
        raise InvalidEntry("It has no words.")
    page = parse_page(piece)
    tags = (tag.text(strip=True).partition("#")[2] for tag in page.css(".entry-tags .tag"))
    pins = (_read_pin(pin) for pin in page.css(".entry-pins li"))
    words = [html_to_text(node.html or "") for node in page.css(".entry-text")]
    details = Details(tags=read_names(list(tags)), place=", ".join(read_names(list(pins))))
    yield from build_entry(where, f"dailytxt {moment.local_date}", moment, tuple(words), details)


def _read_pin(pin: LexborNode) -> str:
    """Return a pin's name without its coordinates and its link."""
    return re.sub(r"\s*\(-?\d[^()]*\)[^()]*$", "", pin.text(strip=False)).strip()


FORMAT = JournalFormat(
    "dailytxt",
    "a DailyTxT export",
    detect_dailytxt,
    read_dailytxt,
    Guide(
        app="DailyTxT",
        export=(
            "Open Settings, Data. Export the entire period, or better make a backup with the "
            "encryption set to Decrypted. An encrypted backup can be read by DailyTxT alone."
        ),
        brings=(
            "Every day’s text with its tags and pins as a line of words, and from a backup the "
            "bookmark as a star. Files, templates and the time of writing stay behind; DailyTxT "
            "exports no earlier versions."
        ),
    ),
)
