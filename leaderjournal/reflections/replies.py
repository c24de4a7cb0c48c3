"""Replies with many days, written by hand: their schema takes as long as all the rest of the call.

`ReflectionSchema` stays what the API promises; a test holds both equal.
"""

from collections.abc import Iterable
from typing import Any

from leaderjournal.kernel.days import format_utc
from leaderjournal.reflections.rules import StoredDay


def format_days(days: Iterable[StoredDay]) -> list[dict[str, Any]]:
    """Return days as the API shows them, in plain JSON values."""
    return [
        {
            "id": str(day.id),
            "local_date": day.local_date.isoformat(),
            **day.content.to_document(),
            "words": day.content.word_count,
            "version": day.version,
            "time_zone": day.time_zone,
            "written_at": format_utc(day.written_at),
            "saved_at": format_utc(day.saved_at),
        }
        for day in days
    ]
