"""Known devices: a cookie lets a leader sign in while others guess at their password.

This is OWASP's protocol of device cookies. Each value holds a nonce, the time it was issued and a
MAC by the account's device key, which changes with the password: a value cannot be forged, belongs
to one account only, and ends with a new password. A known device has a counter of its own.
"""

import hmac
import re
import secrets

from flask import Response, after_this_request, request

from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant

COOKIE_LIFETIME = 365 * 24 * 3600
MOST_ACCOUNTS = 4
"""A device that several leaders share is known to each of their accounts."""

_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{22}\.[0-9]{1,12}\.[0-9a-f]{64}", re.ASCII)


def get_cookie_name() -> str:
    """Return the cookie's name; over HTTPS its prefix keeps other hosts from setting it."""
    return "__Host-device" if get_settings().secure else "device"


def find_known_device(device_key: bytes, *, now: Instant) -> str | None:
    """Return the nonce of the request's device if it is known to the key's account."""
    return next((value.split(".")[0] for value in _find_valid_values(device_key, now)), None)


def has_known_leader() -> bool:
    """Tell whether a leader has signed in on the request's device within a year.

    It says nothing about who that was, and opens nothing: the values are not verified.
    """
    return bool(_read_cookie_values())


def remember_device(device_key: bytes, *, now: Instant) -> None:
    """Make the device known to the key's account, by one new value that the response sets."""
    issued = f"{secrets.token_urlsafe(16)}.{int(now.timestamp())}"
    others = [
        value for value in _read_cookie_values() if value not in _find_valid_values(device_key, now)
    ]
    values = [f"{issued}.{_compute_mac(device_key, issued)}", *others][:MOST_ACCOUNTS]

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            get_cookie_name(),
            "|".join(values),
            max_age=COOKIE_LIFETIME,
            secure=get_settings().secure,
            httponly=True,
            samesite="Lax",
        )
        return response


def _read_cookie_values() -> list[str]:
    values = request.cookies.get(get_cookie_name(), "").split("|")[:MOST_ACCOUNTS]
    return [value for value in values if _COOKIE_VALUE.fullmatch(value)]


def _find_valid_values(device_key: bytes, now: Instant) -> list[str]:
    """Return the values of the cookie that were made with the key and have not expired."""
    found = []
    for value in _read_cookie_values():
        issued, _, mac = value.rpartition(".")
        is_fresh = int(issued.partition(".")[2]) + COOKIE_LIFETIME > now.timestamp()
        if is_fresh and hmac.compare_digest(mac, _compute_mac(device_key, issued)):
            found.append(value)
    return found


def _compute_mac(device_key: bytes, issued: str) -> str:
    return hmac.new(device_key, issued.encode(), "sha256").hexdigest()
