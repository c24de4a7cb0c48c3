"""Which days match a query, and which of their sentences, ignoring case and accents.

A day is searched in a form with one folded line for each of its texts (see
`build_searchable_text`), so that ten years of days are searched without parsing any of them. Only
the days of a result page are searched again in their original texts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leaderjournal.kernel.letters.folding.rules import (
    FOLDING_VERSION,
    FoldedText,
    fold,
    fold_with_spans,
    list_visible_marks,
)
from leaderjournal.kernel.letters.names.rules import compile_whole
from leaderjournal.reflections.rules import DayContent

PHRASE = re.compile(r'"([^"]*)"|([^\s"]+)')
QUOTES = str.maketrans("“”„‟«»", '""""""')
SENTENCE_ENDS = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|\n+")
MAX_PASSAGE_LENGTH = 240
"""The most characters of a sentence that are shown."""

NOTE, COMMITMENT = "note", "commitment"

FOLDED_BY = f"\x1e{FOLDING_VERSION}".encode()
"""Stands at the end of what is stored folded. Folding makes its first letter a space."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a passage, and whether it matches the query."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence that matches the query; `field` is a key's slug, "note" or "commitment".

    `before` and `after` say whether the text continues beyond the pieces.
    """

    field: str
    pieces: tuple[Piece, ...]
    before: bool
    after: bool


def parse_terms(query: str) -> tuple[str, ...]:
    """Return the folded words of a query; a phrase in quotes is one term.

    A quote that is not closed is ignored.
    """
    text = query.translate(QUOTES)
    if text.count('"') % 2:
        head, _, tail = text.rpartition('"')
        text = f"{head} {tail}"
    found = (fold(phrase or word) for phrase, word in PHRASE.findall(text))
    return tuple(dict.fromkeys(term for term in found if term))


def build_searchable_text(content: DayContent, fields: Sequence[str]) -> str:
    """Return the searchable form of a day: a folded line for each of `fields`, in their order."""
    texts = get_texts_by_field(content)
    return "\n".join(fold(texts.get(field, "")) for field in fields)


def add_folding_version(folded: bytes) -> bytes:
    """Return folded texts as they are stored, with the version of the folding."""
    return folded + FOLDED_BY


def remove_folding_version(stored: bytes) -> bytes | None:
    """Return folded texts without their version; None if they were folded by other rules."""
    return stored[: -len(FOLDED_BY)] if stored.endswith(FOLDED_BY) else None


def get_texts_by_field(content: DayContent) -> dict[str, str]:
    """Return the day's texts by field: a key's slug, "note" or "commitment"."""
    answers = {answer.key: answer.text for answer in content.answers}
    return answers | {NOTE: content.note, COMMITMENT: content.commitment}


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to search for: all of `terms`, and `person` as a whole name, folded.

    If `line` is given, all of it must be in that line of the searchable day.
    """

    terms: tuple[str, ...] = ()
    person: str = ""
    line: int | None = None
    term_patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)
    """Match the terms. No match ends before a mark, which would make its last letter another."""
    person_pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    """Matches the person as a name of its own, with or without an @ before it."""

    def __post_init__(self) -> None:
        # Compiled once per search and not cached: it is what somebody wrote.
        patterns = tuple(map(_compile_term, self.terms))
        object.__setattr__(self, "term_patterns", patterns)
        object.__setattr__(self, "person_pattern", compile_whole(self.person))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for, so that every day matches."""
        return not self.terms and not self.person

    def matches(self, searchable_day: str) -> bool:
        """Return whether the searchable form of a day contains all of the query."""
        text = searchable_day if self.line is None else searchable_day.split("\n")[self.line]
        for term in self.terms:  # a plain loop: it runs for every day of ten years
            if term not in text:
                return False
        if not all(pattern.search(text) for pattern in self.term_patterns if pattern.groups):
            return False
        return not self.person or self.person_pattern.search(text) is not None


def find_hits(
    texts: Mapping[str, str], query: SearchQuery, *, field: str | None = None
) -> Iterator[Hit]:
    """Yield the sentences of `texts`, given by field, that match any part of the query, in order.

    With `field`, only those of that field.
    """
    for name, text in texts.items():
        if field is None or name == field:
            yield from _find_hits_in_text(text, name, query)


def _find_hits_in_text(text: str, field: str, query: SearchQuery) -> Iterator[Hit]:
    spans = _find_spans(text, query)
    start = 0
    for end in (*(match.end() for match in SENTENCE_ENDS.finditer(text)), len(text)):
        matches = [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]
        if matches:
            yield _make_hit(text, start, end, matches, field)
        start = end


def _find_spans(text: str, query: SearchQuery) -> list[tuple[int, int]]:
    """Return the spans of the original `text` that match the query, without overlaps."""
    folded = _fold_with_single_spaces(text)
    patterns = query.term_patterns + ((query.person_pattern,) if query.person else ())
    found = [
        (folded.starts[match.start()], folded.ends[match.end() - 1])
        for pattern in patterns
        for match in pattern.finditer(folded.text)
    ]
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged


def _compile_term(term: str) -> re.Pattern[str]:
    """Return the pattern of a term; it has a group if the term alone does not say what matches."""
    if term.isascii():
        return re.compile(re.escape(term))
    return re.compile(f"({re.escape(term)})(?![{list_visible_marks()}])")


def _fold_with_single_spaces(text: str) -> FoldedText:
    """Return `text` as `fold` does, but for white space at its ends, and where its letters are."""
    folded = fold_with_spans(text)
    kept = [
        at
        for at, letter in enumerate(folded.text)
        if not letter.isspace() or (at and not folded.text[at - 1].isspace())
    ]
    return FoldedText(
        "".join(" " if folded.text[at].isspace() else folded.text[at] for at in kept),
        [folded.starts[at] for at in kept],
        [folded.ends[at] for at in kept],
    )


def _make_hit(text: str, start: int, end: int, matches: list[tuple[int, int]], field: str) -> Hit:
    first, last = start, end
    if end - start > MAX_PASSAGE_LENGTH:
        first = max(start, min(matches[0][0] - MAX_PASSAGE_LENGTH // 3, end - MAX_PASSAGE_LENGTH))
        first = _find_word_start(text, first, start)
        last = min(end, first + MAX_PASSAGE_LENGTH)
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    pieces: list[Piece] = []
    at = first
    for begin, stop in matches:
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
    """Return where the word at `at` begins, or the passage."""
    while at > start and not text[at - 1].isspace():
        at -= 1
    return at
