"""Which words a leader uses most, which names come up, and how length and score relate."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from importlib.resources import files

from leaderjournal.reviews.highlights.rules import Passage
from leaderjournal.reviews.words.counting.rules import (
    NOTES,
    SHORTEST_WORD,
    WordCounts,
    list_name_parts,
    normalize_all,
)

MAX_CAPITAL_SHARE = 0.12
"""Above this share of capitals within sentences, the language capitalizes all nouns."""
MIN_WORDS_FOR_SHARE = 40
"""Words within sentences from which on that share is trusted."""

# Only closed word classes: lists in libraries also hold "call", "help" and "number", which are what
# the practice is about.
_STOP_WORDS_FILE = "stop_words.txt"

DENSE_WORD = re.compile(
    "[\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U000323af]{2}"
)
"""Ideographs, Katakana or syllables of Korean: two of them are a word."""

CAPITALIZED_NON_NAMES = frozenset(
    (
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("january", "february", "march", "april", "may", "june", "july", "august"),
        *("september", "october", "november", "december", "christmas", "easter", "god"),
        *("mr", "mrs", "ms", "miss", "dr", "sir", "madam", "lord", "lady", "prof"),
        *("english", "german", "french", "spanish", "american", "british", "european"),
        *("hr", "ceo", "cfo", "cto", "coo", "vp", "kpi", "okr", "crm", "q1", "q2", "q3", "q4"),
    )
)
"""What English capitalizes though it is no name, folded."""


@dataclass(frozen=True, slots=True)
class WordCount:
    """A word or a name in its most frequent spelling, and its count."""

    word: str
    count: int


@dataclass(frozen=True, slots=True)
class AnswerLength:
    """How many answers got a mirror score, and how many words they have on average."""

    score: int
    answers: int
    mean_words: float


@dataclass(frozen=True, slots=True)
class WordFigures:
    """The words of a period: the most used by key, the names, and answers' length by score.

    Texts without a key are counted under "note".
    """

    most_used: Mapping[str, tuple[WordCount, ...]]
    names: tuple[WordCount, ...]
    by_score: tuple[AnswerLength, ...]


def compute_word_figures(
    counts: WordCounts,
    passages: Iterable[Passage],
    keys: Iterable[str],
    *,
    most: int = 8,
    names: int = 12,
) -> WordFigures:
    """Return the figures of a period's words and passages; names are not counted as words."""
    named = list_names(counts)
    apart = frozenset(list_name_parts(name.word for name in named))
    return WordFigures(
        most_used={
            key: list_most_used(counts.used.get(key, {}), without=apart, most=most)
            for key in (*keys, NOTES)
        },
        names=named[:names],
        by_score=measure_length_by_score(passages),
    )


def list_most_used(
    used: Mapping[str, int], *, without: frozenset[str] = frozenset(), most: int = 8
) -> tuple[WordCount, ...]:
    """Return the words used most, the most frequent first, equals in alphabetical order.

    `used` counts words in lower case, without a possessive 's. Stop words and words used once are
    left out. Words that differ in accents count as one, shown in its most frequent spelling.
    """
    accented = [word for word in used if not word.isascii()]
    same_as = dict(zip(accented, normalize_all(accented), strict=True))
    counts = dict(used)
    for word in accented:
        del counts[word]
    for word, same in same_as.items():
        counts[same] = counts.get(same, 0) + used[word]
    for word in (*_load_stop_words(), *without):
        counts.pop(word, None)
    repeated = [item for item in counts.items() if item[1] > 1 and _is_long_enough(item[0])]
    # Sorting all of them would take longer than counting them.
    lowest = min(nlargest(most, [count for _, count in repeated]), default=0)
    found = sorted((item for item in repeated if item[1] >= lowest), key=_rank)[:most]
    spellings: dict[str, dict[str, int]] = {same: {} for same, _ in found}
    for word, same in same_as.items():
        if same in spellings:
            spellings[same][word] = used[word]
    for same, spelled in spellings.items():
        if same in used and same not in same_as:
            spelled[same] = used[same]
    return tuple(WordCount(_get_most_frequent(spellings[same]), count) for same, count in found)


def list_names(counts: WordCounts) -> tuple[WordCount, ...]:
    """Return the names that come up, the most frequent first, equals in alphabetical order.

    A name is one of the team in its spelling, a word after an @, or a word that is capitalized
    within a sentence and nowhere in lower case. That is how English writes names of people, and of
    places and firms too. In a language that capitalizes nouns, capitals are ignored.
    """
    found = {
        same
        for same in counts.within - counts.lower - CAPITALIZED_NON_NAMES - _load_stop_words()
        if len(same) > 1
    }
    capitalizes_nouns = (
        counts.words_within >= MIN_WORDS_FOR_SHARE
        and counts.capitals_within > MAX_CAPITAL_SHARE * counts.words_within
    )
    found = counts.marked if capitalizes_nouns else counts.marked | found
    spellings: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (word, count), same in zip(
        counts.capitals.items(), normalize_all(counts.capitals), strict=True
    ):
        if same in found:
            spellings[same][word] = count
    totals = {same: sum(spelled.values()) for same, spelled in spellings.items()}
    ordered = sorted(totals.items(), key=_rank)
    return tuple(WordCount(_get_most_frequent(spellings[same]), count) for same, count in ordered)


def measure_length_by_score(passages: Iterable[Passage]) -> tuple[AnswerLength, ...]:
    """Return the mean number of words of the answers with each mirror score."""
    answers: Counter[int] = Counter()
    words: Counter[int] = Counter()
    for passage in passages:
        if passage.score is not None:
            answers[passage.score] += 1
            words[passage.score] += passage.length
    return tuple(
        AnswerLength(score, count, words[score] / count) for score, count in sorted(answers.items())
    )


def is_stop_word(word: str) -> bool:
    """Tell whether a word is a stop word, such as "will" and "am"."""
    return not _load_stop_words().isdisjoint(normalize_all([word]))


@cache
def _load_stop_words() -> frozenset[str]:
    text = files(__package__).joinpath(_STOP_WORDS_FILE).read_text(encoding="utf-8")
    return frozenset(normalize_all(text.split()))


def _is_long_enough(word: str) -> bool:
    """Tell whether a word is worth showing: 会议 and 회의 say as much as longer words."""
    return len(word) >= SHORTEST_WORD or DENSE_WORD.fullmatch(word) is not None


def _get_most_frequent(spellings: Mapping[str, int]) -> str:
    return min(spellings.items(), key=_rank)[0]


def _rank(item: tuple[str, int]) -> tuple[int, str]:
    """Return what sorts counted words: the most frequent first, equals in alphabetical order."""
    return -item[1], item[0]
