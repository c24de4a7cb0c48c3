"""Codes of authenticator apps and recovery codes."""

import base64
import hmac
import struct
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.accounts.second_factor import codes
from leaderjournal.kernel.days import Instant

SECRET = b"12345678901234567890"


def compute_code(secret: bytes, step: int, digits: int = 6) -> str:
    """The algorithm of RFC 4226, section 5.3, written down a second time."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    (number,) = struct.unpack(">I", digest[digest[19] & 15 :][:4])
    return str((number & 0x7FFFFFFF) % 10**digits).zfill(digits)


def instant(seconds: float) -> Instant:
    return Instant(datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [  # RFC 6238, appendix B, for SHA-1; the last six of its eight digits
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds, code):
    assert codes.find_step(SECRET, code, now=instant(seconds), after=None) == seconds // 30


@given(st.binary(min_size=20, max_size=20), st.integers(30, 4_000_000_000), st.integers(-3, 3))
def test_code_is_right_for_one_step_before_and_after(secret, seconds, off):
    present = seconds // 30
    code = compute_code(secret, max(present + off, 0))
    found = codes.find_step(secret, code, now=instant(seconds), after=None)
    nearby = {compute_code(secret, present + near) for near in (-1, 0, 1)}
    assert (found is not None) is (code in nearby)


def test_used_step_and_earlier_ones_are_refused():
    now = instant(1_000_000)
    present = 1_000_000 // 30
    code = compute_code(SECRET, present)
    assert codes.find_step(SECRET, code, now=now, after=present - 1) == present
    assert codes.find_step(SECRET, code, now=now, after=present) is None
    assert (
        codes.find_step(SECRET, compute_code(SECRET, present - 1), now=now, after=present) is None
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("287082", "287082"),
        (" 287 082 ", "287082"),
        ("287-082", "287082"),
        ("２８７０８２", "287082"),
        ("٢٨٧٠٨٢", "287082"),
        ("28708", ""),
        ("2870821", ""),
        ("28708x", ""),
        ("k3fm-8xqa", ""),
        ("", ""),
        ("²³¼287082", ""),
    ],
)
def test_six_digits_are_read_in_any_script(typed, code):
    assert codes.parse_code(typed) == code


def test_recovery_codes_are_unlike_each_other_and_read_as_they_are_copied():
    made = [codes.create_recovery_code() for _ in range(200)]
    assert len(set(made)) == 200
    for code in made:
        assert len(code) == 19
        assert not set("il01o") & set(code)
        typed = f"  {code.upper().replace('-', ' ')} "
        assert codes.normalize_recovery_code(typed) == code
        assert codes.parse_code(code) == "" or code.replace("-", "").isdigit()


def test_setup_link_holds_secret_issuer_and_address():
    link = urlsplit(codes.create_setup_link(SECRET, "zoë+x@example.com"))
    asked = parse_qs(link.query)
    assert (link.scheme, link.netloc) == ("otpauth", "totp")
    assert unquote(link.path) == "/Leader Journal:zoë+x@example.com"
    assert base64.b32decode(asked["secret"][0]) == SECRET
    assert asked["issuer"] == ["Leader Journal"]
    typed = codes.format_secret(SECRET)
    assert base64.b32decode(typed.replace(" ", "")) == SECRET
