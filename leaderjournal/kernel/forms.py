"""Forms: the same schemas as the API's, with the messages kept for the page."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from leaderjournal.kernel.problems import Errors, flatten_messages


def read_form(schema: Schema, form: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """Return the values of a submitted form and the messages by field, empty where all is well.

    What a browser adds of its own (the CSRF token, a button's name) is left out.
    """
    try:
        return dict(schema.load(form, unknown=EXCLUDE)), {}
    except ValidationError as error:
        return {}, flatten_messages(error.messages)


def parse_whole_number(text: str) -> int | str:
    """Return the number that a field's digits are; any other text as it is, for the schema."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text
