"""What goes wrong as the queue is worked on, told shortly and without a private word.

huey logs every error with its traceback and its message, several times a second while a server is
away, and a message may hold an address. Here an outage is one line a minute, another fault is told
like those of requests: by types and lines of code.
"""

import logging
import smtplib
import time

from leaderjournal.kernel.error_log import format_error
from leaderjournal.kernel.outages import find_outage, format_outage

log = logging.getLogger("leaderjournal.queue")

REPEATED_AFTER = 60.0
"""Seconds after which the same outage is told of again."""


class QueueLogHandler(logging.Handler):
    """Takes what huey logs, and passes on what the operator should know."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of a warning or an error."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            log.log(record.levelno, "queue: %s", record.getMessage())
            return
        if find_outage(error) is None and not isinstance(error, OSError | smtplib.SMTPException):
            log.error("queue: %s\n%s", record.getMessage(), format_error(error))
            return
        what = f"{record.msg} {type(error).__name__}"
        now = time.monotonic()
        if now - self._told.get(what, -REPEATED_AFTER) >= REPEATED_AFTER:
            self._told[what] = now
            said = record.getMessage().rstrip(".")
            log.warning("queue: %s: %s", said, format_outage(error))


def attach_queue_log() -> None:
    """Let huey's log be told in this way, once in a process."""
    theirs = logging.getLogger("huey")
    if not any(isinstance(handler, QueueLogHandler) for handler in theirs.handlers):
        theirs.addHandler(QueueLogHandler())
        theirs.propagate = False
