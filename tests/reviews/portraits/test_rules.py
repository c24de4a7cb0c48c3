"""When a portrait is valid, when it is worth storing, and what it counts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.portraits.rules import (
    WORTH_STORING,
    PeriodTexts,
    draw_portrait,
    find_settled_day,
    is_worth_storing,
)

YEAR, NOVEMBER = Period(2026), Period(2026, 11)
TEXTS = ("", "Sat with Mira. Résumé read, and the resume’s end.", "I listened to Ana Berg.")
contents = st.builds(
    lambda scored, note, commitment: DayContent(
        tuple(Answer(key, score=score, text=text) for key, (score, text) in scored.items()),
        note,
        commitment,
    ),
    st.dictionaries(
        st.sampled_from(KEY_SLUGS),
        st.tuples(st.sampled_from([None, 1, 3, 5]), st.sampled_from(TEXTS)),
    ),
    st.sampled_from(TEXTS),
    st.sampled_from(TEXTS),
)
journals = st.dictionaries(st.integers(0, 300), contents, max_size=8).map(
    lambda days: [(days_after(YEAR.first, step), days[step]) for step in sorted(days)]
)


def count(days, team=()):
    texts = PeriodTexts()
    texts.add_days(days, team)
    return texts


def draw(days, team=(), period=YEAR):
    through = days[-1][0] if days else period.last
    return draw_portrait(period, count(days, team), list_versions(days), team, through=through)


def list_versions(days, *, version=1):
    return [(day, f"{day}-{version}") for day, _ in days]


@given(journals, st.integers(0, 8), st.sampled_from([(), ("Ana Berg", "Mira")]))
def test_portrait_and_later_days_count_what_all_days_count(days, covered, team):
    portrait = draw(days[:covered], team)
    texts = PeriodTexts()
    portrait.add_to(texts)
    texts.add_days(days[covered:], team)
    whole = count(days, team)
    assert texts.words.to_document() == whole.words.to_document()
    key = lambda passage: (passage.date, passage.key or "")  # noqa: E731
    assert sorted(texts.passages, key=key) == sorted(whole.passages, key=key)


def test_portrait_is_valid_for_the_versions_and_the_team_it_was_drawn_of():
    days = [(LocalDate(date(2026, 11, day)), DayContent(note="calm")) for day in (2, 3, 5)]
    portrait = draw(days, ("Ana",))
    versions = list_versions(days)
    assert portrait.is_valid(versions, {"Ana"})
    later = (LocalDate(date(2026, 11, 6)), "new")
    assert portrait.is_valid([*versions, later], {"Ana"})
    earlier = (LocalDate(date(2026, 11, 4)), "new")
    assert not portrait.is_valid([*versions[:2], earlier, versions[2]], {"Ana"})
    assert not portrait.is_valid(versions[1:], {"Ana"})
    assert not portrait.is_valid(list_versions(days, version=2), {"Ana"})
    assert not portrait.is_valid(versions, {"Ana", "Jo"})
    assert not portrait.is_valid(versions, set())


def test_portrait_of_earlier_rules_is_not_valid():
    days = [(LocalDate(date(2026, 11, 2)), DayContent(note="calm"))]
    portrait = draw(days)
    assert portrait.is_valid(list_versions(days), ())
    portrait.passages["rules"] -= 1
    assert not portrait.is_valid(list_versions(days), ())


def test_portrait_counts_as_its_rules_did():
    """If this fails, stored portraits are of other rules: count up RULES, and write it anew."""
    answers = (
        Answer("let-go", score=2, text="Asked Mira’s team; it's hard, and Mira said “No”. Résumé"),
        Answer("lead-from-front", score=None, text="THE resume of @jo: 3rd place. anna Berg"),
    )
    day = LocalDate(date(2026, 11, 2))
    content = DayContent(answers, "Anna Berg then. anna-lena", "Call Mira")
    portrait = draw([(day, content)], ("Anna Berg",), NOVEMBER)
    assert portrait.passages["passages"] == [
        [1, None, None, 4],
        [1, "lead-from-front", None, 8],
        [1, "let-go", 2, 10],
    ]
    assert portrait.words == {
        "used": {
            "lead-from-front": {"1": "anna\nberg\nof\nplace\nrd\nresume\nthe"},
            "let-go": {"1": "and\nasked\nhard\nit's\nno\nrésumé\nsaid\nteam", "2": "mira"},
            "note": {"1": "anna\nanna-lena\nberg\ncall\nmira\nthen"},
        },
        "capitals": {
            "1": "Anna Berg\nAsked\nBerg\nCall\nNo\nRésumé\nTHE\njo",
            "3": "Mira",
        },
        "marked": "anna berg\njo",
        "within": "berg\njo\nmira",
        "lower": "and\nanna\nanna-lena\nhard\nit's\nof\nplace\nrd\nresume\nsaid\nteam\nthen",
        "capitals_within": 5,
        "words_within": 14,
    }


@pytest.mark.parametrize(
    ("today", "settled"),
    [
        (date(2026, 11, 20), date(2026, 11, 13)),
        (date(2026, 12, 6), date(2026, 11, 29)),
        (date(2026, 12, 7), date(2026, 11, 30)),
        (date(2027, 5, 1), date(2026, 11, 30)),
    ],
)
def test_days_are_settled_after_a_week(today, settled):
    assert find_settled_day(NOVEMBER, LocalDate(today)) == settled


def test_portrait_is_worth_storing_for_a_week_of_days_or_when_its_period_is_over():
    days = [(LocalDate(date(2026, 11, day)), str(day)) for day in range(1, WORTH_STORING + 1)]
    middle, later = LocalDate(date(2026, 11, 20)), LocalDate(date(2026, 12, 20))
    assert is_worth_storing(NOVEMBER, days, middle)
    assert not is_worth_storing(NOVEMBER, days[1:], middle)
    assert is_worth_storing(NOVEMBER, days[:1], later)
    assert not is_worth_storing(NOVEMBER, [], later)
