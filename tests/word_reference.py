"""The rules of words as slow as they are plain: each word of each text is looked at by itself.

What is fast has to find the same.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from statistics import fmean

from leaderjournal.kernel.letters.folding.rules import fold_letters
from leaderjournal.reviews.words.rules import (
    CAPITALIZED_NON_NAMES,
    MAX_CAPITAL_SHARE,
    MIN_WORDS_FOR_SHARE,
    AnswerLength,
    WordCount,
    WordFigures,
)

WORD = re.compile(r"@?[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE_BEGINS = re.compile(r"(?:^|[.!?…:;\n\"“”„«»(–—*])[\s\"“”„«»(*]*$")
SHORTEST_WORD = 3
NOTES = "note"
SENTENCE_LOOKBEHIND = 24
"""Characters before a word that are searched for the beginning of a sentence."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text of a day with its key and score; a note and a commitment have no key."""

    key: str | None
    score: int | None
    text: str


def compute_word_figures(
    texts: Sequence[WrittenText],
    keys: Iterable[str],
    *,
    team: Collection[str] = (),
    most: int = 8,
    names: int = 12,
) -> WordFigures:
    """Return the figures of all `texts`; names are not counted among the words."""
    named = find_names([written.text for written in texts], team)
    apart = frozenset(normalize(part) for used in named for part in WORD.findall(used.word))
    return WordFigures(
        most_used={
            name: list_most_used([w.text for w in texts if w.key == key], without=apart, most=most)
            for name, key in (*((key, key) for key in keys), (NOTES, None))
        },
        names=named[:names],
        by_score=measure_length_by_score(texts),
    )


def list_most_used(
    texts: Iterable[str], *, without: frozenset[str] = frozenset(), most: int = 8
) -> tuple[WordCount, ...]:
    """Return the words used most, the most frequent first, equals in alphabetical order.

    Stop words and words used once are left out. Words that differ in case, accents or a possessive
    's count as one; it is shown in its most frequent spelling, in lower case.
    """
    counts: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    skipped = _load_stop_words() | without
    for text in texts:
        for word in WORD.findall(text):
            if word.startswith("@"):
                continue
            spelling = _strip_possessive(word.lower())
            same = normalize(spelling)
            if len(same) >= SHORTEST_WORD and same not in skipped:
                counts[same] += 1
                spellings[same][spelling] += 1
    found = sorted(
        (item for item in counts.items() if item[1] > 1), key=lambda item: (-item[1], item[0])
    )
    return tuple(
        WordCount(_get_most_frequent(spellings[same]), count) for same, count in found[:most]
    )


def find_names(texts: Sequence[str], team: Collection[str] = ()) -> tuple[WordCount, ...]:
    """Return the names that come up, the most frequent first, equals in alphabetical order.

    A name is one of the `team` in its spelling, a word after an @, or a word that is capitalized
    within a sentence and nowhere in lower case. That is how English writes names of people, and of
    places and firms too. In a language that capitalizes nouns, capitals are ignored.
    """
    spelled = _compile_names(team)
    counts = _NameCounts()
    for text in texts:
        counts.add_words(text, counts.add_team(text, spelled) if spelled else text)
    return counts.list_names()


@dataclass(slots=True)
class _NameCounts:
    """Counts of words by their normalized form, by which names are recognized.

    `capital` and `lower` count spellings with and without a capital, `within` the capitals within
    a sentence, and `words_within` all words within sentences. `marked` are the names of the team
    and the words after an @.
    """

    lower: Counter[str] = field(default_factory=Counter)
    capital: Counter[str] = field(default_factory=Counter)
    within: Counter[str] = field(default_factory=Counter)
    words_within: int = 0
    marked: set[str] = field(default_factory=set)
    spellings: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add_team(self, text: str, spelled: re.Pattern[str]) -> str:
        """Count the names that `spelled` finds; return the text with blanks in their place."""
        for name in spelled.findall(text):
            self.marked.add(normalize(name))
            self.capital[normalize(name)] += 1
            self.spellings[normalize(name)][name] += 1
        return spelled.sub(lambda found: " " * len(found[0]), text)

    def add_words(self, text: str, others: str) -> None:
        """Count the words of `others`, which is `text` without the names of the team."""
        for match in WORD.finditer(others):
            word = _strip_possessive(match.group())
            is_marked = word.startswith("@")
            word = word.removeprefix("@")
            same = normalize(word)
            before = text[max(0, match.start() - SENTENCE_LOOKBEHIND) : match.start()]
            begins = bool(SENTENCE_BEGINS.search(before))
            self.words_within += not begins
            if is_marked:
                self.marked.add(same)
            if word[0].isupper() or is_marked:
                self.capital[same] += 1
                self.spellings[same][word] += 1
                self.within[same] += not begins and not word.isupper()
            else:
                self.lower[same] += 1

    def list_names(self) -> tuple[WordCount, ...]:
        """Return the names among the words, the most frequent first."""
        capitals = sum(self.within.values())
        if (
            self.words_within >= MIN_WORDS_FOR_SHARE
            and capitals > MAX_CAPITAL_SHARE * self.words_within
        ):
            self.within.clear()
        names = [item for item in self.capital.items() if self._is_name(item[0])]
        names.sort(key=lambda item: (-item[1], item[0]))
        return tuple(
            WordCount(_get_most_frequent(self.spellings[same]), count) for same, count in names
        )

    def _is_name(self, same: str) -> bool:
        if same in self.marked:
            return True
        if not self.within[same] or self.lower[same] or len(same) <= 1:
            return False
        return same not in CAPITALIZED_NON_NAMES and same not in _load_stop_words()


def _compile_names(names: Collection[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of `names` as spelled, longest first; None for none."""
    if not names:
        return None
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def measure_length_by_score(texts: Iterable[WrittenText]) -> tuple[AnswerLength, ...]:
    """Return the mean number of words of the answers with each mirror score."""
    lengths: defaultdict[int, list[int]] = defaultdict(list)
    for written in texts:
        if written.score is not None:
            lengths[written.score].append(len(written.text.split()))
    return tuple(
        AnswerLength(score, len(words), fmean(words)) for score, words in sorted(lengths.items())
    )


def normalize(word: str) -> str:
    """Return a word as words are compared."""
    return fold_letters(word)


@cache
def _load_stop_words() -> frozenset[str]:
    text = (
        files("leaderjournal.reviews.words").joinpath("stop_words.txt").read_text(encoding="utf-8")
    )
    return frozenset(map(normalize, text.split()))


def _strip_possessive(word: str) -> str:
    return (
        word[:-2] if word.endswith(("'s", "’s")) and word.lower() not in ("it's", "it’s") else word
    )


def _get_most_frequent(spellings: Counter[str]) -> str:
    return min(spellings.items(), key=lambda item: (-item[1], item[0]))[0]
