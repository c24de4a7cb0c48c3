"""Counts words and what tells names from other words.

Each different word is looked at once, however often it was written: of the texts as a whole, only
functions in C see every word.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leaderjournal.kernel.letters.folding.rules import fold_letters, fold_with_case
from leaderjournal.kernel.letters.names.rules import NameFinder, replace_spans
from leaderjournal.kernel.letters.words.rules import get_letter_class, has_unspaced, split_piece

NOTES = "note"
SHORTEST_WORD = 3
_LETTERS = f"{get_letter_class()}+"
WORD = re.compile(rf"@?{_LETTERS}(?:['’-]{_LETTERS})*")
SENTENCE_LOOKBEHIND = 24
"""So many blanks before a word begin a sentence by themselves."""
_SENTENCE_ENDS = '.!?…:;\n"“”„«»(–—*'
_BETWEEN_SENTENCES = r'[\s"“”„«»(*]'
# It takes what lies between sentences even where no word follows, and never gives it back: a text
# of line ends alone takes no longer than others.
_FIRST_WORD = re.compile(
    rf"[{_SENTENCE_ENDS}\s]"
    rf"(?:(?<=[{_SENTENCE_ENDS}])|{_BETWEEN_SENTENCES}{{{SENTENCE_LOOKBEHIND - 1}}})"
    rf"{_BETWEEN_SENTENCES}*+({WORD.pattern})?"
)
_POSSESSIVE = re.compile(r"(?<!^[iI][tT])['’]s$", re.MULTILINE)
_INSIDE_NAME = re.compile(r'[^\s.!?…:;"“”„«»(–—*]')


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text of a day with its key; a note and a commitment have no key."""

    key: str | None
    text: str


@dataclass(slots=True)
class WordCounts:
    """The counts of texts, to which those of other texts can be added.

    `used` counts spellings in lower case by key, or NOTES. `capitals` counts the words by which
    names are recognized: those of the team, after an @, or with a capital. The others are
    normalized: `marked` are the names of the team and the words after an @, `within` those with a
    capital within a sentence, `lower` those without any. `capitals_within` and `words_within` are
    how often a word within a sentence has a capital, and how many such words there are.
    """

    used: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    capitals: Counter[str] = field(default_factory=Counter)
    marked: set[str] = field(default_factory=set)
    within: set[str] = field(default_factory=set)
    lower: set[str] = field(default_factory=set)
    capitals_within: int = 0
    words_within: int = 0

    def add_texts(self, texts: Iterable[WrittenText], team: Collection[str] = ()) -> None:
        """Add the words of `texts`, in which the names of the `team` count as spelled."""
        by_key: defaultdict[str, list[str]] = defaultdict(list)
        for written in texts:
            by_key[written.key or NOTES].append(written.text)
        counted = {key: _count_words("\n".join(of_key)) for key, of_key in by_key.items()}
        words: Counter[str] = Counter()
        for of_key in counted.values():
            words.update(of_key)
        self._add_used(counted, [word for word in words if word[0] != "@"])
        together = "\n".join(text for of_key in by_key.values() for text in of_key)
        if spans := _find_names(together, team):
            self._add_team(together[start:end] for start, end in spans)
            together = _hide_names(together, spans)
            words = _count_words(together)
        first_words = Counter(filter(None, _FIRST_WORD.findall("\n" + together)))
        self._add_capitals(words, first_words)

    def add_document(self, document: Mapping[str, Any]) -> None:
        """Add the counts that `to_document` made the document of."""
        for key, counts in document["used"].items():
            _add_counts(self.used[key], counts)
        _add_counts(self.capitals, document["capitals"])
        self.marked.update(_split(document["marked"]))
        self.within.update(_split(document["within"]))
        self.lower.update(_split(document["lower"]))
        self.capitals_within += document["capitals_within"]
        self.words_within += document["words_within"]

    def to_document(self) -> dict[str, Any]:
        """Return the counts as plain JSON values: few long texts, which are read the fastest."""
        return {
            "used": {
                key: _group_by_count(counts) for key, counts in sorted(self.used.items()) if counts
            },
            "capitals": _group_by_count(self.capitals),
            "marked": "\n".join(sorted(self.marked)),
            "within": "\n".join(sorted(self.within)),
            "lower": "\n".join(sorted(self.lower)),
            "capitals_within": self.capitals_within,
            "words_within": self.words_within,
        }

    def _add_used(self, counted: Mapping[str, Mapping[str, int]], words: Collection[str]) -> None:
        """Add the counts by key of those `words` that are written in any."""
        spelled = _change_all(words, lambda text: _strip_possessives(text.lower()))
        spellings = dict(zip(words, spelled, strict=True))
        for key, of_key in counted.items():
            used = self.used[key]
            for word, count in of_key.items():
                if spelling := spellings.get(word):
                    used[spelling] = used.get(spelling, 0) + count  # faster than += of a Counter

    def _add_team(self, names: Iterable[str]) -> None:
        found = Counter(names)
        self.capitals.update(found)
        self.marked.update(normalize_all(found))

    def _add_capitals(self, words: Mapping[str, int], first_words: Mapping[str, int]) -> None:
        """Count what tells names; `first_words` are those of `words` that begin a sentence."""
        self.words_within += sum(words.values()) - sum(first_words.values())
        stripped = _change_all(words, _strip_possessives)
        lower, marked, within = [], [], []
        for (found, count), as_written in zip(words.items(), stripped, strict=True):
            word = as_written.removeprefix("@")
            if word != as_written:
                marked.append(word)
            elif not word[0].isupper():
                lower.append(word)
                continue
            self.capitals[word] = self.capitals.get(word, 0) + count
            count_within = count - first_words.get(found, 0)
            if count_within and not word.isupper():
                within.append(word)
                self.capitals_within += count_within
        self.lower.update(normalize_all(lower))
        self.marked.update(normalize_all(marked))
        self.within.update(normalize_all(within))


def count_words(texts: Iterable[WrittenText], team: Collection[str] = ()) -> WordCounts:
    """Return the counts of `texts`, in which the names of the `team` count as spelled."""
    counts = WordCounts()
    counts.add_texts(texts, team)
    return counts


def normalize_all(words: Collection[str]) -> list[str]:
    """Return words without case, accents and typographic apostrophes, in their order."""
    return _change_all(words, fold_letters)


def list_name_parts(names: Iterable[str]) -> list[str]:
    """Return the normalized words of names, as they are counted too."""
    return normalize_all(
        [part for name in names for part in (*WORD.findall(name), *_count_words(name))]
    )


def _count_words(text: str) -> Counter[str]:
    """Return how often each word occurs. No word has a blank, so that those are split at first."""
    words = Counter(text.split())
    for piece in [piece for piece in words if not piece.isalpha() or has_unspaced(piece)]:
        count = words.pop(piece)
        for found in WORD.findall(piece):
            is_split = has_unspaced(found) and found[0] != "@"
            for word in split_piece(found) if is_split else (found,):
                words[word] = words.get(word, 0) + count
    return words


def _find_names(text: str, team: Collection[str]) -> list[tuple[int, int]]:
    """Return the spans of the names of the team, with capitals where those have them."""
    folded = fold_letters(text)
    names = {
        fold_with_case(name)
        for name in team
        if all(part in folded for part in fold_letters(name).split())
    }
    if not names:
        return []
    found = (
        (start + (text[start] == "@"), end)
        for start, end in NameFinder(*names, any_case=True).find_spans(text)
    )
    return [span for span in found if fold_with_case(text[slice(*span)]) in names]


def _hide_names(text: str, spans: Collection[tuple[int, int]]) -> str:
    """Return a text without names: no word is in their place, and sentences end where they did."""
    return replace_spans(text, spans, lambda name: _INSIDE_NAME.sub("0", name))


def _change_all(words: Collection[str], change: Callable[[str], str]) -> list[str]:
    """Return words changed as one text, in a tenth of the time that changing each takes."""
    return change("\n".join(words)).split("\n") if words else []


def _strip_possessives(text: str) -> str:
    """Return a text without the possessive 's at the end of its lines."""
    return _POSSESSIVE.sub("", text)


def _group_by_count(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the words by how often they occur, joined by line ends."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for word in sorted(counts):
        groups[counts[word]].append(word)
    return {str(count): "\n".join(groups[count]) for count in sorted(groups)}


def _add_counts(counts: Counter[str], groups: Mapping[str, str]) -> None:
    is_empty = not counts
    for number, joined in groups.items():
        words, count = joined.split("\n"), int(number)
        if is_empty:  # no word is in two groups
            dict.update(counts, dict.fromkeys(words, count))
        else:
            for word in words:
                counts[word] = counts.get(word, 0) + count  # faster than += of a Counter


def _split(joined: str) -> list[str]:
    return joined.split("\n") if joined else []
