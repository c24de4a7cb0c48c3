"""Passwords: hashed with Argon2id; the most common ones are refused (OWASP ASVS 5, 6.2.4)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leaderjournal.accounts.rules import COMMON_PASSWORDS_REFUSED, SHORTEST_PASSWORD

_hasher = PasswordHasher()  # the library's defaults are RFC 9106's second recommendation


@cache
def _common() -> frozenset[str]:
    # zxcvbn carries a well-kept ranking; it takes a moment to load, so only when first needed.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    fitting = (word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST_PASSWORD)
    return frozenset(
        word for _, word in zip(range(COMMON_PASSWORDS_REFUSED), fitting, strict=False)
    )


def is_common(password: str) -> bool:
    """Tell whether `password` is among the 3,000 most common that are long enough."""
    return password.casefold() in _common()


def hashed(password: str) -> str:
    """Return the Argon2id hash of `password`."""
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether `password` is right; takes as long where there is no account (None)."""
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False
