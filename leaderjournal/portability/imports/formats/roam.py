"""Reads Roam Research's JSON export: a list of pages, of which those titled by a date are days.

There is no published schema. A page has `title`, `uid` and `children`; a block has `string`, `uid`,
`heading` and `children` (obsidianmd/obsidian-importer, src/formats/roam/models/roam-json.d.ts and
tests/roam/shapes.json). A daily page's title is such as `March 5th, 2024`. Each block on a daily
page becomes an entry under its own id, so that a page that has grown brings what is new.
Roam's Markdown export is read by `markdown.py`. How to export is in obsidianmd/obsidian-help,
en/Import notes/Import from Roam Research.md.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any

from leaderjournal.kernel.days import Instant, LocalDate, get_time_zone, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.dates_in_names import choose_reading, find_date
from leaderjournal.portability.imports.embeds import remove_embeds
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat, ReadingOptions
from leaderjournal.portability.imports.outlines import INDENT, clean_block
from leaderjournal.portability.imports.rules import (
    LONGEST_NOTE,
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
    require_valid_date,
    require_words,
)
from leaderjournal.portability.imports.uploads import Upload

REFERENCE = re.compile(r"\(\(([\w-]{6,64})\)\)")
LONGEST_REFERENCE = 500
MOST_REFERENCES = 10
"""References of one block that are resolved: an export of them alone would unfold to gigabytes."""
DEEPEST, MOST_INDENTED = 500, 20
"""Levels of blocks that are read, which is as deep as JSON can be, and those that are indented."""

Found = JournalEntry | Failure | LeftBehind

NO_DAILY_PAGES = (
    "This Roam export holds no daily page, whose title is a date such as March 5th, 2024. "
    "Choose Export all in Roam, as JSON or Markdown."
)


def detect_roam(upload: Upload) -> bool:
    """Tell whether an upload holds a list of Roam's pages."""
    return any(_is_graph(pages) for _, pages in upload.sample)


def read_roam(upload: Upload, options: ReadingOptions) -> Iterator[Found]:
    """Yield an entry for each block of the daily pages, and a failure for each other page.

    Raises UnreadableJournal for an export without daily pages.
    """
    days, problems = 0, 0
    failures: list[Failure] = []
    for member in upload.list_members(".json"):
        name = member.label or "the export"
        try:
            pages = upload.load_json(member)
        except InvalidEntry as why:
            problems += 1
            failures.append(Failure(name, str(why)))
            continue
        if not _is_graph(pages):
            continue
        strings = _list_strings(pages)
        for number, page in enumerate(pages, start=1):
            where = f"{name}, page {number}"
            try:
                day = _find_day(page, options)
            except InvalidEntry as why:
                failures.append(Failure(where, str(why)))
            else:
                days += 1
                yield from _read_page(page, where, day, strings, options)
    if not days and not problems:
        raise UnreadableJournal(NO_DAILY_PAGES)
    yield from failures


def _is_graph(pages: Any) -> bool:
    """Tell whether a JSON value is a list of pages, which have blocks with a `string`."""
    if not isinstance(pages, list) or not pages:
        return False
    titled = (page for page in pages if isinstance(page, dict) and "title" in page)
    blocks = (page["children"] for page in titled if isinstance(page.get("children"), list))
    return any(isinstance(one, dict) and "string" in one for found in blocks for one in found)


def _find_day(page: Any, options: ReadingOptions) -> LocalDate:
    title = page.get("title") if isinstance(page, dict) else None
    named = find_date(title) if isinstance(title, str) else None
    if named is None or named.form is not None:
        raise InvalidEntry("Its title is no date, such as March 5th, 2024.")
    day = to_local_date(choose_reading(named))
    return require_valid_date(day, earliest=EARLIEST_DATE, today=options.today)


def _read_page(
    page: Mapping[str, Any],
    where: str,
    day: LocalDate,
    strings: Mapping[str, str],
    options: ReadingOptions,
) -> Iterator[Found]:
    written_at = _get_noon(day, options.zone)
    blocks = page.get("children")
    if not isinstance(blocks, list) or not blocks:
        yield Failure(where, "It has no words.")
        return
    for number, block in enumerate(blocks, start=1):
        place = f"{where}, block {number}"
        text = "\n".join(_list_lines(block, strings, level=0))
        text, embeds = remove_embeds(text)
        for kind, _ in embeds:
            yield LeftBehind(kind, 1)
        if not text.strip() and not embeds:
            continue  # the empty bullet at the end of most pages
        try:
            words = require_words(text)
        except InvalidEntry as why:
            yield Failure(place, str(why))
        else:
            uid = block.get("uid")
            source = f"roam {uid}" if isinstance(uid, str) and uid else f"{day} {words}"
            yield JournalEntry(place, source, day, written_at, options.zone, words)


def _list_lines(block: Any, strings: Mapping[str, str], level: int) -> Iterator[str]:
    """Yield the lines of a block and of those under it, indented by their level."""
    if not isinstance(block, dict) or level > DEEPEST:
        return
    string = block.get("string")
    if isinstance(string, str) and string.strip():
        for line in _resolve(clean_block(string), strings).split("\n"):
            yield INDENT * min(level, MOST_INDENTED) + line
    children = block.get("children")
    for child in children if isinstance(children, list) else ():
        yield from _list_lines(child, strings, level + 1)


def _resolve(text: str, strings: Mapping[str, str]) -> str:
    """Return a block's text with the words of the blocks that it refers to."""
    if len(text) > LONGEST_NOTE:
        return text  # of which only the beginning has room
    return REFERENCE.sub(lambda found: strings.get(found[1], found[0]), text, count=MOST_REFERENCES)


def _list_strings(pages: list[Any]) -> dict[str, str]:
    """Return the texts of all blocks that are short enough to be referred to, by their ids."""
    strings: dict[str, str] = {}
    waiting = list(pages)
    while waiting:
        block = waiting.pop()
        if not isinstance(block, dict):
            continue
        string, uid = block.get("string"), block.get("uid")
        if isinstance(string, str) and isinstance(uid, str) and len(string) <= LONGEST_REFERENCE:
            strings[uid] = string
        if isinstance(block.get("children"), list):
            waiting += block["children"]
    return strings


def _get_noon(day: LocalDate, zone: str) -> Instant:
    return to_instant(datetime.combine(day, time(12), tzinfo=get_time_zone(zone)))


FORMAT = JournalFormat(
    "roam",
    "a Roam export",
    detect_roam,
    read_roam,
    Guide(
        app="Roam Research",
        export=(
            "Open More actions (•••) in the upper right corner, Export All, and choose JSON as "
            "the format. Choose the zip, or the JSON in it."
        ),
        brings=(
            "Every block of a daily page, such as March 5th, 2024, with what is indented under "
            "it. Other pages are named as left out; files and pictures stay behind."
        ),
    ),
)
