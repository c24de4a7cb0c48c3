"""One-time codes of authenticator apps (TOTP, RFC 6238) and recovery codes."""

import base64
import secrets
import unicodedata
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from leaderjournal.kernel.days import Instant

SECRET_BYTES = 20
"""RFC 4226, section 4, R6."""
DIGITS = 6
SECONDS = 30
"""How long a code is shown (RFC 6238, section 5.2)."""
STEPS_OFF = 1
"""A clock may be so many steps off, a person as slow (RFC 6238, section 5.2)."""
ISSUER = "Leader Journal"

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for another when a code is copied from paper."""
_GROUPS, _LETTERS_A_GROUP = 4, 4


def create_secret() -> bytes:
    """Return a new secret that the app and the journal share."""
    return secrets.token_bytes(SECRET_BYTES)


def format_secret(secret: bytes) -> str:
    """Return the secret as an app asks to type it: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def create_setup_link(secret: bytes, email: str) -> str:
    """Return the `otpauth:` link that an authenticator app reads, also from a QR code."""
    totp = TOTP(secret, DIGITS, SHA1(), SECONDS)  # noqa: S303 - what the apps implement
    return totp.get_provisioning_uri(email, ISSUER)


def find_step(secret: bytes, code: str, *, now: Instant, after: int | None) -> int | None:
    """Return the step whose code this is, if it is about now and later than step `after`.

    A code works once: whoever saw it typed cannot use it again (RFC 6238, section 5.2).
    """
    hotp = HOTP(secret, DIGITS, SHA1())  # noqa: S303 - as above
    present = int(now.timestamp()) // SECONDS
    for step in range(present - STEPS_OFF, present + STEPS_OFF + 1):
        is_used = after is not None and step <= after
        if not is_used and step >= 0 and compare_digest(hotp.generate(step), code.encode()):
            return step
    return None


def parse_code(text: str) -> str:
    """Return the six digits that were typed, in any script and with spaces, or "" for none."""
    digits = [
        str(unicodedata.digit(sign))
        for sign in text
        if not sign.isspace() and unicodedata.digit(sign, None) is not None
    ]
    others = [sign for sign in text if unicodedata.digit(sign, None) is None]
    if len(digits) != DIGITS or any(not sign.isspace() and sign != "-" for sign in others):
        return ""
    return "".join(digits)


def create_recovery_code() -> str:
    """Return a new recovery code: 79 random bits, such as `k3fm-8xqa-…`."""
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _LETTERS_A_GROUP)]
    size = _LETTERS_A_GROUP
    return "-".join("".join(letters[at : at + size]) for at in range(0, len(letters), size))


def normalize_recovery_code(text: str) -> str:
    """Return a typed recovery code as it was shown: case, spaces and hyphens do not matter."""
    letters = "".join(
        sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum()
    )
    size = _LETTERS_A_GROUP
    return "-".join(letters[at : at + size] for at in range(0, len(letters), size))
