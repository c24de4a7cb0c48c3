"""Private files: only their owner may enter the folders and read the files.

SQLite gives its log the mode of the database beside it.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".part"
"""How the name of a file ends while it is written."""
OTHERS = 0o077
BESIDE_A_DATABASE = ("", "-wal", "-shm", "-journal")


def make_folder_private(folder: Path) -> None:
    """Create `folder` if it is missing, and let only its owner enter it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):
        folder.chmod(0o700)


def make_private(database: Path) -> None:
    """Create the file of a `database` if it is missing, and let only its owner read it.

    If that is not permitted, `doctor` reports it.
    """
    with suppress(OSError):
        database.touch(mode=0o600)
    for file in list_database_files(database):
        with suppress(OSError):
            file.chmod(0o600)


def list_database_files(database: Path) -> list[Path]:
    """Return the file of a `database` and those that SQLite creates beside it."""
    return [database.with_name(database.name + suffix) for suffix in BESIDE_A_DATABASE]


def find_exposed(places: Iterable[Path]) -> Iterator[Path]:
    """Yield those of the `places` that others than their owner may read or write."""
    for place in places:
        if place.exists() and place.stat().st_mode & OTHERS:
            yield place


@contextmanager
def write_private_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a new private file, which is at `path` once it is complete and on the disk.

    After an error nothing of it is left, and what was at `path` is as it was.
    """
    part = path.with_name(f"{path.name}{UNFINISHED}")
    part.unlink(missing_ok=True)  # of a process that was killed
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder survive a power failure, if its disk can do that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some network file systems sync no folders
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
