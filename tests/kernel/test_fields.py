"""Fields that several packages share: what a line is, to the document and to the service alike."""

import re
import sys

import pytest
from marshmallow import ValidationError

from leaderjournal.kernel.fields import VISIBLE_PATTERN, Line

ECMA_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What \\s matches in ECMA-262, 12.2 and 12.3, by which the OpenAPI document is read."""


@pytest.mark.parametrize(
    "character",
    [c for c in map(chr, range(1, sys.maxunicode + 1)) if c.isspace() or c in ECMA_SPACE],
    ids=lambda c: f"U+{ord(c):04X}",
)
def test_line_of_white_space_is_refused_as_documented(character):
    with pytest.raises(ValidationError):
        Line(longest=10).deserialize(character * 3)
    named = character in "\x1c\x1d\x1e\x1f\x85\ufeff"
    assert not re.search(VISIBLE_PATTERN, character)
    assert character in ECMA_SPACE or named


def test_line_keeps_its_words():
    assert Line(longest=20).deserialize("  one\u2003two\ufeff ") == "one two"
