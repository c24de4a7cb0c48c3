"""Merging two writings of one day: properties of the rule, over invented days."""

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


def make_instant(minutes):
    return Instant(MORNING + timedelta(minutes=minutes))


def get_filled_fields(day):
    """Return the fields of a day that are not empty."""
    return {field: value for field, value in day.get_fields().items() if value}


def make_write_times(base, stored, minutes):
    """Return when the fields of a day were written that changed from `base` to `stored`."""
    first = dict.fromkeys(find_changed_fields(DayContent(), base), make_instant(-60))
    return update_write_times(first, find_changed_fields(base, stored), make_instant(minutes))


def merge(base, incoming, stored, mine, theirs):
    """Merge what was written in the minute `mine` with what was stored in the minute `theirs`."""
    return merge_content(
        base,
        incoming,
        stored,
        at=make_instant(mine),
        write_times=make_write_times(base, stored, theirs),
    )


@given(base=DAYS, incoming=DAYS, stored=DAYS, mine=MINUTES, theirs=MINUTES)
def test_merge_takes_the_changed_side_and_the_newer_of_two_changes(
    base, incoming, stored, mine, theirs
):
    merged = merge(base, incoming, stored, mine, theirs)
    before, one, other, after = map(get_filled_fields, (base, incoming, stored, merged.content))
    for field in before | one | other:
        old, new_incoming, new_stored = before.get(field), one.get(field), other.get(field)
        if new_incoming == old:
            expected = {new_stored}
        elif new_stored in (old, new_incoming):
            expected = {new_incoming}
        else:
            newer_stored = field in other and theirs > mine
            expected = {new_stored} if newer_stored else {new_incoming, new_stored}
        assert after.get(field) in expected, field
        assert (field in merged.conflicting) == (len({old, new_incoming, new_stored}) == 3), field


@given(base=DAYS, incoming=DAYS, stored=DAYS, mine=MINUTES, theirs=MINUTES)
def test_merge_loses_no_text(base, incoming, stored, mine, theirs):
    merged = merge(base, incoming, stored, mine, theirs)
    after = get_filled_fields(merged.content)
    for side, lost in ((incoming, merged.incoming_lost), (stored, merged.stored_lost)):
        for field in find_changed_fields(base, side):
            value = get_filled_fields(side).get(field)
            assert value is None or after.get(field) == value or lost, field


@given(base=DAYS, incoming=DAYS, stored=DAYS, mine=MINUTES, theirs=MINUTES)
def test_merge_result_does_not_depend_on_arrival_order(base, incoming, stored, mine, theirs):
    if mine == theirs:
        theirs += 1
    one = merge(base, incoming, stored, mine, theirs)
    other = merge(base, stored, incoming, theirs, mine)
    cleared = {
        field
        for field in set(one.conflicting) | set(other.conflicting)
        if field not in get_filled_fields(incoming) or field not in get_filled_fields(stored)
    }
    assert {f: v for f, v in get_filled_fields(one.content).items() if f not in cleared} == {
        f: v for f, v in get_filled_fields(other.content).items() if f not in cleared
    }


@given(base=DAYS, incoming=DAYS, stored=DAYS, mine=MINUTES, theirs=MINUTES)
def test_repeated_merge_changes_nothing(base, incoming, stored, mine, theirs):
    once = merge(base, incoming, stored, mine, theirs)
    again = merge_content(
        base, incoming, once.content, at=make_instant(mine), write_times=once.write_times
    )
    assert get_filled_fields(again.content) == get_filled_fields(once.content)


@given(base=DAYS, stored=DAYS, minutes=MINUTES)
def test_merge_without_changes_keeps_the_stored_day(base, stored, minutes):
    merged = merge(base, base, stored, minutes, minutes)
    assert get_filled_fields(merged.content) == get_filled_fields(stored)
    assert merged.conflicting == ()


def test_merge_keeps_the_question_with_its_text():
    base = DayContent((Answer("let-go", question="q1", score=2),))
    incoming = DayContent((Answer("let-go", question="q1", score=4),))
    stored = DayContent((Answer("let-go", question="q2", score=2, text="Ann leads it."),))
    merged = merge_content(base, incoming, stored, at=make_instant(1), write_times={})
    assert merged.content.answers == (
        Answer("let-go", question="q2", score=4, text="Ann leads it."),
    )


def test_update_is_dated_later_despite_a_slow_clock():
    written = update_write_times({"note": make_instant(60)}, {"note"}, make_instant(0))
    assert written["note"] > make_instant(60)
