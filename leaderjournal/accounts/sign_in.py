"""Signing in. Guessing is slowed down where it comes from, and locks nobody else out.

Failures are counted by network, by network and account, and by known device. Nothing is counted
by account alone, so the right password works from everywhere except where failures came from
(OWASP ASVS 5, 6.3.1). Failures on an account from anywhere are only reported to its leader.
"""

from uuid import UUID

from leaderjournal.accounts import store, tasks
from leaderjournal.accounts.known_devices import find_known_device
from leaderjournal.accounts.rules import normalize_email
from leaderjournal.kernel import clock
from leaderjournal.kernel.backoff import Backoff, BackoffCounter, count_attempt, forget_attempts
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import new_id
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.queue import enqueue_notice
from leaderjournal.kernel.rate_limits import build_limit_problem, get_client_network, limiter

DAY = 24 * 3600
BY_NETWORK = Backoff(free=100, window=3600, first_delay=15, longest_delay=900)
BY_NETWORK_AND_ACCOUNT = Backoff(free=10, window=DAY, first_delay=30, longest_delay=900)
BY_DEVICE = Backoff(free=10, window=DAY, first_delay=30, longest_delay=900)
NOTIFY_FROM = 20
"""From this many failures within a day on, the leader gets a mail, at most one a day."""
SHOWN_FROM = 5
"""From this many failures within a day on, the settings page says so."""
SUSPENDED = (
    "This account is suspended. Nothing of it is lost. Ask the person who runs this journal."
)


def try_sign_in(email: str, password: str) -> store.Leader | None:
    """Return the leader whose address and password these are, or None.

    Raises Problem: 429 with Retry-After in seconds while the network or the known device of the
    request has to wait; 403 for the right password of a suspended account.
    """
    now = clock.now()
    account = store.find_account(email)
    device_key = store.derive_device_key(account.id, account.password_hash) if account else None
    own, shared = _get_counters(email, device_key, now)
    free_at = count_attempt([*shared, *own], now=now)
    if free_at is not None:
        raise build_limit_problem(free_at)
    try:
        leader = store.authenticate(account, password)
    except store.Suspended as suspended:  # the password was right
        forget_attempts(wholly=own, once=shared)
        raise Problem(403, SUSPENDED) from suspended
    if leader is None:
        _count_failure(email, account.id if account else None)
    else:
        forget_attempts(wholly=own, once=shared)
    return leader


def count_recent_failures(email: str) -> int:
    """Return how many sign-ins failed within a day, or 0 if too few to mention."""
    count = limiter.storage.get(_get_failures_key(email))
    return count if count >= SHOWN_FROM else 0


def _get_counters(
    email: str, device_key: bytes | None, now: Instant
) -> tuple[list[BackoffCounter], list[BackoffCounter]]:
    """Return the counters of the request: those that the right password clears, and the others."""
    account, network = normalize_email(email), get_client_network()
    device = device_key and find_known_device(device_key, now=now)
    if device:
        return [BackoffCounter(f"sign-in/device/{device}", BY_DEVICE)], []
    pair = BackoffCounter(f"sign-in/network-account/{network}/{account}", BY_NETWORK_AND_ACCOUNT)
    return [pair], [BackoffCounter(f"sign-in/network/{network}", BY_NETWORK)]


def _get_failures_key(email: str) -> str:
    return f"sign-in/failures/{normalize_email(email)}"


def _count_failure(email: str, account_id: UUID | None) -> None:
    """Count a failure, and have the leader notified once there are many.

    The same is done for an address without an account: the worker then finds nobody to mail.
    """
    count = limiter.storage.incr(_get_failures_key(email), DAY)
    if count < NOTIFY_FROM or not get_settings().smtp_url:
        return
    notified = f"sign-in/told/{normalize_email(email)}"
    if limiter.storage.get(notified) or limiter.storage.incr(notified, DAY) > 1:
        return
    enqueue_notice(tasks.send_failed_sign_ins, str(account_id or new_id()), count)
