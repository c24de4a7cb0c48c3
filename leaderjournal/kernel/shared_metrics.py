"""Metrics shared by several processes, in files that are safe on a full disk.

`prometheus_client` maps sparse files into memory: on a full disk the first access to such a page
kills the process (SIGBUS). Here the space is reserved before it is mapped, and a process that gets
none counts in its own memory.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client import Counter, Histogram, values
from prometheus_client.mmap_dict import MmapedDict

from leaderjournal.kernel.private_files import make_folder_private

__all__ = ["Counter", "Histogram"]

log = logging.getLogger("leaderjournal.counting")
FIRST_SIZE = 1 << 17
"""Initial bytes of a process's file, for a thousand counters; it doubles when it is full."""
LONGEST_OVERHEAD = 64
"""Upper bound of the bytes that a counter takes besides its name."""


class ReservedDict(MmapedDict):
    """Counters in a mapped file, every page of which is reserved on the disk."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            reserve_space(Path(filename), FIRST_SIZE)
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        if self._used + len(key.encode()) + LONGEST_OVERHEAD > self._capacity:
            reserve_space(Path(self._fname), 2 * self._capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call]


class SharedOrLocalValue:
    """A counter shared with other processes, or local to this one if there is no space."""

    _multiprocess = True

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        """Return a shared counter if possible, else a local one."""
        try:
            return _shared_value(*arguments, **options)
        except OSError as error:
            log.warning("PROMETHEUS_MULTIPROC_DIR: a counter is not shared: %s", error.strerror)
            return values.MutexValue(*arguments, **options)  # type: ignore[no-untyped-call]


def reserve_space(path: Path, size: int) -> None:
    """Fill a file with zeros up to `size` bytes. Raises OSError, leaving the file as it was."""
    with path.open("ab") as file:
        there = file.tell()
        try:
            file.write(bytes(max(0, size - there)))
            file.flush()
        except OSError:
            with suppress(OSError):
                file.truncate(there)
            raise


if values.ValueClass is not values.MutexValue:
    values.MmapedDict = ReservedDict  # type: ignore[attr-defined]
    _shared_value = values.ValueClass
    values.ValueClass = SharedOrLocalValue
    with suppress(OSError):
        make_folder_private(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
