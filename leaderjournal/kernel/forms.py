"""Forms: they use the schemas of the API, and collect the messages for the page."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from leaderjournal.kernel.problems import Errors, flatten_messages


def read_form(schema: Schema, form: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """Return the values of a submitted form, and the messages by field, empty if it is valid.

    Fields that the schema does not know, such as the CSRF token, are left out.
    """
    try:
        return dict(schema.load(form, unknown=EXCLUDE)), {}
    except ValidationError as error:
        return {}, flatten_messages(error.messages)


def parse_whole_number(text: str) -> int | str:
    """Return a text of digits as a number, any other text as it is, for the schema to judge."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text
