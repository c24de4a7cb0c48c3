"""Reads the export of Apple's Journal: a folder, zipped, with one page for each entry.

`Entries/2024-03-05_Title.html` has `.pageHeader` (the date in words), an `.assetGrid` whose
`.gridItem`s have a class such as `assetType_photo`, `.title` and `.bodyText`; the writing may stand
outside of them. `Resources/` has the media, and covers and maps beside them. This is how
obsidianmd/obsidian-importer (src/formats/apple-journal/convert.ts) and
peterdev22/applejournal-to-md (applejournal-to-md.py) read it.
How to export is in obsidianmd/obsidian-help, en/Import notes/Import from Apple Journal.md.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from selectolax.lexbor import LexborNode

from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.details import Details, build_entry, read_line, read_names
from leaderjournal.portability.imports.html_pages import find_text, parse_page
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.markup import html_to_text
from leaderjournal.portability.imports.media import get_media_kind
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
)
from leaderjournal.portability.imports.spreadsheet_dates import DateColumn, DateRow
from leaderjournal.portability.imports.uploads import Member, Upload
from leaderjournal.portability.imports.written_times import locate_entry

ENTRY_NAME = re.compile(r"(?:^|/)entries/[^/]+\.html?$", re.IGNORECASE)
RESOURCE_NAME = re.compile(r"(?:^|/)(?:resources|photos)/[^/]+$", re.IGNORECASE)
DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)")
MARKS = (b"pageHeader", b"assetGrid", b"bodyText", b"reflectionPrompt")
NO_WORDS = "body :is(.pageHeader, .assetGrid, .gridItem, .reflectionPrompt)"
MOST_TRIED = 5
MEDIA = {
    "photo": "photos",
    "livephoto": "photos",
    "video": "videos",
    "audio": "sounds",
    "drawing": "drawings",
}
MUSIC = frozenset({"music", "podcast", "song", "book", "thirdpartymedia", "media"})
PLACES = frozenset({"genericmap", "multipinmap", "location", "visit"})
ACTIVITIES = frozenset({"motionactivity", "workouticon", "workoutroute", "workout", "activity"})


def detect_apple_journal(upload: Upload) -> bool:
    """Tell whether an upload has pages as Apple's Journal exports them."""
    if not upload.is_zip:
        return (
            b'class="pageHeader"' in upload.content and b"<html" in upload.content[:1_000].lower()
        )
    for member in _list_entries(upload)[:MOST_TRIED]:
        try:
            content = upload.peek(member)
        except UnreadableJournal:
            continue
        if DATE_IN_NAME.match(member.base_name) or any(mark in content for mark in MARKS):
            return True
    return False


def read_apple_journal(
    upload: Upload, options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind | Failure]:
    """Yield the entries of an export of Apple's Journal, and a failure for each that is unreadable.

    The app knows an entry's date and not its time.
    """
    media: Counter[str] = Counter()
    for member in _list_entries(upload):
        where = member.label if upload.is_zip else "This file"
        try:
            page = _Page(decode_text(upload.read(member)))
            media.update(page.count_media())
            yield from list(_read_entry(where, member, page, options))
        except InvalidEntry as why:
            yield Failure(where, str(why))
    if not media:
        media.update(
            get_media_kind(member.base_name)
            for member in (upload.list_members() if upload.is_zip else ())
            if RESOURCE_NAME.search(member.name) and not member.name.lower().endswith(".json")
        )
    for kind, number in sorted(media.items()):
        yield LeftBehind(kind, number)


def _list_entries(upload: Upload) -> list[Member]:
    members = upload.list_members(".html", ".htm")
    return [one for one in members if not upload.is_zip or ENTRY_NAME.search(one.name)]


def _read_entry(
    where: str, member: Member, page: "_Page", options: ReadingOptions
) -> Iterator[JournalEntry | LeftBehind]:
    named = DATE_IN_NAME.search(member.base_name)
    written = DateRow(named[1] if named else page.header)
    day = DateColumn([written], name="date").read(written)
    moment = locate_entry(day, None, options)
    details = page.read_details()
    prompts, links = page.list_prompts(), page.list_links()
    texts = (*prompts, page.read_words(day), *links)
    yield from build_entry(where, "", moment, texts, details)


class _Page:
    """A page with one entry; what stands in its grid is no text of the entry."""

    def __init__(self, text: str) -> None:
        """Parse a page. Raises InvalidEntry for one that no app has written."""
        self._parser = parse_page(text)
        self.header = find_text(self._parser, ".pageHeader")
        self._items = [(_get_type(item), item) for item in self._parser.css(".gridItem")]

    def count_media(self) -> Counter[str]:
        """Return how many photos, videos, sounds and drawings the entry has."""
        return Counter(MEDIA[kind] for kind, _ in self._items if kind in MEDIA)

    def read_details(self) -> Details:
        """Return mood, place, people, activities and music of the entry."""
        mood, *feelings = (*self._list_texts({"stateofmind"}), "")
        return Details(
            mood=mood,
            tags=read_names([name for one in feelings for name in one.split(",")]),
            people=read_names(self._list_texts({"contact", "contacts"})),
            activities=read_names(self._list_texts(ACTIVITIES)),
            place=", ".join(read_names(self._list_texts(PLACES))),
            music=", ".join(read_names(self._list_texts(MUSIC))),
        )

    def list_prompts(self) -> list[str]:
        """Return the questions that the entry answers."""
        nodes = self._parser.css(".reflectionPrompt")
        return [read_line(node.text(separator=" ")) for node in nodes]

    def list_links(self) -> list[str]:
        """Return the addresses that the entry has in its grid."""
        links = [item.css_first("a[href]") for kind, item in self._items if kind == "link"]
        return [read_line(link.attributes.get("href")) for link in links if link is not None]

    def read_words(self, day: date) -> str:
        """Return the entry's title and text, and take everything else out of the page.

        Raises InvalidEntry for what is too long.
        """
        self._items.clear()
        for node in self._parser.css(NO_WORDS):
            node.decompose()
        body = self._parser.body
        text = html_to_text((body.html if body is not None else None) or "")
        first, _, rest = text.partition("\n")
        return rest.lstrip("\n") if _is_date(first, day) else text

    def _list_texts(self, kinds: frozenset[str] | set[str]) -> list[str]:
        texts: list[str] = []
        for kind, item in self._items:
            if kind in kinds:
                leaves = (node.text(deep=False, strip=True) for node in item.css("*"))
                texts += filter(None, map(read_line, leaves))
        return texts


def _get_type(item: LexborNode) -> str:
    classes = (item.attributes.get("class") or "").split()
    named = (one.removeprefix("assetType_") for one in classes if one.startswith("assetType_"))
    return next(named, "").replace("_", "").replace("-", "").lower()


def _is_date(line: str, day: date) -> bool:
    row = DateRow(line)
    try:
        return DateColumn([row]).read(row) == day
    except InvalidEntry:
        return False


FORMAT = JournalFormat(
    "apple-journal",
    "an export of Apple’s Journal",
    detect_apple_journal,
    read_apple_journal,
    Guide(
        app="Apple’s Journal",
        export=(
            "On an iPhone, choose a journal or All Entries, open the menu at the top of the "
            "screen, and choose Export. On a Mac, choose File, Export. Where the app has no "
            "Export, look for it in the iPhone’s settings, under Apps, Journal. Put the folder "
            "that it saves into a zip, if it is not one already."
        ),
        brings=(
            "Every entry on its day, with its title, words, prompts and links, and its mood, "
            "people, places, activities and music as a line of words. The app exports no times. "
            "Photos, videos, sounds and drawings stay behind."
        ),
    ),
)
