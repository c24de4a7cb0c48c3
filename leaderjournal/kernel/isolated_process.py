"""Work that may need too much: done in a process of its own, which may have so much and no more.

What a stranger's file or a year of words needs cannot be known beforehand. In a process of its own
it takes nobody else down: Linux refuses it more memory, and it is ended after its time. macOS keeps
no process to a limit of memory; there only the time is kept.

The standard library's forkserver does the rest: it starts without the threads and connections of
the process that asks, has everything imported, and a copy of it is there within milliseconds.
"""

import multiprocessing
import resource
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

MEGABYTE = 1_000_000
SECONDS = 300

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["leaderjournal"])


class LimitExceeded(Exception):
    """The work needs more memory or time than it may have."""


def run_isolated(
    function: Callable[..., Result],
    *arguments: Any,
    megabytes: int,
    seconds: int = SECONDS,
    load: Callable[[], object] = bool,
) -> Result:
    """Return what `function` returns, or raise what it raises, run in a process of its own.

    The functions must be those of a module, and all of it fit to be pickled. What `load` takes to
    load libraries does not count. Raises NeedsTooMuch.
    """
    receiving, sending = _context.Pipe(duplex=False)
    process = _context.Process(
        target=_run_limited,
        args=(sending, megabytes * MEGABYTE, seconds, load, function, arguments),
    )
    process.start()
    sending.close()
    try:
        if not receiving.poll(seconds):
            raise LimitExceeded
        result, problem = receiving.recv()
    except EOFError as error:  # it was ended: by a limit, by the system, or by a library
        raise LimitExceeded from error
    finally:
        process.kill()
        process.join()
        process.close()
        receiving.close()
    if isinstance(problem, MemoryError):
        raise LimitExceeded
    if problem is not None:
        raise problem
    found: Result = result
    return found


def _run_limited(
    sending: Connection,
    memory: int,
    seconds: int,
    load: Callable[[], object],
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # its memory is a leader's words
    sent: tuple[Any, Exception | None]
    try:
        load()
        with suppress(OSError, ValueError):  # macOS
            resource.setrlimit(resource.RLIMIT_AS, (_get_address_space() + memory,) * 2)
        sent = function(*arguments), None
    except Exception as error:  # noqa: BLE001 - whoever asked deals with it
        error.__traceback__ = error.__cause__ = error.__context__ = None
        sent = None, error
    try:
        sending.send(sent)
    except MemoryError as error:
        sending.send((None, error))


def _get_address_space() -> int:
    """Return how many bytes of addresses this process has; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()
