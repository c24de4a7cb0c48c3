"""How often signing in and registering may be tried, by account and by address."""

from flask_limiter.util import get_remote_address
from flask_login import current_user
from limits import RateLimitItem, parse

from leaderjournal.accounts import store
from leaderjournal.accounts.rules import normal_email
from leaderjournal.kernel.limits import limiter, too_many
from leaderjournal.kernel.problems import Problem

FAILURES_PER_ACCOUNT = parse("10 per 15 minutes")
FAILURES_PER_ADDRESS = parse("100 per 15 minutes")
REGISTRATIONS = "100 per hour"
RESETS = "10 per hour"

per_address = limiter.limit(REGISTRATIONS, key_func=get_remote_address, methods=["POST"])
resets_per_address = limiter.limit(RESETS, key_func=get_remote_address, methods=["POST"])
by_account = limiter.limit("10 per 15 minutes", key_func=lambda: str(current_user.id))


def guarded_sign_in(email: str, password: str) -> store.Leader | None:
    """Return the leader whose address and password these are, or None.

    Raises Problem (429, with Retry-After in seconds) once failures repeat, by account or by the
    address they come from; a right password forgets the account's failures.
    """
    counts = limiter.limiter
    of_account = f"account:{normal_email(email)}"
    of_address = f"address:{get_remote_address()}"
    # The account's counter is raised before the password is looked at, so that tries made at the
    # same moment cannot slip past it.
    if not counts.hit(FAILURES_PER_ACCOUNT, "sign-in", of_account):
        raise _too_many(FAILURES_PER_ACCOUNT, of_account)
    if not counts.test(FAILURES_PER_ADDRESS, "sign-in", of_address):
        raise _too_many(FAILURES_PER_ADDRESS, of_address)
    leader = store.authenticate(email, password)
    if leader is None:
        counts.hit(FAILURES_PER_ADDRESS, "sign-in", of_address)
    else:
        counts.clear(FAILURES_PER_ACCOUNT, "sign-in", of_account)
    return leader


def _too_many(limit: RateLimitItem, counter: str) -> Problem:
    return too_many(limiter.limiter.get_window_stats(limit, "sign-in", counter).reset_time)
