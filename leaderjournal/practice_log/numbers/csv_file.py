"""Numbers in a CSV file (RFC 4180), as spreadsheets write it: with commas or semicolons."""

import csv
import io
import re
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from leaderjournal.kernel.formulas.rules import unguard_cell
from leaderjournal.kernel.problems import Errors, flatten_messages
from leaderjournal.practice_log.schemas import NumberSchema

COLUMNS = ("period", "target", "actual", "unit")
MAX_ROWS = 2_000
UNREADABLE_CSV = "We couldn’t read this CSV file."
AMBIGUOUS = "ambiguous"

THOUSANDS = re.compile(r"-?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
"""Digits in groups of three with one separator: 1,200 and 1.234.567; 1.234 may be a fraction."""


class UnreadableNumbers(Exception):
    """The file has no readable numbers; `errors` holds messages by line."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("the numbers cannot be read")
        self.errors = errors


def read_numbers(content: bytes) -> list[dict[str, Any]]:
    """Return the numbers of a file, as the schema loads them.

    Raises UnreadableNumbers, with a message for each invalid line.
    """
    rows, has_semicolons = _open_rows(content)
    numbers: list[dict[str, Any]] = []
    errors: Errors = {}
    try:
        names = {name: name.strip().casefold() for name in rows.fieldnames or () if name}
        if "period" not in names.values():
            raise UnreadableNumbers({"file": [f"Its first line must name {', '.join(COLUMNS)}."]})
        for row in rows:
            values = {names[name]: cell for name, cell in row.items() if name in names and cell}
            if any(values.values()):
                _read_row(values, rows.line_num, has_semicolons, numbers, errors)
            if len(numbers) > MAX_ROWS:
                raise UnreadableNumbers({"file": [f"Use at most {MAX_ROWS:,} lines."]})
    except csv.Error:
        raise UnreadableNumbers({"file": [UNREADABLE_CSV]}) from None
    periods = [number["period"] for number in numbers]
    if len(set(periods)) < len(periods):
        errors["file"] = ["Name each period once."]
    if errors:
        raise UnreadableNumbers(errors)
    return numbers


def _open_rows(content: bytes) -> tuple["csv.DictReader[str]", bool]:
    """Return the rows of a file and whether semicolons separate its cells."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableNumbers({"file": ["Save the table as CSV in UTF-8."]}) from None
    head = text.split("\n", 1)[0]
    has_semicolons = head.count(";") > head.count(",")
    lines = io.StringIO(text, newline="")
    return csv.DictReader(lines, delimiter=";" if has_semicolons else ","), has_semicolons


def normalize_amount(text: str) -> str:
    """Return an amount with a decimal point, whether it was typed with a comma or a point.

    Of two different separators the last one is the decimal point. Text that is not an amount or is
    ambiguous, such as 1,200, is returned unchanged and rejected by the schema.
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
    has_semicolons: bool,
    numbers: list[dict[str, Any]],
    errors: Errors,
) -> None:
    given: dict[str, str] = {name: values[name].strip() for name in COLUMNS if name in values}
    if "unit" in given:
        given["unit"] = unguard_cell(given["unit"])
    for name in ("target", "actual"):
        if name in given:
            given[name] = normalize_amount(given[name])
            # With semicolons a comma may mark decimals, and then a point may mark thousands.
            if has_semicolons and THOUSANDS.fullmatch(given[name]):
                given[name] = AMBIGUOUS
    try:
        numbers.append(dict(NumberSchema().load(given, unknown=EXCLUDE)))
    except ValidationError as error:
        for field, messages in flatten_messages(error.messages).items():
            errors[f"line {line}, {field}"] = messages
