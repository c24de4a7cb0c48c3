"""Numbers from a CSV file (RFC 4180), as a spreadsheet writes it: commas or semicolons."""

import csv
import io
import re
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from leaderjournal.kernel.problems import Errors, flatten_messages
from leaderjournal.practice_log.schemas import NumberSchema

COLUMNS = ("period", "target", "actual", "unit")
MAX_ROWS = 2_000
UNREADABLE_CSV = "This is no CSV that can be read."
UNCLEAR = "unclear"


THOUSANDS = re.compile(r"-?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
"""Digits in groups of three, parted by one sign: 1,200 and 1.234.567; 1.234 may be a fraction."""


class UnreadableNumbers(Exception):
    """The file holds no numbers that can be read; `errors` says by line what is wrong."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("the numbers cannot be read")
        self.errors = errors


def read_numbers(content: bytes) -> list[dict[str, Any]]:
    """Return the numbers of a file, as the schema loads them, all of them or none.

    Raises UnreadableNumbers, which names each line that is not right.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableNumbers({"file": ["Save the table as CSV in UTF-8."]}) from None
    head = text.split("\n", 1)[0]
    semicolons = head.count(";") > head.count(",")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",")
    try:
        names = {name: name.strip().casefold() for name in rows.fieldnames or () if name}
    except csv.Error:
        raise UnreadableNumbers({"file": [UNREADABLE_CSV]}) from None
    if "period" not in names.values():
        raise UnreadableNumbers({"file": [f"Its first line must name {', '.join(COLUMNS)}."]})
    found: list[dict[str, Any]] = []
    errors: Errors = {}
    try:
        for row in rows:
            values = {names[name]: cell for name, cell in row.items() if name in names and cell}
            if any(values.values()):
                _read_row(values, rows.line_num, semicolons, found, errors)
            if len(found) > MAX_ROWS:
                raise UnreadableNumbers({"file": [f"Use at most {MAX_ROWS:,} lines."]})
    except csv.Error:
        raise UnreadableNumbers({"file": [UNREADABLE_CSV]}) from None
    periods = [number["period"] for number in found]
    if len(set(periods)) < len(periods):
        errors["file"] = ["Name each period once."]
    if errors:
        raise UnreadableNumbers(errors)
    return found


def normalize_amount(text: str) -> str:
    """Return a figure with a point before its decimals, whichever sign it was written with.

    Of two signs the last one parts the decimals. A text that is no such figure, or that can be read
    in two ways, such as 1,200, is returned as it is, and no number to the schema.
    """
    if "," in text and "." in text:
        groups, decimals = sorted(",.", key=text.rindex)
        return text.replace(groups, "").replace(decimals, ".")
    if text.count(".") > 1 and THOUSANDS.fullmatch(text):
        return text.replace(".", "")
    return text if THOUSANDS.fullmatch(text) else text.replace(",", ".")


def _read_row(
    values: dict[str, str],
    line: int,
    semicolons: bool,
    found: list[dict[str, Any]],
    errors: Errors,
) -> None:
    given: dict[str, str] = {name: values[name].strip() for name in COLUMNS if name in values}
    for name in ("target", "actual"):
        if name in given:
            given[name] = normalize_amount(given[name])
            # A comma may part decimals there, and then a point parts thousands.
            if semicolons and THOUSANDS.fullmatch(given[name]):
                given[name] = UNCLEAR
    try:
        found.append(dict(NumberSchema().load(given, unknown=EXCLUDE)))
    except ValidationError as error:
        for field, messages in flatten_messages(error.messages).items():
            errors[f"line {line}, {field}"] = messages
