"""The second step of signing in: a code after the right password.

A code of six digits is guessed within a million attempts, so wrong ones are counted by account,
from wherever they come: whoever enters them knows the password. A known device is counted by
itself, so that others who know the password lock no leader out (OWASP ASVS 5, 6.5.5, 6.6.3).
"""

from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from uuid import UUID

from flask import session

from leaderjournal.accounts.known_devices import find_known_device
from leaderjournal.accounts.rules import CHALLENGE
from leaderjournal.accounts.second_factor import store
from leaderjournal.accounts.sign_in import BY_DEVICE, DAY
from leaderjournal.accounts.store import Leader, find_active_leader
from leaderjournal.kernel.backoff import Backoff, BackoffCounter, count_attempt, forget_attempts
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.rate_limits import build_limit_problem
from leaderjournal.kernel.tokens import hash_token

BY_ACCOUNT = Backoff(free=10, window=DAY, first_delay=60, longest_delay=3600)

FIRST_STEP_LIFETIME = timedelta(minutes=10)
"""How long after the password the code may be entered."""

_KEPT = "first_step"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A sign-in whose password was right."""

    leader: Leader
    next_path: str


def begin_second_step(leader: Leader, next_path: str, *, now: Instant) -> None:
    """Keep in the browser's session that the password was right; nothing else of it remains."""
    session.clear()
    session[_KEPT] = {
        "account": leader.id.hex,
        "password": _mark_password(leader),
        "at": int(now.timestamp()),
        "next": next_path,
    }


def find_first_step(*, now: Instant) -> FirstStep | None:
    """Return the sign-in that waits for its code, unless it is old or the password changed."""
    kept = session.get(_KEPT)
    if kept is None or now.timestamp() - kept["at"] > FIRST_STEP_LIFETIME.total_seconds():
        return None
    leader = find_active_leader(UUID(kept["account"]))
    if leader is None or not compare_digest(_mark_password(leader), kept["password"]):
        return None
    return FirstStep(leader, kept["next"])


def try_code(leader: Leader, code: str, *, now: Instant) -> bool:
    """Tell whether this is a right code, and use it up.

    Raises Problem (429 with Retry-After) after many wrong ones.
    """
    device = find_known_device(leader.device_key, now=now)
    counter = (
        BackoffCounter(f"second-factor/device/{device}", BY_DEVICE)
        if device
        else BackoffCounter(f"second-factor/account/{leader.id}", BY_ACCOUNT)
    )
    free_at = count_attempt([counter], now=now)
    if free_at is not None:
        raise build_limit_problem(free_at)
    is_right = store.use_code(leader.cipher, code, now=now)
    if is_right:
        forget_attempts(wholly=[counter], once=[])
    return is_right


def require_code(leader: Leader, code: str | None, *, now: Instant) -> None:
    """Use up the code of an API call, if the account has a second factor.

    Raises Problem: 401 where it is missing or wrong, 429 after many wrong ones.
    """
    if not store.is_on(leader.id):
        return
    wrong = "This code is not right, or was used before."
    if not code:
        wrong = "This account has two-step sign-in. Send a code of its app, or a recovery code."
    elif try_code(leader, code, now=now):
        return
    raise Problem(401, f"otp: {wrong}", errors={"otp": [wrong]}, headers=CHALLENGE)


def _mark_password(leader: Leader) -> str:
    """Return a mark that changes with the password and tells nothing of it."""
    return hash_token(f"first step|{leader.device_key.hex()}").hex()
