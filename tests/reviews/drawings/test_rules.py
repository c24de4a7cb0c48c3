"""The paths of a year and of a day have every day and every score at its place."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reviews.charts.rules import group_by_month
from leaderjournal.reviews.day_marks.rules import Mark
from leaderjournal.reviews.drawings.rules import draw_bars, draw_year
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.summaries.rules import DayFigures

KEYS = catalogue.list_keys()
PIECE = re.compile(r"([Mm])(-?[\d.]+) (-?[\d.]+)h([\d.]+)(v12h-6z)?")
RUN = re.compile(r"([Mm])(-?[\d.]+) (-?[\d.]+)h([\d.]+)v15h-([\d.]+)z")
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


def trace(path):
    """Return where each piece of a path begins, and how long it is, as a browser draws it."""
    found, x, y = [], 0.0, 0.0
    for command, right, down, length, box in PIECE.findall(path):
        dx, dy = float(right), float(down)
        x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
        found.append((round(x, 2), round(y, 2), float(length)))
        x += 0 if box else float(length)
    assert "".join(match[0] for match in PIECE.finditer(path)) == path
    return found


def cover(runs):
    """Return where the days that rectangles cover begin."""
    found, x, y = set(), 0.0, 0.0
    for command, right, down, width, back in RUN.findall(runs):
        x, y = (x, y) if command == "m" else (0, 0)
        x, y = x + float(right), y + float(down)
        assert width == back
        days = (float(width) - 9) / 10.6 + 1
        assert abs(days - round(days)) < 0.01
        found |= {(round(x + 10.6 * day, 2), round(y, 2)) for day in range(round(days))}
    return found


@given(years)
def test_every_day_and_score_of_a_year_is_at_its_place(written):
    drawing = draw_year(build_year(written), KEYS)
    days = {}
    for number in range(365):
        day = date.fromordinal(Period(2026).first.toordinal() + number)
        days[number] = 28 + 10.6 * (day.day - 1), 4 + 18.4 * (day.month - 1)
    assert trace(drawing.written) == [
        (round(days[number][0] + 1.5, 2), round(days[number][1] + 1.5, 2), 6)
        for number in sorted(written)
    ]
    assert cover(drawing.runs) == {
        (round(x, 2), round(y, 2)) for x, y in (days[number] for number in written)
    }
    for place, (key, band) in enumerate(zip(KEYS, drawing.bands, strict=True)):
        assert band.slug == key.slug
        assert trace(band.path) == [
            (
                round(days[number][0], 2),
                round(days[number][1] + 5 * place + 2.5, 2),
                round(1.8 * written[number][key.slug], 2),
            )
            for number in sorted(written)
            if key.slug in written[number]
        ]
    assert len(trace(drawing.empty)) == 365 - len(written)
    assert [name for name, _ in drawing.months][::11] == ["Jan", "Dec"]


@given(scores)
def test_bar_of_a_day_is_as_high_as_its_score(written):
    bars = draw_bars(written, KEYS)
    assert len(bars) == len(KEYS)
    for key, bar in zip(KEYS, bars, strict=True):
        assert bar.slug == (key.slug if key.slug in written else "")
        if bar.slug:
            top = re.fullmatch(r"M[\d.]+ (\d+)h3V24h-3z", bar.path)
            assert 24 + 2 - (int(top[1]) - 2) == 5 * written[key.slug]
