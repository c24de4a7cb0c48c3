"""Files of journals are read in a process of its own, where that may take much memory."""

from collections.abc import Callable
from typing import TypeVar

from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.isolated_process import LimitExceeded, run_isolated
from leaderjournal.portability.imports.archives import UnreadableJournal

Found = TypeVar("Found")

MAX_INLINE_BYTES = 262_144
"""Bytes of a file that is read where it is asked for; a zip may hold any number."""


def read_within_limits(read: Callable[[bytes], Found], content: bytes) -> Found:
    """Return what `read` finds in a file. Raises UnreadableJournal."""
    if len(content) <= MAX_INLINE_BYTES and not content.startswith(b"PK"):
        return read(content)
    try:
        return run_isolated(read, content, megabytes=get_settings().job_megabytes)
    except LimitExceeded as error:
        raise UnreadableJournal(
            "This journal is too large to be read here. Export a part of it at a time."
        ) from error
