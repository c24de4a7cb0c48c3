"""The folder of backups: one writer at a time, whole files or none, and old ones removed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from leaderjournal.backups.rules import (
    DATA,
    KINDS,
    BackupFailed,
    Retention,
    choose_obsolete,
    format_name,
    parse_name,
)
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.private_files import UNFINISHED, sync_folder, write_private_file

LOCK = ".backup.lock"


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Keep other backups out of a folder, which is created if it is missing.

    Raises BackupFailed if another one is being written there. The lock ends with the process,
    however that ends; what an earlier one left unfinished is removed.
    """
    if folder.exists() and not folder.is_dir():
        raise BackupFailed(f"{folder} is a file. Name a folder for backups.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(f"Another backup is being written to {folder}.") from None
        _remove_unfinished(folder)
        yield
    finally:
        os.close(lock)


@contextmanager
def write_new(folder: Path, kind: str, now: Instant) -> Iterator[tuple[BinaryIO, Path]]:
    """Yield a new file, and the path under which it appears once it is complete and on the disk.

    After an error nothing of it is left. The folder must be locked.
    """
    while (path := folder / format_name(kind, now)).exists():
        now = Instant(now + timedelta(milliseconds=1))
    with write_private_file(path) as file:
        yield file, path


def remove_obsolete(folder: Path, kind: str, retention: Retention, *, now: Instant) -> int:
    """Remove the backups of a kind that are not to be kept; return how many.

    Files with other names are never touched, and the newest backup stays. The folder must be
    locked.
    """
    made = list_backups(folder, kind)
    obsolete = choose_obsolete(made.keys(), retention, now=now)
    for at in obsolete:
        made[at].unlink()
    sync_folder(folder)
    return len(obsolete)


def list_backups(folder: Path, kind: str) -> dict[Instant, Path]:
    """Return the backups of a kind by their instants."""
    found = ((parse_name(path.name, kind), path) for path in folder.iterdir())
    return {at: path for at, path in found if at is not None}


def find_backup(place: Path, kind: str = DATA) -> Path:
    """Return a file, or the newest backup in a folder. Raises BackupFailed if there is none."""
    if not place.is_dir():
        if not place.exists():
            raise BackupFailed(f"There is no {place}.")
        return place
    made = list_backups(place, kind)
    if not made:
        raise BackupFailed(f"There is no backup ({kind}-….backup) in {place}.")
    return made[max(made)]


def _remove_unfinished(folder: Path) -> None:
    for part in folder.glob(f"*{UNFINISHED}"):
        if any(parse_name(part.name.removesuffix(UNFINISHED), kind) for kind in KINDS):
            part.unlink(missing_ok=True)
