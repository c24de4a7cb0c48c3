"""Records: lines of JSON, compressed and encrypted, of which a backup consists.

An object is a heading or a result, an array is a row of the table named last.
"""

import json
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from leaderjournal.backups.encrypted_file import EncryptedFile, EncryptedWriter
from leaderjournal.backups.rules import UnreadableBackup

PIECE_BYTES = 1 << 20
"""How much is decompressed at once; a line may be longer."""


def format_record(record: Any) -> str:
    """Return a record as its line, always the same for the same values."""
    return json.dumps(record, separators=(",", ":"))


class RecordWriter:
    """Writes records to a binary file."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._encrypted = EncryptedWriter(file, passphrase)
        self._compressor = zlib.compressobj(level=1)  # encrypted words do not get any smaller

    def write(self, line: str) -> None:
        """Write the line of a record."""
        self._encrypted.write(self._compressor.compress(f"{line}\n".encode()))

    def finish(self) -> None:
        """Write the end, without which the file is not accepted."""
        self._encrypted.write(self._compressor.flush())
        self._encrypted.finish()


def read_lines(file: EncryptedFile) -> Iterator[bytes]:
    """Yield the lines of records. Raises UnreadableBackup, and OSError."""
    decompressor, begun = zlib.decompressobj(), []
    for chunk in file.iter_chunks():
        for piece in _decompress(decompressor, chunk, file):
            head, *lines = piece.split(b"\n")
            begun.append(head)
            for line in lines:
                yield b"".join(begun)
                begun = [line]
    if not decompressor.eof or any(begun):
        raise UnreadableBackup(f"{file.path} is not what this release writes.")


def _decompress(decompressor: Any, chunk: bytes, file: EncryptedFile) -> Iterator[bytes]:
    while True:
        try:
            piece = decompressor.decompress(chunk, PIECE_BYTES)
        except zlib.error as error:
            raise UnreadableBackup(f"{file.path} is not what this release writes.") from error
        yield piece
        chunk = decompressor.unconsumed_tail
        if not chunk and len(piece) < PIECE_BYTES:
            return


def parse_record(line: bytes) -> Any:
    """Return the record of a line. Raises UnreadableBackup."""
    try:
        return json.loads(line)
    except ValueError as error:
        raise UnreadableBackup("The backup is not what this release writes.") from error
