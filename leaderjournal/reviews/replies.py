"""The reply with a summary, whose days are written by hand.

Their schema takes as long as all the rest of the call. `SummarySchema` stays what the API promises;
a test holds both equal.
"""

from typing import Any

from leaderjournal.reviews.schemas import SummarySchema
from leaderjournal.reviews.summaries.rules import Summary

_WITHOUT_DAYS = SummarySchema(exclude=("days",))


def format_summary(summary: Summary) -> dict[str, Any]:
    """Return a summary as the API shows it, in plain JSON values."""
    document: dict[str, Any] = _WITHOUT_DAYS.dump(summary)
    document["days"] = [
        {
            "date": day.date.isoformat(),
            "scores": day.scores,
            "words": day.words,
            "marks": [mark.value for mark in day.marks],
        }
        for day in summary.days
    ]
    return document
