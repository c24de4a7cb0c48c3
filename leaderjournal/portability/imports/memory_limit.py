"""Reads a file in a process of its own where it may take much memory."""

from collections.abc import Callable
from typing import TypeVar

from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.isolated_process import LimitExceeded, run_isolated
from leaderjournal.portability.imports.archives import UnreadableJournal

Found = TypeVar("Found")

MAX_INLINE_BYTES = 262_144
"""Bytes of a file that is read in this process; a zip never is, since it may unpack to any size."""


def read_within_limits(read: Callable[[bytes], Found], content: bytes) -> Found:
    """Return `read(content)`. Raises UnreadableJournal for a file that takes too much memory."""
    if len(content) <= MAX_INLINE_BYTES and not content.startswith(b"PK"):
        return read(content)
    try:
        return run_isolated(read, content, megabytes=get_settings().job_megabytes)
    except LimitExceeded as error:
        raise UnreadableJournal(
            "This journal is too large to be read here. Export a part of it at a time."
        ) from error
