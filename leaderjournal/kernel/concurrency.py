"""Work that keeps a thread for minutes: few requests of a process may do it at once.

The others are told to come again, so that threads are left for everybody else. A semaphore of the
standard library does it; to wait for one would keep the very thread that is to be kept free.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from leaderjournal.kernel.quotas import QuotaReached

Answer = TypeVar("Answer")
Given = ParamSpec("Given")

AT_ONCE = 2
"""Of the four threads that a web process has unless WEB_THREADS says otherwise."""
BUSY = "The journal reads other journals and makes other documents just now. Try again in a minute."

_free = BoundedSemaphore(AT_ONCE)


@contextmanager
def take_slot() -> Iterator[None]:
    """Do what is inside as one of the few. Raises QuotaReached (503) where there are enough."""
    if not _free.acquire(blocking=False):
        raise QuotaReached(BUSY, status=503, retry_after=30)
    try:
        yield
    finally:
        _free.release()


def limit_concurrency(view: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Let few requests of a process be in `view` at once."""

    @wraps(view)
    def guarded(*arguments: Given.args, **named: Given.kwargs) -> Answer:
        with take_slot():
            return view(*arguments, **named)

    return guarded
