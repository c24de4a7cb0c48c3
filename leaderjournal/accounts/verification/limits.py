"""How many links an account may have sent: each is a mail to an address that is not verified."""

from flask import Response
from flask_login import current_user

from leaderjournal.kernel.rate_limits import limiter

LINKS = "5 per hour;20 per day"


def _was_sent(response: Response) -> bool:
    return response.status_code < 400


limit_links = limiter.shared_limit(
    LINKS,
    scope="email-links",
    key_func=lambda: str(current_user.id),
    methods=["POST"],
    deduct_when=_was_sent,
)
