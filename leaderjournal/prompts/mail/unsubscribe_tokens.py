"""The token in a mail that ends these mails, without a sign-in (RFC 8058)."""

import hashlib
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

PROMPTS, LETTER = "unsubscribe", "unsubscribe-letter"
"""What a token ends: prompts by mail, or the fortnightly letter."""


def create_unsubscribe_token(account_id: UUID, secret: str, *, ends: str = PROMPTS) -> str:
    """Return a URL-safe token that ends mails to this account and does nothing else.

    It does not expire, so that an old mail can still end new ones.
    """
    token = _create_serializer(secret, ends).dumps(account_id.hex)
    return token if isinstance(token, str) else token.decode("ascii")


def read_unsubscribe_token(token: str, secret: str, *, ends: str = PROMPTS) -> UUID | None:
    """Return the account of a token; None where it was not made with `secret` for these mails."""
    try:
        return UUID(hex=_create_serializer(secret, ends).loads(token))
    except BadData:
        return None


def _create_serializer(secret: str, ends: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=ends, signer_kwargs={"digest_method": hashlib.sha256})
