"""What of a leader may stand in a mail to others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.team_mirror.mailing.rules import is_plain_address, sanitize_name


@pytest.mark.parametrize(
    "name",
    ["Mira Adler", "Dr. Ann O’Neil-Smith", "J. R. R. Tolkien", "李小龙", "Żółć", "अनिता राव"],
)
def test_real_names_are_allowed_in_mails(name):
    assert sanitize_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Win a prize at evil.example",
        "evil.example",
        "evil。example",
        "https://evil.example",
        "You have won a big prize today",
        "call 0900 123456",
        "a@b",
        "Ann\nhttp",
        "Ann\u202eelpmaxe",
        "Ann\u2028x",
        "x" * 61,
        "<b>Ann</b>",
    ],
)
def test_other_text_is_not_allowed_as_a_name(name):
    assert sanitize_name(name) == ""


@given(st.text())
def test_sanitized_name_has_no_link_or_line_break(name):
    said = sanitize_name(name)
    assert len(said) <= 60
    assert not set(said) & set("\r\n\t:/@<>[]()0123456789\u2028\u2029\u202e")


def test_quoted_address_is_not_plain():
    assert is_plain_address("ann.o_n-e+x@example.com")
    assert not is_plain_address('"http://evil.example/"@example.com')
    assert not is_plain_address("ann@example.com\nhttp://evil.example")
