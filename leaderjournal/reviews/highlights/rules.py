"""Which passages of a month or a year are worth rereading."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from leaderjournal.kernel.days import LocalDate

ENOUGH_WORDS = 8
HIGHEST_LOW_SCORE = 2
MIDDLE_SCORE = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of one day that may be chosen; a note has no key."""

    date: LocalDate
    key: str | None
    score: int | None
    text: str
    length: int = field(init=False, compare=False)
    """The number of words, counted once since passages are compared by it again and again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.text.split()))


@dataclass(frozen=True, slots=True)
class Highlight:
    """A passage worth rereading."""

    date: LocalDate
    key: str | None
    text: str


def choose_highlights(passages: Iterable[Passage], how_many: int) -> tuple[Highlight, ...]:
    """Return at most `how_many` passages worth rereading, in the order of their dates.

    Only passages of eight words or more are chosen, unless all are shorter. If there is room for
    two, one has a low score (1 or 2): the longest such passage. The others are spread over months,
    then days, then keys; among equals the higher score wins (no score ranks as a 3), then the
    longer text, then the later date.
    """
    remaining = _sort_best_first(passages)
    chosen: list[Passage] = []
    seen: Counter[object] = Counter()
    candid = [passage for passage in remaining if _is_low(passage)] if how_many > 1 else []
    while remaining and len(chosen) < how_many:
        if candid and not chosen:
            passage = max(candid, key=lambda passage: passage.length)
        else:
            passage = min(remaining, key=lambda other: [seen[part] for part in _list_places(other)])
        remaining.remove(passage)
        chosen.append(passage)
        seen.update(_list_places(passage))
    chosen.sort(key=lambda passage: passage.date)
    return tuple(Highlight(passage.date, passage.key, passage.text) for passage in chosen)


def _sort_best_first(passages: Iterable[Passage]) -> list[Passage]:
    with_words = [passage for passage in passages if passage.length]
    long_enough = [passage for passage in with_words if passage.length >= ENOUGH_WORDS]
    return sorted(
        long_enough or with_words,
        key=lambda passage: (
            -(passage.score or MIDDLE_SCORE),
            -passage.length,
            -passage.date.toordinal(),
            passage.key or "",
            passage.text,
        ),
    )


def _is_low(passage: Passage) -> bool:
    return passage.score is not None and passage.score <= HIGHEST_LOW_SCORE


def _list_places(passage: Passage) -> tuple[object, ...]:
    """Return what passages are spread over: the month, the day and the key of one."""
    return (passage.date.year, passage.date.month), passage.date, passage.key
