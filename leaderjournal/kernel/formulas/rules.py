"""Guards cells of CSV files: a spreadsheet shows them and runs none of them.

Source: OWASP, CSV Injection (owasp.org/www-community/attacks/CSV_Injection). A cell that begins
with = + - @, with a tab or with a carriage return gets an apostrophe before it. So does one with
the full-width ＝ ＋ － ＠, and one with white space, quotes or invisible letters before these.

OWASP also asks for what a separator inside begins: where a semicolon separates cells, Excel does
not see the quotes of a cell after a comma. A line and what follows a semicolon are cells too then.
"""

import re

GUARD = "'"
_SIGNS = "=+\\-@＝＋－＠﹢﹣﹦﹫−"
_UNSEEN = "\"'“”„‘’`\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1b"
_BLANKS = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ENDS = "\n\r\v\f\x1c-\x1f\x85\u2028\u2029"
_FORMULA = (
    rf"(?:^(?=[\t\r\n]|[{_UNSEEN}{_BLANKS}{_ENDS}]*[{_SIGNS}])"
    rf"|(?<=[;\t{_ENDS}])(?=[{_UNSEEN}{_BLANKS}]*[{_SIGNS}]))"
)
_FORMULA_AFTER_GUARD = _FORMULA.replace("(?=", f"{GUARD}(?=")
_RUNS, _GUARDED = re.compile(_FORMULA), re.compile(_FORMULA_AFTER_GUARD)


def guard_cell(text: str) -> str:
    """Return a text so that no spreadsheet runs any part of it as a formula."""
    return _RUNS.sub(GUARD, text)


def unguard_cell(text: str) -> str:
    """Return what `guard_cell` made the text of."""
    return _GUARDED.sub("", text)
