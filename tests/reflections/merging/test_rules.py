"""How two devices' writing of one day becomes one: properties of the rule, over invented days."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import Instant
from leaderjournal.reflections.merging.rules import (
    find_changed_fields,
    merge_content,
    update_write_times,
)
from leaderjournal.reflections.rules import Answer, DayContent

KEYS = ("lead-from-front", "protect-and-serve", "let-go")
MORNING = Instant(datetime(2026, 11, 24, 6, tzinfo=UTC))
TEXTS = st.sampled_from(["", "one", "two", "three ", "four\nfive"])
ANSWERS = st.builds(
    Answer,
    key=st.sampled_from(KEYS),
    question=st.sampled_from([None, "q1", "q2"]),
    score=st.none() | st.integers(1, 5),
    text=TEXTS,
)
DAYS = st.builds(
    DayContent,
    answers=st.lists(ANSWERS, unique_by=lambda answer: answer.key).map(
        lambda answers: tuple(answer for answer in answers if answer.is_answered)
    ),
    note=TEXTS,
    commitment=TEXTS,
)
MINUTES = st.integers(0, 600)


def at(minutes):
    return Instant(MORNING + timedelta(minutes=minutes))


def stands(day):
    """What the fields say; one that is not there says nothing."""
    return {field: value for field, value in day.get_fields().items() if value}


def stored(was, there, minutes):
    """When the fields of a day were written that went from `was` to `there`."""
    first = dict.fromkeys(find_changed_fields(DayContent(), was), at(-60))
    return update_write_times(first, find_changed_fields(was, there), at(minutes))


@given(was=DAYS, here=DAYS, there=DAYS, mine=MINUTES, theirs=MINUTES)
def test_merge_takes_the_changed_side_and_the_newer_of_two_changes(was, here, there, mine, theirs):
    both = merge_content(was, here, there, at=at(mine), write_times=stored(was, there, theirs))
    before, one, other, after = map(stands, (was, here, there, both.content))
    for field in before | one | other:
        old, new_here, new_there = before.get(field), one.get(field), other.get(field)
        if new_here == old:
            expected = {new_there}
        elif new_there in (old, new_here):
            expected = {new_here}
        else:
            newer_there = field in other and theirs > mine
            expected = {new_there} if newer_there else {new_here, new_there}
        assert after.get(field) in expected, field
        assert (field in both.conflicting) == (len({old, new_here, new_there}) == 3), field


@given(was=DAYS, here=DAYS, there=DAYS, mine=MINUTES, theirs=MINUTES)
def test_merge_loses_no_text(was, here, there, mine, theirs):
    both = merge_content(was, here, there, at=at(mine), write_times=stored(was, there, theirs))
    after = stands(both.content)
    for side, lost in ((here, both.incoming_lost), (there, both.stored_lost)):
        for field in find_changed_fields(was, side):
            value = stands(side).get(field)
            assert value is None or after.get(field) == value or lost, field


@given(was=DAYS, here=DAYS, there=DAYS, mine=MINUTES, theirs=MINUTES)
def test_merge_result_does_not_depend_on_arrival_order(was, here, there, mine, theirs):
    if mine == theirs:
        theirs += 1
    one = merge_content(was, here, there, at=at(mine), write_times=stored(was, there, theirs))
    other = merge_content(was, there, here, at=at(theirs), write_times=stored(was, here, mine))
    cleared = {
        field
        for field in set(one.conflicting) | set(other.conflicting)
        if field not in stands(here) or field not in stands(there)
    }
    assert {f: v for f, v in stands(one.content).items() if f not in cleared} == {
        f: v for f, v in stands(other.content).items() if f not in cleared
    }


@given(was=DAYS, here=DAYS, there=DAYS, mine=MINUTES, theirs=MINUTES)
def test_repeated_merge_changes_nothing(was, here, there, mine, theirs):
    once = merge_content(was, here, there, at=at(mine), write_times=stored(was, there, theirs))
    again = merge_content(was, here, once.content, at=at(mine), write_times=once.write_times)
    assert stands(again.content) == stands(once.content)


@given(was=DAYS, there=DAYS, minutes=MINUTES)
def test_merge_without_changes_keeps_the_stored_day(was, there, minutes):
    both = merge_content(was, was, there, at=at(minutes), write_times=stored(was, there, minutes))
    assert stands(both.content) == stands(there)
    assert both.conflicting == ()


def test_merge_keeps_the_question_with_its_text():
    was = DayContent((Answer("let-go", question="q1", score=2),))
    here = DayContent((Answer("let-go", question="q1", score=4),))
    there = DayContent((Answer("let-go", question="q2", score=2, text="Ann leads it."),))
    both = merge_content(was, here, there, at=at(1), write_times={})
    assert both.content.answers == (Answer("let-go", question="q2", score=4, text="Ann leads it."),)


def test_update_is_dated_later_despite_a_slow_clock():
    written = update_write_times({"note": at(60)}, {"note"}, at(0))
    assert written["note"] > at(60)
