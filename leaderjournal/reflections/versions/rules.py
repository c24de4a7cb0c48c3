"""Which versions are steps of typing, and how two versions of a day differ."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from leaderjournal.practice.rules import Key
from leaderjournal.reflections.day_form.rules import COMMITMENT_LABEL, NOTE_LABEL
from leaderjournal.reflections.rules import DayContent, DayVersion, StoredDay

ONE_SITTING = timedelta(minutes=10)
_WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: in `both` texts, or only in the one `before` or the one `after`."""

    text: str
    where: Literal["both", "before", "after"]


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """A field of two versions of a day: its texts as pieces and, under a `key`, both scores."""

    name: str
    pieces: Sequence[Piece]
    key: Key | None = None
    score_before: int | None = None
    score_after: int | None = None


def is_step(earlier: DayContent, later: DayContent, *, between: timedelta) -> bool:
    """Return whether `later`, saved `between` after `earlier`, only continues its text.

    That is so if `later` contains everything in `earlier` and was saved within one sitting.
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


def group_steps(
    day: StoredDay, versions: Sequence[DayVersion]
) -> list[tuple[bool, list[DayVersion]]]:
    """Return the versions of a day, newest first, in runs, and whether a run is steps of typing.

    A superseded version is never a step.
    """
    following: list[StoredDay | DayVersion] = [day, *versions]
    steps = [
        not version.superseded
        and is_step(version.content, later.content, between=later.saved_at - version.saved_at)
        for version, later in zip(versions, following, strict=False)
    ]
    pairs = zip(steps, versions, strict=True)
    return [
        (are_steps, [version for _, version in run])
        for are_steps, run in groupby(pairs, lambda pair: pair[0])
    ]


def compare_days(
    before: DayContent, after: DayContent, keys: Sequence[Key]
) -> list[FieldComparison]:
    """Return every field that is not empty in both, in the order of the page."""
    fields = []
    for key in keys:
        old, new = before.get_answer(key.slug), after.get_answer(key.slug)
        if old.is_answered or new.is_answered:
            pieces = compare_words(old.text, new.text)
            fields.append(FieldComparison(key.name, pieces, key, old.score, new.score))
    for name, old_text, new_text in (
        (NOTE_LABEL, before.note, after.note),
        (COMMITMENT_LABEL, before.commitment, after.commitment),
    ):
        if old_text.strip() or new_text.strip():
            fields.append(FieldComparison(name, compare_words(old_text, new_text)))
    return fields


def compare_words(before: str, after: str) -> list[Piece]:
    """Return the words of two texts as pieces, in order; what is only `before` comes first.

    The pieces of both and of before make up `before`, those of both and of after make up `after`,
    word by word. White space is ignored, and there is always some between two pieces.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, _strip_words(old), _strip_words(new))
    pieces = list(_iter_pieces(matcher, old, new))
    return [_add_trailing_space(piece) for piece in pieces[:-1]] + pieces[-1:]


def _iter_pieces(
    matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]
) -> Iterator[Piece]:
    for operation, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if operation == "equal":
            yield Piece("".join(new[new_start:new_end]), "both")
            continue
        if old_end > old_start:
            yield Piece("".join(old[old_start:old_end]), "before")
        if new_end > new_start:
            yield Piece("".join(new[new_start:new_end]), "after")


def _add_trailing_space(piece: Piece) -> Piece:
    return piece if piece.text[-1].isspace() else replace(piece, text=f"{piece.text} ")


def _strip_words(words: Sequence[str]) -> list[str]:
    return [word.rstrip() for word in words]
