"""When the letter comes, and what it says of the leader's last fortnight."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from statistics import mean

from leaderjournal.kernel.days import Instant, LocalDate, days_after, get_day_start
from leaderjournal.reviews.day_marks.rules import DayCounts

INTERVAL_DAYS = 14
SEND_TIME = time(7, 30)
LOOKBACK_DAYS = 56
"""Days over which the weakest behaviour is sought: a fortnight alone asks about too few."""
MIN_SCORES = 2
MAX_LINE_LENGTH = 240
"""Characters of a leader's own that a letter holds at the most."""
SENTENCE = re.compile(r".+?[.!?…][\"'”’)]*(?=\s|$)\s*")


@dataclass(frozen=True, slots=True)
class ScoredBehaviour:
    """A score that was given for a behaviour of a key."""

    key: str
    behaviour: str
    score: int


@dataclass(frozen=True, slots=True)
class KeyMeans:
    """The mean score of a key in the last fortnight and in the one before; None where none."""

    key: str
    mean: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class FortnightSummary:
    """What a letter tells: figures of the fortnight before it, and one behaviour to work on."""

    first: LocalDate
    last: LocalDate
    days: DayCounts
    keys: tuple[KeyMeans, ...]
    commitments_kept: int
    commitments_settled: int
    wins: int
    hand_offs: int
    weakest: str


def get_first_date(today: LocalDate) -> LocalDate:
    """Return the local date of the first letter of who asks for it today: the Monday after."""
    return days_after(today, 8 - today.isoweekday())


def get_next_date(date: LocalDate, today: LocalDate) -> LocalDate:
    """Return the local date of the letter after that of `date`, later than today.

    It is a later one too where the leader has flown west, and it is not that date there yet.
    """
    following = days_after(date, INTERVAL_DAYS)
    while following <= today:
        following = days_after(following, INTERVAL_DAYS)
    return following


def get_due_at(date: LocalDate, zone: str) -> Instant:
    """Return the UTC instant at which the letter of a local date goes out."""
    return get_day_start(date, zone, SEND_TIME)


def extract_line(text: str) -> str:
    """Return one line of a text: of its first paragraph whole sentences, as many as are short."""
    line = text.strip().partition("\n")[0].strip()
    if len(line) <= MAX_LINE_LENGTH:
        return line
    begun = line[:MAX_LINE_LENGTH]
    sentences = SENTENCE.findall(begun)
    return "".join(sentences).strip() if sentences else f"{begun.rpartition(' ')[0] or begun} …"


def compare_key(
    key: str, scores: Mapping[LocalDate, int], first: LocalDate, last: LocalDate
) -> KeyMeans:
    """Return the means of a key from `first` to `last`, and of as many days before."""
    before = days_after(first, -INTERVAL_DAYS)
    now = [score for day, score in scores.items() if first <= day <= last]
    then = [score for day, score in scores.items() if before <= day < first]
    return KeyMeans(key, mean(now) if now else None, mean(then) if then else None)


def find_weakest_behaviour(scored: Iterable[ScoredBehaviour], behaviours: Sequence[str]) -> str:
    """Return the behaviour with the lowest mean of two scores or more.

    Of equals the one that was looked at least, then the first in the order of the practice. Where
    none has two scores, it is the first that was looked at least.
    """
    scores: defaultdict[str, list[int]] = defaultdict(list)
    for given in scored:
        scores[given.behaviour].append(given.score)
    enough = [slug for slug in behaviours if len(scores[slug]) >= MIN_SCORES]
    if not enough:
        return min(behaviours, key=lambda slug: len(scores[slug]))
    return min(enough, key=lambda slug: (mean(scores[slug]), len(scores[slug])))
