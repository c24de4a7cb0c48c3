"""When the letter comes, and what it says of the leader's last fortnight."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from statistics import mean

from leaderjournal.kernel.days import Instant, LocalDate, day_begins, days_after
from leaderjournal.reviews.day_marks.rules import DayCounts

EVERY_DAYS = 14
AT = time(7, 30)
LOOKS_BACK = 56
"""Days over which the weakest behaviour is sought: a fortnight alone asks about too few."""
ENOUGH_SCORES = 2
LONGEST_LINE = 240
"""Characters of a leader's own that a letter holds at the most."""
SENTENCE_ENDS = re.compile(r".+?[.!?…][\"'”’)]*(?=\s|$)\s*")


@dataclass(frozen=True, slots=True)
class ScoredBehaviour:
    """A score that was given for a behaviour of a key."""

    key: str
    behaviour: str
    score: int


@dataclass(frozen=True, slots=True)
class KeyOfFortnight:
    """The mean score of a key in the last fortnight and in the one before; None where none."""

    key: str
    mean: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class Fortnight:
    """What a letter tells: figures of the fortnight before it, and one behaviour to work on."""

    first: LocalDate
    last: LocalDate
    days: DayCounts
    keys: tuple[KeyOfFortnight, ...]
    commitments_kept: int
    commitments_settled: int
    wins: int
    hand_offs: int
    weakest: str


def first_date(today: LocalDate) -> LocalDate:
    """Return the local date of the first letter of who asks for it today: the Monday after."""
    return days_after(today, 8 - today.isoweekday())


def next_date(date: LocalDate, today: LocalDate) -> LocalDate:
    """Return the local date of the letter after that of `date`, later than today.

    It is a later one too where the leader has flown west, and it is not that date there yet.
    """
    following = days_after(date, EVERY_DAYS)
    while following <= today:
        following = days_after(following, EVERY_DAYS)
    return following


def due_at(date: LocalDate, zone: str) -> Instant:
    """Return the UTC instant at which the letter of a local date goes out."""
    return day_begins(date, zone, AT)


def line_of(text: str) -> str:
    """Return one line of a text: of its first paragraph whole sentences, as many as are short."""
    line = text.strip().partition("\n")[0].strip()
    if len(line) <= LONGEST_LINE:
        return line
    begun = line[:LONGEST_LINE]
    sentences = SENTENCE_ENDS.findall(begun)
    return "".join(sentences).strip() if sentences else f"{begun.rpartition(' ')[0] or begun} …"


def key_of_fortnight(
    key: str, scores: Mapping[LocalDate, int], first: LocalDate, last: LocalDate
) -> KeyOfFortnight:
    """Return the means of a key from `first` to `last`, and of as many days before."""
    before = days_after(first, -EVERY_DAYS)
    now = [score for day, score in scores.items() if first <= day <= last]
    then = [score for day, score in scores.items() if before <= day < first]
    return KeyOfFortnight(key, mean(now) if now else None, mean(then) if then else None)


def weakest_behaviour(scored: Iterable[ScoredBehaviour], behaviours: Sequence[str]) -> str:
    """Return the behaviour with the lowest mean of two scores or more.

    Of equals the one that was looked at least, then the first in the order of the practice. Where
    none has two scores, it is the first that was looked at least.
    """
    scores: defaultdict[str, list[int]] = defaultdict(list)
    for given in scored:
        scores[given.behaviour].append(given.score)
    enough = [slug for slug in behaviours if len(scores[slug]) >= ENOUGH_SCORES]
    if not enough:
        return min(behaviours, key=lambda slug: len(scores[slug]))
    return min(enough, key=lambda slug: (mean(scores[slug]), len(scores[slug])))
