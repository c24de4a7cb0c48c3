"""How long links that verify an address work."""

from datetime import timedelta

VERIFICATION_LIFETIME = timedelta(days=3)
NOTICE_LIFETIME = timedelta(days=1)
