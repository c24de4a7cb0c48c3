"""A backup's file: what it says of itself first, its waiting tasks, its lines of the database.

Beginning: `{"made_at", "revision", "tables", "tasks_signed_by"}`. Then the tasks, the lines that
`reading` gives, and no more. docs/decisions/0007-logical-backups.md says why it is not a dump.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leaderjournal.backups.encrypted_file import EncryptedFile
from leaderjournal.backups.queues.store import Waiting
from leaderjournal.backups.reading import SUMMARIES
from leaderjournal.backups.records import format_record, parse_record, read_lines
from leaderjournal.backups.rules import UnreadableBackup
from leaderjournal.backups.tables import Shape, parse_shapes

Row = tuple[str, list[Any]]
"""The name of a table, and a row of it as a record."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a backup says of itself."""

    made_at: str
    revision: str
    tasks_signed_by: str
    shapes: dict[str, Shape]


def format_beginning(made_at: str, revision: str, signer: str, shapes: list[Shape]) -> str:
    """Return the first line of a backup."""
    return format_record(
        {
            "made_at": made_at,
            "revision": revision,
            "tasks_signed_by": signer,
            "tables": [[shape.name, shape.columns] for shape in shapes],
        }
    )


def format_task(task: Waiting) -> str:
    """Return the line of a task."""
    content = base64.b64encode(task.content).decode()
    return format_record({"task": [content, task.priority, task.scheduled_for]})


def identify_signer(secret_key: str) -> str:
    """Return a mark of SECRET_KEY, by which the one that signed the tasks is known again."""
    return hashlib.blake2b(secret_key.encode(), digest_size=8, person=b"backup tasks").hexdigest()


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup that can be read as often as needed; nothing but its beginning is kept in memory."""

    file: EncryptedFile
    beginning: Beginning

    @classmethod
    def open(cls, path: Path, passphrase: str) -> "BackupFile":
        """Open a backup. Raises UnreadableBackup, and OSError."""
        file = EncryptedFile.open(path, passphrase)
        first = parse_record(next(read_lines(file), b""))
        try:
            made_at, revision, signer = (
                first["made_at"],
                first["revision"],
                first["tasks_signed_by"],
            )
            shapes = parse_shapes(first["tables"])
        except (KeyError, TypeError) as error:
            raise UnreadableBackup(f"{path} is no backup of a database.") from error
        return cls(file, Beginning(str(made_at), str(revision), str(signer), shapes))

    def iter_tasks(self) -> Iterator[Waiting]:
        """Yield the tasks that waited."""
        lines = read_lines(self.file)
        next(lines)
        for line in lines:
            if not line.startswith(b'{"task"'):
                return
            try:
                content, priority, at = parse_record(line)["task"]
                yield Waiting(base64.b64decode(content), priority, at)
            except (TypeError, ValueError) as error:
                raise UnreadableBackup("The backup has a strange task.") from error

    def iter_rows(self) -> Iterator[Row]:
        """Yield the rows of every table, in an order in which they can be inserted."""
        table = ""
        for line in read_lines(self.file):
            if line.startswith(b"["):
                yield table, parse_record(line)
            elif line.startswith(b'{"table"'):
                table = parse_record(line)["table"]
                if table not in self.beginning.shapes:
                    raise UnreadableBackup("The backup has rows of a table that it does not name.")

    def iter_summaries(self) -> Iterator[str]:
        """Yield the lines with counts and digests."""
        for line in read_lines(self.file):
            if line.startswith(SUMMARIES):
                yield line.decode()
