"""How long links that verify an address last."""

from datetime import timedelta

PROOF_LASTS = timedelta(days=3)
NOTICE_LASTS = timedelta(days=1)
