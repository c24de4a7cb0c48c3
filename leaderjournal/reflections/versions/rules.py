"""Which versions are steps of typing, and how the words of two versions differ."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Literal

from leaderjournal.reflections.rules import DayContent

ONE_SITTING = timedelta(minutes=10)
_WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: in `both` texts, or only in the one `before` or the one `after`."""

    text: str
    where: Literal["both", "before", "after"]


def is_step(earlier: DayContent, later: DayContent, *, between: timedelta) -> bool:
    """Tell whether `later`, saved `between` after `earlier`, is the same writing gone on with.

    It is where all that `earlier` says stands in `later` too, within one sitting.
    """
    if between > ONE_SITTING:
        return False
    answers = (
        before.score in {None, later.get_answer(before.key).score}
        and before.text.strip() in later.get_answer(before.key).text
        for before in earlier.answers
    )
    rest = earlier.note.strip() in later.note and earlier.commitment.strip() in later.commitment
    return rest and all(answers)


def compare_words(before: str, after: str) -> list[Piece]:
    """Return the words of two texts as pieces, in order, what stands only `before` first.

    The pieces of both and of before make up `before`, those of both and of after make up `after`,
    word by word. White space does not count; between two pieces there always is some.
    """
    one, other = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, _strip_words(one), _strip_words(other))
    pieces = list(_iter_pieces(matcher, one, other))
    return [_add_trailing_space(piece) for piece in pieces[:-1]] + pieces[-1:]


def _iter_pieces(
    matcher: SequenceMatcher[str], one: Sequence[str], other: Sequence[str]
) -> Iterator[Piece]:
    for same, from_one, to_one, from_other, to_other in matcher.get_opcodes():
        if same == "equal":
            yield Piece("".join(other[from_other:to_other]), "both")
            continue
        if to_one > from_one:
            yield Piece("".join(one[from_one:to_one]), "before")
        if to_other > from_other:
            yield Piece("".join(other[from_other:to_other]), "after")


def _add_trailing_space(piece: Piece) -> Piece:
    return piece if piece.text[-1].isspace() else replace(piece, text=f"{piece.text} ")


def _strip_words(words: Sequence[str]) -> list[str]:
    return [word.rstrip() for word in words]
