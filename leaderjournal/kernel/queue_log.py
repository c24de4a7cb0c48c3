"""Logging of errors in background tasks, short and without private text.

huey logs every error with its traceback and message, several times a second while a server is
down, and a message may hold an e-mail address. Here an outage is one line a minute; any other
error is logged like those of requests, by types and lines of code.
"""

import logging
import smtplib
import time

from leaderjournal.kernel.error_log import format_error
from leaderjournal.kernel.outages import find_outage, format_outage

log = logging.getLogger("leaderjournal.queue")

REPEATED_AFTER = 60.0
"""Seconds after which the same outage is logged again."""


class QueueLogHandler(logging.Handler):
    """Receives the log of huey and passes on what the operator needs to know."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._logged_at: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Log a warning or an error."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            log.log(record.levelno, "queue: %s", record.getMessage())
            return
        if find_outage(error) is None and not isinstance(error, OSError | smtplib.SMTPException):
            log.error("queue: %s\n%s", record.getMessage(), format_error(error))
            return
        what = f"{record.msg} {type(error).__name__}"
        now = time.monotonic()
        if now - self._logged_at.get(what, -REPEATED_AFTER) >= REPEATED_AFTER:
            self._logged_at[what] = now
            said = record.getMessage().rstrip(".")
            log.warning("queue: %s: %s", said, format_outage(error))


def attach_queue_log() -> None:
    """Attach the handler to huey's logger, once per process."""
    theirs = logging.getLogger("huey")
    if not any(isinstance(handler, QueueLogHandler) for handler in theirs.handlers):
        theirs.addHandler(QueueLogHandler())
        theirs.propagate = False
