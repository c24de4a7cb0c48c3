"""When the letter comes, and the figures of the leader's last fortnight."""

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
"""Days over which the weakest behaviour is determined: a fortnight asks about too few."""
MIN_SCORES = 2
MAX_LINE_LENGTH = 240
"""Maximum characters of a leader's own line in a letter."""
SENTENCE = re.compile(r".+?[.!?…][\"'”’)]*(?=\s|$)\s*")


@dataclass(frozen=True, slots=True)
class ScoredBehaviour:
    """A score for a behaviour of a key."""

    key: str
    behaviour: str
    score: int


@dataclass(frozen=True, slots=True)
class KeyMeans:
    """The mean score of a key in the last fortnight and in the one before; None without scores."""

    key: str
    mean: float | None
    previous_mean: float | None


@dataclass(frozen=True, slots=True)
class FortnightSummary:
    """The content of a letter: figures of the fortnight before it and one behaviour to work on."""

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
    """Return the local date of the first letter after turning it on `today`: next Monday."""
    return days_after(today, 8 - today.isoweekday())


def get_next_date(date: LocalDate, today: LocalDate) -> LocalDate:
    """Return the local date of the letter after that of `date`, later than today.

    A leader who has flown west can be on an earlier date than that of the letter.
    """
    following = days_after(date, INTERVAL_DAYS)
    while following <= today:
        following = days_after(following, INTERVAL_DAYS)
    return following


def get_due_at(date: LocalDate, zone: str) -> Instant:
    """Return the UTC instant at which the letter of a local date is due."""
    return get_day_start(date, zone, SEND_TIME)


def extract_line(text: str) -> str:
    """Return the first sentences of a text's first line, up to MAX_LINE_LENGTH characters."""
    line = text.strip().partition("\n")[0].strip()
    if len(line) <= MAX_LINE_LENGTH:
        return line
    start = line[:MAX_LINE_LENGTH]
    sentences = SENTENCE.findall(start)
    return "".join(sentences).strip() if sentences else f"{start.rpartition(' ')[0] or start} …"


def compare_key(
    key: str, scores: Mapping[LocalDate, int], first: LocalDate, last: LocalDate
) -> KeyMeans:
    """Return the mean of a key from `first` to `last`, and of as many days before."""
    before = days_after(first, -INTERVAL_DAYS)
    now = [score for day, score in scores.items() if first <= day <= last]
    then = [score for day, score in scores.items() if before <= day < first]
    return KeyMeans(key, mean(now) if now else None, mean(then) if then else None)


def find_weakest_behaviour(scored: Iterable[ScoredBehaviour], behaviours: Sequence[str]) -> str:
    """Return the behaviour with the lowest mean of two scores or more.

    Of equal means it is the one with the fewest scores, then the first in the practice's order.
    Where none has two scores, it is the first with the fewest.
    """
    scores: defaultdict[str, list[int]] = defaultdict(list)
    for given in scored:
        scores[given.behaviour].append(given.score)
    enough = [slug for slug in behaviours if len(scores[slug]) >= MIN_SCORES]
    if not enough:
        return min(behaviours, key=lambda slug: len(scores[slug]))
    return min(enough, key=lambda slug: (mean(scores[slug]), len(scores[slug])))
