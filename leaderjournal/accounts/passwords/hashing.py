"""Hashing passwords with Argon2id (OWASP ASVS 5, 11.4.2)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()  # the library's defaults are RFC 9106's second recommendation


def hash_password(password: str) -> str:
    """Return the Argon2id hash of `password`."""
    return _hasher.hash(password)


@cache
def _get_dummy_hash() -> str:
    return _hasher.hash("nobody has this password")


def verify_password(password: str, password_hash: str | None) -> bool:
    """Tell whether `password` is right; without an account (None) it takes as long."""
    try:
        return _hasher.verify(password_hash or _get_dummy_hash(), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False
