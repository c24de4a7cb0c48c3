"""Functions that run in a process of their own, with limits on memory and time.

What a stranger's file or a year of text needs is not known beforehand. In a process of its own it
affects nobody else: Linux refuses it more memory, and it is killed when its time is over. macOS
does not limit the memory of a process; only the time limit applies there.

The standard library's forkserver does the rest: it starts without the threads and connections of
the calling process, has everything imported, and forks a copy within milliseconds.
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
    """The function needs more memory or time than its limits allow."""


def run_isolated(
    function: Callable[..., Result],
    *arguments: Any,
    megabytes: int,
    seconds: int = SECONDS,
    load: Callable[[], object] = bool,
) -> Result:
    """Run `function` in a process of its own; return what it returns, or raise what it raises.

    The functions must be defined in a module, and everything must be picklable. The memory of the
    libraries that `load` imports does not count. Raises LimitExceeded.
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
    except EOFError as error:  # killed: by a limit, by the system, or by a library
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
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # its memory holds a leader's text
    sent: tuple[Any, Exception | None]
    try:
        load()
        with suppress(OSError, ValueError):  # macOS
            resource.setrlimit(resource.RLIMIT_AS, (_get_address_space() + memory,) * 2)
        sent = function(*arguments), None
    except Exception as error:  # noqa: BLE001 - the caller handles it
        error.__traceback__ = error.__cause__ = error.__context__ = None
        sent = None, error
    try:
        sending.send(sent)
    except MemoryError as error:
        sending.send((None, error))


def _get_address_space() -> int:
    """Return the size of this process's address space in bytes; 0 if the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()
