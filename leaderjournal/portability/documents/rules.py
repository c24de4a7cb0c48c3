"""Leaving people out of a document: which names there are, and texts without them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from leaderjournal.practice_log.people.rules import compile_names
from leaderjournal.reviews.words.rules import is_stop_word

SOMEONE = "someone"
NAME_SEPARATOR = re.compile(r"[,;\n]+")
LONGEST_PASSAGE = 600
MOST_NAMES = 500
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """Whether a document holds every day's words, and which names it leaves out."""

    every_day: bool = True
    without_names: tuple[str, ...] = ()


def parse_names(text: str) -> tuple[str, ...]:
    """Return the names that a leader wrote, separated by commas or lines, each once.

    Raises ValueError, saying what is allowed, for too many or too long ones.
    """
    names = [" ".join(name.split()).lstrip("@") for name in NAME_SEPARATOR.split(text)]
    found = tuple(dict.fromkeys(name for name in names if name))
    if len(found) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in found):
        raise ValueError(f"Use at most {MOST_NAMES} names of at most {LONGEST_NAME} characters.")
    return found


def shorten(text: str) -> str:
    """Return as much of a text as makes one want to read on; it stands whole elsewhere."""
    if len(text) <= LONGEST_PASSAGE:
        return text
    cut, _, _ = text[:LONGEST_PASSAGE].rpartition(" ")
    return f"{cut or text[:LONGEST_PASSAGE]} …"


class NameRemover:
    """Says "someone" where a name stands by itself, its possessive included as "someone's".

    A name counts however it is written, but where that would be an ordinary word, as will and am.
    """

    def __init__(self, names: Iterable[str]) -> None:
        given = tuple(names)
        words = tuple(name for name in given if is_stop_word(name))
        others = tuple(name for name in given if name not in words)
        self._patterns = [
            compile_names(*some, any_case=any_case)
            for some, any_case in ((others, True), (words, False))
            if some
        ]

    def __call__(self, text: str) -> str:
        """Return `text` without the names."""
        for pattern in self._patterns:
            text = pattern.sub(SOMEONE, text)
        return text
