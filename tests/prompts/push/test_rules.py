import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.days import to_instant
from leaderjournal.prompts.push.rules import (
    FIRST_DELAY,
    MAX_DELAY,
    MAX_WAIT,
    BadDevice,
    Outcome,
    ServiceResponse,
    determine_outcome,
    parse_device,
    parse_retry_after,
    plan_retry,
)

NOW = to_instant(datetime(2026, 11, 25, 17, 45, tzinfo=UTC))
POINT, SECRET = b"\x04" + bytes(range(64)), bytes(range(16))
instants = st.integers(1_700_000_000_000, 1_950_000_000_000).map(
    lambda milliseconds: to_instant(datetime.fromtimestamp(milliseconds / 1000, UTC))
)
lucks = st.floats(0, 1, exclude_max=True)
waits = st.timedeltas(timedelta(0), timedelta(days=2))


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


@pytest.mark.parametrize("padding", ["with", "without"])
def test_device_holds_the_browsers_subscription(padding):
    p256dh, auth = encode_base64url(POINT), encode_base64url(SECRET)
    if padding == "without":
        p256dh, auth = p256dh.rstrip("="), auth.rstrip("=")
    read = parse_device("https://push.example/1", p256dh, auth)
    assert (read.endpoint, read.p256dh, read.auth) == ("https://push.example/1", POINT, SECRET)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        (encode_base64url(POINT[:-1]), encode_base64url(SECRET)),
        (encode_base64url(POINT + b"x"), encode_base64url(SECRET)),
        (encode_base64url(b"\x02" + POINT[1:]), encode_base64url(SECRET)),
        (encode_base64url(POINT), encode_base64url(SECRET[:-1])),
        (encode_base64url(POINT), encode_base64url(SECRET + b"x")),
        (encode_base64url(POINT), ""),
        ("", encode_base64url(SECRET)),
        (encode_base64url(POINT), "A" * 21),
        (encode_base64url(POINT)[:-4] + " @!?", encode_base64url(SECRET)),
        (base64.b64encode(b"\x04" + b"\xff" * 64).decode(), encode_base64url(SECRET)),
        ("ä" * 87, encode_base64url(SECRET)),
    ],
)
def test_malformed_keys_are_rejected(p256dh, auth):
    with pytest.raises(BadDevice):
        parse_device("https://push.example/1", p256dh, auth)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, Outcome.SENT) for status in (200, 201, 202)),
        *((status, Outcome.GONE) for status in (404, 410)),
        *((status, Outcome.LATER) for status in (429, 500, 502, 503, 504, 599)),
        *((status, Outcome.REFUSED) for status in (301, 307, 400, 401, 403, 405, 408, 413, 451)),
    ],
)
def test_each_status_has_its_outcome(status, expected):
    assert determine_outcome(ServiceResponse(status)) is expected


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        ("connect", Outcome.LATER),
        ("timeout", Outcome.LATER),
        ("broken", Outcome.LATER),
        ("refused endpoint: it is not https", Outcome.REFUSED),
    ],
)
def test_missing_response_is_retried_unless_the_endpoint_was_refused(failure, expected):
    assert determine_outcome(ServiceResponse(None, failure=failure)) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", timedelta(0)),
        (" 120 ", timedelta(seconds=120)),
        ("999999999", MAX_WAIT),
        ("9" * 30, MAX_WAIT),
        ("9" * 9_000, MAX_WAIT),
        ("Wed, 25 Nov 2026 17:47:00 GMT", timedelta(minutes=2)),
        ("Wednesday, 25-Nov-26 17:47:00 GMT", timedelta(minutes=2)),
        ("Wed Nov 25 17:47:00 2026", timedelta(minutes=2)),
        ("Wed, 25 Nov 2020 17:47:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_WAIT),
        *((nonsense, None) for nonsense in (None, "", "soon", "-5", "1.5", "٣", "0x10", "Wed, 25")),
        ("Wed, 99 Nov 2026 17:47:00 GMT", None),
    ],
)
def test_retry_after_is_parsed_in_every_rfc_9110_form(value, expected):
    assert parse_retry_after(value, now=NOW) == expected


@given(instants, instants)
def test_retry_after_date_is_capped_at_the_maximum(now, until):
    expected = min(max(until.replace(microsecond=0) - now, timedelta(0)), MAX_WAIT)
    assert parse_retry_after(format_datetime(until, usegmt=True), now=now) == expected


@given(st.text() | st.text("0123456789:, GMTNovSun+-", max_size=40))
def test_arbitrary_retry_after_raises_nothing(value):
    wait = parse_retry_after(value, now=NOW)
    assert wait is None or timedelta(0) <= wait <= MAX_WAIT


@given(
    st.integers(1, 10_000),
    instants,
    st.none() | waits,
    st.timedeltas(max_value=2 * MAX_WAIT, min_value=-MAX_WAIT),
    lucks,
)
def test_retry_is_after_the_wait_and_before_expiry(attempts, now, wait, left, jitter):
    expires_at = now + left
    again = plan_retry(attempts, now=now, wait=wait, expires_at=expires_at, jitter=jitter)
    if again is not None:
        assert now < again < expires_at
        assert wait is None or again >= now + wait
    else:
        assert left <= max(wait or timedelta(0), MAX_DELAY) * 1.5


@given(st.integers(1, 10_000), lucks, lucks)
def test_delay_grows_with_every_attempt_up_to_the_maximum(attempts, one, other):
    def get_delay(attempts, jitter):
        far = to_instant(NOW + timedelta(days=30))
        again = plan_retry(attempts, now=NOW, wait=None, expires_at=far, jitter=jitter)
        return again - NOW

    longest = get_delay(attempts, 0) == MAX_DELAY
    assert FIRST_DELAY <= get_delay(attempts, one) <= 1.5 * MAX_DELAY
    assert get_delay(attempts, 0) <= get_delay(attempts, one) <= 1.5 * get_delay(attempts, 0)
    assert longest or get_delay(attempts, one) < get_delay(attempts + 1, other)


@given(st.integers(1, 10_000), waits, lucks)
def test_requested_wait_is_stretched_by_a_tenth_at_most(attempts, wait, jitter):
    far = to_instant(NOW + timedelta(days=30))
    again = plan_retry(attempts, now=NOW, wait=wait, expires_at=far, jitter=jitter)
    least = max(wait, min(timedelta(seconds=2 ** min(attempts - 1, 30)), MAX_DELAY))
    assert least <= again - NOW <= 1.1 * least


def test_repeated_zero_wait_still_backs_off():
    far = to_instant(NOW + timedelta(days=1))
    tries = [
        plan_retry(attempts, now=NOW, wait=timedelta(0), expires_at=far, jitter=0)
        for attempts in range(1, 8)
    ]
    assert tries == sorted(set(tries))
    assert tries[0] == NOW + timedelta(seconds=1)


def test_jitter_spreads_retries():
    far = to_instant(NOW + timedelta(days=1))
    for wait in (None, timedelta(minutes=2)):
        first, last = (
            plan_retry(1, now=NOW, wait=wait, expires_at=far, jitter=jitter) for jitter in (0, 0.99)
        )
        assert first < last
