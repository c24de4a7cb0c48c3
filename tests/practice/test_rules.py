"""The choice of a day's questions, lived through by invented leaders."""

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
from leaderjournal.practice.rules import (
    HISTORY,
    DayQuestion,
    Key,
    MirrorScore,
    Question,
    choose_questions,
)

START = LocalDate(date(2026, 1, 5))  # a Monday
LEADER = UUID(int=7)
LEAD, SERVE, LET_GO = list_keys()
REACHED = frozenset((key.slug, b.slug) for key in list_keys() for b in key.behaviours)

leaders = st.uuids(version=4)
starts = st.dates(date(2024, 1, 1), date(2030, 12, 31)).map(LocalDate)

Score = Callable[[Question], int]
T = TypeVar("T")


def chance_of(seed: int) -> Random:
    """What happens to an invented leader: the same for the same seed, and no secret."""
    return Random(seed)  # noqa: S311 - a leader's luck, not a key


@dataclass
class Journal:
    """A leader who opens days, is asked, and scores what was asked."""

    leader: UUID = LEADER
    keys: Sequence[Key] = field(default_factory=list_keys)
    questions: Sequence[Question] = field(default_factory=list_questions)
    score: Score = lambda question: 3
    asked: list[DayQuestion] = field(default_factory=list)
    scored: list[MirrorScore] = field(default_factory=list)
    memory: int = 60

    def chosen(self, day: LocalDate) -> tuple[Question, ...]:
        near = {days_after(day, n) for n in range(-self.memory, self.memory + 1)}
        return choose_questions(
            day,
            leader=self.leader,
            keys=self.keys,
            questions=self.questions,
            asked=[a for a in self.asked if a.local_date in near],
            scored=[s for s in self.scored if s.local_date in near],
        )

    def open(self, day: LocalDate) -> tuple[Question, ...]:
        chosen = self.chosen(day)
        for q in chosen:
            self.asked.append(DayQuestion(q.id, q.key, q.behaviour, day))
            self.scored.append(MirrorScore(q.key, q.behaviour, self.score(q), day))
        return chosen

    def open_all(self, days: Iterable[LocalDate]) -> "Journal":
        for day in days:
            self.open(day)
        return self

    def of_question(self) -> dict[str, list[LocalDate]]:
        return self._days(lambda a: a.question)

    def of_behaviour(self) -> dict[tuple[str, str | None], list[LocalDate]]:
        return self._days(lambda a: (a.key, a.behaviour))

    def _days(self, by: Callable[[DayQuestion], T]) -> dict[T, list[LocalDate]]:
        days: dict[T, list[LocalDate]] = {}
        for a in sorted(self.asked, key=lambda a: a.local_date):
            days.setdefault(by(a), []).append(a.local_date)
        return days


def run_of(days: int, start: LocalDate = START) -> list[LocalDate]:
    return [days_after(start, n) for n in range(days)]


def weekdays(days: int, start: LocalDate = START) -> list[LocalDate]:
    return [day for day in run_of(days, start) if day.isoweekday() <= 5]


def shortest_gap(days: Sequence[LocalDate]) -> int:
    return min(((b - a).days for a, b in pairwise(days)), default=10_000)


def longest_wait(days: Sequence[LocalDate], first: LocalDate, last: LocalDate) -> int:
    """The longest time without the question in a run of days that was opened from first to last."""
    edges = [days_after(first, -1), *days, days_after(last, 1)]
    return max((b - a).days for a, b in pairwise(edges))


def waits(journal: Journal, opened: Sequence[LocalDate]) -> dict[tuple[str, str | None], int]:
    """The longest wait for every behaviour that has a visible question."""
    asked = journal.of_behaviour()
    return {
        pool: longest_wait(asked.get(pool, []), opened[0], opened[-1])
        for pool in {(q.key, q.behaviour) for q in journal.questions}
    }


def scores_by_chance(seed: int) -> Score:
    chance = chance_of(seed)
    return lambda question: chance.randint(1, 5)


def against_a_few(seed: int) -> Score:
    """Scores that pull as hard as they can: a few behaviours always 1, all the others always 5."""
    weak = chance_of(seed).sample(sorted(REACHED), 4)
    return lambda question: 1 if (question.key, question.behaviour) in weak else 5


def fleeing(seed: int) -> Score:
    """Scores that turn round every fortnight's worth of questions."""
    count = 0

    def score(question: Question) -> int:
        nonlocal count
        count += 1
        return 1 if (len(question.behaviour or "") + count // 42 + seed) % 2 else 5

    return score


scorers = st.builds(
    lambda how, seed: how(seed),
    st.sampled_from([scores_by_chance, against_a_few, fleeing]),
    st.integers(0, 10_000),
)


def visible(seed: int, at_least: int, at_most: int = 8) -> list[Question]:
    """The catalogue after a leader has hidden questions, some of every behaviour left."""
    chance = chance_of(seed)
    left: list[Question] = []
    for key in list_keys():
        for b in key.behaviours:
            of_it = [q for q in list_questions() if (q.key, q.behaviour) == (key.slug, b.slug)]
            kept = chance.randint(at_least, min(at_most, len(of_it)))
            left += chance.sample(of_it, kept)
    return left


# One question per key, the same all day


@given(leader=leaders, day=starts)
def test_a_day_asks_one_question_per_key_in_the_order_of_the_keys(leader: UUID, day: LocalDate):
    chosen = Journal(leader).chosen(day)
    assert [q.key for q in chosen] == [key.slug for key in list_keys()]


def test_the_keys_may_be_asked_for_in_any_order_and_number():
    both_ways = Journal(keys=(LET_GO, LEAD)).chosen(START)
    assert [q.key for q in both_ways] == ["let-go", "lead-from-front"]
    assert both_ways == Journal().chosen(START)[::-2]


@settings(max_examples=40, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_the_choice_does_not_depend_on_the_order_of_what_is_known(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    journal = Journal(leader, score=score).open_all(run_of(40, start))
    shuffled = Journal(
        leader,
        questions=chance_of(seed).sample(list_questions(), len(list_questions())),
        asked=chance_of(seed).sample(journal.asked, len(journal.asked)),
        scored=chance_of(seed).sample(journal.scored, len(journal.scored)),
    )
    for day in [*run_of(5, days_after(start, 38)), days_after(start, 20)]:
        assert journal.chosen(day) == shuffled.chosen(day)


@settings(max_examples=60, deadline=None)
@given(leader=leaders, start=starts, score=scorers, day=st.integers(0, 45))
def test_answering_a_day_does_not_change_its_questions(
    leader: UUID, start: LocalDate, score: Score, day: int
):
    journal = Journal(leader, score=score).open_all(run_of(40, start))
    on = days_after(start, day)
    elsewhere = Journal(
        leader,
        asked=[a for a in journal.asked if a.local_date != on],
        scored=[s for s in journal.scored if s.local_date != on],
    )
    first = elsewhere.open(on)
    assert elsewhere.chosen(on) == first == journal.chosen(on)


def test_scores_of_later_days_do_not_change_an_earlier_one():
    journal = Journal().open_all(run_of(20))
    before = journal.chosen(days_after(START, 20))
    journal.scored += [
        MirrorScore(key.slug, b.slug, 1 + len(b.slug) % 5, days_after(START, 25))
        for key in list_keys()
        for b in key.behaviours
    ]
    assert journal.chosen(days_after(START, 20)) == before


def test_two_leaders_and_two_days_are_not_asked_the_same():
    of_leaders = Counter(Journal(UUID(int=n)).chosen(START)[0].id for n in range(200))
    of_days = Counter(Journal().chosen(day)[0].id for day in run_of(200))
    assert len(of_leaders) > 50
    assert len(of_days) > 50


def test_the_choice_is_the_same_on_every_machine_and_after_every_release():
    few = [Question(f"q-{n}", LEAD.slug, f"b-{n % 7}", f"Number {n}?") for n in range(70)]
    journal = Journal(keys=(LEAD,), questions=few).open_all(run_of(8))
    asked = " ".join(a.question for a in journal.asked)
    assert asked == "q-53 q-34 q-54 q-6 q-2 q-60 q-52 q-0"


# Rest: a question does not come back within 30 days


@pytest.mark.parametrize("opened", [run_of, weekdays])
@settings(max_examples=8, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_no_question_comes_back_within_30_days_and_none_is_forgotten(
    opened: Callable[[int, LocalDate], list[LocalDate]],
    leader: UUID,
    start: LocalDate,
    score: Score,
):
    journal = Journal(leader, score=score, memory=HISTORY.days)
    journal.open_all(opened(HISTORY.days, start))
    asked = journal.of_question()
    assert all(shortest_gap(days) > 30 for days in asked.values())
    assert set(asked) == {q.id for q in list_questions()}


@st.composite
def openings(draw: st.DrawFn) -> list[LocalDate]:
    """Days in the order in which they are opened: some skipped, some opened late."""
    start = draw(starts)
    chance = chance_of(draw(st.integers(0, 10_000)))
    skipped, late = chance.choice([0, 0.1, 0.5]), chance.choice([0, 0.1, 0.5])
    opened_on = {
        day: n + (chance.randint(1, 40) if chance.random() < late else 0)
        for n, day in enumerate(run_of(130, start))
        if chance.random() >= skipped
    }
    return sorted(opened_on, key=lambda day: (opened_on[day], day))


@settings(max_examples=40, deadline=None)
@given(leader=leaders, days=openings(), score=scorers)
def test_days_skipped_or_opened_late_bring_nothing_back_within_30_days(
    leader: UUID, days: list[LocalDate], score: Score
):
    journal = Journal(leader, score=score).open_all(days)
    assert all(shortest_gap(of_it) > 30 for of_it in journal.of_question().values())


@settings(max_examples=25, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_31_visible_questions_are_enough_to_bring_nothing_back(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    of_key = [q for q in list_questions() if q.key == LET_GO.slug]
    few = chance_of(seed).sample(of_key, 31)
    journal = Journal(leader, (LET_GO,), few, score).open_all(run_of(130, start))
    assert all(shortest_gap(days) == 31 for days in journal.of_question().values())


@settings(max_examples=25, deadline=None)
@given(leader=leaders, start=starts, number=st.integers(1, 30), score=scorers)
def test_where_too_few_are_visible_the_one_asked_longest_ago_comes_back(
    leader: UUID, start: LocalDate, number: int, score: Score
):
    few = [q for q in list_questions() if q.key == LEAD.slug][:number]
    journal = Journal(leader, (LEAD,), few, score).open_all(run_of(100, start))
    assert all(
        b == days_after(a, number)
        for days in journal.of_question().values()
        for a, b in pairwise(days)
    )


@pytest.mark.parametrize("left", [(), tuple(q for q in list_questions() if q.key != SERVE.slug)])
def test_a_key_without_any_question_is_named(left: tuple[Question, ...]):
    name = SERVE.slug if left else LEAD.slug
    with pytest.raises(ValueError, match=f"the key {name} has no question left"):
        Journal(questions=left).chosen(START)


# Reach: every behaviour within 30 days


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_every_behaviour_is_reached_within_any_20_days_of_daily_opening(
    leader: UUID, start: LocalDate, score: Score
):
    days = run_of(150, start)
    journal = Journal(leader, score=score).open_all(days)
    reached = waits(journal, days)
    assert reached.keys() == REACHED
    assert max(reached.values()) <= 20


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_every_behaviour_is_reached_within_30_days_from_monday_to_friday(
    leader: UUID, start: LocalDate, score: Score
):
    days = weekdays(150, start)
    journal = Journal(leader, score=score).open_all(days)
    assert max(waits(journal, days).values()) <= 30


@settings(max_examples=60, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_hiding_all_but_two_questions_of_a_behaviour_still_reaches_it_within_30_days(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    days = run_of(140, start)
    many_hidden = visible(seed, at_least=2, at_most=2 + seed % 5)
    journal = Journal(leader, questions=many_hidden, score=score).open_all(days)
    assert max(waits(journal, days).values()) <= 30


@settings(max_examples=60, deadline=None)
@given(leader=leaders, start=starts, score=scorers, seed=st.integers(0, 10_000))
def test_a_lone_question_comes_when_it_has_rested_and_makes_no_other_behaviour_late(
    leader: UUID, start: LocalDate, score: Score, seed: int
):
    days = run_of(140, start)
    journal = Journal(leader, questions=visible(seed, at_least=1), score=score).open_all(days)
    left = Counter((q.key, q.behaviour) for q in journal.questions)
    for pool, wait in waits(journal, days).items():
        assert wait <= (30 if left[pool] > 1 else 32)


@settings(max_examples=40, deadline=None)
@given(leader=leaders, days=openings(), score=scorers, seed=st.integers(0, 10_000))
def test_whatever_came_before_30_days_of_daily_opening_reach_every_behaviour(
    leader: UUID, days: list[LocalDate], score: Score, seed: int
):
    month = run_of(30, days_after(max(days), 1 + seed % 50))
    journal = Journal(leader, questions=visible(seed, at_least=2), score=score)
    journal.open_all(days).open_all(month)
    reached = {(a.key, a.behaviour) for a in journal.asked if a.local_date in month}
    assert reached == REACHED


# Lean: towards the low and the untouched, without leaving the others


def times_asked(journal: Journal, behaviour: str) -> int:
    return sum(a.behaviour == behaviour for a in journal.asked)


@pytest.mark.parametrize(
    ("low", "high"), [("inspect", "contribute"), ("help", "guide"), ("celebrate", "hire-well")]
)
def test_a_behaviour_always_scored_1_comes_clearly_more_often_than_one_always_scored_5(
    low: str, high: str
):
    lows = highs = 0
    for n in range(5):
        journal = Journal(
            UUID(int=n), score=lambda q: {low: 1, high: 5}.get(q.behaviour or "", 3)
        ).open_all(run_of(120))
        lows += times_asked(journal, low)
        highs += times_asked(journal, high)
        assert times_asked(journal, high) >= 120 // 20
    assert lows > 1.7 * highs


def test_what_was_never_touched_leans_like_barely():
    first = Counter[str | None]()
    asked_twice = [
        DayQuestion("gone", LEAD.slug, None, day) for day in run_of(2, days_after(START, -9))
    ]
    scored = [
        MirrorScore(LEAD.slug, b.slug, 4, days_after(START, -n))
        for b in LEAD.behaviours[1:]
        for n in range(1, 6)
    ]
    for n in range(300):
        journal = Journal(UUID(int=n), (LEAD,), asked=asked_twice, scored=scored)
        first[journal.chosen(START)[0].behaviour] += 1
    assert first["inspect"] > 2 * max(first[b.slug] for b in LEAD.behaviours[1:])
    assert len(first) == len(LEAD.behaviours)


def test_a_score_of_this_week_weighs_more_than_one_of_last_month():
    rose, fell = LEAD.behaviours[:2]
    scored = [
        MirrorScore(LEAD.slug, b.slug, score, days_after(START, -days))
        for b, then, now in [(rose, 1, 5), (fell, 5, 1)]
        for days, score in [(45, then), (44, then), (3, now), (2, now)]
    ]
    first = Counter(
        Journal(UUID(int=n), (LEAD,), scored=scored).chosen(START)[0].behaviour for n in range(300)
    )
    assert first[fell.slug] > 3 * first[rose.slug]


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_the_same_behaviour_does_not_come_two_days_in_a_row(
    leader: UUID, start: LocalDate, score: Score
):
    journal = Journal(leader, score=score).open_all(run_of(120, start))
    assert all(shortest_gap(days) > 1 for days in journal.of_behaviour().values())


def test_the_only_behaviour_left_may_come_two_days_in_a_row():
    only = [q for q in list_questions() if q.behaviour == "inspect"]
    journal = Journal(keys=(LEAD,), questions=only).open_all(run_of(8))
    assert len(journal.of_question()) == 8


def test_every_question_of_a_behaviour_comes_before_one_of_them_comes_back():
    journal = Journal(memory=HISTORY.days).open_all(run_of(250))
    size = Counter(q.behaviour for q in list_questions())
    asked: dict[str | None, list[str]] = {}
    for a in journal.asked:
        asked.setdefault(a.behaviour, []).append(a.question)
    for behaviour, ids in asked.items():
        once_round = ids[: size[behaviour]]
        assert len(set(once_round)) == len(once_round)
        assert ids[size[behaviour] :] == (ids + ids)[: len(ids) - size[behaviour]]


# The leader's own questions


def own(id_: str, behaviour: str | None = None, every_days: int | None = None) -> Question:
    return Question(id_, LEAD.slug, behaviour, f"What of {id_} today?", every_days, own=True)


def with_own(*mine: Question, key: Key = LEAD) -> Journal:
    return Journal(keys=(key,), questions=[*list_questions(), *mine])


@pytest.mark.parametrize("behaviour", [None, "inspect"])
def test_an_own_question_joins_the_rotation(behaviour: str | None):
    journal = with_own(own("mine", behaviour)).open_all(run_of(200))
    days = journal.of_question()["mine"]
    assert 3 <= len(days) <= 7
    assert shortest_gap(days) > 30


def test_an_own_question_never_asked_goes_before_those_of_the_catalogue():
    journal = with_own(own("mine", "inspect")).open_all(run_of(60))
    assert next(a for a in journal.asked if a.behaviour == "inspect").question == "mine"


def test_own_questions_without_a_behaviour_are_reached_like_one():
    journal = with_own(*(own(f"mine-{n}") for n in range(6)))
    days = run_of(150)
    assert waits(journal.open_all(days), days)[LEAD.slug, None] <= 20


@pytest.mark.parametrize("every_days", [1, 7, 45])
def test_a_rhythm_brings_a_question_back_to_the_day(every_days: int):
    journal = with_own(own("mine", None, every_days)).open_all(run_of(100))
    assert journal.of_question()["mine"] == run_of(100)[::every_days]


def test_a_rhythm_waits_for_the_next_opened_day():
    weekly = with_own(own("mine", None, 7)).open_all([START, days_after(START, 9)])
    assert weekly.of_question()["mine"] == [START, days_after(START, 9)]
    weekly.open_all(run_of(20, days_after(START, 10)))
    assert weekly.of_question()["mine"][2:] == [days_after(START, 16), days_after(START, 23)]


def test_a_rhythm_remembers_a_last_time_long_ago():
    yearly = with_own(own("mine", None, 365))
    last = DayQuestion("mine", LEAD.slug, None, days_after(START, -200))
    (chosen,) = choose_questions(
        START,
        leader=LEADER,
        keys=(LEAD,),
        questions=yearly.questions,
        asked=[last],
        scored=[],
    )
    assert chosen.id != "mine"


def test_a_day_opened_late_does_not_squeeze_a_rhythm():
    weekly = with_own(own("mine", None, 7)).open_all([START, days_after(START, 8)])
    assert weekly.chosen(days_after(START, 7))[0].id != "mine"


def test_of_two_rhythms_due_the_longest_overdue_comes_first():
    journal = with_own(own("weekly", None, 7), own("monthly", None, 28))
    journal.asked = [
        DayQuestion("weekly", LEAD.slug, None, days_after(START, -10)),  # three days over
        DayQuestion("monthly", LEAD.slug, None, days_after(START, -30)),  # two days over
    ]
    assert [q.id for day in run_of(2) for q in journal.open(day)] == ["weekly", "monthly"]


def test_a_rhythm_never_asked_goes_before_one_that_is_overdue():
    journal = with_own(own("old", None, 1), own("new", None, 30))
    journal.asked = [DayQuestion("old", LEAD.slug, None, days_after(START, -50))]
    assert [q.id for day in run_of(3) for q in journal.open(day)] == ["new", "old", "old"]


@settings(max_examples=20, deadline=None)
@given(leader=leaders, start=starts, score=scorers)
def test_a_weekly_rhythm_leaves_every_behaviour_within_30_days(
    leader: UUID, start: LocalDate, score: Score
):
    days = run_of(120, start)
    journal = with_own(own("mine", "inspect", 7))
    journal = replace(journal, leader=leader, keys=list_keys(), score=score).open_all(days)
    assert max(waits(journal, days).values()) <= 30


def test_a_rhythm_that_is_not_due_comes_only_where_nothing_else_is_left():
    lonely = Journal(keys=(LEAD,), questions=[own("a", None, 7), own("b", "inspect", 9)])
    assert len(lonely.open_all(run_of(30)).asked) == 30
    beside_one = Journal(keys=(LEAD,), questions=[own("a", None, 7), own("b", "inspect")])
    assert beside_one.open_all(run_of(30)).of_question()["a"] == run_of(30)[::7]


def test_a_question_under_another_key_before_still_rests():
    moved = replace(own("mine"), key=LET_GO.slug)
    journal = Journal(keys=(LET_GO,), questions=[*list_questions(), moved])
    journal.asked = [DayQuestion("mine", LEAD.slug, None, days_after(START, -1))]
    journal.open_all(run_of(30))
    assert "mine" not in {a.question for a in journal.asked[1:]}


def test_under_the_key_that_a_leader_leans_on_weak_behaviours_come_up_more_often():
    low = LEAD.behaviours[0]
    scored = [
        MirrorScore(LEAD.slug, b.slug, 1 if b is low else 4, days_after(START, -n))
        for b in LEAD.behaviours
        for n in range(1, 6)
    ]
    drawn = {}
    for leaning in (None, LEAD.slug, "let-go"):
        drawn[leaning] = sum(
            choose_questions(
                START,
                leader=UUID(int=n),
                keys=(LEAD,),
                questions=[q for q in list_questions() if q.key == LEAD.slug],
                asked=[],
                scored=scored,
                leaning=leaning,
            )[0].behaviour
            == low.slug
            for n in range(400)
        )
    assert drawn[LEAD.slug] > 1.15 * drawn[None]
    assert drawn["let-go"] == drawn[None], "another key's choice changes nothing here"
