"""Tokens of links that are sent by mail.

A token follows from the id of its row and the service's own secret, so a mail that is sent again
carries the same link, and neither the queue nor the database holds it: only its hash is stored.
"""

import base64
import hmac
from uuid import UUID

from leaderjournal.kernel.context import get_settings


def make_token(purpose: str, row: UUID) -> str:
    """Return the token of a row, fit for a URL; `purpose` keeps kinds of links apart."""
    secret = get_settings().secret_key.encode()
    digest = hmac.digest(secret, f"link:{purpose}:{row.hex}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
