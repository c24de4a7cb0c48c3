"""The one place where the time is read. Views, the worker and commands ask here; rules never do."""

from datetime import UTC, datetime

from leaderjournal.kernel.days import Instant


def now() -> Instant:
    """Return the current UTC instant."""
    return Instant(datetime.now(UTC))
