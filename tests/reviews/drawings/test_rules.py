"""The drawings have every day and every score at its place."""

import math
import re
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reviews.charts.rules import MAX_GAP_DAYS, group_by_month, plot_line
from leaderjournal.reviews.day_marks.rules import Mark
from leaderjournal.reviews.drawings.rules import draw_bars, draw_trend, draw_year
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.summaries.rules import DayFigures

KEYS = catalogue.list_keys()
BAR = re.compile(r"M(\d+) 15v-(\d+)")
scores = st.dictionaries(st.sampled_from(catalogue.KEY_SLUGS), st.integers(1, 5))
years = st.dictionaries(st.integers(0, 364), scores, max_size=60)


def build_year(written):
    marks = (Mark.COMPLETED,)
    days = [
        DayFigures(
            day,
            {slug: written.get(number, {}).get(slug) for slug in catalogue.KEY_SLUGS},
            0,
            marks if number in written else (),
        )
        for number, day in enumerate(
            LocalDate(date.fromordinal(Period(2026).first.toordinal() + step))
            for step in range(365)
        )
    ]
    return group_by_month(days)


@given(years)
def test_every_day_of_a_year_is_in_its_month_as_high_as_its_average(written):
    months = draw_year(build_year(written))
    assert [month.month.month for month in months] == list(range(1, 13))
    for month in months:
        drawn = {}
        for level, path in month.levels:
            assert "".join(match[0] for match in BAR.finditer(path)) == path
            for x, height in BAR.findall(path):
                assert int(height) == 3 * level
                drawn[int(x) // 10 + 1] = level
        expected = {}
        for number, scored in written.items():
            day = date.fromordinal(Period(2026).first.toordinal() + number)
            if day.month == month.month.month and scored:
                mean = Fraction(sum(scored.values()), len(scored))
                expected[day.day] = math.floor(mean + Fraction(1, 2))
        assert drawn == expected


@given(st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=1, max_size=31))
def test_trend_has_a_shape_for_each_score(values):
    line = plot_line(values, bridges=MAX_GAP_DAYS)
    trend = draw_trend(dict.fromkeys(catalogue.KEY_SLUGS, line), KEYS, [""] * len(values))
    if not line.strokes:
        assert trend is None
        return
    for key, drawn in zip(KEYS, trend.lines, strict=True):
        assert drawn.slug == key.slug
        corners = {corner for stroke in drawn.strokes for corner in stroke.split()}
        assert len(corners) + drawn.lone.count("z") == len(line.points)


@given(scores)
def test_bar_of_a_day_is_as_high_as_its_score(written):
    bars = draw_bars(written, KEYS)
    assert len(bars) == len(KEYS)
    for key, bar in zip(KEYS, bars, strict=True):
        assert bar.slug == (key.slug if key.slug in written else "")
        if bar.slug:
            top = re.fullmatch(r"M[\d.]+ (\d+)h3V24h-3z", bar.path)
            assert 24 + 2 - (int(top[1]) - 2) == 5 * written[key.slug]
