"""How many files of an account may wait, and how many are imported at once."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.quotas import QuotaReached
from leaderjournal.portability.imports.models import Import

MOST_RUNNING = 2
RUNNING_TIMEOUT = timedelta(minutes=15)
"""An import that runs for longer was interrupted and no longer counts."""
MOST_WAITING = 3
"""Files that are only previewed; a new one replaces the oldest."""
MOST_WAITING_BYTES = 100_000_000
MOST_KEPT = 1_000
"""Imports in the account's list."""

RUNNING_STATES = ("reading", "waiting", "running")
UNCONFIRMED_STATES = ("preview", "refused")


def make_room(session: Session, account: UUID, size: int, *, now: Instant) -> None:
    """Delete files that are only previewed until one of `size` bytes fits.

    Raises QuotaReached (429) where two imports are running. The caller has locked the account.
    """
    rows = session.execute(
        sa.select(
            Import.id,
            Import.state,
            Import.created_at,
            sa.func.coalesce(sa.func.length(Import.file_encrypted), 0),
        )
        .where(Import.account_id == account)
        .order_by(Import.id.desc())
    ).all()
    begun = now - RUNNING_TIMEOUT
    under_way = sum(1 for _, state, at, _ in rows if state in RUNNING_STATES and at > begun)
    if under_way >= MOST_RUNNING:
        raise QuotaReached(
            "Two imports are under way, the most at once. Try again once one is done.",
            status=429,
            retry_after=30,
        )
    if len(rows) >= MOST_KEPT + MOST_WAITING:
        raise QuotaReached(f"You have made {MOST_KEPT:,} imports, the most there may be.")
    waiting = [
        (row, length)
        for row, state, at, length in rows
        if state in UNCONFIRMED_STATES or (state == "reading" and at <= begun)
    ]
    left = MOST_WAITING_BYTES - size
    gone = []
    for number, (row, length) in enumerate(waiting, start=1):
        left -= length
        if number >= MOST_WAITING or left < 0:
            gone.append(row)
    session.execute(sa.delete(Import).where(Import.id.in_(gone)))
