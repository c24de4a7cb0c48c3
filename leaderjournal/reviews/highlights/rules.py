"""Which passages of a month or a year are worth rereading."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.reviews.periods.rules import Period

HIGHLIGHTS_IN_A_MONTH, HIGHLIGHTS_IN_A_YEAR = 5, 12
ENOUGH_WORDS = 8
HIGHEST_LOW_SCORE = 2
MIDDLE_SCORE = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """The answer to a key on a day, or the day's note, which has no key; `length` is in words."""

    date: LocalDate
    key: str | None
    score: int | None
    length: int


@dataclass(frozen=True, slots=True)
class Highlight:
    """A passage worth rereading."""

    date: LocalDate
    key: str | None
    text: str


def count_highlights(period: Period) -> int:
    """Return how many passages of a month or a year are shown again."""
    return HIGHLIGHTS_IN_A_YEAR if period.is_year else HIGHLIGHTS_IN_A_MONTH


def choose_passages(passages: Iterable[Passage], how_many: int) -> tuple[Passage, ...]:
    """Return at most `how_many` passages worth rereading, in the order of their dates.

    Only passages of eight words or more are chosen, unless all are shorter. If there is room for
    two, one has a low score (1 or 2): the longest such passage. The others are spread over months,
    then days, then keys; among equals the higher score wins (no score ranks as a 3), then the
    longer text, then the later date.
    """
    ranked = _sort_best_first(passages)
    # Passages of one month and key differ by their day alone: few of a group have to be looked at.
    groups: defaultdict[tuple[object, ...], dict[int, Passage]] = defaultdict(dict)
    for rank, passage in enumerate(ranked):
        groups[passage.date.year, passage.date.month, passage.key][rank] = passage
    chosen: list[Passage] = []
    seen: Counter[object] = Counter()
    while groups and len(chosen) < how_many:
        candid = [passage for passage in ranked if _is_low(passage)] if not chosen else []
        if candid and how_many > 1:
            rank = ranked.index(max(candid, key=lambda passage: passage.length))
        else:
            rank = min(_rank_freshest(group, seen) for group in groups.values())[-1]
        passage = ranked[rank]
        place = passage.date.year, passage.date.month, passage.key
        del groups[place][rank]
        if not groups[place]:
            del groups[place]
        chosen.append(passage)
        seen.update(_list_places(passage))
    return tuple(sorted(chosen, key=lambda passage: passage.date))


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
        ),
    )


def _rank_freshest(
    group: Mapping[int, Passage], seen: Mapping[object, int]
) -> tuple[int, int, int, int]:
    """Return what ranks the best passage of a group, on a day seen the least; its own rank last."""
    best, times = -1, 0
    for rank, passage in group.items():
        times_seen = seen.get(passage.date, 0)
        if best < 0 or times_seen < times:
            best, times = rank, times_seen
        if not times:
            break  # the others are as fresh at most, and rank lower
    month, _, key = _list_places(group[best])
    return seen.get(month, 0), times, seen.get(key, 0), best


def _is_low(passage: Passage) -> bool:
    return passage.score is not None and passage.score <= HIGHEST_LOW_SCORE


def _list_places(passage: Passage) -> tuple[object, object, object]:
    """Return what passages are spread over: the month, the day and the key of one."""
    return (passage.date.year, passage.date.month), passage.date, passage.key
