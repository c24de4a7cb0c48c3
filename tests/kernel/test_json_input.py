"""JSON from outside: read as the standard library reads it, or refused with what is allowed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.json_input import (
    DEEPEST,
    LONGEST_NUMBER,
    InvalidText,
    UnreadableJson,
    is_text,
    read_json,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
def test_serialized_values_are_read_back_unchanged(value):
    assert read_json(json.dumps(value)) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary() | st.text())
def test_any_other_input_is_refused_with_a_sentence(content):
    said = "."
    try:
        read_json(content)
    except UnreadableJson as error:
        said = str(error)
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "deep"),
        ('{"a":' * 1_000 + "1" + "}" * 1_000, "deep"),
        ("[" * 100_000, "deep"),
        ("9" * (LONGEST_NUMBER + 1), "characters"),
        ("-" + "9" * 5_000, "characters"),
        ("1e999", "digits"),
        ("-1e999", "digits"),
        ("NaN", "no number"),
        ("[Infinity]", "no number"),
        ("-Infinity", "no number"),
        ("", "valid JSON"),
        ("{} {}", "valid JSON"),
        (b"\xff", "valid JSON"),
        (b"\xef\xbb\xbf{}", "valid JSON"),
    ],
)
def test_input_that_breaks_the_standard_parser_is_refused(text, said):
    with pytest.raises(UnreadableJson, match=said):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (r'"\ud800"', ""),
        (r'{"a": [1, {"b": "\udc00"}]}', "a.1.b"),
        (r'{"a": "nul \u0000"}', "a"),
        (r'{"\uD800": 1}', "?"),
        (r'["fine \ud83d\ude00", "\ud83d"]', "1"),
    ],
)
def test_path_of_invalid_text_is_reported(text, path):
    with pytest.raises(InvalidText) as refused:
        read_json(text)
    assert refused.value.path == path


def test_whole_numbers_are_integers_in_every_notation():
    assert [type(number) for number in read_json("[4.0, 1e2, -0.0, 4.5, 1e300]")] == [
        int,
        int,
        int,
        float,
        float,
    ]


def test_deepest_allowed_nesting_and_surrogate_pairs_are_accepted():
    assert read_json("[" * DEEPEST + "]" * DEEPEST)
    assert is_text(read_json(r'"\ud83d\ude00"'))
