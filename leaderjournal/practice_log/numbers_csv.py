"""Numbers from a CSV file (RFC 4180), as a spreadsheet writes it: commas or semicolons."""

import csv
import io
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from leaderjournal.kernel.problems import Errors, flat
from leaderjournal.practice_log.schemas import NumberSchema

COLUMNS = ("period", "target", "actual", "unit")
MOST_ROWS = 2_000


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
    names = {name: name.strip().casefold() for name in rows.fieldnames or () if name}
    if "period" not in names.values():
        raise UnreadableNumbers({"file": [f"Its first line must name {', '.join(COLUMNS)}."]})
    found: list[dict[str, Any]] = []
    errors: Errors = {}
    try:
        for row in rows:
            values = {names[name]: cell for name, cell in row.items() if name in names and cell}
            if any(values.values()):
                _read_row(values, rows.line_num, semicolons, found, errors)
            if len(found) > MOST_ROWS:
                raise UnreadableNumbers({"file": [f"Use at most {MOST_ROWS:,} lines."]})
    except csv.Error:
        raise UnreadableNumbers({"file": ["This is no CSV that can be read."]}) from None
    periods = [number["period"] for number in found]
    if len(set(periods)) < len(periods):
        errors["file"] = ["Name each period once."]
    if errors:
        raise UnreadableNumbers(errors)
    return found


def _read_row(
    values: dict[str, str],
    line: int,
    semicolons: bool,
    found: list[dict[str, Any]],
    errors: Errors,
) -> None:
    given: dict[str, str] = {name: values[name].strip() for name in COLUMNS if name in values}
    for name in ("target", "actual"):
        if semicolons and name in given:  # where semicolons part the columns, commas part decimals
            given[name] = given[name].replace(".", "").replace(",", ".")
    try:
        found.append(dict(NumberSchema().load(given, unknown=EXCLUDE)))
    except ValidationError as error:
        for field, messages in flat(error.messages).items():
            errors[f"line {line}, {field}"] = messages
