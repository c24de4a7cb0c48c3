"""A file as it was uploaded: a zip of members, or one file that is its own only member."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any
from zipfile import ZipInfo

from leaderjournal.portability.imports.archives import (
    Archive,
    DamagedMember,
    has_too_many_values,
)
from leaderjournal.portability.imports.member_names import decode_name
from leaderjournal.portability.imports.rules import InvalidEntry

MOST_SAMPLES = 20
MOST_TRIED = 200
ZIP_BEGINS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an upload; `name` has a `/` between folders, whatever made the zip."""

    name: str
    position: int
    info: ZipInfo | None = None

    @property
    def base_name(self) -> str:
        """The name without its folders."""
        return self.name.rpartition("/")[2]

    @property
    def label(self) -> str:
        """The name as a failure may show it: printable, and at most 80 characters long."""
        return "".join(letter for letter in self.name[-80:] if letter.isprintable())


class Upload:
    """An uploaded file of unknown format. `name` is what its leader calls it, or nothing."""

    def __init__(self, content: bytes, name: str = "") -> None:
        """Open `content`. Raises UnreadableJournal for a zip that cannot be read."""
        self.content = content
        self.name = name.replace("\\", "/").rpartition("/")[2]
        self._archive = Archive(BytesIO(content)) if content.startswith(ZIP_BEGINS) else None

    @property
    def is_zip(self) -> bool:
        """Whether it holds members of its own."""
        return self._archive is not None

    def list_members(self, *endings: str) -> list[Member]:
        """Return the members whose names end in one of `endings`, in any case; all without any.

        A file that is no zip is its own only member whatever its name, since a name may be missing.
        """
        if self._archive is None:
            return [Member(self.name, 1)]
        infos = self._archive.list_members(endings or "")
        return [
            Member(decode_name(info).replace("\\", "/"), position, info)
            for position, info in enumerate(infos, start=1)
            if info.filename and not info.is_dir()  # is_dir fails for an empty name
        ]

    def read(self, member: Member) -> bytes:
        """Return a member's content.

        Raises InvalidEntry for one that is damaged, and UnreadableJournal like `Archive.read`.
        """
        if self._archive is None or member.info is None:
            return self.content
        try:
            return self._archive.read(member.info)
        except DamagedMember:
            raise InvalidEntry("It is damaged in this zip. Export it again.") from None

    def load_json(self, member: Member) -> Any:
        """Return a member's JSON. Raises InvalidEntry for what is no JSON or damaged in the zip.

        Numbers are floats, since an integer may have more digits than int() accepts.
        """
        for sampled, value in self.__dict__.get("sample", ()):
            if sampled.info is member.info:
                return value  # parsed already: a second copy may take a gigabyte
        return parse_json(self.read(member))

    @cached_property
    def sample(self) -> Sequence[tuple[Member, Any]]:
        """The first members that hold JSON, with it, by which a format may be recognized.

        Those in fewer folders come first: an export's own file lies above those of its media.
        """
        found: list[tuple[Member, Any]] = []
        members = sorted(self.list_members(".json"), key=_count_folders)
        for member in members[:MOST_TRIED]:
            try:
                found.append((member, parse_json(self.peek(member))))
            except (InvalidEntry, DamagedMember):
                continue
            if len(found) == MOST_SAMPLES:
                break
        return tuple(found)

    def peek(self, member: Member) -> bytes:
        """Return a member's content without counting it towards the limit.

        Raises UnreadableJournal like `Archive.peek`.
        """
        if self._archive is None or member.info is None:
            return self.content
        return self._archive.peek(member.info)


def _count_folders(member: Member) -> int:
    return member.name.count("/")


def parse_json(content: bytes) -> Any:
    """Return the value of a JSON text in UTF-8, 16 or 32. Raises InvalidEntry for what is none."""
    if has_too_many_values(content):
        raise InvalidEntry("It holds more values than a journal may. Export a shorter time.")
    try:
        return json.loads(content.decode(json.detect_encoding(content)), parse_int=float)
    except (ValueError, RecursionError):
        raise InvalidEntry("There’s no JSON we can read.") from None
