"""Encrypted files: chunks of AES-256-GCM in the STREAM construction, under a key of the file's own.

The file begins with a header: 22 bytes that name the format, log2 of scrypt's cost, a salt of 32
bytes. The key is scrypt (RFC 7914; r = 8, p = 1) over BACKUP_KEY and the salt, then HKDF-SHA-256
with the whole header as `info`. Chunks of 64 KiB follow, the last one shorter. A chunk's nonce is
its number (11 bytes, big endian) and a byte that is 1 in the last chunk alone (Hoang and others,
"Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015). So nobody can cut,
reorder, exchange or extend chunks unnoticed, and neither side holds more than two of them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from leaderjournal.backups.rules import UnreadableBackup

MAGIC = b"LeaderJournal backup 1"
SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + 1 + SALT_BYTES
COST = 17
"""Log2 of scrypt's cost: 128 MB and a third of a second (OWASP's Password Storage Cheat Sheet)."""
LARGEST_COST = 20
"""A changed header cannot ask for more than 1 GB of memory."""
CHUNK_BYTES = 1 << 16
TAG_BYTES = 16


class EncryptedWriter:
    """Encrypts what is written to a binary file. Without `finish`, the file stays unreadable."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        header = MAGIC + bytes([COST]) + os.urandom(SALT_BYTES)
        file.write(header)
        self._file = file
        self._aead = _derive_key(header, passphrase)
        self._pending = bytearray()
        self._number = 0

    def write(self, content: bytes) -> None:
        """Encrypt `content`; the last chunk stays in memory."""
        self._pending += content
        while len(self._pending) > CHUNK_BYTES:
            self._write_chunk(bytes(self._pending[:CHUNK_BYTES]), is_last=False)
            del self._pending[:CHUNK_BYTES]

    def finish(self) -> None:
        """Write the last chunk, which says that nothing follows."""
        self._write_chunk(bytes(self._pending), is_last=True)
        self._pending.clear()

    def _write_chunk(self, plain: bytes, *, is_last: bool) -> None:
        nonce = _get_nonce(self._number, is_last=is_last)
        self._file.write(self._aead.encrypt(nonce, plain, None))
        self._number += 1


@dataclass(frozen=True, slots=True, repr=False)
class EncryptedFile:
    """An encrypted file whose key is derived; it can be read as often as needed."""

    path: Path
    _aead: AESGCM

    @classmethod
    def open(cls, path: Path, passphrase: str) -> "EncryptedFile":
        """Derive the key of a file. Raises UnreadableBackup if it is no such file, and OSError."""
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
        if not header.startswith(MAGIC):
            raise UnreadableBackup(f"{path} is no backup of this journal.")
        if len(header) < HEADER_BYTES or header[len(MAGIC)] > LARGEST_COST:
            raise UnreadableBackup(f"{path} is damaged or cut short: its beginning is not whole.")
        return cls(path, _derive_key(header, passphrase))

    def iter_chunks(self) -> Iterator[bytes]:
        """Yield what was written, chunk by chunk. Raises UnreadableBackup where it is damaged.

        A chunk is yielded only after it is authenticated, and the end only where it was written.
        """
        with self.path.open("rb") as file:
            file.seek(HEADER_BYTES)
            size = CHUNK_BYTES + TAG_BYTES
            number, encrypted = 0, file.read(size)
            while True:
                following = file.read(size)
                yield self._decrypt_chunk(number, encrypted, is_last=not following)
                if not following:
                    return
                number, encrypted = number + 1, following

    def _decrypt_chunk(self, number: int, encrypted: bytes, *, is_last: bool) -> bytes:
        try:
            return self._aead.decrypt(_get_nonce(number, is_last=is_last), encrypted, None)
        except (InvalidTag, ValueError):
            raise UnreadableBackup(self._explain(number, encrypted, is_last=is_last)) from None

    def _explain(self, number: int, encrypted: bytes, *, is_last: bool) -> str:
        try:
            self._aead.decrypt(_get_nonce(number, is_last=not is_last), encrypted, None)
        except (InvalidTag, ValueError):
            if number:
                at = HEADER_BYTES + number * (CHUNK_BYTES + TAG_BYTES)
                return f"{self.path} is damaged or cut short at byte {at:,} or soon after."
            return (
                f"BACKUP_KEY does not open {self.path}: it was encrypted with another key, or its"
                " beginning is damaged."
            )
        if is_last:
            return f"{self.path} is cut short: its end is missing."
        return f"{self.path} is damaged: something follows its end."


def _derive_key(header: bytes, passphrase: str) -> AESGCM:
    salt, cost = header[-SALT_BYTES:], header[len(MAGIC)]
    try:
        stretched = Scrypt(salt, length=32, n=1 << cost, r=8, p=1).derive(passphrase.encode())
    except ValueError as error:  # a cost of 0
        raise UnreadableBackup("The backup's beginning is damaged.") from error
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=header).derive(stretched))


def _get_nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
