"""What a word is, in every script (UAX 29).

Words are what stands between white space, as people count them in English: well-known, 3.5 and a
dash by itself are one each. Runs of a script that is written without spaces are split by ICU's
dictionaries (Chinese, Japanese, Thai, Lao, Khmer, Burmese), which UAX 29 asks for there. Splitting
all text by UAX 29 was left: it would change every count that is stored.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version

from icu4py.breakers import WordBreaker

from leaderjournal.kernel.letters.folding.rules import list_visible_marks
from leaderjournal.kernel.letters.names.rules import UNSPACED

_PUNCTUATION = "\u00ad\u200b-\u200d\u2060\u3001\u3002\uff01-\uff0f\uff1a-\uff1f"
_RUN = re.compile(f"[{UNSPACED}][{UNSPACED}{_PUNCTUATION}]*")
_UNSPACED_LETTER = re.compile(f"[{UNSPACED}]")
LOCALE = "en"
"""ICU chooses its dictionary by the script."""
RULES = 1
"""Counts up with each change of the rules below."""
SPLITTING_VERSION = f"{RULES}/{version('icu4py')}"
"""The rules, and the library that brings ICU's dictionaries."""


def has_unspaced(text: str) -> bool:
    """Return whether a text has a letter of a script that is written without spaces."""
    return not text.isascii() and _UNSPACED_LETTER.search(text) is not None


def count_words(text: str) -> int:
    """Return how many words `text` has."""
    return len(split_words(text))


def split_words(text: str) -> list[str]:
    """Return the words of `text` in order, with the punctuation that stands at them."""
    pieces = text.split()
    if not has_unspaced(text):
        return pieces
    words: list[str] = []
    for piece in pieces:
        words.extend(split_piece(piece) if has_unspaced(piece) else (piece,))
    return words


def split_piece(piece: str) -> Iterator[str]:
    """Yield the words of a text without white space.

    Punctuation beside a word of a script without spaces is no word, but 2026年 has two.
    """
    at = 0
    for run in _RUN.finditer(piece):
        if any(map(str.isalnum, piece[at : run.start()])):
            yield piece[at : run.start()]
        yield from (word for word in WordBreaker(run[0], LOCALE) if any(map(str.isalnum, word)))
        at = run.end()
    if any(map(str.isalnum, piece[at:])):
        yield piece[at:]


@cache
def get_letter_class() -> str:
    """Return what matches a letter with its marks, for patterns of words."""
    return rf"(?:[^\W\d_][{list_visible_marks()}]*)"
