"""A packed month finds what its days are found by one by one."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate, get_month_start, to_instant
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reflections.search.rules import (
    SearchQuery,
    build_searchable_text,
    fold,
    parse_terms,
)
from leaderjournal.reflections.search.segments.rules import (
    PackedQuery,
    SearchableDay,
    find_newest_settled_month,
    format_figures,
    get_month_end,
    pack_month,
)
from leaderjournal.reflections.search.texts import FIELDS

MONTH = LocalDate(date(2026, 2, 1))

words = st.one_of(
    st.sampled_from(["Ana", "ana's", "Überraschend", "gut", "5", "05", "-", "ﬁnal", "é\u0301"]),
    st.text(max_size=4),
)
texts = st.lists(words, max_size=5).map(" ".join)
answers = st.builds(
    lambda key, score, text: Answer(key, score=score, text=text),
    st.sampled_from(KEY_SLUGS),
    st.sampled_from([None, 1, 5]),
    texts,
)
contents = st.builds(
    lambda answered, note, commitment: DayContent(tuple(answered), note, commitment),
    st.lists(answers, unique_by=lambda answer: answer.key),
    texts,
    texts,
)
days = st.dictionaries(st.integers(1, 28), contents, max_size=4)
queries = st.one_of(texts, texts.map(lambda text: f'"{text}"'))


def has_answer(content, key, score):
    return any(
        answer.is_answered and key in (None, answer.key) and score in (None, answer.score)
        for answer in content.answers
    )


@given(days, queries, queries, st.sampled_from([None, *KEY_SLUGS]), st.sampled_from([None, 1, 5]))
def test_packed_month_finds_the_days_that_match_one_by_one(by_number, q, person, key, score):
    line = None if key is None else FIELDS.index(key)
    query = SearchQuery(parse_terms(q), fold(person), line)
    by_date = {
        LocalDate(date(2026, 2, number)): content
        for number, content in sorted(by_number.items(), reverse=True)
    }
    packed = pack_month(
        [
            SearchableDay(
                day,
                format_figures(
                    {answer.key: answer.score for answer in content.answers if answer.is_answered},
                    KEY_SLUGS,
                ),
                build_searchable_text(content, FIELDS),
            )
            for day, content in by_date.items()
        ]
    )
    packed_query = PackedQuery(query, score)
    found = packed_query.find_days(packed.days, MONTH)
    assert found == [
        day
        for day, content in by_date.items()
        if query.matches(build_searchable_text(content, FIELDS))
        and ((key is None and score is None) or has_answer(content, key, score))
    ]
    assert packed_query.may_match(packed.words) or found == []


def test_words_tell_that_a_month_has_no_day_that_matches():
    text = build_searchable_text(DayContent(note="The deck went out. Ana's own."), FIELDS)
    packed = pack_month([SearchableDay(MONTH, "---", text)])
    for q in ("deck", "eck", "ana", '"deck went"', "went deck", '"deck out"'):
        assert PackedQuery(SearchQuery(parse_terms(q))).may_match(packed.words), q
    for q in ("needle", "deckwent", '"deck needle"', "deck needle", "01"):
        assert not PackedQuery(SearchQuery(parse_terms(q))).may_match(packed.words), q
    assert not PackedQuery(SearchQuery(person="tomas")).may_match(packed.words)


def test_query_that_no_encoding_can_hold_matches_nothing():
    packed = pack_month([SearchableDay(MONTH, "---", "calm")])
    query = PackedQuery(SearchQuery(("\ud800",)))
    assert not query.may_match(packed.words)
    assert query.find_days(packed.days, MONTH) == []


def test_month_without_days_finds_nothing():
    packed = pack_month([])
    assert PackedQuery(SearchQuery(("calm",))).find_days(packed.days, MONTH) == []
    assert PackedQuery(SearchQuery()).find_days(packed.days, MONTH) == []


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (datetime(2026, 3, 3, 23, 59, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 3, 4, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 3, 31, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 1, 4, tzinfo=UTC), date(2025, 12, 1)),
    ],
)
def test_month_is_settled_three_days_after_its_end(now, newest):
    assert find_newest_settled_month(to_instant(now)) == newest


def test_month_of_a_day_reaches_from_its_first_to_its_last():
    day = LocalDate(date(2028, 2, 17))
    assert (get_month_start(day), get_month_end(get_month_start(day))) == (
        date(2028, 2, 1),
        date(2028, 2, 29),
    )
