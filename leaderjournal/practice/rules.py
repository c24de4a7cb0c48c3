"""The keys and behaviours as plain values, and the choice of a day's questions.

The choice is a draw, not a ranking: behaviours with low scores have more lots in it, and every
behaviour has some. The lots come from a hash of leader, day and name, so that the same day asks
the same questions on every device. `questions_for` says which rules go before which.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

from leaderjournal.kernel.days import LocalDate

REST_DAYS = 30
"""Days, to either side, within which a question of the rotation does not come back."""

REACHED_WITHIN = 30
"""Days within which every behaviour is asked about, where the page is opened daily."""

OPENINGS = 20
"""Opened days within which every behaviour is asked about where its questions allow.

Thirty days hold at least twenty from Monday to Friday, so this reaches every behaviour within 30
days for a leader who keeps the week's five days too, without having to guess which days come.
"""

HISTORY = timedelta(days=280)
"""How far back what was asked must be known for rule 5 to come to every question.

Twenty openings take 28 days from Monday to Friday, so that a behaviour of ten questions has asked
all of them within 280. One asked before that counts as never asked, and could be passed over by
lot for ever.
"""

HALF_LIFE = 14
"""Days after which a score weighs half as much as one of today."""

PRIOR_SCORE = 2
"""The mirror score ("barely") that a behaviour without scores is taken to have."""

NEUTRAL_SCORE = 3
"""The mirror score at which a behaviour has one lot in the draw."""

LEAN = 3
"""How many times the lots each point below that makes, and how many times fewer each point above.

Twice would be drowned by the other eleven behaviours of the second key; at three, one always
scored 1 comes about twice as often as one always scored 5, under every key.
"""

CHOSEN_KEY_LEAN = 9
"""The same under the key that a leader chose to lean on for the month: its weak spots come up more.

It is LEAN twice over, and still lets every behaviour be reached: rule 3 goes before the draw.
"""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something a leader did or did not do today; `text` says it in the leader's own voice."""

    slug: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """One of the three keys, with its behaviours in the order of the practice."""

    slug: str
    name: str
    text: str
    behaviours: tuple[Behaviour, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question under a key: one of the catalogue, or the leader's `own`.

    An own question may do without a behaviour, and may have a rhythm: `every_days` days.
    """

    id: str
    key: str
    behaviour: str | None
    text: str
    every_days: int | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """A question that was put to the leader on a local day, under the key of that day."""

    question: str
    key: str
    behaviour: str | None
    local_date: LocalDate


@dataclass(frozen=True, slots=True)
class MirrorScore:
    """A mirror score, 1 to 5, that the leader gave for a local day."""

    key: str
    behaviour: str | None
    score: int
    local_date: LocalDate


def choose_questions(
    day: LocalDate,
    *,
    leader: UUID,
    keys: Sequence[Key],
    questions: Sequence[Question],
    asked: Sequence[DayQuestion],
    scored: Sequence[MirrorScore],
    leaning: str | None = None,
) -> tuple[Question, ...]:
    """Return the questions of the leader's local `day`: one per key, in the order of `keys`.

    `questions` are the visible ones (neither hidden nor retired), in any order. `asked` holds what
    other days asked, later ones too where an earlier day is opened late: 60 days to either side
    are enough for rules 2 to 4. Rule 1 needs the last time that a question with a rhythm was asked,
    however long ago, and rule 5 needs HISTORY to come to every question.
    What belongs to `day` itself is ignored, so that answering does not change the questions; so
    are scores of later days. Within a key the first rule that applies decides:

    1. An own question with a rhythm is due when `every_days` days have passed since it was asked,
       or when it never was. It is the leader's explicit wish and outranks all that follows, the 30
       days of rules 2 and 3 included. Of several, one never asked goes first, then the one longest
       overdue. On other days it stays out, unless the key has no other questions.
    2. A question rests for 30 days to either side of a day that asked it. Where all of them rest
       (so many are hidden), the one whose asking is furthest away comes, of whatever behaviour.
    3. Every behaviour is asked about within 20 opened days, and so within any 30 days on which the
       page is opened, daily or from Monday to Friday. This forces the choice only when waiting
       would make it impossible, and then the earliest deadline goes first. Where rule 2 keeps a
       behaviour from being asked about in 20 days, it still is within 30 of daily opening if it
       has two questions; one with a single question comes as soon as that has rested.
       An own question without a behaviour counts as of a behaviour of its own.
    4. Otherwise the behaviours are drawn by lot, save those of the day before and the day after
       where others are left. The lots of a behaviour are 3 to the power of (3 less its mean score)
       times the share of its questions that do not rest. In the mean a score of d days ago weighs
       0.5 ** (d / 14), and one imagined score of 2 from today stands beside the real ones: a
       behaviour never touched leans like "barely", and one long untouched returns there. Under
       the key that the leader chose to lean on, `leaning`, it is 9 to that power.
    5. Within the behaviour, what was never asked comes first (an own question before one of ours),
       then what was asked longest ago.

    Raises ValueError, naming the key, where a key has no question at all.
    """
    lots = _Lots(leader, day)
    apart = _count_days_apart(day, asked)
    chosen = []
    for key in keys:
        of_key = [question for question in questions if question.key == key.slug]
        if not of_key:
            raise ValueError(f"the key {key.slug} has no question left: it needs at least one")
        chosen.append(
            _choose_question(
                lots,
                of_key,
                apart=apart,
                asked=[a for a in asked if a.key == key.slug and a.local_date != day],
                scored=[s for s in scored if s.key == key.slug and s.local_date < day],
                lean=CHOSEN_KEY_LEAN if key.slug == leaning else LEAN,
            )
        )
    return tuple(chosen)


@dataclass(frozen=True, slots=True)
class _Lots:
    """The lots of a leader's day: the same for the same name, whoever draws and however often."""

    leader: UUID
    day: LocalDate

    def draw(self, name: str) -> float:
        """Return a number above 0 and up to 1, evenly spread over leaders, days and names."""
        digest = blake2b(f"{self.leader} {self.day.isoformat()} {name}".encode(), digest_size=8)
        return (int.from_bytes(digest.digest(), "big") + 1) / 2**64


@dataclass(frozen=True, slots=True)
class _Pool:
    """The questions of one behaviour: those that do not rest, and how many there are in all."""

    behaviour: str | None
    fresh: tuple[Question, ...]
    size: int


def _count_days_apart(day: LocalDate, asked: Iterable[DayQuestion]) -> dict[str, int]:
    """Return, by question, the days between `day` and the nearest other day that asked it."""
    apart: dict[str, int] = {}
    for a in asked:
        days = abs((day - a.local_date).days)
        if days and days < apart.get(a.question, math.inf):
            apart[a.question] = days
    return apart


def _choose_question(
    lots: _Lots,
    questions: Sequence[Question],
    *,
    apart: dict[str, int],
    asked: Sequence[DayQuestion],
    scored: Sequence[MirrorScore],
    lean: int,
) -> Question:
    """Return the day's question of one key; all arguments but `apart` hold that key only."""
    rhythmic = _find_longest_overdue(lots, questions, apart)
    if rhythmic is not None:
        return rhythmic
    rotation = [q for q in questions if q.every_days is None] or questions
    pools = _group_by_behaviour(rotation, apart)
    if not pools:
        return _pick_longest_unasked(lots, rotation, apart)
    pressing = _find_due_pools(lots, pools, asked)
    pool = _draw_pool(lots, pressing or _filter_adjacent_days(lots.day, pools, asked), scored, lean)
    return _pick_longest_unasked(lots, pool.fresh, apart)


def _find_longest_overdue(
    lots: _Lots, questions: Iterable[Question], apart: dict[str, int]
) -> Question | None:
    """Return the question whose rhythm has been due for longest, or None where none is due."""
    overdue = {
        q: apart.get(q.id, math.inf) - q.every_days for q in questions if q.every_days is not None
    }
    due = [q for q, days in overdue.items() if days >= 0]
    return max(due, key=lambda q: (overdue[q], lots.draw(q.id), q.id), default=None)


def _pick_longest_unasked(
    lots: _Lots, questions: Iterable[Question], apart: dict[str, int]
) -> Question:
    """Return the question asked furthest from the day; of those never asked, an own one first."""
    return max(questions, key=lambda q: (apart.get(q.id, math.inf), q.own, lots.draw(q.id), q.id))


def _group_by_behaviour(rotation: Iterable[Question], apart: dict[str, int]) -> list[_Pool]:
    """Return the behaviours that have a question which does not rest."""
    of_behaviour: defaultdict[str | None, list[Question]] = defaultdict(list)
    for question in rotation:
        of_behaviour[question.behaviour].append(question)
    pools = (
        _Pool(
            behaviour,
            fresh=tuple(q for q in all_of_it if apart.get(q.id, math.inf) > REST_DAYS),
            size=len(all_of_it),
        )
        for behaviour, all_of_it in of_behaviour.items()
    )
    return [pool for pool in pools if pool.fresh]


def _find_due_pools(
    lots: _Lots, pools: Sequence[_Pool], asked: Iterable[DayQuestion]
) -> list[_Pool]:
    """Return the behaviours of which one must come today, or none where there is time.

    With k behaviours due within the next k opened days, each of those days is taken, and today
    must go to one of the k (which, does not matter to the rest). The smallest such k is returned:
    a behaviour whose time is up stands alone in it.

    Of two behaviours whose time is up, the one asked about longest ago goes first. Because a day
    asks about one behaviour per key, no two of them reach the 30th day together, so this keeps the
    30 days for all that have a second question to ask by then.
    """
    before = {a.local_date for a in asked if a.local_date < lots.day}
    last: dict[str | None, LocalDate] = {}
    for a in asked:
        if a.local_date in before:
            last[a.behaviour] = max(a.local_date, last.get(a.behaviour, a.local_date))
    due = []
    for pool in pools:
        since = last.get(pool.behaviour)
        passed = len(before) if since is None else sum(day > since for day in before)
        left = OPENINGS - 1 - passed
        # A lone question rests past the 30th day: it is late anyway, and makes no other late.
        yields = max(left, OPENINGS - REACHED_WITHIN + 1) if pool.size == 1 else left
        due.append((yields, left, lots.draw(_get_lot_name(pool)), _get_lot_name(pool), pool))
    due.sort(key=lambda entry: entry[:-1])
    for k, (openings_left, *_) in enumerate(due, start=1):
        if openings_left < k:
            return [pool for *_, pool in due[:k]]
    return []


def _filter_adjacent_days(
    day: LocalDate, pools: Sequence[_Pool], asked: Iterable[DayQuestion]
) -> Sequence[_Pool]:
    """Return the behaviours not asked about on the day before or after, or all if none is left."""
    next_door = {a.behaviour for a in asked if abs((day - a.local_date).days) == 1}
    return [pool for pool in pools if pool.behaviour not in next_door] or pools


def _draw_pool(
    lots: _Lots, pools: Iterable[_Pool], scored: Iterable[MirrorScore], lean: int
) -> _Pool:
    """Return the behaviour that the draw falls on, by the lots that each one has.

    The least of -ln(u) / lots over even draws u falls on each with the share of its lots, whatever
    the order (Efraimidis and Spirakis, 2006), and leaving one out moves no other.
    """
    means = _compute_mean_scores(lots.day, scored)

    def wait(pool: _Pool) -> tuple[float, str]:
        mean = means.get(pool.behaviour, float(PRIOR_SCORE))
        held = lean ** (NEUTRAL_SCORE - mean) * len(pool.fresh) / pool.size
        return -math.log(lots.draw(_get_lot_name(pool))) / held, _get_lot_name(pool)

    return min(pools, key=wait)


def _compute_mean_scores(day: LocalDate, scored: Iterable[MirrorScore]) -> dict[str | None, float]:
    """Return the mean score of each behaviour that has one, recent scores weighing more.

    The scores are taken in the order of their days, as a sum of fractions depends on its order.
    """
    sums: dict[str | None, tuple[float, float]] = {}
    for s in sorted(scored, key=lambda s: (s.local_date, s.score)):
        weight = 0.5 ** ((day - s.local_date).days / HALF_LIFE)
        total, weights = sums.get(s.behaviour, (float(PRIOR_SCORE), 1.0))
        sums[s.behaviour] = total + weight * s.score, weights + weight
    return {behaviour: total / weights for behaviour, (total, weights) in sums.items()}


def _get_lot_name(pool: _Pool) -> str:
    """Return the name under which a behaviour draws, which is no question's id."""
    return f"behaviour {pool.behaviour or ''}"
