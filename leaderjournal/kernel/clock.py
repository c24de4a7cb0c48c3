"""The only place that reads the time. Views, the worker and commands call it; rules never do."""

from datetime import UTC, datetime

from leaderjournal.kernel.days import Instant


def now() -> Instant:
    """Return the current UTC instant."""
    return Instant(datetime.now(UTC))
