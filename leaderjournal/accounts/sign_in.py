"""Signing in, guarded: guessing is slowed down where it comes from, and locks nobody else out.

Failures are counted by network, by network with account, and by known device. Nothing is counted
against an account alone, so that the right password works from everywhere but where failures came
from (OWASP ASVS 5, 6.3.1). What fails on an account from anywhere is only told to its leader.
"""

from leaderjournal.accounts import store, tasks
from leaderjournal.accounts.known_devices import find_known_device
from leaderjournal.accounts.rules import normalize_email
from leaderjournal.kernel import clock
from leaderjournal.kernel.backoff import Backoff, BackoffCounter, count_attempt, forget_attempts
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import new_id
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.queue import enqueue_notice
from leaderjournal.kernel.rate_limits import build_limit_problem, get_client_network, limiter

DAY = 24 * 3600
BY_NETWORK = Backoff(free=100, window=3600, first_delay=15, longest_delay=900)
BY_NETWORK_AND_ACCOUNT = Backoff(free=10, window=DAY, first_delay=30, longest_delay=900)
BY_DEVICE = Backoff(free=10, window=DAY, first_delay=30, longest_delay=900)
NOTIFY_FROM = 20
"""After so many failures within a day the leader gets a mail, at most one a day."""
SUSPENDED = (
    "This account is suspended. Nothing of it is lost. Ask the person who runs this journal."
)
SHOWN_FROM = 5
"""From so many failures within a day on, the settings page says so."""


def try_sign_in(email: str, password: str) -> store.Leader | None:
    """Return the leader whose address and password these are, or None.

    Raises Problem (429, with Retry-After in seconds) while the network or the known device that
    the request comes from has to wait; 403 for the right password of a suspended account.
    """
    now = clock.now()
    own, shared = _get_counters(email)
    free_at = count_attempt([*shared, *own], now=now)
    if free_at is not None:
        raise build_limit_problem(free_at)
    try:
        leader = store.authenticate(email, password)
    except store.Suspended as suspended:  # the password was right
        forget_attempts(wholly=own, once=shared)
        raise Problem(403, SUSPENDED) from suspended
    if leader is None:
        _count_failure(email)
    else:
        forget_attempts(wholly=own, once=shared)
    return leader


def count_recent_failures(email: str) -> int:
    """Return how many sign-ins failed within a day, 0 while they are too few to speak of."""
    count = limiter.storage.get(_get_failures_key(email))
    return count if count >= SHOWN_FROM else 0


def _get_counters(email: str) -> tuple[list[BackoffCounter], list[BackoffCounter]]:
    """Return the counters of the request: those that a right password clears, and the others."""
    account, network = normalize_email(email), get_client_network()
    device_key = store.derive_device_key(email)
    device = device_key and find_known_device(device_key, now=clock.now())
    if device:
        return [BackoffCounter(f"sign-in/device/{device}", BY_DEVICE)], []
    pair = BackoffCounter(f"sign-in/network-account/{network}/{account}", BY_NETWORK_AND_ACCOUNT)
    return [pair], [BackoffCounter(f"sign-in/network/{network}", BY_NETWORK)]


def _get_failures_key(email: str) -> str:
    return f"sign-in/failures/{normalize_email(email)}"


def _count_failure(email: str) -> None:
    """Count a failure, and have the leader told once there are many.

    The same is done where there is no such account: the worker then finds nobody to write to.
    """
    count = limiter.storage.incr(_get_failures_key(email), DAY)
    if count < NOTIFY_FROM or not get_settings().smtp_url:
        return
    told = f"sign-in/told/{normalize_email(email)}"
    if limiter.storage.get(told) or limiter.storage.incr(told, DAY) > 1:
        return
    account_id = store.find_account_id(email) or new_id()
    enqueue_notice(tasks.send_failed_sign_ins, str(account_id), count)
