"""Counters of attempts, in the database that every process shares: a row each.

Their names hold addresses and e-mails, so only a keyed hash of a name is stored.
"""

import hashlib
import hmac
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import Base, db, upsert


class RateCounter(Base):
    """How often something was tried until `expires_at` (UTC, seconds since 1970).

    It is not tried again before `blocked_until`, where delays grow (`kernel.backoff`).
    """

    __tablename__ = "rate_counters"
    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    attempts: Mapped[int]
    expires_at: Mapped[float] = mapped_column(index=True)
    blocked_until: Mapped[float] = mapped_column(default=0, server_default=sa.text("0"))


class Count(NamedTuple):
    """A counter after an attempt was counted; `blocked_until` as in `RateCounter`."""

    attempts: int
    blocked_until: float


def hash_counter_name(name: str) -> str:
    """Return the name under which a counter is stored, which reveals nothing about it."""
    secret = get_settings().secret_key.encode()
    return hmac.new(secret, name.encode(), hashlib.sha256).hexdigest()


def open_separate_session() -> Session:
    """Return a session apart from the request's: a count stays even if the request fails."""
    return db.sessionmaker()


def increment_counter(
    session: Session,
    hashed_name: str,
    *,
    at: float,
    lasts: float,
    amount: int = 1,
    most: int | None = None,
) -> Count | None:
    """Add `amount` to a counter in the caller's transaction; return the new count.

    A counter that expired before `at` starts again, for `lasts` seconds. Nothing is counted, and
    None returned, if the counter would exceed `most`.
    """
    expired = RateCounter.expires_at <= at
    row = upsert(session, RateCounter).values(
        name=hashed_name, attempts=amount, expires_at=at + lasts, blocked_until=0
    )
    increment = row.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "attempts": sa.case((expired, amount), else_=RateCounter.attempts + amount),
            "expires_at": sa.case((expired, at + lasts), else_=RateCounter.expires_at),
            "blocked_until": sa.case((expired, 0.0), else_=RateCounter.blocked_until),
        },
        where=None if most is None else sa.or_(expired, RateCounter.attempts + amount <= most),
    )
    counted = increment.returning(RateCounter.attempts, RateCounter.blocked_until)
    found = session.execute(counted).one_or_none()
    return Count(*found) if found else None
