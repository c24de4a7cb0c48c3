"""No cell of a CSV file is run by a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.formulas.rules import guard_cell, unguard_cell

TEXTS = st.text(
    st.sampled_from("=+-@＝＋－＠\t\r\n \"'“;,ab1|\u00a0\u3000\u200b\ufeff") | st.characters(),
    max_size=30,
)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=HYPERLINK(0)", "'=HYPERLINK(0)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("- listened\n- asked\r\n\r\n+ more", "'- listened\n'- asked\r\n\r\n'+ more"),
        ("@Mira", "'@Mira"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("\u00a0\u3000=1", "'\u00a0\u3000=1"),
        ('"=1', "'\"=1"),
        ("'=1", "''=1"),
        ("\ufeff\u200b＝1", "'\ufeff\u200b＝1"),
        ("a; =1", "a;' =1"),
        ('a";"@b', 'a";\'"@b'),
        ("a\t=1", "a\t'=1"),
        ("\n\n=1", "'\n\n'=1"),
        ("a - b, -c = d; e", "a - b, -c = d; e"),
        ("", ""),
        ("‘Quoted’ first", "‘Quoted’ first"),
    ],
)
def test_formulas_are_guarded_and_other_texts_are_not(text, guarded):
    assert guard_cell(text) == guarded
    assert unguard_cell(guarded) == text


@given(TEXTS)
def test_guarded_cell_holds_no_formula_and_can_be_undone(text):
    guarded = guard_cell(text)
    assert unguard_cell(guarded) == text
    for cell in guarded.replace("\n", ";").replace("\t", ";").replace("\r", ";").split(";"):
        bare = cell.strip(' \u00a0\u3000\u200b\ufeff"“')
        assert not bare.startswith(tuple("=+-@＝＋－＠"))
