"""Dates of a column in the forms of spreadsheets, and what makes day and month certain."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.portability.imports.rules import InvalidEntry
from leaderjournal.portability.imports.spreadsheet_dates import DateColumn, DateRow

SECOND_OF_MARCH = date(2026, 3, 2)


def read(*rows):
    column = DateColumn(rows)
    return [column.read(row) for row in rows]


@pytest.mark.parametrize(
    "written",
    [
        *("2026-03-02", "2026-3-2", "2026/3/2", "2026.03.02", "2026. 3. 2.", "2026年3月2日"),
        *("20260302", "2026-03-02 00:00:00", "2026-03-02T20:20", "02.03.2026", "2.3.2026"),
        *("02.03.26", "2 March 2026", "2. März 2026", "March 2, 2026", "2-Mar-26", "2 mars 2026"),
        *(
            "Monday, March 2, 2026",
            "2 de marzo de 2026",
            "46083",
            " 2026-03-02 ",
            "２０２６/０３/０２",
        ),
    ],
)
def test_second_of_march_is_read_in_any_certain_form(written):
    assert read(DateRow(written)) == [SECOND_OF_MARCH]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["13/2/2026"], date(2026, 2, 3)),
        (["2/13/2026"], date(2026, 3, 2)),
        (["13-2-2026"], date(2026, 2, 3)),
        (["2/13/26"], date(2026, 3, 2)),
    ],
)
def test_number_above_twelve_decides_for_the_whole_column(others, expected):
    assert read(DateRow("3/2/2026"), *map(DateRow, others))[0] == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (DateRow("3/2/2026", "March 2"), date(2026, 3, 2)),
        (DateRow("3/2/2026", "3 février"), date(2026, 2, 3)),
        (DateRow("3/2/2026", "3月2日"), date(2026, 3, 2)),
        (DateRow("3/2/2026", "2-Mar"), date(2026, 3, 2)),
        (DateRow("3/2/2026", "", "Monday"), date(2026, 3, 2)),
        (DateRow("3/2/2026", "", "Dienstag"), date(2026, 2, 3)),
        (DateRow("2/2/2026"), date(2026, 2, 2)),
    ],
)
def test_rest_of_the_row_is_a_witness(row, expected):
    assert read(row) == [expected]


def test_witness_of_one_row_counts_for_the_others():
    assert read(DateRow("3/2/2026", "x", "x"), DateRow("4/5/2026", "April 5", "Sunday")) == [
        date(2026, 3, 2),
        date(2026, 4, 5),
    ]


def test_mixed_column_is_read_by_its_witnesses_alone():
    rows = DateRow("13/2/2026"), DateRow("2/13/2026"), DateRow("3/2/2026", "March 2")
    assert read(*rows) == [date(2026, 2, 13), date(2026, 2, 13), date(2026, 3, 2)]
    column = DateColumn(rows)
    with pytest.raises(InvalidEntry, match="told apart"):
        column.read(DateRow("5/4/2026"))


@pytest.mark.parametrize("written", ["3/2/2026", "3-2-2026", "3/2/26"])
def test_uncertain_order_is_refused_and_not_guessed(written):
    with pytest.raises(InvalidEntry, match="told apart"):
        read(DateRow(written, "x", "y"))


@pytest.mark.parametrize(
    "written",
    [
        *("", "soon", "2026-02-30", "13/13/2026", "26/03/02", "1/2/3", "12026-03-02", "99"),
        f"March 2, {'9' * 40}",
    ],
)
def test_what_is_no_date_is_refused(written):
    with pytest.raises(InvalidEntry, match="no date"):
        read(DateRow(written))


@given(st.text(max_size=70), st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_a_date_or_refused(written, day_in_words, weekday):
    try:
        [found] = read(DateRow(written, day_in_words, weekday))
    except InvalidEntry:
        return
    assert isinstance(found, date)


@given(st.lists(st.dates(date(2014, 1, 1), date(2030, 1, 1)), min_size=1), st.booleans())
def test_column_is_read_rightly_or_refused(days, day_first):
    form = "{0.day}/{0.month}/{0.year}" if day_first else "{0.month}/{0.day}/{0.year}"
    rows = [DateRow(form.format(day)) for day in days]
    column = DateColumn(rows)
    is_certain = any(day.day > 12 for day in days)
    for day, row in zip(days, rows, strict=True):
        if is_certain or day.day == day.month:
            assert column.read(row) == day
        else:
            with pytest.raises(InvalidEntry):
                column.read(row)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2 марта 2026",
            "понедельник, 2 марта 2026 г.",
            "2 Mart 2026 Pazartesi",
            "2. března 2026",
        ),
        *("2 marca 2026", "2. maaliskuuta 2026", "2 Μαρτίου 2026", "2 березня 2026", "2-mars-2026"),
        *("2026. március 2.", "2 de março de 2026", "2026年3月2日", "2026년 3월 2일", "2-мар-26"),
    ],
)
def test_months_in_words_are_read_in_many_languages(written):
    assert DateColumn([DateRow(written)]).read(DateRow(written)) == date(2026, 3, 2)


@pytest.mark.parametrize(
    "weekday", ["понедельник", "Pazartesi", "pondělí", "hétfő", "月曜日", "월요일"]
)
def test_weekday_in_any_language_decides(weekday):
    row = DateRow("2/3/2026", weekday=weekday)
    assert DateColumn([row]).read(row) == date(2026, 3, 2)
