"""The choice of a day's questions, as invented leaders meet it day by day."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from random import Random
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice.catalogue import list_keys, list_questions
from leaderjournal.practice.rotation.rules import HISTORY, choose_questions
from leaderjournal.practice.rules import DayQuestion, Key, MirrorScore, Question

START = LocalDate(date(2026, 1, 5))  # a Monday
LEADER = UUID(int=7)
LEAD, SERVE, LET_GO = list_keys()
REACHED = frozenset((key.slug, b.slug) for key in list_keys() for b in key.behaviours)

leaders = st.uuids(version=4)
starts = st.dates(date(2024, 1, 1), date(2030, 12, 31)).map(LocalDate)

Score = Callable[[Question], int]
T = TypeVar("T")


def make_random(seed: int) -> Random:
    """Return what happens to an invented leader: the same for the same seed."""
    return Random(seed)  # noqa: S311 - a leader's luck, not a key


@dataclass
class Journal:
    """A leader who opens days and scores the questions served."""

    leader: UUID = LEADER
    keys: Sequence[Key] = field(default_factory=list_keys)
    questions: Sequence[Question] = field(default_factory=list_questions)
    score: Score = lambda question: 3
    served: list[DayQuestion] = field(default_factory=list)
    scores: list[MirrorScore] = field(default_factory=list)
    memory: int = 60

    def choose(self, day: LocalDate) -> tuple[Question, ...]:
        first, last = days_after(day, -self.memory), days_after(day, self.memory)
        return choose_questions(
            day,
            leader=self.leader,
            keys=self.keys,
            questions=self.questions,
            served=[a for a in self.served if first <= a.local_date <= last],
            scores=[s for s in self.scores if first <= s.local_date <= last],
        )

    def open(self, day: LocalDate) -> tuple[Question, ...]:
        chosen = self.choose(day)
        for q in chosen:
            self.served.append(DayQuestion(q.id, q.key, q.behaviour, day))
            self.scores.append(MirrorScore(q.key, q.behaviour, self.score(q), day))
        return chosen

    def open_all(self, days: Iterable[LocalDate]) -> "Journal":
        for day in days:
            self.open(day)
        return self

    def list_days_by_question(self) -> dict[str, list[LocalDate]]:
        return self._group_days(lambda a: a.question)

    def list_days_by_behaviour(self) -> dict[tuple[str, str | None], list[LocalDate]]:
        return self._group_days(lambda a: (a.key, a.behaviour))

    def _group_days(self, by: Callable[[DayQuestion], T]) -> dict[T, list[LocalDate]]:
        days: dict[T, list[LocalDate]] = {}
        for a in sorted(self.served, key=lambda a: a.local_date):
            days.setdefault(by(a), []).append(a.local_date)
        return days


def list_days(days: int, start: LocalDate = START) -> list[LocalDate]:
    return [days_after(start, n) for n in range(days)]


def list_weekdays(days: int, start: LocalDate = START) -> list[LocalDate]:
    return [day for day in list_days(days, start) if day.isoweekday() <= 5]


def measure_shortest_gap(days: Sequence[LocalDate]) -> int:
    return min(((b - a).days for a, b in pairwise(days)), default=10_000)


def measure_longest_wait(days: Sequence[LocalDate], first: LocalDate, last: LocalDate) -> int:
    """Return the longest time without the question in days opened from first to last."""
    edges = [days_after(first, -1), *days, days_after(last, 1)]
    return max((b - a).days for a, b in pairwise(edges))


def measure_waits(
    journal: Journal, opened: Sequence[LocalDate]
) -> dict[tuple[str, str | None], int]:
    """Return the longest wait for every behaviour that has a visible question."""
    served = journal.list_days_by_behaviour()
    return {
        pool: measure_longest_wait(served.get(pool, []), opened[0], opened[-1])
        for pool in {(q.key, q.behaviour) for q in journal.questions}
    }


def score_randomly(seed: int) -> Score:
    random = make_random(seed)
    return lambda question: random.randint(1, 5)


def score_few_behaviours_low(seed: int) -> Score:
    """Score a few behaviours always 1 and all the others always 5, the strongest pull."""
    weak = make_random(seed).sample(sorted(REACHED), 4)
    return lambda question: 1 if (question.key, question.behaviour) in weak else 5


def alternate_scores(seed: int) -> Score:
    """Turn the scores round every fortnight's worth of questions."""
    count = 0

    def score(question: Question) -> int:
        nonlocal count
        count += 1
        return 1 if (len(question.behaviour or "") + count // 42 + seed) % 2 else 5

    return score


scorers = st.builds(
    lambda how, seed: how(seed),
    st.sampled_from([score_randomly, score_few_behaviours_low, alternate_scores]),
    st.integers(0, 10_000),
)


def make_visible_questions(seed: int, at_least: int, at_most: int = 8) -> list[Question]:
    """Return the catalogue after a leader has hidden questions, with some left of each."""
    random = make_random(seed)
    left: list[Question] = []
    for key in list_keys():
        for b in key.behaviours:
            of_it = [q for q in list_questions() if (q.key, q.behaviour) == (key.slug, b.slug)]
            kept = random.randint(at_least, min(at_most, len(of_it)))
            left += random.sample(of_it, kept)
    return left


# One question per key, the same all day


@given(leader=leaders, day=starts)
def test_day_has_one_question_per_key_in_key_order(leader: UUID, day: LocalDate):
    chosen = Journal(leader).choose(day)
    assert [q.key for q in chosen] == [key.slug for key in list_keys()]


def test_keys_may_be_a_subset_in_any_order():
    both_ways = Journal(keys=(LET_GO, LEAD)).choose(START)
    assert [q.key for q in both_ways] == ["let-go", "lead-from-front"]
    assert both_ways == Journal().choose(START)[::-2]


@settings(max_examples=40, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_choice_does_not_depend_on_input_order(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    journal = Journal(leader, score=score).open_all(list_days(40, start))
    shuffled = Journal(
        leader,
        questions=make_random(seed).sample(list_questions(), len(list_questions())),
        served=make_random(seed).sample(journal.served, len(journal.served)),
        scores=make_random(seed).sample(journal.scores, len(journal.scores)),
    )
    for day in [*list_days(5, days_after(start, 38)), days_after(start, 20)]:
        assert journal.choose(day) == shuffled.choose(day)


@settings(max_examples=60, deadline=None)
@given(leader=leaders, start=starts, score=scorers, day=st.integers(0, 45))
def test_answering_a_day_keeps_its_questions(
    leader: UUID, start: LocalDate, score: Score, day: int
):
    journal = Journal(leader, score=score).open_all(list_days(40, start))
    on = days_after(start, day)
    elsewhere = Journal(
        leader,
        served=[a for a in journal.served if a.local_date != on],
        scores=[s for s in journal.scores if s.local_date != on],
    )
    first = elsewhere.open(on)
    assert elsewhere.choose(on) == first == journal.choose(on)


def test_later_scores_do_not_change_an_earlier_day():
    journal = Journal().open_all(list_days(20))
    before = journal.choose(days_after(START, 20))
    journal.scores += [
        MirrorScore(key.slug, b.slug, 1 + len(b.slug) % 5, days_after(START, 25))
        for key in list_keys()
        for b in key.behaviours
    ]
    assert journal.choose(days_after(START, 20)) == before


def test_choice_varies_by_leader_and_day():
    of_leaders = Counter(Journal(UUID(int=n)).choose(START)[0].id for n in range(200))
    of_days = Counter(Journal().choose(day)[0].id for day in list_days(200))
    assert len(of_leaders) > 50
    assert len(of_days) > 50


def test_choice_is_stable_across_machines_and_releases():
    few = [Question(f"q-{n}", LEAD.slug, f"b-{n % 7}", f"Number {n}?") for n in range(70)]
    journal = Journal(keys=(LEAD,), questions=few).open_all(list_days(8))
    served = " ".join(a.question for a in journal.served)
    assert served == "q-53 q-34 q-54 q-6 q-2 q-60 q-52 q-0"


# Rest: a question does not come back within 30 days


@pytest.mark.parametrize("opened", [list_days, list_weekdays])
@settings(max_examples=8, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_no_question_repeats_within_30_days_and_none_is_forgotten(
    opened: Callable[[int, LocalDate], list[LocalDate]],
    leader: UUID,
    start: LocalDate,
    score: Score,
):
    journal = Journal(leader, score=score, memory=HISTORY.days)
    journal.open_all(opened(HISTORY.days, start))
    served = journal.list_days_by_question()
    assert all(measure_shortest_gap(days) > 30 for days in served.values())
    assert set(served) == {q.id for q in list_questions()}


@st.composite
def openings(draw: st.DrawFn) -> list[LocalDate]:
    """Days in the order in which they are opened: some skipped, some opened late."""
    start = draw(starts)
    random = make_random(draw(st.integers(0, 10_000)))
    skipped, late = random.choice([0, 0.1, 0.5]), random.choice([0, 0.1, 0.5])
    opened_on = {
        day: n + (random.randint(1, 40) if random.random() < late else 0)
        for n, day in enumerate(list_days(130, start))
        if random.random() >= skipped
    }
    return sorted(opened_on, key=lambda day: (opened_on[day], day))


@settings(max_examples=40, deadline=None)
@given(leader=leaders, days=openings(), score=scorers)
def test_skipped_and_late_days_repeat_no_question_within_30_days(
    leader: UUID, days: list[LocalDate], score: Score
):
    journal = Journal(leader, score=score).open_all(days)
    assert all(
        measure_shortest_gap(of_it) > 30 for of_it in journal.list_days_by_question().values()
    )


@settings(max_examples=25, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_31_visible_questions_never_repeat_within_30_days(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    of_key = [q for q in list_questions() if q.key == LET_GO.slug]
    few = make_random(seed).sample(of_key, 31)
    journal = Journal(leader, (LET_GO,), few, score).open_all(list_days(130, start))
    assert all(
        measure_shortest_gap(days) == 31 for days in journal.list_days_by_question().values()
    )


@settings(max_examples=25, deadline=None)
@given(leader=leaders, start=starts, number=st.integers(1, 30), score=scorers)
def test_too_few_questions_repeat_the_longest_unasked(
    leader: UUID, start: LocalDate, number: int, score: Score
):
    few = [q for q in list_questions() if q.key == LEAD.slug][:number]
    journal = Journal(leader, (LEAD,), few, score).open_all(list_days(100, start))
    assert all(
        b == days_after(a, number)
        for days in journal.list_days_by_question().values()
        for a, b in pairwise(days)
    )


@pytest.mark.parametrize("left", [(), tuple(q for q in list_questions() if q.key != SERVE.slug)])
def test_key_without_questions_raises_value_error(left: tuple[Question, ...]):
    name = SERVE.slug if left else LEAD.slug
    with pytest.raises(ValueError, match=f"the key {name} has no question left"):
        Journal(questions=left).choose(START)


# Reach: every behaviour within 30 days


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_daily_opening_reaches_every_behaviour_within_20_days(
    leader: UUID, start: LocalDate, score: Score
):
    days = list_days(150, start)
    journal = Journal(leader, score=score).open_all(days)
    reached = measure_waits(journal, days)
    assert reached.keys() == REACHED
    assert max(reached.values()) <= 20


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_weekday_opening_reaches_every_behaviour_within_30_days(
    leader: UUID, start: LocalDate, score: Score
):
    days = list_weekdays(150, start)
    journal = Journal(leader, score=score).open_all(days)
    assert max(measure_waits(journal, days).values()) <= 30


@settings(max_examples=60, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_behaviour_with_two_questions_is_reached_within_30_days(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    days = list_days(140, start)
    many_hidden = make_visible_questions(seed, at_least=2, at_most=2 + seed % 5)
    journal = Journal(leader, questions=many_hidden, score=score).open_all(days)
    assert max(measure_waits(journal, days).values()) <= 30


@settings(max_examples=60, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_single_question_returns_after_its_rest_and_delays_no_behaviour(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    days = list_days(140, start)
    journal = Journal(
        leader, questions=make_visible_questions(seed, at_least=1), score=score
    ).open_all(days)
    left = Counter((q.key, q.behaviour) for q in journal.questions)
    for pool, wait in measure_waits(journal, days).items():
        assert wait <= (30 if left[pool] > 1 else 32)


@settings(max_examples=40, deadline=None)
@given(leader=leaders, days=openings(), score=scorers, seed=st.integers(0, 10_000))
def test_any_history_then_30_days_reach_every_behaviour(
    leader: UUID, days: list[LocalDate], score: Score, seed: int
):
    month = list_days(30, days_after(max(days), 1 + seed % 50))
    journal = Journal(leader, questions=make_visible_questions(seed, at_least=2), score=score)
    journal.open_all(days).open_all(month)
    reached = {(a.key, a.behaviour) for a in journal.served if a.local_date in month}
    assert reached == REACHED


# Lean: towards the low and the untouched, without leaving the others


def count_servings(journal: Journal, behaviour: str) -> int:
    return sum(a.behaviour == behaviour for a in journal.served)


@pytest.mark.parametrize(
    ("low", "high"), [("inspect", "contribute"), ("help", "guide"), ("celebrate", "hire-well")]
)
def test_low_scored_behaviour_comes_more_often(low: str, high: str):
    lows = highs = 0
    for n in range(5):
        journal = Journal(
            UUID(int=n), score=lambda q: {low: 1, high: 5}.get(q.behaviour or "", 3)
        ).open_all(list_days(120))
        lows += count_servings(journal, low)
        highs += count_servings(journal, high)
        assert count_servings(journal, high) >= 120 // 20
    assert lows > 1.7 * highs


def test_unscored_behaviour_is_weighted_like_barely():
    first = Counter[str | None]()
    served_twice = [
        DayQuestion("gone", LEAD.slug, None, day) for day in list_days(2, days_after(START, -9))
    ]
    scores = [
        MirrorScore(LEAD.slug, b.slug, 4, days_after(START, -n))
        for b in LEAD.behaviours[1:]
        for n in range(1, 6)
    ]
    for n in range(300):
        journal = Journal(UUID(int=n), (LEAD,), served=served_twice, scores=scores)
        first[journal.choose(START)[0].behaviour] += 1
    assert first["inspect"] > 2 * max(first[b.slug] for b in LEAD.behaviours[1:])
    assert len(first) == len(LEAD.behaviours)


def test_recent_scores_weigh_more():
    rose, fell = LEAD.behaviours[:2]
    scores = [
        MirrorScore(LEAD.slug, b.slug, score, days_after(START, -days))
        for b, then, now in [(rose, 1, 5), (fell, 5, 1)]
        for days, score in [(45, then), (44, then), (3, now), (2, now)]
    ]
    first = Counter(
        Journal(UUID(int=n), (LEAD,), scores=scores).choose(START)[0].behaviour for n in range(300)
    )
    assert first[fell.slug] > 3 * first[rose.slug]


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_behaviour_does_not_repeat_on_adjacent_days(leader: UUID, start: LocalDate, score: Score):
    journal = Journal(leader, score=score).open_all(list_days(120, start))
    assert all(measure_shortest_gap(days) > 1 for days in journal.list_days_by_behaviour().values())


def test_only_behaviour_may_repeat_on_adjacent_days():
    only = [q for q in list_questions() if q.behaviour == "inspect"]
    journal = Journal(keys=(LEAD,), questions=only).open_all(list_days(8))
    assert len(journal.list_days_by_question()) == 8


def test_all_questions_of_a_behaviour_come_before_one_repeats():
    journal = Journal(memory=HISTORY.days).open_all(list_days(250))
    size = Counter(q.behaviour for q in list_questions())
    served: dict[str | None, list[str]] = {}
    for a in journal.served:
        served.setdefault(a.behaviour, []).append(a.question)
    for behaviour, ids in served.items():
        once_round = ids[: size[behaviour]]
        assert len(set(once_round)) == len(once_round)
        assert ids[size[behaviour] :] == (ids + ids)[: len(ids) - size[behaviour]]


# The leader's own questions


def make_own_question(
    id_: str, behaviour: str | None = None, every_days: int | None = None
) -> Question:
    return Question(id_, LEAD.slug, behaviour, f"What of {id_} today?", every_days, own=True)


def make_journal_with(*mine: Question, key: Key = LEAD) -> Journal:
    return Journal(keys=(key,), questions=[*list_questions(), *mine])


@pytest.mark.parametrize("behaviour", [None, "inspect"])
def test_own_question_joins_the_rotation(behaviour: str | None):
    journal = make_journal_with(make_own_question("mine", behaviour)).open_all(list_days(200))
    days = journal.list_days_by_question()["mine"]
    assert 3 <= len(days) <= 7
    assert measure_shortest_gap(days) > 30


def test_new_own_question_comes_before_catalogue_questions():
    journal = make_journal_with(make_own_question("mine", "inspect")).open_all(list_days(60))
    assert next(a for a in journal.served if a.behaviour == "inspect").question == "mine"


def test_own_questions_without_behaviour_count_as_one_behaviour():
    journal = make_journal_with(*(make_own_question(f"mine-{n}") for n in range(6)))
    days = list_days(150)
    assert measure_waits(journal.open_all(days), days)[LEAD.slug, None] <= 20


@pytest.mark.parametrize("every_days", [1, 7, 45])
def test_rhythm_repeats_a_question_on_its_day(every_days: int):
    journal = make_journal_with(make_own_question("mine", None, every_days)).open_all(
        list_days(100)
    )
    assert journal.list_days_by_question()["mine"] == list_days(100)[::every_days]


def test_rhythm_waits_for_the_next_opened_day():
    weekly = make_journal_with(make_own_question("mine", None, 7)).open_all(
        [START, days_after(START, 9)]
    )
    assert weekly.list_days_by_question()["mine"] == [START, days_after(START, 9)]
    weekly.open_all(list_days(20, days_after(START, 10)))
    assert weekly.list_days_by_question()["mine"][2:] == [
        days_after(START, 16),
        days_after(START, 23),
    ]


def test_rhythm_counts_from_a_distant_last_time():
    yearly = make_journal_with(make_own_question("mine", None, 365))
    last = DayQuestion("mine", LEAD.slug, None, days_after(START, -200))
    (chosen,) = choose_questions(
        START,
        leader=LEADER,
        keys=(LEAD,),
        questions=yearly.questions,
        served=[last],
        scores=[],
    )
    assert chosen.id != "mine"


def test_late_day_does_not_shorten_a_rhythm():
    weekly = make_journal_with(make_own_question("mine", None, 7)).open_all(
        [START, days_after(START, 8)]
    )
    assert weekly.choose(days_after(START, 7))[0].id != "mine"


def test_longest_overdue_rhythm_comes_first():
    journal = make_journal_with(
        make_own_question("weekly", None, 7), make_own_question("monthly", None, 28)
    )
    journal.served = [
        DayQuestion("weekly", LEAD.slug, None, days_after(START, -10)),  # three days over
        DayQuestion("monthly", LEAD.slug, None, days_after(START, -30)),  # two days over
    ]
    assert [q.id for day in list_days(2) for q in journal.open(day)] == ["weekly", "monthly"]


def test_new_rhythm_comes_before_an_overdue_one():
    journal = make_journal_with(
        make_own_question("old", None, 1), make_own_question("new", None, 30)
    )
    journal.served = [DayQuestion("old", LEAD.slug, None, days_after(START, -50))]
    assert [q.id for day in list_days(3) for q in journal.open(day)] == ["new", "old", "old"]


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_weekly_rhythm_still_reaches_every_behaviour_within_30_days(
    leader: UUID, start: LocalDate, score: Score
):
    days = list_days(120, start)
    journal = make_journal_with(make_own_question("mine", "inspect", 7))
    journal = replace(journal, leader=leader, keys=list_keys(), score=score).open_all(days)
    assert max(measure_waits(journal, days).values()) <= 30


def test_rhythm_not_due_comes_only_as_the_last_resort():
    lonely = Journal(
        keys=(LEAD,),
        questions=[make_own_question("a", None, 7), make_own_question("b", "inspect", 9)],
    )
    assert len(lonely.open_all(list_days(30)).served) == 30
    beside_one = Journal(
        keys=(LEAD,), questions=[make_own_question("a", None, 7), make_own_question("b", "inspect")]
    )
    assert beside_one.open_all(list_days(30)).list_days_by_question()["a"] == list_days(30)[::7]


def test_question_moved_to_another_key_still_rests():
    moved = replace(make_own_question("mine"), key=LET_GO.slug)
    journal = Journal(keys=(LET_GO,), questions=[*list_questions(), moved])
    journal.served = [DayQuestion("mine", LEAD.slug, None, days_after(START, -1))]
    journal.open_all(list_days(30))
    assert "mine" not in {a.question for a in journal.served[1:]}


def test_leaning_key_raises_weak_behaviours():
    low = LEAD.behaviours[0]
    scores = [
        MirrorScore(LEAD.slug, b.slug, 1 if b is low else 4, days_after(START, -n))
        for b in LEAD.behaviours
        for n in range(1, 6)
    ]
    drawn = {}
    for focus_key in (None, LEAD.slug, "let-go"):
        drawn[focus_key] = sum(
            choose_questions(
                START,
                leader=UUID(int=n),
                keys=(LEAD,),
                questions=[q for q in list_questions() if q.key == LEAD.slug],
                served=[],
                scores=scores,
                focus_key=focus_key,
            )[0].behaviour
            == low.slug
            for n in range(400)
        )
    assert drawn[LEAD.slug] > 1.15 * drawn[None]
    assert drawn["let-go"] == drawn[None], "another key's choice changes nothing here"
