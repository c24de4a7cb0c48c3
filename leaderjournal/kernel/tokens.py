"""Random tokens that give access to something, and the hashes that are stored of them."""

import hashlib
import secrets


def create_token() -> str:
    """Return a new token of 256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return what is stored of a token; its 256 bits need no slow hash.

    A token that somebody made up may be any text, so what is no text is replaced first.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
