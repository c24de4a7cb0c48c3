"""Encryption at rest: every word a leader writes is encrypted before it reaches the database.

Each account has a data key of its own (AES-256-GCM). The data key is stored wrapped by a
key-encryption key from the configuration, which the database never sees. The place of a value
(account, table, column, row) is bound in as associated data, so that a value copied to another
place cannot be decrypted there (NIST SP 800-38D; OWASP ASVS 5, V11).
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
FORMAT = b"\x01"
FIRST_NAMES = {
    ("accounts", "email_encrypted"): ("accounts", "email_sealed"),
    ("accounts", "name_encrypted"): ("accounts", "name_sealed"),
    ("api_tokens", "label_encrypted"): ("api_tokens", "label_sealed"),
    ("documents", "content_encrypted"): ("documents", "content_sealed"),
    ("documents", "options_encrypted"): ("documents", "wishes"),
    ("email_notices", "email_encrypted"): ("email_notices", "email_sealed"),
    ("email_verifications", "email_encrypted"): ("email_proofs", "email_sealed"),
    ("imports", "file_encrypted"): ("imports", "file_sealed"),
    ("own_questions", "text_encrypted"): ("own_questions", "text_sealed"),
    ("prompt_schedules", "calendar_token_encrypted"): ("prompt_schedules", "calendar_sealed"),
    ("push_subscriptions", "device_encrypted"): ("push_subscriptions", "device_sealed"),
    ("reflections", "search_encrypted"): ("reflections", "search_sealed"),
}
"""What renamed tables and columns were called first, by their names of today.

Values stay bound to the first names for good: with other associated data, nothing that earlier
releases wrote could be decrypted.
"""


class DecryptionFailed(Exception):
    """A value cannot be decrypted: the wrong key, the wrong place, or altered bytes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an encrypted value is stored, by the names of today."""

    account: UUID
    table: str
    column: str
    row: UUID | str

    def get_associated_data(self) -> bytes:
        """Return the bytes that a value of this place is bound to: a JSON array of the parts.

        Our own names and ids need no escaping. Writing the array by hand takes a fifth of the
        encoder's time, for each of the thousands of values that a search decrypts.
        """
        name = self.table, self.column
        table, column = FIRST_NAMES.get(name, name)
        return f'["{self.account.hex}","{table}","{column}","{self.row}"]'.encode()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it is stored: which key-encryption key wraps it, and the wrapped bytes."""

    wrapped_by: str
    wrapped: bytes


class KeyEncryption:
    """The key-encryption keys of the configuration, newest first: the first one wraps."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        self._keys = dict(keys)
        self.newest = keys[0][0]

    @property
    def identifiers(self) -> frozenset[str]:
        """The ids of the configured keys."""
        return frozenset(self._keys)

    def create_key(self, owner: UUID) -> WrappedKey:
        """Return a fresh 256-bit data key for `owner`, wrapped."""
        return self._wrap(AESGCM.generate_key(256), owner)

    def unwrap(self, key: WrappedKey, owner: UUID) -> bytes:
        """Return the data key. Raises DecryptionFailed if its key is missing or wrong."""
        wrapping = self._keys.get(key.wrapped_by)
        if wrapping is None:
            raise DecryptionFailed(f"DATA_KEYS lacks the key {key.wrapped_by!r}")
        return _decrypt(AESGCM(wrapping), key.wrapped, self._bind(key.wrapped_by, owner))

    def rewrap(self, key: WrappedKey, owner: UUID) -> WrappedKey:
        """Return the same data key wrapped by the newest key-encryption key."""
        return self._wrap(self.unwrap(key, owner), owner)

    def _wrap(self, data_key: bytes, owner: UUID) -> WrappedKey:
        wrapping = AESGCM(self._keys[self.newest])
        return WrappedKey(self.newest, _encrypt(wrapping, data_key, self._bind(self.newest, owner)))

    @staticmethod
    def _bind(identifier: str, owner: UUID) -> bytes:
        return json.dumps(["data-key", identifier, owner.hex]).encode()


@dataclass(frozen=True, slots=True, repr=False)
class Cipher:
    """Encrypts and decrypts the values of one account."""

    account: UUID
    data_key: bytes
    _aead: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once: a search decrypts thousands of values with it.
        object.__setattr__(self, "_aead", AESGCM(self.data_key))

    def encrypt_text(self, text: str, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return `text` encrypted for its place."""
        return self.encrypt_bytes(text.encode(), table=table, column=column, row=row)

    def decrypt_text(self, encrypted: bytes, *, table: str, column: str, row: UUID | str) -> str:
        """Return the text encrypted for this place. Raises DecryptionFailed."""
        return self.decrypt_bytes(encrypted, table=table, column=column, row=row).decode()

    def encrypt_bytes(self, content: bytes, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return `content` encrypted for its place."""
        place = Place(self.account, table, column, row)
        return _encrypt(self._aead, content, place.get_associated_data())

    def decrypt_bytes(self, encrypted: bytes, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return the content encrypted for this place. Raises DecryptionFailed."""
        place = Place(self.account, table, column, row)
        return _decrypt(self._aead, encrypted, place.get_associated_data())

    def encrypt_json(self, value: Any, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return a JSON `value` encrypted for its place."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.encrypt_text(text, table=table, column=column, row=row)

    def decrypt_json(self, encrypted: bytes, *, table: str, column: str, row: UUID | str) -> Any:
        """Return the JSON value encrypted for this place. Raises DecryptionFailed."""
        return json.loads(self.decrypt_text(encrypted, table=table, column=column, row=row))


def _encrypt(aead: AESGCM, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + aead.encrypt(nonce, plain, FORMAT + bound)


def _decrypt(aead: AESGCM, encrypted: bytes, bound: bytes) -> bytes:
    nonce, ciphertext = encrypted[1 : 1 + NONCE_BYTES], encrypted[1 + NONCE_BYTES :]
    try:
        return aead.decrypt(nonce, ciphertext, encrypted[:1] + bound)
    except (InvalidTag, ValueError) as error:
        raise DecryptionFailed("a value cannot be decrypted") from error
