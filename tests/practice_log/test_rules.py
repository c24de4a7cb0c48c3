"""The rules of the practice log, each figure against a slow and obvious second computation."""

import statistics
import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import days_after, to_local_date
from leaderjournal.practice_log.commitments.rules import needs_follow_up, summarize_commitments
from leaderjournal.practice_log.entries.rules import (
    ACTS,
    CONTENT_TYPES,
    Commitment,
    HandOff,
    Kind,
    Number,
    Person,
    Win,
    from_document,
    to_document,
)
from leaderjournal.practice_log.hand_offs.rules import summarize_hand_offs
from leaderjournal.practice_log.numbers.rules import (
    find_own_number,
    format_period,
    get_number,
    get_quarter,
    parse_period,
)
from leaderjournal.practice_log.people.rules import (
    compile_names,
    count_acts_by_person,
    get_person_status,
    join_passages,
    merge_people,
    sort_by_overdue,
)
from leaderjournal.practice_log.rules import apply_values
from leaderjournal.practice_log.wins.rules import needs_celebration

TODAY = to_local_date(date(2026, 11, 26))
days = st.dates(date(2026, 9, 1), date(2026, 12, 31)).map(to_local_date)
texts = st.text(max_size=20)
ids = st.uuids(version=4)
maybe = lambda kind: st.none() | kind  # noqa: E731
contents = st.one_of(
    st.builds(Person, texts, maybe(st.integers(1, 365)), texts, maybe(days)),
    st.builds(
        CONTENT_TYPES[Kind.ACTS], ids, st.lists(st.sampled_from(ACTS), unique=True).map(tuple)
    ),
    st.builds(
        Commitment,
        texts,
        days,
        st.sampled_from(["open", "kept", "missed"]),
        texts,
        maybe(days),
        st.integers(0, 9),
        st.booleans(),
    ),
    st.builds(HandOff, texts, maybe(ids), maybe(days), texts),
    st.builds(Win, texts, maybe(ids), texts, maybe(days)),
    st.builds(
        Number,
        st.just("2026-11"),
        texts,
        maybe(st.floats(allow_nan=False, allow_infinity=False)),
        maybe(st.integers(0, 10**9).map(float)),
    ),
)
KIND_OF = {content: kind for kind, content in CONTENT_TYPES.items()}


@given(contents)
def test_content_survives_the_document_round_trip(content):
    assert from_document(KIND_OF[type(content)], to_document(content)) == content


@given(st.lists(st.sampled_from(["open", "kept", "missed"])))
def test_commitment_figures_count_kept_missed_and_open(states):
    found = summarize_commitments([Commitment("", TODAY, state, moved=2) for state in states])
    assert found.made == len(states) == found.kept + found.missed + found.open
    assert found.moved == 2 * len(states)
    settled = [state for state in states if state != "open"]
    share = sum(state == "kept" for state in settled) / len(settled) if settled else None
    assert found.share_kept == share


@pytest.mark.parametrize(("state", "due", "asked"), [
    ("open", 0, True), ("open", -14, True), ("open", 1, False), ("open", -15, False),
    ("kept", 0, False), ("missed", -1, False),
])  # fmt: skip
def test_commitment_is_followed_up_for_two_weeks_from_its_due_day(state, due, asked):
    assert needs_follow_up(Commitment("", days_after(TODAY, due), state), TODAY) is asked


def test_settled_commitment_keeps_its_date_until_reopened():
    values = {"text": "x", "due_on": TODAY, "state": "kept", "reason": "", "local_date": None}
    kept = apply_values(Kind.COMMITMENT, values, None, today=TODAY, due_on=TODAY)
    later = days_after(TODAY, 3)
    again = apply_values(Kind.COMMITMENT, values, kept, today=later, due_on=TODAY)
    assert kept.settled_on == again.settled_on == TODAY
    opened = apply_values(
        Kind.COMMITMENT, values | {"state": "open"}, kept, today=later, due_on=TODAY
    )
    assert (opened.settled_on, opened.moved) == (None, 0)


@given(st.lists(st.tuples(days, maybe(st.integers(0, 90)))), days, st.integers(0, 60))
def test_hand_off_figures_count_made_taken_back_and_days_held(given_off, first, length):
    last = days_after(first, length)
    hand_offs = [
        (since, HandOff("", stepped_back_in_on=None if back is None else days_after(since, back)))
        for since, back in given_off
    ]
    found = summarize_hand_offs(hand_offs, first, last)
    period = {days_after(first, day) for day in range(length + 1)}
    assert found.made == len([since for since, _ in hand_offs if since in period])
    backs = [hand_off.stepped_back_in_on for _, hand_off in hand_offs]
    assert found.stepped_back_in == len([back for back in backs if back in period])
    holding = []
    for since, hand_off in hand_offs:
        day, held = since, 0
        while day < last and day != hand_off.stepped_back_in_on:
            day, held = days_after(day, 1), held + 1
        if since <= last and day != hand_off.stepped_back_in_on:
            holding.append(held)
    assert found.holding == len(holding)
    assert found.median_days == (statistics.median(holding) if holding else None)


@pytest.mark.parametrize(("ago", "celebrated", "asked"), [
    (0, None, False), (1, None, True), (7, None, True), (8, None, False), (1, TODAY, False),
])  # fmt: skip
def test_uncelebrated_win_is_followed_up_from_the_next_day(ago, celebrated, asked):
    assert needs_celebration(
        days_after(TODAY, -ago), Win("x", celebrated_on=celebrated), TODAY
    ) is (asked)


def test_win_with_a_celebration_defaults_to_celebrated_today():
    values = {"text": "x", "person_id": None, "celebrated_how": "Cake", "celebrated_on": None}
    won = apply_values(Kind.WIN, values, None, today=TODAY, due_on=TODAY)
    assert won.celebrated_on == TODAY


def test_most_overdue_people_come_first():
    added = days_after(TODAY, -30)
    people = {
        "overdue": get_person_status(
            Person("a", 7), added, [(days_after(TODAY, -9), ("coach",))], today=TODAY
        ),
        "never": get_person_status(Person("b", 7), added, [], today=TODAY),
        "fine": get_person_status(Person("c", 7), added, [(TODAY, ("help",))], today=TODAY),
        "no rhythm": get_person_status(
            Person("d"), added, [(days_after(TODAY, -50), ("help",))], today=TODAY
        ),
        "nothing at all": get_person_status(Person("e"), added, [], today=TODAY),
        "left": get_person_status(Person("f", 7, left_on=TODAY), added, [], today=TODAY),
    }
    assert {name: found.days_left for name, found in people.items()} == {
        "overdue": -2, "never": -23, "fine": 7, "no rhythm": None, "nothing at all": None,
        "left": None,
    }  # fmt: skip
    named = {uuid.uuid4(): name for name in people}
    order = sort_by_overdue({key: people[name] for key, name in named.items()})
    names = [named[key] for key in order]
    assert names[:3] == ["never", "overdue", "fine"]
    assert set(names[3:5]) == {"nothing at all", "left"}
    assert names[5] == "no rhythm"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sets(st.sampled_from(ACTS)))))
def test_acts_are_counted_by_person(done):
    ids_of = {name: uuid.uuid5(uuid.NAMESPACE_DNS, name) for name in "abc"}
    acts = [CONTENT_TYPES[Kind.ACTS](ids_of[name], tuple(acts)) for name, acts in done]
    found = count_acts_by_person(acts)
    for name, person in ids_of.items():
        assert found.get(person, 0) == sum([len(a) for n, a in done if n == name])


@pytest.mark.parametrize(("text", "without"), [
    ("Ana.", "X."), ("@Ana, now", "X, now"), ("ANA and ana", "X and ana"), ("@ana", "X"),
    ("Anabel", "Anabel"),
    ("Juliana", "Juliana"), ("Ana's deck", "X's deck"), ("@Anabel", "@Anabel"),
])  # fmt: skip
def test_name_matches_whole_words_only(text, without):
    assert compile_names("Ana").sub("X", text) == without


def test_name_that_is_a_common_word_matches_when_capitalized():
    without = compile_names("Will", "AM", "May")
    text = "I will call Will, WILL or @will at 9 am; I am sure he may. May I?"
    assert without.sub("X", text) == "I will call X, X or X at 9 am; I am sure he may. X I?"
    assert compile_names("Will", any_case=True).sub("X", "I will") == "I X"
    assert compile_names("Ana Berg").sub("X", "told ana berg") == "told X"
    assert compile_names("Ana", "Ana Berg").sub("X", "Ana Berg, Ana") == "X, X"


@pytest.mark.parametrize(("name", "text", "without"), [
    ("O'Brien", "O’Brien’s deck, o’brienne", "X’s deck, o’brienne"),
    ("Zoë", "Told Zoe\u0308, ZOË and zoë", "Told X, X and zoë"),
    ("Anna-Lena", "Anna‑Lena came", "X came"), ("Jean Luc", "jean\nluc came", "X came"),
    ("王小明", "今天王小明来了", "今天X来了"), ("김민수", "김민수가, 김민수진", "X가, 김민수진"),
    ("ジョン", "ジョンとジョンソン", "Xとジョンソン"), ("สมชาย", "กับสมชายเรื่อง", "กับXเรื่อง"),
    ("Ана", "Анатолий и Ана", "Анатолий и X"), ("राम", "राम, रामा, आराम", "X, रामा, आराम"),
    ("Mira", "昨日Miraと", "昨日Xと"), ("Zoë", "@zoe!", "X!"),
])  # fmt: skip
def test_name_is_found_in_every_spelling_and_script(name, text, without):
    assert compile_names(name).sub("X", text) == without


def test_merged_person_keeps_both_notes_and_a_rhythm():
    merged_of = merge_people(Person("Ana", None, "Likes it early"), Person("A.", 7, "Two children"))
    assert merged_of == Person("Ana", 7, "Likes it early\n\nTwo children")
    assert merge_people(Person("Ana", 3, "Same"), Person("A.", 7, "Same")) == Person(
        "Ana", 3, "Same"
    )


def test_name_with_regex_characters_is_matched_literally():
    assert compile_names("B. (new)").sub("X", "@B. (new) came") == "X came"


@given(days)
def test_period_covers_its_first_to_last_day(day):
    year, week, _ = day.isocalendar()
    for name in (f"{year}-W{week:02}", f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}"):
        first, last = parse_period(name)
        assert first <= day <= last
    first, last = parse_period(f"{day:%Y-%m}")
    assert (first.day, days_after(last, 1).day) == (1, 1)
    first, last = parse_period(f"{year}-W{week:02}")
    assert (first.isoweekday(), (last - first).days) == (1, 6)
    first, last = parse_period(f"{day.year}-Q{(day.month + 2) // 3}")
    assert (
        len({date.fromordinal(n).month for n in range(first.toordinal(), last.toordinal() + 1)})
        == 3
    )


@pytest.mark.parametrize(
    "period",
    ["9999-W52", "２０２６-11", "2026", "2026-13", "2026-00", "2026-W54", "2026-Q5", "x", ""],
)
def test_invalid_period_is_rejected(period):
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is for nobody
        parse_period(period)


def test_year_number_sums_its_months_and_is_null_when_unknown():
    numbers = [Number("2026-01", "", 1, None), Number("2026-02", "", None, 3)]
    found = get_number("2026", numbers)
    assert (found.target, found.actual) == (1, 3)
    assert get_number("2026-01", numbers).actual is None
    assert get_number("2025", numbers) is None


def test_month_number_is_its_own_or_the_sum_of_weeks_beginning_in_it():
    weeks = [Number("2026-W45", "deals", 3, 2), Number("2026-W46", "deals", 3, None)]
    before = Number("2026-W44", "deals", 50, 50)
    quarter = Number("2026-Q4", "deals", 99, 9)
    found = get_number("2026-11", [before, *weeks, quarter])
    assert (found.target, found.actual, found.unit) == (6, 2, "deals")
    own = Number("2026-11", "deals", 12, 1)
    assert get_number("2026-11", [own, *weeks]).target == 12
    assert get_number("2026-11", [*weeks, Number("2026-W47", "k€", 1, 1)]) is None
    assert get_number("2026-10", [quarter]) is None
    assert get_number("2026", [before, *weeks, quarter]).target == 99


@pytest.mark.parametrize(
    ("period", "quarter"),
    [("2026-01", "2026-Q1"), ("2026-03", "2026-Q1"), ("2026-10", "2026-Q4"), ("2026", None)],
)
def test_quarter_of_a_month(period, quarter):
    assert get_quarter(period) == quarter
    numbers = [Number("2026-Q4", "deals", 99, 9), Number("2026-10", "", 3, 2)]
    found = find_own_number(quarter, numbers)
    assert (found.actual if found else None) == (9 if quarter == "2026-Q4" else None)


@pytest.mark.parametrize(("period", "words"), [
    ("2026-11", "November 2026"), ("2026-W48", "Week 48, 2026"), ("2026-W05", "Week 5, 2026"),
    ("2026-Q4", "4th quarter 2026"), ("2026-13", "2026-13"), ("next year", "next year"),
])  # fmt: skip
def test_period_in_words(period, words):
    assert format_period(period) == words


@given(
    st.lists(
        st.tuples(days, st.sampled_from(("Ana did it.", "ana  did it.", "She said no."))),
        max_size=9,
    )
)
def test_passages_stand_once_under_their_latest_day(passages):
    passages = sorted(passages, key=lambda passage: passage[0], reverse=True)
    joined = join_passages(passages)
    texts = [" ".join(passage.text.lower().split()) for passage in joined]
    assert len(texts) == len(set(texts))
    assert {" ".join(text.lower().split()) for _, text in passages} == set(texts)
    latest = [passage.local_date for passage in joined]
    assert latest == sorted(latest, reverse=True)
    mentioned = {day for passage in joined for day in (passage.local_date, *passage.also_on)}
    assert mentioned == {day for day, _ in passages}
    assert all(day < passage.local_date for passage in joined for day in passage.also_on)
