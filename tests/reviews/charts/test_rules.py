"""The values of the pictures, each beside a slow and obvious second computation."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reviews.charts.rules import (
    LINE_HEIGHT,
    LINE_WIDTH,
    MAX_GAP_DAYS,
    Mean,
    compute_monthly_means,
    compute_quarters,
    compute_weekday_means,
    group_behaviours,
    group_by_month,
    plot_line,
)
from leaderjournal.reviews.periods.rules import Period, list_months_until
from leaderjournal.reviews.summaries.rules import (
    BehaviourFigures,
    Journal,
    WrittenDay,
    add_up_scores,
    summarize,
)

KEYS = catalogue.KEY_SLUGS
DAYS_OF_2026 = st.integers(0, 364).map(lambda n: LocalDate(date(2026, 1, 1) + timedelta(n)))
SCORES = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 5))
YEARS = st.dictionaries(DAYS_OF_2026, SCORES, max_size=60).map(
    lambda days: [WrittenDay(day, scores) for day, scores in days.items()]
)


def compute_mean(days, key, where):
    """Return the mean and the count as a person would reckon them, in whole fractions."""
    found = [day.scores[key] for day in days if key in day.scores and where(day.date)]
    return (Fraction(sum(found), len(found)) if found else None), len(found)


def is_same_mean(found: Mean, expected):
    mean, count = expected
    assert found.count == count
    if mean is None:
        assert found.mean is None
    else:
        assert abs(Fraction(found.mean) - mean) < Fraction(1, 10**9)


@given(YEARS)
def test_means_of_months_weekdays_and_quarters_match_their_days(days):
    by_month = compute_monthly_means(add_up_scores(days), Period(2026).months, KEYS)
    by_weekday = compute_weekday_means(days, KEYS)
    for key in KEYS:
        for number, month in enumerate(by_month, start=1):
            expected = compute_mean(days, key, lambda day, n=number: day.month == n)
            is_same_mean(month.by_key[key], expected)
        for weekday in range(1, 8):
            expected = compute_mean(days, key, lambda day, w=weekday: day.isoweekday() == w)
            is_same_mean(by_weekday[key][weekday - 1], expected)
        four = compute_quarters(days, key)
        known = []
        for number in range(1, 5):
            months = range(3 * number - 2, 3 * number + 1)
            expected = compute_mean(days, key, lambda day, m=months: day.month in m)
            is_same_mean(four.means[number - 1], expected)
            if expected[0] is not None:
                known.append(expected[0])
        if len(known) < 2:
            assert four.change is None
        else:
            assert abs(Fraction(four.change) - (known[-1] - known[0])) < Fraction(1, 10**9)


def test_twelve_months_cross_the_turn_of_the_year():
    months = list_months_until(Period(2026, 2), 12)
    assert [month.name for month in (months[0], months[9], months[10], months[11])] == [
        "2025-03",
        "2025-12",
        "2026-01",
        "2026-02",
    ]


@given(
    st.dictionaries(
        st.sampled_from([b.slug for b in catalogue.list_keys()[0].behaviours]),
        st.builds(
            BehaviourFigures, st.integers(1, 9), st.one_of(st.none(), st.floats(1, 5, width=16))
        ),
    )
)
def test_every_behaviour_is_in_one_group_by_score(figures):
    slugs = [behaviour.slug for behaviour in catalogue.list_keys()[0].behaviours]
    found = group_behaviours(figures, slugs)
    placed = [slug for group in (found.strong, found.between, found.weak) for slug, _ in group]
    assert sorted((*placed, *found.untouched)) == sorted(slugs)
    assert all(figures[slug].mean >= 3.5 for slug, _ in found.strong)
    assert all(figures[slug].mean <= 2.5 for slug, _ in found.weak)
    assert [f.mean for _, f in found.strong] == sorted(
        (f.mean for _, f in found.strong), reverse=True
    )
    assert [f.mean for _, f in found.weak] == sorted(f.mean for _, f in found.weak)
    assert all(slug not in figures for slug in found.untouched)


@given(st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=1, max_size=31))
def test_line_has_a_point_per_value_and_no_stroke_over_a_long_gap(values):
    line = plot_line(values, bridges=MAX_GAP_DAYS)
    assert [dot.value for dot in line.points] == [v for v in values if v is not None]
    for dot in line.points:
        assert 0 <= dot.x <= LINE_WIDTH
        assert 0 <= dot.y <= LINE_HEIGHT
    by_height = sorted(line.points, key=lambda dot: -dot.y)
    assert [dot.value for dot in by_height] == sorted(dot.value for dot in line.points)
    places = [place for place, value in enumerate(values) if value is not None]
    runs = [[place] for place in places[:1]]
    for before, place in pairwise(places):
        if place - before - 1 > MAX_GAP_DAYS:
            runs.append([])
        runs[-1].append(place)
    assert [len(stroke.split()) for stroke in line.strokes] == [len(r) for r in runs if len(r) > 1]


@given(YEARS)
def test_year_chart_has_each_day_once(days):
    journal = Journal(days, KEYS, PracticeCalendar(), joined=LocalDate(date(2026, 1, 1)))
    found = summarize(Period(2026), journal, today=LocalDate(date(2026, 12, 31)))
    months = group_by_month(found.days)
    flat = [day for month in months for day in month.days]
    assert [day.date for day in flat] == [
        date(2026, 1, 1) + timedelta(number) for number in range(365)
    ]
    written = {day.date: day.scores for day in days}
    for day in flat:
        assert day.is_written == (day.date in written)
        assert day.scores == {key: written.get(day.date, {}).get(key) for key in KEYS}
    for month in months:
        assert month.counts.kept + month.counts.extra == sum(day.is_written for day in month.days)
