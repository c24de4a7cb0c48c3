"""The instant at which the journal of looks stands still."""

from datetime import UTC, datetime

from leaderjournal.kernel.days import Instant

NOW = Instant(datetime(2026, 11, 25, 18, 40, tzinfo=UTC))
"""A Wednesday evening in Berlin."""
TODAY = "2026-11-25"
