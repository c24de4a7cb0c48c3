"""Which paragraphs of a text run from right to left.

A paragraph runs as its first strong letter does (Unicode's bidirectional algorithm, UAX 9, rules P2
and P3). WeasyPrint knows `dir="rtl"`, and neither `dir="auto"` nor `unicode-bidi: plaintext`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from leaderjournal.portability.documents.names.rules import SOMEONE

RIGHT_TO_LEFT = frozenset({"R", "AL"})
ISOLATES = frozenset({"LRI", "RLI", "FSI"})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of a text that follow each other and run in one direction."""

    text: str
    is_right_to_left: bool


def split_by_direction(text: str) -> Sequence[Paragraph]:
    """Return the lines of `text`, those together that run in one direction.

    A line without strong letters, such as a number, goes with the one before it, and at the
    beginning with the one after it.
    """
    lines = text.split("\n")
    found = [_runs_right_to_left(line) for line in lines]
    direction = next((one for one in found if one is not None), False)
    directions = [direction := direction if one is None else one for one in found]
    groups = groupby(zip(directions, lines, strict=True), key=lambda pair: pair[0])
    paragraphs = (
        Paragraph("\n".join(line for _, line in group).strip("\n"), is_right_to_left)
        for is_right_to_left, group in groups
    )
    return tuple(paragraph for paragraph in paragraphs if paragraph.text.strip())


def _runs_right_to_left(line: str) -> bool | None:
    """Return whether a line's first strong letter is Hebrew or Arabic; None if it has none.

    The word that stands for a name says nothing of the line it is in.
    """
    depth = 0
    for letter in line.replace(SOMEONE, ""):
        kind = unicodedata.bidirectional(letter)
        if kind in ISOLATES:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif depth == 0 and kind in RIGHT_TO_LEFT:
            return True
        elif depth == 0 and kind == "L":
            return False
    return None
