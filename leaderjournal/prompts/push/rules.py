"""Devices, the meaning of a push service's response, and when to retry.

The protocol is RFC 8030; the keys of a device are those of RFC 8291, section 2.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from leaderjournal.kernel.days import Instant

REFUSED_ENDPOINT = "refused endpoint"
FIRST_DELAY = timedelta(seconds=10)
MAX_DELAY = 64 * FIRST_DELAY
MAX_WAIT = timedelta(days=366)
"""A longer `Retry-After` counts as this one, which is after any prompt expires."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")


class BadDevice(ValueError):
    """No message can be encrypted for this subscription."""


class Outcome(StrEnum):
    """The outcome of one message."""

    SENT = "sent"
    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Device:
    """The endpoint of one browser, and the keys that messages are encrypted with for it.

    `p256dh` is a point on P-256, 65 bytes uncompressed; `auth` is 16 bytes of secret.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """A push service's response to one message.

    `status` is None where there was no complete response; `failure` then says why: "connect",
    "timeout", "broken" or "refused endpoint: <reason>". It never contains a URL, which is a secret
    of the device.
    """

    status: int | None
    retry_after: str | None = None
    failure: str = ""


def parse_device(endpoint: str, p256dh: str, auth: str) -> Device:
    """Return the device that a browser's `PushSubscription.toJSON()` describes.

    The keys are base64url, padded or not. Raises BadDevice for another encoding, length or form;
    `messages.check_device` checks whether `p256dh` lies on the curve.
    """
    point, secret = _decode_base64url("p256dh", p256dh), _decode_base64url("auth", auth)
    if len(point) != 65 or point[0] != 4:
        raise BadDevice("p256dh must be 65 bytes: an uncompressed point on P-256")
    if len(secret) != 16:
        raise BadDevice("auth must be 16 bytes")
    return Device(endpoint, point, secret)


def determine_outcome(response: ServiceResponse) -> Outcome:
    """Return what a response means for the message and the subscription (RFC 8030, 5 to 7.3).

    GONE ends the subscription, LATER is worth a retry, REFUSED is our own fault and is not.
    """
    if response.status is None:
        refused = response.failure.startswith(REFUSED_ENDPOINT)
        return Outcome.REFUSED if refused else Outcome.LATER
    if response.status in {200, 201, 202}:
        return Outcome.SENT
    if response.status in {404, 410}:
        return Outcome.GONE
    if response.status == 429 or 500 <= response.status <= 599:
        return Outcome.LATER
    return Outcome.REFUSED


def parse_retry_after(value: str | None, *, now: Instant) -> timedelta | None:
    """Return how long from `now` a `Retry-After` header asks to wait (RFC 9110, 10.2.3).

    It is a number of seconds or an HTTP date in any of its three forms. A past date is no wait, any
    other header is None, and the longest wait is MAX_WAIT.
    """
    text = (value or "").strip()
    if re.fullmatch("[0-9]+", text):
        seconds = int(text) if len(text) < 10 else MAX_WAIT.total_seconds()
        return min(timedelta(seconds=seconds), MAX_WAIT)
    try:
        date = parsedate_to_datetime(text)
        # An HTTP date is in GMT, also in asctime's form, which does not say so.
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), MAX_WAIT)


def plan_retry(
    attempts: int, *, now: Instant, wait: timedelta | None, expires_at: Instant, jitter: float
) -> Instant | None:
    """Return when to retry a message after `attempts` attempts (1 or more).

    Where the service asks to `wait`, the delay is that long and up to a tenth more, and at least
    one that doubles from a second. Otherwise the delay doubles from FIRST_DELAY to MAX_DELAY, and
    up to half of it more. `jitter`, in [0, 1), chooses how much more, so that messages that failed
    together are not retried together. None where the retry would not be before `expires_at`.
    """
    doubled = 2 ** min(attempts - 1, 20)
    if wait is None:
        delay = min(FIRST_DELAY * doubled, MAX_DELAY) * (1 + jitter / 2)
    else:
        delay = max(wait, min(timedelta(seconds=doubled), MAX_DELAY)) * (1 + jitter / 10)
    if delay >= expires_at - now:
        return None
    return Instant(now + delay)


def _decode_base64url(name: str, text: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise BadDevice(f"{name} is not base64url")
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error as error:
        raise BadDevice(f"{name} is not base64url") from error
