"""Sealing: every word a leader writes is encrypted before it reaches the database.

Each account has a data key of its own (AES-256-GCM). The data key is stored wrapped by a
key-encryption key from the configuration, which the database never sees. The place of a value
(account, table, column, row) is bound in as associated data, so that a sealed value that is moved
elsewhere does not open (NIST SP 800-38D; OWASP ASVS 5, V11).
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


class SealBroken(Exception):
    """A sealed value does not open: the wrong key, the wrong place, or altered bytes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives."""

    account: UUID
    table: str
    column: str
    row: UUID | str

    def associated_data(self) -> bytes:
        """Return the bytes bound into the seal: a JSON array of the parts.

        Names of ours and ids need no escaping; written so it takes a fifth of what the encoder
        takes, for each of the thousands of values that a search opens.
        """
        return f'["{self.account.hex}","{self.table}","{self.column}","{self.row}"]'.encode()


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

    def new_key(self, owner: UUID) -> WrappedKey:
        """Return a fresh 256-bit data key for `owner`, wrapped."""
        return self._wrap(AESGCM.generate_key(256), owner)

    def unwrap(self, key: WrappedKey, owner: UUID) -> bytes:
        """Return the data key. Raises SealBroken where its key is not configured or not right."""
        wrapping = self._keys.get(key.wrapped_by)
        if wrapping is None:
            raise SealBroken(f"DATA_KEYS lacks the key {key.wrapped_by!r}")
        return _open(AESGCM(wrapping), key.wrapped, self._bound(key.wrapped_by, owner))

    def rewrap(self, key: WrappedKey, owner: UUID) -> WrappedKey:
        """Return the same data key wrapped by the newest key-encryption key."""
        return self._wrap(self.unwrap(key, owner), owner)

    def _wrap(self, data_key: bytes, owner: UUID) -> WrappedKey:
        sealed = _seal(AESGCM(self._keys[self.newest]), data_key, self._bound(self.newest, owner))
        return WrappedKey(self.newest, sealed)

    @staticmethod
    def _bound(identifier: str, owner: UUID) -> bytes:
        return json.dumps(["data-key", identifier, owner.hex]).encode()


@dataclass(frozen=True, slots=True, repr=False)
class Sealer:
    """Seals and opens the values of one account."""

    account: UUID
    data_key: bytes
    _cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once: a search opens thousands of values with it.
        object.__setattr__(self, "_cipher", AESGCM(self.data_key))

    def seal_text(self, text: str, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return `text` sealed for its place."""
        return self.seal_bytes(text.encode(), table=table, column=column, row=row)

    def open_text(self, sealed: bytes, *, table: str, column: str, row: UUID | str) -> str:
        """Return the text sealed at this place. Raises SealBroken."""
        return self.open_bytes(sealed, table=table, column=column, row=row).decode()

    def seal_bytes(self, content: bytes, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return `content` sealed for its place."""
        place = Place(self.account, table, column, row)
        return _seal(self._cipher, content, place.associated_data())

    def open_bytes(self, sealed: bytes, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return the content sealed at this place. Raises SealBroken."""
        place = Place(self.account, table, column, row)
        return _open(self._cipher, sealed, place.associated_data())

    def seal_json(self, value: Any, *, table: str, column: str, row: UUID | str) -> bytes:
        """Return a JSON `value` sealed for its place."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.seal_text(text, table=table, column=column, row=row)

    def open_json(self, sealed: bytes, *, table: str, column: str, row: UUID | str) -> Any:
        """Return the JSON value sealed at this place. Raises SealBroken."""
        return json.loads(self.open_text(sealed, table=table, column=column, row=row))


def _seal(cipher: AESGCM, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + cipher.encrypt(nonce, plain, FORMAT + bound)


def _open(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    nonce, box = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, box, sealed[:1] + bound)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sealed value does not open") from error
