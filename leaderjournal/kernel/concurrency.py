"""A limit on how many requests of a process do slow work at once.

Such work occupies a thread for minutes. Further requests are told to retry, so that threads stay
free for everybody else; waiting for a slot would occupy the very thread that has to stay free.
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
"""Of the four threads that a web process has by default (WEB_THREADS)."""
BUSY = "The journal reads other journals and makes other documents just now. Try again in a minute."

_free = BoundedSemaphore(AT_ONCE)


@contextmanager
def take_slot() -> Iterator[None]:
    """Hold a slot for slow work. Raises QuotaReached (503) if all are taken."""
    if not _free.acquire(blocking=False):
        raise QuotaReached(BUSY, status=503, retry_after=30)
    try:
        yield
    finally:
        _free.release()


def limit_concurrency(view: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Decorate `view` so that it takes a slot."""

    @wraps(view)
    def run_in_slot(*arguments: Given.args, **named: Given.kwargs) -> Answer:
        with take_slot():
            return view(*arguments, **named)

    return run_in_slot
