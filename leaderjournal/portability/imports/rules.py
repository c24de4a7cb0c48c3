"""Entries of another journal, and how they are merged into days."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from leaderjournal.kernel.days import ZONE_NAMES, Instant, LocalDate
from leaderjournal.reflections.imports.joining.rules import NotePart, cut_text

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
        raise InvalidEntry("It has no words.")
    return words


def has_words(text: str) -> bool:
    """Tell whether a text holds anything that can be seen."""
    return any(
        unicodedata.category(character) not in INVISIBLE_CATEGORIES
        and not INVISIBLE_CHARACTERS.match(character)
        for character in text
    )


def clean_text(text: object) -> str:
    """Return a text with normalized line ends, and without what a day cannot hold.

    It may be too long for a day. Raises InvalidEntry for a value that is no text.
    """
    if text is None:
        text = ""
    if not isinstance(text, str):
        raise InvalidEntry("There’s no text we can read.")
    return drop_invalid_characters(text.replace("\r\n", "\n").replace("\r", "\n"))


def drop_invalid_characters(text: str) -> str:
    """Return a text without NUL and without halves of letters.

    Two halves that belong together, as when an app has cut a text between them, become a letter.
    """
    if INVALID_CHARACTERS.search(text) is None:
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return INVALID_CHARACTERS.sub("", whole)


def merge_entries(entries: Iterable[JournalEntry]) -> tuple[list[MergedDay], list[Failure]]:
    """Return the days that `entries` make, in order, and a failure for each that does not fit.

    Entries of one day are joined in the order of their instants, or else in the order of the file.
    A duplicate counts once; an entry with the id of another one and other words gets an id of its
    own. Of entries that would make the day's note longer than 20,000 characters, as many as fit
    come in whole, and of each other one the beginning for which there is room.
    """
    failures: list[Failure] = []
    by_day: defaultdict[LocalDate, list[JournalEntry]] = defaultdict(list)
    seen: dict[str, str] = {}
    for entry in entries:
        words, source_id = entry.words or entry.text, entry.source_id
        if seen.get(source_id, words) != words:
            source_id = derive_source_id(source_id, words)
        if source_id not in seen:
            seen[source_id] = words
            by_day[entry.local_date].append(replace(entry, source_id=source_id))
    days: list[MergedDay] = []
    for local_date, of_day in sorted(by_day.items()):
        fitting, too_long = _fit_entries(sorted(of_day, key=_get_written_at))
        failures += too_long
        if fitting:
            days.append(_merge_day(local_date, fitting))
    return days, failures


def derive_source_id(source_id: str, words: str) -> str:
    """Return an id for an entry that has the id of another one, the same in a later export."""
    return f"{source_id} {sha256(words.encode()).hexdigest()}"


def explain_cut(day: LocalDate, *, length: int, left_out: int) -> str:
    """Return the sentence on a text of which `left_out` characters have no room in a day's note."""
    if left_out == length:
        return (
            f"With it, {day} would hold more than {LONGEST_NOTE:,} characters, the most a note "
            f"may. All of its {length:,} characters stay out."
        )
    return (
        f"Only its beginning fits: {day} would hold more than {LONGEST_NOTE:,} characters, the "
        f"most a note may. The last {left_out:,} of its {length:,} characters stay out."
    )


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


def _fit_entries(entries: list[JournalEntry]) -> tuple[list[JournalEntry], list[Failure]]:
    """Return the entries that fit into one note, some of them cut, and a failure for each cut."""
    room = LONGEST_NOTE + len(TEXT_SEPARATOR)  # the first text has no separator
    fitting: dict[int, JournalEntry] = {}
    for position, entry in enumerate(entries):
        if len(entry.text) + len(TEXT_SEPARATOR) <= room:
            fitting[position] = entry
            room -= len(entry.text) + len(TEXT_SEPARATOR)
    failures = []
    for position, entry in enumerate(entries):
        if position in fitting:
            continue
        beginning = _cut_entry(entry, room - len(TEXT_SEPARATOR))
        if beginning.text:
            fitting[position] = beginning
            room -= len(beginning.text) + len(TEXT_SEPARATOR)
        length = len(entry.text)
        why = explain_cut(entry.local_date, length=length, left_out=length - len(beginning.text))
        failures.append(Failure(entry.where, why))
    return [fitting[position] for position in sorted(fitting)], failures


def _cut_entry(entry: JournalEntry, room: int) -> JournalEntry:
    """Return an entry with the beginning of its words, and with its tags and such."""
    words = entry.words if entry.text.startswith(entry.words) else ""
    rest = entry.text[len(words) :] if words else ""
    beginning = cut_text(words or entry.text, room - len(rest))
    return replace(
        entry, text=beginning + rest if beginning else "", words=beginning if words else ""
    )


def _get_written_at(entry: JournalEntry) -> Instant:
    return entry.written_at
