"""JSON from outside, parsed within limits (which RFC 8259, 9, allows).

The parser of the standard library raises RecursionError for deep nesting and ValueError for
integers of more than 4,300 digits. It accepts NaN, which is not JSON, and lone surrogates, which
are not text.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

DEEPEST = 50
LONGEST_NUMBER = 100
LARGEST_EXACT = 2**53
INVALID_TEXT = "Remove the characters that aren’t text."

_MAY_BE_INVALID_TEXT = re.compile(r"\\u(?:d[89a-f]|0000)", re.IGNORECASE)
_INVALID_TEXT = re.compile("[\0\ud800-\udfff]")


class UnreadableJson(ValueError):
    """The text is not JSON within the limits. The message says what is allowed."""


class InvalidText(UnreadableJson):
    """A string has NUL or half of a surrogate pair, at `path`: names and positions with dots."""

    def __init__(self, path: str) -> None:
        super().__init__(INVALID_TEXT)
        self.path = path


def is_text(text: str) -> bool:
    """Tell whether a string can be stored and shown: no NUL, no half of a surrogate pair."""
    return _INVALID_TEXT.search(text) is None


def read_json(content: str | bytes) -> Any:
    """Return the value that a JSON text in UTF-8 holds. Raises UnreadableJson."""
    try:
        text = content.decode() if isinstance(content, bytes) else content
        value = json.loads(
            text,
            parse_int=_parse_integer,
            parse_float=_parse_number,
            parse_constant=_refuse_constant,
        )
    except UnreadableJson:
        raise
    except RecursionError:
        raise UnreadableJson(f"Nest values at most {DEEPEST} deep.") from None
    except ValueError:  # its message would contain some of the text
        raise UnreadableJson("Send valid JSON in UTF-8.") from None
    if text.count("[") + text.count("{") > DEEPEST and _is_deeper(value, DEEPEST):
        raise UnreadableJson(f"Nest values at most {DEEPEST} deep.")
    if _MAY_BE_INVALID_TEXT.search(text) or not is_text(text):
        for path, string in _iter_strings(value):
            if not is_text(string):
                raise InvalidText(path)
    return value


def _parse_integer(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _parse_number(digits: str) -> float | int:
    """Return a number; 4.0 is the integer 4, as in JSON Schema."""
    _check_length(digits)
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise UnreadableJson("Use numbers of at most 300 digits.")
    return int(number) if number.is_integer() and abs(number) < LARGEST_EXACT else number


def _check_length(digits: str) -> None:
    if len(digits) > LONGEST_NUMBER:
        raise UnreadableJson(f"Write numbers with at most {LONGEST_NUMBER} characters.")


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableJson(f"{name} is no number in JSON.")


def _list_children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _is_deeper(value: Any, depth: int) -> bool:
    """Tell whether a value nests more than `depth` lists and objects, level by level."""
    level = [value]
    for _ in range(depth):
        level = [child for parent in level for child in _list_children(parent)]
    return any(isinstance(value, list | dict) for value in level)


def _iter_strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string and every name in a value with the path to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            shown = _INVALID_TEXT.sub("?", name)
            inner_path = f"{path}.{shown}" if path else shown
            yield inner_path, name
            yield from _iter_strings(inner, inner_path)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _iter_strings(inner, f"{path}.{position}" if path else str(position))
