"""Private files: only their owner may enter the folders and read the files.

SQLite gives its log the mode of the database beside it.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

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
