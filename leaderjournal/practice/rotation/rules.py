"""The choice of a day's questions.

The choice is a draw, not a ranking: behaviours with low scores have more lots in it, and every
behaviour has some. The lots come from a hash of leader, day and name, so that every device asks
the same questions on the same day. Within a key the first rule that applies decides:

1. An own question with a rhythm is due when `every_days` days have passed since it was served,
   or when it never was. It is the leader's explicit wish and outranks all other rules,
   including the 30 days of rules 2 and 3. Among several, a new one comes first, then the one
   longest overdue. On other days it is left out, unless the key has no other questions.
2. A question rests for 30 days to either side of a day that served it. If all of them rest
   (because many are hidden), the one served furthest away comes, whatever its behaviour.
3. Every behaviour is asked about within 20 opened days, and so within any 30 days on which the
   page is opened, daily or from Monday to Friday. This forces the choice only when waiting
   would make it impossible, and then the earliest deadline comes first. If rule 2 keeps a
   behaviour from being asked about within 20 days, it still comes within 30 days of daily
   opening if it has two questions; a single question comes as soon as it has rested.
   Own questions without a behaviour count as one behaviour.
4. Otherwise the behaviours are drawn by lot, without those of the day before and the day after
   if others are left. The lots of a behaviour are 3 to the power of (3 less its mean score)
   times the share of its questions that do not rest. In the mean a score of d days ago weighs
   0.5 ** (d / 14), and one imagined score of 2 from today is added to the real ones: a
   behaviour without scores counts like "a little", and one without recent scores returns there.
   Under `focus_key` it is 9 to that power.
5. Within the behaviour, new questions come first (an own question before the catalogue's),
   then the one served longest ago.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import DayQuestion, Key, MirrorScore, Question

REST_DAYS = 30
"""Days, to either side, within which a question of the rotation is not repeated."""

REACHED_WITHIN = 30
"""Days within which every behaviour is asked about when the page is opened daily."""

OPENINGS = 20
"""Opened days within which every behaviour is asked about if its questions allow.

Thirty days hold at least twenty from Monday to Friday. So this also reaches every behaviour within
30 days for a leader who opens the page on five days a week, without guessing which days those are.
"""

HISTORY = timedelta(days=280)
"""How far back served questions must be known for rule 5 to reach every question.

Twenty openings take 28 days from Monday to Friday, so a behaviour with ten questions has asked all
of them within 280 days. A question served before that counts as new, and the draw could pass it
over for ever.
"""

HALF_LIFE = 14
"""Days after which a score weighs half as much as one of today."""

PRIOR_SCORE = 2
"""The mirror score ("a little") that a behaviour without scores is assumed to have."""

NEUTRAL_SCORE = 3
"""The mirror score at which a behaviour has one lot in the draw."""

LEAN = 3
"""Factor by which each point below NEUTRAL_SCORE multiplies the lots, and each point above divides.

A factor of 2 would be lost among the other eleven behaviours of the second key. At 3, a behaviour
always scored 1 comes about twice as often as one always scored 5, under every key.
"""

FOCUS_KEY_LEAN = 9
"""The same factor under the leader's focus key of the month, so that weak behaviours come up more.

It is LEAN squared, and every behaviour is still reached: rule 3 comes before the draw.
"""


def choose_questions(
    day: LocalDate,
    *,
    leader: UUID,
    keys: Sequence[Key],
    questions: Sequence[Question],
    served: Sequence[DayQuestion],
    scores: Sequence[MirrorScore],
    focus_key: str | None = None,
) -> tuple[Question, ...]:
    """Return the questions of the leader's local `day`: one per key, in the order of `keys`.

    `questions` are the visible ones (neither hidden nor retired), in any order. `served` holds the
    questions of other days, including later ones if an earlier day is opened late: 60 days to
    either side are enough for rules 2 to 4. Rule 1 needs the last time that a question with a
    rhythm was served, however long ago, and rule 5 needs HISTORY to reach every question.
    What belongs to `day` itself is ignored, so that answering does not change the questions, and
    so are scores of later days.

    Raises ValueError, naming the key, if a key has no question at all.
    """
    lots = _Lots(leader, day)
    distances = _measure_distances(day, served)
    chosen = []
    for key in keys:
        of_key = [question for question in questions if question.key == key.slug]
        if not of_key:
            raise ValueError(f"the key {key.slug} has no question left: it needs at least one")
        chosen.append(
            _choose_question(
                lots,
                of_key,
                distances=distances,
                served=[s for s in served if s.key == key.slug and s.local_date != day],
                scores=[s for s in scores if s.key == key.slug and s.local_date < day],
                lean=FOCUS_KEY_LEAN if key.slug == focus_key else LEAN,
            )
        )
    return tuple(chosen)


class _Lots:
    """The lots of a leader's day: a name always draws the same lot."""

    def __init__(self, leader: UUID, day: LocalDate) -> None:
        self.day = day
        self._hash = blake2b(f"{leader} {day.isoformat()} ".encode(), digest_size=8)

    def draw(self, name: str) -> float:
        """Return a number above 0 and up to 1, evenly spread over leaders, days and names."""
        digest = self._hash.copy()
        digest.update(name.encode())
        return (int.from_bytes(digest.digest(), "big") + 1) / 2**64


@dataclass(frozen=True, slots=True)
class _Pool:
    """The questions of one behaviour: those that do not rest, and how many there are in all."""

    behaviour: str | None
    fresh: tuple[Question, ...]
    size: int

    @property
    def lot_name(self) -> str:
        """The name under which the behaviour draws; no question has it as its id."""
        return f"behaviour {self.behaviour or ''}"


def _measure_distances(day: LocalDate, served: Iterable[DayQuestion]) -> dict[str, int]:
    """Return, by question id, the days between `day` and the nearest other day that served it."""
    distances: dict[str, int] = {}
    for other in served:
        days = abs((day - other.local_date).days)
        if days and days < distances.get(other.question, math.inf):
            distances[other.question] = days
    return distances


def _choose_question(
    lots: _Lots,
    questions: Sequence[Question],
    *,
    distances: dict[str, int],
    served: Sequence[DayQuestion],
    scores: Sequence[MirrorScore],
    lean: int,
) -> Question:
    """Return the day's question of one key; all arguments but `distances` hold that key only."""
    overdue = _find_longest_overdue(lots, questions, distances)
    if overdue is not None:
        return overdue
    rotation = [q for q in questions if q.every_days is None] or questions
    pools = _group_by_behaviour(rotation, distances)
    if not pools:
        return _pick_longest_unserved(lots, rotation, distances)
    candidates = _find_due_pools(lots, pools, served) or _skip_adjacent_days(
        lots.day, pools, served
    )
    pool = _draw_pool(lots, candidates, scores, lean)
    return _pick_longest_unserved(lots, pool.fresh, distances)


def _find_longest_overdue(
    lots: _Lots, questions: Iterable[Question], distances: dict[str, int]
) -> Question | None:
    """Return the question whose rhythm has been due for longest, or None if none is due."""
    overdue = {
        q: distances.get(q.id, math.inf) - q.every_days
        for q in questions
        if q.every_days is not None
    }
    due = [q for q, days in overdue.items() if days >= 0]
    return max(due, key=lambda q: (overdue[q], lots.draw(q.id), q.id), default=None)


def _pick_longest_unserved(
    lots: _Lots, questions: Iterable[Question], distances: dict[str, int]
) -> Question:
    """Return the question served furthest from the day; among new ones, an own one first."""
    return max(
        questions,
        key=lambda q: (distances.get(q.id, math.inf), q.own, lots.draw(q.id), q.id),
    )


def _group_by_behaviour(rotation: Iterable[Question], distances: dict[str, int]) -> list[_Pool]:
    """Return the behaviours that have a question which does not rest."""
    by_behaviour: defaultdict[str | None, list[Question]] = defaultdict(list)
    for question in rotation:
        by_behaviour[question.behaviour].append(question)
    pools = (
        _Pool(
            behaviour,
            fresh=tuple(q for q in questions if distances.get(q.id, math.inf) > REST_DAYS),
            size=len(questions),
        )
        for behaviour, questions in by_behaviour.items()
    )
    return [pool for pool in pools if pool.fresh]


def _find_due_pools(
    lots: _Lots, pools: Sequence[_Pool], served: Iterable[DayQuestion]
) -> list[_Pool]:
    """Return the behaviours of which one must come today; none if there is time.

    If k behaviours are due within the next k opened days, each of those days is taken, and today
    must go to one of the k (it does not matter to the rest which). The smallest such k is
    returned: a behaviour whose time is up is returned alone.

    Of two behaviours whose time is up, the one asked about longest ago comes first. Because a day
    asks about one behaviour per key, no two of them reach the 30th day together, so this keeps the
    30 days for all that have a second question to ask by then.
    """
    openings = sorted({s.local_date for s in served if s.local_date < lots.day})
    last: dict[str | None, LocalDate] = {}
    for s in served:
        if s.local_date < lots.day:
            last[s.behaviour] = max(s.local_date, last.get(s.behaviour, s.local_date))
    due = []
    for pool in pools:
        since = last.get(pool.behaviour)
        passed = len(openings) - (0 if since is None else bisect_right(openings, since))
        left = OPENINGS - 1 - passed
        # A single question rests past the 30th day: it is late anyway, and delays no other.
        deadline = max(left, OPENINGS - REACHED_WITHIN + 1) if pool.size == 1 else left
        due.append((deadline, left, lots.draw(pool.lot_name), pool.lot_name, pool))
    due.sort(key=lambda entry: entry[:-1])
    for k, (deadline, *_) in enumerate(due, start=1):
        if deadline < k:
            return [pool for *_, pool in due[:k]]
    return []


def _skip_adjacent_days(
    day: LocalDate, pools: Sequence[_Pool], served: Iterable[DayQuestion]
) -> Sequence[_Pool]:
    """Return the behaviours not asked about on the day before or after, or all if none is left."""
    adjacent = {s.behaviour for s in served if abs((day - s.local_date).days) == 1}
    return [pool for pool in pools if pool.behaviour not in adjacent] or pools


def _draw_pool(
    lots: _Lots, pools: Iterable[_Pool], scores: Iterable[MirrorScore], lean: int
) -> _Pool:
    """Return the behaviour that the draw picks, by the lots that each one has.

    The least of -ln(u) / lots over even draws u picks each with the share of its lots, whatever
    the order (Efraimidis and Spirakis, 2006), and leaving one out moves no other.
    """
    means = _compute_mean_scores(lots.day, scores)

    def rank(pool: _Pool) -> tuple[float, str]:
        mean = means.get(pool.behaviour, float(PRIOR_SCORE))
        weight = lean ** (NEUTRAL_SCORE - mean) * len(pool.fresh) / pool.size
        return -math.log(lots.draw(pool.lot_name)) / weight, pool.lot_name

    return min(pools, key=rank)


def _compute_mean_scores(day: LocalDate, scores: Iterable[MirrorScore]) -> dict[str | None, float]:
    """Return the mean score of each behaviour that has one; recent scores weigh more.

    The scores are taken in the order of their days, as a sum of fractions depends on its order.
    """
    sums: dict[str | None, tuple[float, float]] = {}
    for s in sorted(scores, key=lambda s: (s.local_date, s.score)):
        weight = 0.5 ** ((day - s.local_date).days / HALF_LIFE)
        total, weights = sums.get(s.behaviour, (float(PRIOR_SCORE), 1.0))
        sums[s.behaviour] = total + weight * s.score, weights + weight
    return {behaviour: total / weights for behaviour, (total, weights) in sums.items()}
