"""Which passages are worth rereading."""

from collections import Counter
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate, to_local_date
from leaderjournal.reviews.highlights.rules import (
    ENOUGH_WORDS,
    Passage,
    choose_passages,
    count_highlights,
)
from leaderjournal.reviews.periods.rules import Period

KEYS = ("lead-from-front", "protect-and-serve", "let-go")
LEAD, SERVE, LET_GO = KEYS
NOVEMBER = Period(2026, 11)

several_passages = st.lists(
    st.builds(
        Passage,
        date=st.dates(date(2026, 9, 20), date(2026, 12, 10)).map(to_local_date),
        key=st.sampled_from([*KEYS, None]),
        score=st.sampled_from([None, 1, 2, 3, 4, 5]),
        length=st.integers(0, 14),
    ),
    max_size=40,
    unique_by=lambda passage: (passage.date, passage.key),
)


def november(day: int) -> LocalDate:
    return LocalDate(date(2026, 11, day))


def passage(day: int, key: str | None, score: int | None, words: int = 10) -> Passage:
    return Passage(november(day), key, score, words)


def test_highlights_are_in_date_order():
    late, early = passage(20, LEAD, 5, words=60), passage(3, SERVE, 4)
    assert choose_passages([late, early], 5) == (early, late)


def test_short_passages_are_highlights_only_without_longer_ones():
    short, long = passage(3, LEAD, 5, words=7), passage(4, LEAD, 3, words=8)
    assert [found.date.day for found in choose_passages([short, long], 5)] == [4]
    assert [found.date.day for found in choose_passages([short], 5)] == [3]
    assert choose_passages([passage(3, LEAD, 5, words=0)], 5) == ()


def test_highlights_include_one_passage_with_a_low_score():
    good = [passage(day, LEAD, 5) for day in range(2, 12)]
    low = [passage(20, LEAD, 1, words=9), passage(21, LEAD, 2, words=40)]
    days = [found.date.day for found in choose_passages([*good, *low], 5)]
    assert days == [8, 9, 10, 11, 21]


def test_single_highlight_is_the_best_passage():
    assert [
        h.date.day for h in choose_passages([passage(2, LEAD, 1, 90), passage(3, LEAD, 5)], 1)
    ] == [3]


def test_highlights_prefer_high_scores_then_long_texts():
    several = [
        passage(2, LEAD, 3, words=10),
        passage(3, LEAD, None, words=11),
        passage(4, LEAD, 4),
        passage(5, LEAD, 3, words=12),
    ]
    assert [found.date.day for found in choose_passages(several, 2)] == [4, 5]
    assert [found.date.day for found in choose_passages(several, 3)] == [3, 4, 5]


def test_highlights_are_spread_over_days_and_keys():
    all_keys = [passage(2, key, 5) for key in KEYS]
    others = [passage(3, LEAD, 5), passage(3, SERVE, 5), passage(4, LEAD, 5), passage(4, LET_GO, 5)]
    found = choose_passages([*all_keys, *others], 3)
    assert [highlight.date.day for highlight in found] == [2, 3, 4]
    assert {highlight.key for highlight in found} == set(KEYS)


def test_highlights_of_a_year_come_from_many_months():
    good = [passage(day, KEYS[day % 3], 5) for day in range(1, 31)]
    fair = [Passage(LocalDate(date(2026, m, 7)), LEAD, 3, 9) for m in range(1, 11)]
    assert {found.date.month for found in choose_passages([*good, *fair], 12)} == set(range(1, 12))


@given(several_passages, st.integers(0, 12), st.randoms(use_true_random=False))
def test_highlights_are_chosen_fairly(several, how_many, random):
    found = choose_passages(several, how_many)
    enough = [passage for passage in several if passage.length >= 8]
    eligible = enough or [passage for passage in several if passage.length]
    assert len(found) == min(how_many, len(eligible))
    assert [passage.date for passage in found] == sorted(passage.date for passage in found)
    assert set(found) <= set(eligible)
    low = {passage for passage in eligible if passage.score in {1, 2}}
    if low and how_many > 1:
        assert low & set(found)
    shuffled = random.sample(several, len(several))
    assert set(choose_passages(shuffled, how_many)) == set(found)


@given(several_passages, st.integers(1, 12))
def test_no_day_is_highlighted_twice_while_another_has_text(several, how_many):
    several = [passage for passage in several if passage.date in NOVEMBER]
    per_day = Counter(passage.date for passage in choose_passages(several, how_many))
    assume(per_day)
    enough = [passage for passage in several if passage.length >= 8]
    if max(per_day.values()) > 1:
        assert set(per_day) == {passage.date for passage in enough or several if passage.length}


@given(several_passages, st.integers(0, 12))
def test_choice_is_that_of_looking_at_all_that_remain_each_time(several, how_many):
    assert choose_passages(several, how_many) == choose_one_by_one(several, how_many)


def choose_one_by_one(passages, how_many):
    """Choose as the rule is said, with a look at every passage for each choice."""
    with_words = [passage for passage in passages if passage.length]
    long_enough = [passage for passage in with_words if passage.length >= ENOUGH_WORDS]
    remaining = sorted(
        long_enough or with_words,
        key=lambda one: (-(one.score or 3), -one.length, -one.date.toordinal(), one.key or ""),
    )
    chosen, seen = [], Counter()
    low = [passage for passage in remaining if passage.score in {1, 2}] if how_many > 1 else []
    while remaining and len(chosen) < how_many:
        if low and not chosen:
            passage = max(low, key=lambda one: one.length)
        else:
            passage = min(remaining, key=lambda one: [seen[place] for place in list_places(one)])
        remaining.remove(passage)
        chosen.append(passage)
        seen.update(list_places(passage))
    return tuple(sorted(chosen, key=lambda one: one.date))


def list_places(passage):
    return (passage.date.year, passage.date.month), passage.date, passage.key


def test_year_shows_more_passages_again_than_a_month():
    assert (count_highlights(NOVEMBER), count_highlights(Period(2026))) == (5, 12)
