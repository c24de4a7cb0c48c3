"""What is sought and what holds it, without regard to case and accents.

A day is kept for searching as one line for each of its texts, folded (see `searchable`), so that
ten years of days are gone through without taking any of them apart. Only the days that are shown
are looked at as they were written.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from leaderjournal.reflections.rules import DayContent

PHRASE = re.compile(r'"([^"]*)"|([^\s"]+)')
QUOTES = str.maketrans("“”„‟«»", '""""""')
SENTENCE_ENDS = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|\n+")
MAX_PASSAGE_LENGTH = 240
"""How many characters of a sentence are shown at the most."""

NOTE, COMMITMENT = "note", "commitment"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a passage, and whether it is what was sought."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence in which something sought stands; `field` is a key's slug, "note" or "commitment".

    `before` and `after` tell whether the text goes on beyond the pieces.
    """

    field: str
    pieces: tuple[Piece, ...]
    before: bool
    after: bool


@cache
def _fold_letter(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letter.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def fold(text: str) -> str:
    """Return `text` without regard to case and accents; white space is one space."""
    plain = text.lower() if text.isascii() else "".join(map(_fold_letter, text))
    return " ".join(plain.split())


def parse_terms(sought: str) -> tuple[str, ...]:
    """Return what is sought, folded: words, and phrases that stand in quotes, as they are.

    A quote that does not close is no quote.
    """
    text = sought.translate(QUOTES)
    if text.count('"') % 2:
        head, _, tail = text.rpartition('"')
        text = f"{head} {tail}"
    found = (fold(phrase or word) for phrase, word in PHRASE.findall(text))
    return tuple(dict.fromkeys(term for term in found if term))


def build_searchable_text(content: DayContent, fields: Sequence[str]) -> str:
    """Return a day as a search goes through it: a line for each of `fields`, in their order."""
    texts = get_texts_by_field(content)
    return "\n".join(fold(texts.get(field, "")) for field in fields)


def get_texts_by_field(content: DayContent) -> dict[str, str]:
    """Return the day's texts by field: a key's slug, "note" or "commitment"."""
    answers = {answer.key: answer.text for answer in content.answers}
    return answers | {NOTE: content.note, COMMITMENT: content.commitment}


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is sought: every one of `terms`, and `person` as a whole name; all of it folded.

    Where `line` is given, all must stand in that line of the searchable day.
    """

    terms: tuple[str, ...] = ()
    person: str = ""
    line: int | None = None
    name: re.Pattern[str] = field(init=False, repr=False, compare=False)
    """What finds the person where they stand by themselves, with an @ before or without."""

    def __post_init__(self) -> None:
        # Made once a search, and not kept after it: it is what somebody wrote.
        name = re.compile(rf"(?<!\w){re.escape(self.person)}(?!\w)")
        object.__setattr__(self, "name", name)

    @property
    def is_empty(self) -> bool:
        """Whether every day holds it, as nothing is sought."""
        return not self.terms and not self.person

    def matches(self, searchable_day: str) -> bool:
        """Tell whether the searchable day holds all that is sought."""
        text = searchable_day if self.line is None else searchable_day.split("\n")[self.line]
        for term in self.terms:  # a plain loop: it runs for every day of ten years
            if term not in text:
                return False
        return not self.person or self.name.search(text) is not None


def find_hits(
    texts: Mapping[str, str], sought: SearchQuery, *, field: str | None = None
) -> Iterator[Hit]:
    """Yield the sentences of `texts`, by field, in which anything sought stands, in their order.

    With `field`, only those of that field.
    """
    for name, text in texts.items():
        if field is None or name == field:
            yield from _find_hits_in_text(text, name, sought)


def _find_hits_in_text(text: str, field: str, sought: SearchQuery) -> Iterator[Hit]:
    places = _find_spans(text, sought)
    start = 0
    for end in (*(match.end() for match in SENTENCE_ENDS.finditer(text)), len(text)):
        here = [(max(a, start), min(b, end)) for a, b in places if a < end and b > start]
        if here:
            yield _make_hit(text, start, end, here, field)
        start = end


def _find_spans(text: str, sought: SearchQuery) -> list[tuple[int, int]]:
    """Return where what is sought stands in `text`, as it was written, without overlaps."""
    folded_text, origin = _with_origins(text)
    found = []
    for term in sought.terms:
        at = folded_text.find(term)
        while at >= 0:
            found.append((origin[at], origin[at + len(term) - 1] + 1))
            at = folded_text.find(term, at + len(term))
    if sought.person:
        found += [
            (origin[match.start()], origin[match.end() - 1] + 1)
            for match in sought.name.finditer(folded_text)
        ]
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged


def _with_origins(text: str) -> tuple[str, list[int]]:
    """Return `text` folded, and for each character of that where it came from."""
    letters: list[str] = []
    origin: list[int] = []
    for position, letter in enumerate(text):
        for part in _fold_letter(letter):
            if part.isspace() and (not letters or letters[-1] == " "):
                continue
            letters.append(" " if part.isspace() else part)
            origin.append(position)
    return "".join(letters), origin


def _make_hit(text: str, start: int, end: int, here: list[tuple[int, int]], field: str) -> Hit:
    first, last = start, end
    if end - start > MAX_PASSAGE_LENGTH:
        first = max(start, min(here[0][0] - MAX_PASSAGE_LENGTH // 3, end - MAX_PASSAGE_LENGTH))
        first = _find_word_start(text, first, start)
        last = min(end, first + MAX_PASSAGE_LENGTH)
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    pieces: list[Piece] = []
    at = first
    for begin, stop in here:
        if begin >= last:
            break
        if begin > at:
            pieces.append(Piece(text[at:begin], marked=False))
        pieces.append(Piece(text[max(at, begin) : min(stop, last)], marked=True))
        at = min(stop, last)
    if at < last:
        pieces.append(Piece(text[at:last], marked=False))
    return Hit(field, tuple(pieces), before=first > start, after=last < len(text[:end].rstrip()))


def _find_word_start(text: str, at: int, start: int) -> int:
    """Return the beginning of the word that stands at `at`, or of the passage."""
    while at > start and not text[at - 1].isspace():
        at -= 1
    return at
