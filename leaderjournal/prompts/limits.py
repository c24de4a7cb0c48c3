"""How often a leader can send a test message."""

from flask_login import current_user

from leaderjournal.kernel.rate_limits import limiter

tests_per_account = limiter.limit("20 per hour", key_func=lambda: str(current_user.id))
