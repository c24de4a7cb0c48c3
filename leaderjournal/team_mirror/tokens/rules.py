"""How a token is made, read and hashed."""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

SECRET_BYTES = 16


class InvalidToken(Exception):
    """The token has been used, or was never issued."""


def create_tokens(mirror_id: UUID, number: int) -> list[str]:
    """Return tokens for the links of a mirror: its id and a secret of 128 bits each."""
    return [
        urlsafe_b64encode(mirror_id.bytes + secrets.token_bytes(SECRET_BYTES)).decode().rstrip("=")
        for _ in range(number)
    ]


def parse_token(token: str) -> tuple[UUID, str] | None:
    """Return the mirror's id and the token's hash; None if it is malformed."""
    try:
        content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Error, ValueError):
        return None
    if len(content) != SECRET_BYTES * 2:
        return None
    return UUID(bytes=content[:SECRET_BYTES]), hash_token(token)


def hash_token(token: str) -> str:
    """Return the hash of a token, which is stored in its place.

    The secret is random, so a plain hash is enough.
    """
    return hashlib.sha256(token.encode()).hexdigest()
