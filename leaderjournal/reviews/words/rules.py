"""Which words a leader uses most, which names come up, and how length and score go together."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import fmean

WORD = re.compile(r"@?[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE_BEGINS = re.compile(r"(?:^|[.!?…:;\n\"“”„«»(–—*])[\s\"“”„«»(*]*$")
SHORTEST_WORD = 3
NOTES = "note"
SENTENCE_LOOKBEHIND = 24
"""Characters before a word that tell whether a sentence begins with it."""
MAX_CAPITAL_SHARE = 0.12
"""Above this share of capitals within sentences the language writes nouns so: they name nobody."""
MIN_WORDS_FOR_SHARE = 40
"""Words within sentences from which on that share is taken at its word."""

# Closed classes of words alone: lists that libraries ship leave out "call", "help" and "number"
# too, which are what the practice is about.
_STOP_WORDS_FILE = "stop_words.txt"

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
"""What English writes with a capital though it names nobody, folded."""


@dataclass(frozen=True, slots=True)
class WordCount:
    """A word or a name as it is written most often, and how often."""

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
    """A period's words: by key the most used, the names, and the length of answers by score.

    What stands under no key is counted under "note".
    """

    most_used: Mapping[str, tuple[WordCount, ...]]
    names: tuple[WordCount, ...]
    by_score: tuple[AnswerLength, ...]


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text of a day: its key (None for a note or a commitment), score and words."""

    key: str | None
    score: int | None
    text: str
    is_commitment: bool = False


def compute_word_figures(
    texts: Sequence[WrittenText],
    keys: Iterable[str],
    *,
    team: Collection[str] = (),
    most: int = 8,
    names: int = 12,
) -> WordFigures:
    """Return the figures of all `texts`; a name counts as a name and not among the words."""
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
    """Return the words used most, the most frequent first, equals by the alphabet.

    Words that say little by themselves are left out, and so are single uses. Case, accents and a
    possessive 's make no other word; it is shown as it is written most often, in small letters.
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
    """Return the names that come up, the most frequent first, equals by the alphabet.

    A name is one of the `team` as it is written there, what stands after an @, and what is written
    with a capital within a sentence and nowhere in these texts without one. That is how English
    writes names of people; it writes those of places and firms so too. In a language that writes
    nouns with a capital the last of these says nothing.
    """
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    within: Counter[str] = Counter()
    marked: set[str] = set()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    inside = 0
    of_team = _compile_names(team)
    for text in texts:
        others = text
        if of_team:
            for name in of_team.findall(text):
                marked.add(normalize(name))
                capital[normalize(name)] += 1
                spellings[normalize(name)][name] += 1
            others = of_team.sub(lambda found: " " * len(found[0]), text)
        for match in WORD.finditer(others):
            word = _strip_possessive(match.group())
            is_marked = word.startswith("@")
            word = word.removeprefix("@")
            same = normalize(word)
            begins = bool(
                SENTENCE_BEGINS.search(
                    text[max(0, match.start() - SENTENCE_LOOKBEHIND) : match.start()]
                )
            )
            inside += not begins
            if is_marked:
                marked.add(same)
            if word[0].isupper() or is_marked:
                capital[same] += 1
                spellings[same][word] += 1
                within[same] += not begins and not word.isupper()
            else:
                small[same] += 1
    if inside >= MIN_WORDS_FOR_SHARE and sum(within.values()) > MAX_CAPITAL_SHARE * inside:
        within.clear()
    stop_words = _load_stop_words()
    names = [
        (same, count)
        for same, count in capital.items()
        if same in marked
        or (
            (within[same] and not small[same] and len(same) > 1)
            and same not in CAPITALIZED_NON_NAMES
            and same not in stop_words
        )
    ]
    names.sort(key=lambda item: (-item[1], item[0]))
    return tuple(WordCount(_get_most_frequent(spellings[same]), count) for same, count in names)


def _compile_names(names: Collection[str]) -> re.Pattern[str] | None:
    """Return what finds any of `names` as it is written, the longest that is there."""
    if not names:
        return None
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def measure_length_by_score(texts: Iterable[WrittenText]) -> tuple[AnswerLength, ...]:
    """Return, for each mirror score given, how many words its answers have on average."""
    lengths: defaultdict[int, list[int]] = defaultdict(list)
    for written in texts:
        if written.score is not None:
            lengths[written.score].append(len(written.text.split()))
    return tuple(
        AnswerLength(score, len(words), fmean(words)) for score, words in sorted(lengths.items())
    )


def normalize(word: str) -> str:
    """Return a word without regard to case, accents and the kind of its apostrophe."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def is_stop_word(word: str) -> bool:
    """Tell whether a word says little by itself, as "will" and "am" do."""
    return normalize(word) in _load_stop_words()


@cache
def _load_stop_words() -> frozenset[str]:
    text = files(__package__).joinpath(_STOP_WORDS_FILE).read_text(encoding="utf-8")
    return frozenset(map(normalize, text.split()))


def _strip_possessive(word: str) -> str:
    return (
        word[:-2] if word.endswith(("'s", "’s")) and word.lower() not in ("it's", "it’s") else word
    )


def _get_most_frequent(spellings: Counter[str]) -> str:
    return min(spellings.items(), key=lambda item: (-item[1], item[0]))[0]
