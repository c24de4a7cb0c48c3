"""Tables whose cells, rows and quotation marks are as a spreadsheet or an app left them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.portability.imports.tables import find_header, list_rows, normalize_line_ends

COLUMNS = frozenset({"day", "note"})
DAY = r"\d{4}-\d\d-\d\d"


def read(text):
    text = normalize_line_ends(text)
    header = find_header(text, COLUMNS)
    assert header is not None
    return [
        (row.number, row.cells and list(row.cells.values()))
        for row in list_rows(text, header, header.compile_beginning(("day", DAY)))
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(delimiter, ending):
    text = 'day,mood,note~2026-03-02,good,"a ""b""~c,d"~'.replace(",", delimiter)
    assert read(text.replace("~", ending)) == [(2, ["2026-03-02", "good", f'a "b"\nc{delimiter}d'])]


def test_names_may_be_in_any_case_and_order():
    header = find_header(' "Note" ;MOOD;\u200bDay;Note Title\n', COLUMNS)
    assert header.names == ("note", "mood", "day", "note_title")


def test_line_that_names_the_separator_is_no_row():
    assert read("sep=;\nday;note\n2026-03-02;x") == [(2, ["2026-03-02", "x"])]


@pytest.mark.parametrize(
    "text", ["", "day\n", "a,b\n", "x" * 200_000, 'day,"note\n', "day\r,note\n", "day,note" * 5_000]
)
def test_other_texts_have_no_such_header(text):
    assert find_header(normalize_line_ends(text), COLUMNS) is None


def test_rows_are_numbered_as_a_spreadsheet_does():
    assert read('day,note\n\n2026-03-02,"two\nlines"\n,\n2026-03-03,x\n') == [
        (3, ["2026-03-02", "two\nlines"]),
        (5, ["2026-03-03", "x"]),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('2026-03-02,"He said "hi" plain"', 'He said "hi" plain'),
        (r'2026-03-02,"He said \"hi\" plain"', 'He said "hi" plain'),
        ('2026-03-02,5" wide', '5" wide'),
        ('2026-03-02,"two\nlines "quoted" here"', 'two\nlines "quoted" here'),
        ('2026-03-02,"a ""right"" and a "wrong" one"', 'a "right" and a "wrong" one'),
        ('2026-03-02,"never closed', None),
        ('2026-03-02,"two cells", or "one"', None),
        ("2026-03-02,too,many", None),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_wrong_quotation_mark_spoils_no_other_row(row, expected, last):
    after = "" if last else '\n2026-03-03,"next"\n2026-03-04,last'
    first, *others = read(f"day,note\n2026-03-01,first\n{row}{after}")[1:]
    assert first == (3, expected and ["2026-03-02", expected])
    assert others == ([] if last else [(4, ["2026-03-03", "next"]), (5, ["2026-03-04", "last"])])


def test_two_broken_rows_in_a_row_are_two():
    text = 'day,note\n2026-03-02,"a\n2026-03-03,"b\n2026-03-04,c\n'
    assert read(text) == [(2, None), (3, None), (4, ["2026-03-04", "c"])]


def test_row_of_a_million_letters_ends():
    text = 'day,note\n2026-03-02,"' + "x" * 1_000_000 + "\n2026-03-03,y\n"
    assert read(text) == [(2, None), (3, ["2026-03-03", "y"])]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n"))


@given(st.lists(CELLS.filter(str.strip)), st.sampled_from(",;\t|"))
def test_table_of_the_csv_module_is_read_as_it_reads_it(notes, delimiter):
    file = io.StringIO()
    rows = [["2026-03-02", note] for note in notes]
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["day", "note"], *rows])
    assert read(file.getvalue()) == [(number, row) for number, row in enumerate(rows, start=2)]


@given(st.text(st.sampled_from('"\n,x2026-03-02\\ ')))
def test_any_text_is_read_to_its_end(text):
    for _, cells in read(f"day,note\n{text}"):
        assert cells is None or len(cells) <= 2
