"""What stood out in a month: each sentence is worked out a second time from the days themselves."""

import random
import re
from datetime import date, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.commitments.rules import CommitmentFigures
from leaderjournal.practice_log.hand_offs.rules import HandOffFigures
from leaderjournal.practice_log.summary.rules import HandedOver, PracticeFigures, UnhelpedPerson
from leaderjournal.reviews.findings.chance.rules import Sample, is_beyond_chance
from leaderjournal.reviews.findings.rules import (
    STEADY,
    STEADY_SO_FAR,
    choose_findings,
    describe_month,
)
from leaderjournal.reviews.findings.scores.rules import Finding, quote
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.reports.rules import build_report
from leaderjournal.reviews.summaries.rules import Journal, WrittenDay, add_up_scores
from leaderjournal.reviews.words.counting.rules import WordCounts
from leaderjournal.team_mirror.rules import KeyMean

KEYS = catalogue.list_keys()
NAMES = {key.slug: key.name for key in KEYS}
OCTOBER = Period(2026, 10)
LATER = LocalDate(date(2026, 11, 20))
NO_COMMITMENTS, NO_HAND_OFFS = CommitmentFigures(0, 0, 0, 0), HandOffFigures(0, 0)
SHAMING = re.compile(
    r"\b(only|failed|fail|bad|poor|missed|should|must|never|because)\b|!", re.IGNORECASE
)


def october(day: int) -> LocalDate:
    return LocalDate(date(2026, 10, day))


def log(**given) -> PracticeFigures:
    defaults = {
        "commitments": NO_COMMITMENTS,
        "wins": 0,
        "celebrated": 0,
        "hand_offs": NO_HAND_OFFS,
        "people": (),
        "number": None,
    }
    return PracticeFigures(**defaults | given)


def describe(days, *, today=LATER, practice=None, team=None):
    """Return what is said of October, given days of it and of months before."""
    earlier = [day for day in days if day.date not in OCTOBER]
    journal = Journal(
        days=[day for day in days if day.date in OCTOBER],
        keys=catalogue.KEY_SLUGS,
        calendar=PracticeCalendar(),
        joined=LocalDate(date(2025, 1, 1)),
        earlier_scores=add_up_scores(earlier),
        practice=practice or log(),
        team=team,
    )
    report = build_report(OCTOBER, journal, (), WordCounts(), keys=KEYS, today=today)
    return describe_month(report, KEYS, today=today)


def write(first: date, scores, key="let-go", behaviours=()):
    """Return a day for each score, from `first` on."""
    chosen = dict(enumerate(behaviours))
    return [
        WrittenDay(
            LocalDate(first + timedelta(days=ahead)),
            {key: score},
            {key: chosen.get(ahead)},
        )
        for ahead, score in enumerate(scores)
    ]


SEPTEMBER_FIRST, OCTOBER_FIRST = date(2026, 9, 1), date(2026, 10, 1)
MIXED = [3, 2, 4, 3, 3, 2, 4, 3, 3, 3, 2, 4]


def test_change_is_told_with_both_averages_and_their_months():
    days = write(SEPTEMBER_FIRST, MIXED) + write(OCTOBER_FIRST, [s + 1 for s in MIXED])
    assert describe(days) == ("Let go rose from 3.0 in September to 4.0 in October.",)
    running = describe(days, today=october(20))
    assert running == ("Let go is at 4.0 so far, up from 3.0 in September.",)
    fallen = write(SEPTEMBER_FIRST, [s + 1 for s in MIXED]) + write(OCTOBER_FIRST, MIXED)
    assert describe(fallen) == ("Let go fell from 4.0 in September to 3.0 in October.",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (MIXED, [s + 1 for s in MIXED[:9]]),  # too few scores now
        (MIXED[:9], [s + 1 for s in MIXED]),  # too few before
        (MIXED, [3, 3, 4, 3, 3, 3, 4, 3, 3, 3, 3, 4]),  # too small a change
        ([1, 5] * 6, [2, 5] * 6),  # within what such days differ
        ([], [5] * 12),
    ],
)
def test_change_that_chance_could_make_is_not_told(before, after):
    days = write(SEPTEMBER_FIRST, before) + write(OCTOBER_FIRST, after)
    assert describe(days) == ()


def write_all(first: date, scores):
    return [
        WrittenDay(LocalDate(first + timedelta(days=ahead)), dict.fromkeys(NAMES, score))
        for ahead, score in enumerate(scores)
    ]


def test_month_without_anything_special_is_steady_where_it_can_be_compared():
    days = write_all(SEPTEMBER_FIRST, MIXED) + write_all(OCTOBER_FIRST, MIXED)
    assert describe(days) == (STEADY,)
    assert describe(days, today=october(14)) == (STEADY_SO_FAR,)
    assert describe(write_all(OCTOBER_FIRST, MIXED)) == ()


def hand_off(day, *, back=None, text="the forecast", name="Jonas"):
    return HandedOver(october(day), text, name, back)


def test_hand_off_is_told_as_a_time_where_let_go_rose_from_it_on():
    days = write(OCTOBER_FIRST, [2, 3, 2, 3, 2, 3, 2, 3, 4, 5, 4, 5, 4, 5, 4, 5])
    practice = log(handed_over=(hand_off(8),))
    assert describe(days, practice=practice) == (
        "Let go rose from 2.4 to 4.5 since you handed “the forecast” to Jonas on 8 October.",
    )
    assert describe(days, practice=log(handed_over=(hand_off(3),))) == ()
    assert describe(days, practice=log(handed_over=(hand_off(8, back=october(20)),))) != describe(
        days, practice=practice
    )
    falling = write(OCTOBER_FIRST, [5, 4, 5, 4, 5, 4, 5, 4, 2, 3, 2, 3, 2, 3, 2, 3])
    assert describe(falling, practice=practice) == ()


def test_team_gap_needs_more_the_fewer_answer():
    days = write(OCTOBER_FIRST, [4, 4, 4, 4, 4, 4], key="protect-and-serve")
    team = {"protect-and-serve": KeyMean(3.1, 5)}
    assert describe(days, team=team) == (
        "Your team scored you 0.9 lower on Protect & serve than you did yourself.",
    )
    assert describe(days, team={"protect-and-serve": KeyMean(3.1, 3)}) == ()
    assert describe(days, team={"protect-and-serve": KeyMean(4.6, 12)}) == (
        "Your team scored you 0.6 higher on Protect & serve than you did yourself.",
    )


def test_slow_change_is_told_from_the_ends_of_the_twelve_months():
    days = []
    for number in range(12):
        month = Period(2025 + (number + 10) // 12, (number + 10) % 12 + 1)
        days += write(month.first, [min(5, s + number // 6) for s in MIXED])
    assert describe(days) == (
        "Let go averaged 4.0 from August to October, up from 3.0 in November to January.",
    )
    assert describe(days[48:]) == ()


def test_weekday_and_behaviour_need_a_clear_difference():
    scores = [
        5 if (OCTOBER_FIRST + timedelta(days=ahead)).isoweekday() == 5 else 2 + ahead % 2
        for ahead in range(29)
    ]
    [sentence] = describe(write(OCTOBER_FIRST, scores))
    assert re.fullmatch(
        r"You scored Fridays higher: 5\.0 on average, 2\.5 on other days\.", sentence
    )
    behaviours = ["step-aside" if ahead % 4 == 0 else "hire-well" for ahead in range(20)]
    scores = [
        5 if behaviour == "step-aside" else 2 + n % 2 for n, behaviour in enumerate(behaviours)
    ]
    [sentence] = describe(write(OCTOBER_FIRST, scores, behaviours=behaviours))
    assert sentence == "Step aside averaged 5.0 over 5 days, above the 2.7 of the rest of Let go."


def test_log_is_told_plainly():
    def tell(**given):
        return describe([], practice=log(**given))

    tomas = UnhelpedPerson("Tomas", 14)
    assert tell(unhelped=(tomas,)) == (
        "You logged no help for Tomas in October; your plan is every 14 days.",
    )
    assert tell(unhelped=(UnhelpedPerson("Ana", 7), tomas, UnhelpedPerson("Ben", 21))) == (
        "You logged no help for Ana, Tomas and 1 other in October, less often than you planned.",
    )
    assert tell(handed_over=(hand_off(2, back=october(23), text="the deck"),)) == (
        "On 23 October you stepped back in on “the deck”, which you had handed to Jonas.",
    )
    back = hand_off(2, back=october(23))
    assert tell(handed_over=(back, back)) == ("You stepped back in on 2 hand-offs in October.",)
    assert tell(commitments=CommitmentFigures(9, 8, 1, 0)) == (
        "You kept 8 of the 9 commitments that you have closed.",
    )
    assert tell(commitments=CommitmentFigures(9, 3, 6, 0)) == ()
    assert tell(commitments=CommitmentFigures(3, 3, 0, 0)) == ()


def test_every_practice_day_completed_is_told():
    days = [WrittenDay(october(day)) for day in range(1, 32) if october(day).isoweekday() <= 5]
    assert describe(days) == ("You completed every practice day: 22 of 22.",)
    assert describe(days[:-1]) == ()


def test_of_two_sentences_one_at_most_is_low_and_no_two_speak_of_the_same():
    low, other = Finding("a", 9, "A.", is_low=True), Finding("b", 8, "B.", is_low=True)
    good, same = Finding("c", 1, "C."), Finding("a", 7, "A again.")
    assert choose_findings([good, other, low]) == (low, good)
    assert choose_findings([same, low]) == (low,)
    assert choose_findings([good, Finding("d", 2, "D."), Finding("e", 3, "E.")])[0].topic == "e"


def test_long_words_of_the_leader_are_cut_between_words():
    assert quote("The Monday\nforecast") == "“The Monday forecast”"
    assert quote("word " * 20) == "“word word word word word word word word …”"


scores_of_month = st.lists(st.integers(1, 5), max_size=31)


@given(st.lists(scores_of_month, min_size=2, max_size=12), st.integers(1, 31))
def test_no_sentence_says_what_the_days_do_not_bear_out(months, handed_on):
    days, by_month = [], {}
    for back, scores in enumerate(months):
        first = Period(2026, 10)
        for _ in range(back):
            first = first.previous
        written = write(first.first, scores[: (first.last - first.first).days + 1])
        by_month[first] = [day.scores["let-go"] for day in written]
        days += written
    practice = log(handed_over=(hand_off(handed_on),))
    for sentence in describe(days, practice=practice):
        assert not SHAMING.search(sentence)
        assert len(sentence) <= 120
        before, now = by_month[OCTOBER.previous], by_month[OCTOBER]
        if found := re.match(r"Let go (rose|fell) from (.+) in September to (.+) in", sentence):
            assert (found[2], found[3]) == (f"{fmean(before):.1f}", f"{fmean(now):.1f}")
            assert (fmean(now) > fmean(before)) == (found[1] == "rose")
            assert min(len(before), len(now)) >= 10
        elif "since you handed" in sentence:
            assert (
                f"from {fmean(now[: handed_on - 1]):.1f} to {fmean(now[handed_on:]):.1f}"
                in sentence
            )
            assert fmean(now[handed_on:]) > fmean(now[: handed_on - 1])
        elif found := re.match(r"Let go averaged (.+) from August to October, (up|down)", sentence):
            last = [s for month in list(by_month)[:3] for s in by_month[month]]
            assert found[1] == f"{fmean(last):.1f}"


def test_months_of_pure_chance_seldom_make_a_sentence():
    """One month of twenty at most tells a change that is none: three keys, twenty days each."""
    chance = random.Random(2026)  # noqa: S311 - a simulation
    weights = (1, 3, 6, 6, 3)
    told = 0
    for _ in range(2_000):
        told += any(
            is_beyond_chance(*(
                Sample.from_values(chance.choices(range(1, 6), weights, k=20)) for _ in range(2)
            ))
            for _ in NAMES
        )  # fmt: skip
    assert told <= 2_000 / 20
