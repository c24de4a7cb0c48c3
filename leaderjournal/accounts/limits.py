"""How often a network may register or request resets, and a leader confirm their password."""

from flask_login import current_user
from limits import parse

from leaderjournal.accounts.rules import normalize_email
from leaderjournal.kernel.rate_limits import get_client_network, limiter

REGISTRATIONS = "100 per hour"
RESETS = "10 per hour"
RESETS_PER_ACCOUNT = parse("3 per hour")

limit_registrations = limiter.limit(REGISTRATIONS, key_func=get_client_network, methods=["POST"])
limit_resets = limiter.limit(RESETS, key_func=get_client_network, methods=["POST"])
limit_password_checks = limiter.limit("10 per 15 minutes", key_func=lambda: str(current_user.id))


def may_send_reset(email: str) -> bool:
    """Count a mail with a reset link to an address; tell whether it may be sent.

    Addresses without an account are counted too, so that the response time reveals nothing.
    """
    return limiter.limiter.hit(RESETS_PER_ACCOUNT, "reset", normalize_email(email))
