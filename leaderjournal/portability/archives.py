"""Zip files from outside, opened with care: their sizes are measured, never believed."""

import zipfile
import zlib
from typing import IO

MEGABYTE = 1_000_000
MOST_MEMBERS = 20_000
LARGEST_MEMBER = 100 * MEGABYTE
LARGEST_TOGETHER = 200 * MEGABYTE
HIGHEST_RATIO = 200
CHUNK = 1 << 16


class UnreadableJournal(Exception):
    """The file cannot be read as a journal. The message says what is allowed."""


class Archive:
    """A zip file whose members are read into memory, within limits over all of them."""

    def __init__(self, file: IO[bytes]) -> None:
        """Open `file`. Raises UnreadableJournal where it is no zip or holds too many files."""
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise UnreadableJournal(
                "This is no zip file, or it is damaged. Choose the zip that the app exported."
            ) from error
        self._members = self._zip.infolist()
        if len(self._members) > MOST_MEMBERS:
            raise UnreadableJournal(f"This zip holds more than {MOST_MEMBERS:,} files.")
        self._left = LARGEST_TOGETHER

    def names(self, ending: str) -> list[str]:
        """Return the names of the members that end so, without the system's own."""
        return [
            member.filename
            for member in self._members
            if member.filename.lower().endswith(ending)
            and not member.filename.startswith("__MACOSX/")
        ]

    def read(self, name: str) -> bytes:
        """Return a member's content. Raises UnreadableJournal for one that is damaged or too large.

        What is inflated is counted as it comes, since a header may say anything.
        """
        member = self._zip.getinfo(name)
        if member.flag_bits & 0x1:
            raise UnreadableJournal("This zip is encrypted. Export it without a password.")
        allowed = min(LARGEST_MEMBER, self._left)
        # Text shrinks ten-fold at the most; a thousand-fold is a bomb. Small files may be dense.
        allowed = min(allowed, max(MEGABYTE, member.compress_size * HIGHEST_RATIO))
        pieces, size = [], 0
        try:
            with self._zip.open(member) as opened:
                while piece := opened.read(CHUNK):
                    size += len(piece)
                    if size > allowed:
                        raise UnreadableJournal(
                            "This zip unpacks to more than it may: 100 MB a file, 200 MB in all."
                        )
                    pieces.append(piece)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            RuntimeError,
        ) as error:
            raise UnreadableJournal(
                "This zip is damaged. Export it again and choose the new file."
            ) from error
        self._left -= size
        return b"".join(pieces)
