"""Entries of another journal, and how they are merged into days."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from leaderjournal.kernel.days import ZONE_NAMES, Instant, LocalDate
from leaderjournal.reflections.imports.joining.rules import NotePart

LONGEST_NOTE = 20_000
TEXT_SEPARATOR = "\n\n"

INVALID_CHARACTERS = re.compile("[\0\ud800-\udfff]")
"""What a database cannot store or a page show: NUL and lone surrogates."""

INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Categories of invisible characters, such as the zero-width spaces in Day One's texts."""

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, without those categories: the
# grapheme joiner, fillers and variation selectors. Then the blank of braille, and the object
# replacement character, which stands where an app had a photo.
INVISIBLE_CHARACTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff\u2800\ufffc]"
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry as it was read: its place in the file, its local day, its instant and its zone.

    `words` is its text without the line of tags and the like, if it has one.
    """

    where: str
    source_id: str
    local_date: LocalDate
    written_at: Instant
    time_zone: str
    text: str
    mood: str | None = None
    words: str = ""


class InvalidEntry(Exception):
    """The entry cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An entry that cannot be imported, and why; it never quotes the text."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Something that an export holds and a day cannot: its kind in the plural, and how many.

    Kinds are such as `photos`, `videos`, `sounds`, `files`.
    """

    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class MergedDay:
    """The entries of one local day as one note, with the time of the first of them.

    `sources` are the ids of the entries and `parts` what they say, in the order of the note;
    `moods` are those of the entries that have one.
    """

    local_date: LocalDate
    written_at: Instant
    time_zone: str
    note: str
    sources: tuple[str, ...]
    parts: tuple[NotePart, ...]
    moods: tuple[str, ...] = ()


def require_valid_date(day: LocalDate, *, earliest: date, today: LocalDate) -> LocalDate:
    """Return `day`. Raises InvalidEntry for a day before `earliest` or after `today`."""
    if not earliest <= day <= today:
        raise InvalidEntry(f"Its date, {day}, is not between {earliest} and today.")
    return day


def get_known_zone(given: object, *, otherwise: str) -> str:
    """Return the IANA zone that an entry names, or `otherwise` where it names none."""
    return given if isinstance(given, str) and given in ZONE_NAMES else otherwise


def require_words(text: object) -> str:
    """Return an entry's text like `clean_text`. Raises InvalidEntry for an invisible text too."""
    words = clean_text(text)
    if not has_words(words):
        raise InvalidEntry("It holds no words.")
    return words


def has_words(text: str) -> bool:
    """Tell whether a text holds anything that can be seen."""
    return any(
        unicodedata.category(character) not in INVISIBLE_CATEGORIES
        and not INVISIBLE_CHARACTERS.match(character)
        for character in text
    )


def clean_text(text: object) -> str:
    """Return a text with normalized line ends. Raises InvalidEntry for what a day cannot hold."""
    if text is None:
        text = ""
    if not isinstance(text, str):
        raise InvalidEntry("Its text is no text.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST_NOTE:
        raise InvalidEntry(f"Its text is longer than {LONGEST_NOTE:,} characters.")
    if INVALID_CHARACTERS.search(text):
        raise InvalidEntry("Its text holds characters that are no text.")
    return text


def merge_entries(entries: Iterable[JournalEntry]) -> tuple[list[MergedDay], list[Failure]]:
    """Return the days that `entries` make, in order, and a failure for each entry that is left out.

    Entries of one day are joined in the order of their instants, or else in the order of the file.
    A duplicate counts once. An entry fails if its text would make the day's note longer than 20,000
    characters (a shorter one after it may still fit), or if it has another entry's id and a
    different text.
    """
    failures: list[Failure] = []
    by_day: defaultdict[LocalDate, list[JournalEntry]] = defaultdict(list)
    seen: dict[str, JournalEntry] = {}
    for entry in entries:
        same = seen.setdefault(entry.source_id, entry)
        if same is entry:
            by_day[entry.local_date].append(entry)
        elif same.text != entry.text:
            failures.append(Failure(entry.where, _explain_conflict(same.where)))
    days: list[MergedDay] = []
    for local_date, of_day in sorted(by_day.items()):
        fitting, too_long = _split_by_length(sorted(of_day, key=_get_written_at))
        failures += [Failure(entry.where, _explain_length(local_date)) for entry in too_long]
        if fitting:
            days.append(_merge_day(local_date, fitting))
    return days, failures


def _merge_day(local_date: LocalDate, entries: list[JournalEntry]) -> MergedDay:
    return MergedDay(
        local_date,
        entries[0].written_at,
        entries[0].time_zone,
        note=TEXT_SEPARATOR.join(entry.text for entry in entries),
        sources=tuple(entry.source_id for entry in entries),
        parts=tuple(NotePart(entry.text, entry.words) for entry in entries),
        moods=tuple(entry.mood for entry in entries if entry.mood),
    )


def _split_by_length(entries: list[JournalEntry]) -> tuple[list[JournalEntry], list[JournalEntry]]:
    """Return the entries whose texts fit into one note, and those that do not."""
    fitting: list[JournalEntry] = []
    too_long: list[JournalEntry] = []
    length = -len(TEXT_SEPARATOR)  # the first text has no separator
    for entry in entries:
        longer = length + len(TEXT_SEPARATOR) + len(entry.text)
        if longer > LONGEST_NOTE:
            too_long.append(entry)
        else:
            fitting.append(entry)
            length = longer
    return fitting, too_long


def _get_written_at(entry: JournalEntry) -> Instant:
    return entry.written_at


def _explain_conflict(where: str) -> str:
    return f"It has the uuid of {where}, but other words. Each entry needs a uuid of its own."


def _explain_length(day: LocalDate) -> str:
    return f"With it, {day} would hold more than {LONGEST_NOTE:,} characters, the most a note may."
