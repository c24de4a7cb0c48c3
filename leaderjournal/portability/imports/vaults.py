"""The files of a zip or a single file that are notes, attachments, or an app's own.

Obsidian keeps settings in `.obsidian/` and what was deleted in `.trash/`. Logseq keeps settings and
old copies of every page in `logseq/` beside `journals/` and `pages/`
(logseq/logseq, src/main/frontend/fs and deps/common/src/logseq/common/config.cljs).
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.dates_in_names import Order
from leaderjournal.portability.imports.embeds import OTHER, find_kind
from leaderjournal.portability.imports.rules import InvalidEntry
from leaderjournal.portability.imports.uploads import Member, Upload

NOTE_ENDINGS = (".md", ".markdown", ".mdown", ".mkd", ".txt", ".text")
DRAWING_ENDINGS = (".excalidraw.md", ".excalidraw")
UNREAD_ENDINGS = (".org",)
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})
APPS_ENDINGS = (".css", ".edn")

LOGSEQ = "logseq"
LOGSEQ_CONTENT = frozenset({"bak", "version-files", "config.edn", "custom.css", ".recycle"})
LOGSEQ_FOLDERS = frozenset({"journals", "pages"})

SETTINGS = (".obsidian/daily-notes.json", ".obsidian/plugins/periodic-notes/data.json")
LOGSEQ_CONFIG = "logseq/config.edn"
LOGSEQ_FORMAT = re.compile(r':journal/file-name-format\s+"([^"\n]{1,100})"')
LARGEST_SETTINGS = 100_000
MOST_FOLDERS = 30


@dataclass(slots=True)
class Vault:
    """The notes of an upload in the order of their paths, and what is beside them.

    `unread` are notes in a markup that is not read. `left_behind` counts attachments by kind, and
    `attachments` holds their names.
    """

    notes: list[Member] = field(default_factory=list)
    unread: list[Member] = field(default_factory=list)
    left_behind: Counter[str] = field(default_factory=Counter)
    attachments: set[str] = field(default_factory=set)


def list_vault(upload: Upload) -> Vault:
    """Return what an upload holds but hidden files and an app's own; a single file is a note."""
    vault = Vault()
    members = upload.list_members()
    if not upload.is_zip:
        vault.notes = members
        return vault
    is_hidden = _find_hidden([member.name for member in members])
    for member in sorted(members, key=lambda one: _get_place(one.name)):
        name = member.base_name.casefold()
        if not name or name in SYSTEM_FILES or is_hidden(member.name):
            continue
        if name.endswith(NOTE_ENDINGS) and not name.endswith(DRAWING_ENDINGS):
            vault.notes.append(member)
        elif name.endswith(UNREAD_ENDINGS):
            vault.unread.append(member)
        elif not name.endswith(APPS_ENDINGS):
            kind = "drawings" if name.endswith(DRAWING_ENDINGS) else find_kind(name) or OTHER
            vault.left_behind[kind] += 1
            vault.attachments.add(member.base_name)
    return vault


def strip_ending(name: str) -> str:
    """Return a note's name without its ending, and without a second one."""
    while name.casefold().endswith(NOTE_ENDINGS):
        name = name.rpartition(".")[0]
    return name


def _get_place(path: str) -> tuple[list[str | tuple[int, str]], str]:
    """Return a path's place among others: `a 2` before `a 10`, and `a` before `a 2`."""
    parts = re.split(r"(\d+)", strip_ending(path))
    numbers = [(len(digits.lstrip("0")), digits.lstrip("0")) for digits in parts[1::2]]
    place: list[str | tuple[int, str]] = [*parts]
    place[1::2] = numbers
    return place, path


def find_configured_order(upload: Upload) -> Order | None:
    """Return the order of day and month that the settings of Obsidian or Logseq name, if any do."""
    if not upload.is_zip:
        return None
    orders = set()
    for member in upload.list_members(*(one.rpartition("/")[2] for one in SETTINGS), ".edn"):
        if not member.name.endswith((*SETTINGS, LOGSEQ_CONFIG)):
            continue
        if member.info is None or member.info.file_size > LARGEST_SETTINGS:
            continue
        try:
            text = upload.read(member).decode("utf-8", "replace")
        except (InvalidEntry, UnreadableJournal):
            continue
        orders |= {order for one in _list_formats(text) if (order := _find_order(one))}
    return orders.pop() if len(orders) == 1 else None


def _find_hidden(names: list[str]) -> Callable[[str], bool]:
    """Return a test for paths that are hidden or in Logseq's own folder."""
    graphs = {
        parts[:depth]
        for parts in map(_split_path, names)
        for depth, folder in enumerate(parts[:-1])
        if folder.casefold() in LOGSEQ_FOLDERS
    }

    def is_hidden(name: str) -> bool:
        parts = _split_path(name)
        if any(part.startswith(".") and part.strip(".") for part in parts):
            return True
        return any(
            folder.casefold() == LOGSEQ
            and (parts[:depth] in graphs or parts[depth + 1].casefold() in LOGSEQ_CONTENT)
            for depth, folder in enumerate(parts[:-1])
        )

    return is_hidden


def _split_path(name: str) -> tuple[str, ...]:
    """Return a path's parts; the first and the last of one that is made of many."""
    parts = name.split("/")
    return (*parts[:MOST_FOLDERS], *parts[MOST_FOLDERS:][-1:])


def _list_formats(text: str) -> list[str]:
    formats = [found[1] for found in LOGSEQ_FORMAT.finditer(text)]
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        return formats
    if not isinstance(settings, dict):
        return formats
    given = [
        one.get("format") for one in (settings, settings.get("daily")) if isinstance(one, dict)
    ]
    return formats + [one[:100] for one in given if isinstance(one, str)]


def _find_order(format_text: str) -> Order | None:
    """Return the order in a format such as `DD-MM-YYYY`, which ends with its year."""
    plain = re.sub(r"\[[^\]]*\]", "", format_text).casefold()
    day, month, year = (
        re.search(letters, plain) for letters in ("d{1,2}(?!d)o?", "m{1,2}(?!m)", "y+")
    )
    if not (day and month and year) or year.start() < max(day.start(), month.start()):
        return None
    return Order.DAY_FIRST if day.start() < month.start() else Order.MONTH_FIRST
