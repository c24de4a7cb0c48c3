"""What a PDF leaves out: the days' words and the names of people."""

import re
from dataclasses import dataclass

NAME_SEPARATOR = re.compile(r"[,;\n，、；،؛､﹐]+")
LONGEST_PASSAGE = 600
MOST_NAMES = 500
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """Whether a PDF holds every day's words, and which names it leaves out."""

    every_day: bool = True
    without_names: tuple[str, ...] = ()


def parse_names(text: str) -> tuple[str, ...]:
    """Return the names in `text`, separated by commas or lines, without duplicates.

    Raises ValueError with a sentence that says what is allowed, for too many or too long names.
    """
    names = [" ".join(name.split()).lstrip("@") for name in NAME_SEPARATOR.split(text)]
    found = tuple(dict.fromkeys(name for name in names if name))
    if len(found) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in found):
        raise ValueError(f"Use at most {MOST_NAMES} names of at most {LONGEST_NAME} characters.")
    return found


def shorten(text: str) -> str:
    """Return the beginning of a long text, cut at a word."""
    if len(text) <= LONGEST_PASSAGE:
        return text
    cut, _, _ = text[:LONGEST_PASSAGE].rpartition(" ")
    return f"{cut or text[:LONGEST_PASSAGE]} …"
