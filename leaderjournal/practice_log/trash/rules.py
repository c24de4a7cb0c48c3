"""How long a deleted entry of the log can be restored, and how long it is kept at all."""

from datetime import timedelta

from leaderjournal.kernel.days import Instant

UNDO_FOR = timedelta(days=1)
"""How long the Undo of a notice works: it stands on a page that may be opened again later."""

KEPT_FOR = timedelta(days=30)
"""How long a deleted entry is kept, as a deleted day is."""


def can_undo(deleted_at: Instant, now: Instant) -> bool:
    """Tell whether deleting can still be undone."""
    return now - deleted_at <= UNDO_FOR
