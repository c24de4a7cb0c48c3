"""Logging of unexpected errors: where they happened, and no private text.

The message of an exception may hold what a leader wrote, and a URL may hold a secret link. So only
the name of the endpoint, the types of the exceptions and the lines of code are logged.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

from flask import Flask, request

log = logging.getLogger("leaderjournal.faults")


def init_error_log(app: Flask) -> None:
    """Log the unexpected errors of `app` like this; `kernel.problems` answers them."""

    def log_exception(
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None] | Any,
    ) -> None:
        error = exc_info[1]
        if error is not None:
            log.error("fault in %s %s\n%s", request.method, request.endpoint, format_error(error))

    app.log_exception = log_exception  # type: ignore[method-assign]


def format_error(error: BaseException) -> str:
    """Return where an error and its causes happened, a line each, the last error first."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        lines += [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(seen.__traceback__, limit=-20)
        ]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n".join(lines)
