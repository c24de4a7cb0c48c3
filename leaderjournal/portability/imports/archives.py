"""Zip files from outside, which are read without trusting what they claim.

Nothing is written to disk, so a member's path is only a label.
"""

import zipfile
import zlib
from itertools import pairwise
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

MEGABYTE = 1_000_000
MOST_MEMBERS = 20_000
LARGEST_MEMBER = 100 * MEGABYTE
LARGEST_TOGETHER = 200 * MEGABYTE
HIGHEST_RATIO = 200
MOST_VALUES = 5_000_000
"""A value takes up to a hundred times its bytes in memory: 100 MB of `[],` would take gigabytes."""
CHUNK = 1 << 16

DIRECTORY_ENTRY = b"PK\x01\x02"
LOCAL_HEADER_SIZE = 30
ENCRYPTED = 0x1

# What zipfile raises for unexpected bytes, among them UnicodeDecodeError and invalid seeks.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class UnreadableJournal(Exception):
    """The file cannot be read as a journal. The message says what is allowed."""


class DamagedMember(UnreadableJournal):
    """One file of a zip is damaged; the others may be whole."""


class Archive:
    """A zip file whose members are read into memory, with limits over all of them."""

    def __init__(self, file: IO[bytes]) -> None:
        """Open `file`, which must be seekable.

        Raises UnreadableJournal for what is no zip, for more than 20,000 files, and for overlapping
        files.
        """
        try:
            if _count_directory_entries(file) > MOST_MEMBERS:
                raise UnreadableJournal(
                    f"This zip holds more than {MOST_MEMBERS:,} files, the most it may. "
                    "Export one journal at a time."
                )
            self._zip = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise UnreadableJournal(
                "This isn’t a zip file, or it’s damaged. Choose the zip that the app exported."
            ) from error
        if self._has_overlaps():
            raise UnreadableJournal(
                "This zip is damaged: files in it lie over one another. "
                "Export it again and choose the new file."
            )
        self._left = LARGEST_TOGETHER

    def list_members(self, ending: str | tuple[str, ...]) -> list[ZipInfo]:
        """Return the members whose names end in `ending`, except `._` and `__MACOSX` files.

        Two members may have the same name.
        """
        return [
            member
            for member in self._zip.infolist()
            if member.filename.lower().endswith(ending)
            and not member.filename.startswith("__MACOSX/")
            and not member.filename.rpartition("/")[2].startswith("._")
        ]

    def read(self, member: ZipInfo) -> bytes:
        """Return a member's content.

        Raises UnreadableJournal for a member that is encrypted or too large: more than 100 MB, or
        200 MB with the others. Both its claimed and its actual size are checked. Raises its kind
        DamagedMember for one that is damaged.
        """
        if member.flag_bits & ENCRYPTED:
            raise UnreadableJournal("This zip is encrypted. Export it without a password.")
        # zipfile unpacks the others without a limit, and no app exports with them.
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise UnreadableJournal(
                "This zip is packed in an unusual way. Choose the zip as the app exported it."
            )
        self._check_size(member, member.file_size)
        pieces, size = [], 0
        try:
            with self._zip.open(member) as stream:
                while piece := stream.read(CHUNK):
                    size += len(piece)
                    self._check_size(member, size)
                    pieces.append(piece)
        except _DAMAGED as error:
            raise DamagedMember(
                "This zip is damaged. Export it again and choose the new file."
            ) from error
        self._left -= size
        return b"".join(pieces)

    def peek(self, member: ZipInfo) -> bytes:
        """Return a member's content like `read`, without counting it towards the limit."""
        left = self._left
        try:
            return self.read(member)
        finally:
            self._left = left

    def _check_size(self, member: ZipInfo, size: int) -> None:
        if size > min(LARGEST_MEMBER, self._left):
            raise UnreadableJournal(
                "This zip unpacks to more than it may: 100 MB a file, 200 MB in all."
            )
        # Text shrinks at most tenfold, a zip bomb a thousandfold. Small files may compress well.
        if size > max(MEGABYTE, member.compress_size * HIGHEST_RATIO):
            raise UnreadableJournal(
                f"This zip unpacks to more than {HIGHEST_RATIO} times its size, the most it may. "
                "Choose the zip as the app exported it."
            )

    def _has_overlaps(self) -> bool:
        """Tell whether a member's bytes overlap the next one's or the directory.

        Python checks this itself from 3.11.8 on, but not in 3.11.7 (CVE-2024-0450).
        """
        members = sorted(self._zip.infolist(), key=_get_offset)
        begins = [*map(_get_offset, members), self._zip.start_dir]
        return any(
            begin + LOCAL_HEADER_SIZE + member.compress_size > after
            for member, (begin, after) in zip(members, pairwise(begins), strict=True)
        )


def has_too_many_values(content: bytes) -> bool:
    """Tell, without parsing it, whether a JSON text has more values than a journal may."""
    return sum(map(content.count, (b"{", b"[", b","))) > MOST_VALUES


def _get_offset(member: ZipInfo) -> int:
    return member.header_offset


def _count_directory_entries(file: IO[bytes]) -> int:
    """Return how many directory entries `file` seems to have, which is at least its member count.

    This is checked before zipfile makes an object of every entry in the directory.
    """
    file.seek(0)
    count, tail = 0, b""
    while piece := file.read(MEGABYTE):
        block = tail + piece
        count += block.count(DIRECTORY_ENTRY)
        tail = block[1 - len(DIRECTORY_ENTRY) :]
    return count
