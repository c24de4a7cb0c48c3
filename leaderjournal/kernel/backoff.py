"""Growing delays after failures, counted in the database that every process shares.

The strategies of the `limits` library allow a number of tries in a window and then none, so that
whoever fails often enough closes the window for everybody. Here each failure beyond the free ones
makes the next try wait longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import upsert, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.rate_limits import RateCounter, hash_counter_name, open_separate_session


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often one may fail: `free` times in a `window`, then after growing delays (seconds)."""

    free: int
    window: float
    first_delay: float
    longest_delay: float

    def get_delay(self, tries: int) -> float:
        """Return how many seconds the next try waits after this many."""
        beyond = tries - self.free
        if beyond < 0:
            return 0
        return min(self.first_delay * 2.0 ** min(beyond, 30), self.longest_delay)


@dataclass(frozen=True, slots=True)
class BackoffCounter:
    """A counter by its name, and the delays that hold for it."""

    name: str
    backoff: Backoff


def count_attempt(counters: Sequence[BackoffCounter], *, now: Instant) -> float | None:
    """Count a try on every counter; return None, or when the next try may be made.

    A try is counted before it is known to fail, so that tries made at the same moment cannot slip
    past the counters; `forget_attempts` undoes it. A refused try is not counted.
    """
    at = now.timestamp()
    names = [hash_counter_name(counted.name) for counted in counters]
    with open_separate_session() as session:
        blocked = session.scalar(
            sa.select(sa.func.max(RateCounter.blocked_until)).where(
                RateCounter.name.in_(names),
                RateCounter.expires_at > at,
                RateCounter.blocked_until > at,
            )
        )
    if blocked is not None:
        return float(blocked)
    with open_separate_session() as session, write_transaction(session):
        for name, counted in zip(names, counters, strict=True):
            tries, blocked_until = _increment(session, name, counted.backoff, at)
            if blocked_until > at:
                session.rollback()
                return blocked_until
            delay = counted.backoff.get_delay(tries)
            if delay:
                session.execute(
                    sa.update(RateCounter)
                    .where(RateCounter.name == name)
                    .values(blocked_until=at + delay, expires_at=_extend_expiry(at + delay))
                )
    return None


def _increment(session: Session, name: str, backoff: Backoff, at: float) -> tuple[int, float]:
    over = RateCounter.expires_at <= at
    ends = at + backoff.window
    row = upsert(session, RateCounter).values(
        name=name, attempts=1, expires_at=ends, blocked_until=0
    )
    raised = row.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "attempts": sa.case((over, 1), else_=RateCounter.attempts + 1),
            "expires_at": sa.case((over, ends), else_=RateCounter.expires_at),
            "blocked_until": sa.case((over, 0.0), else_=RateCounter.blocked_until),
        },
    ).returning(RateCounter.attempts, RateCounter.blocked_until)
    tries, blocked_until = session.execute(raised).one()
    return int(tries), float(blocked_until)


def _extend_expiry(until: float) -> sa.ColumnElement[float]:
    """Return an expiry that is not before the delay is over: a window's end opens nothing early."""
    return sa.case((RateCounter.expires_at < until, until), else_=RateCounter.expires_at)


def forget_attempts(*, wholly: Sequence[BackoffCounter], once: Sequence[BackoffCounter]) -> None:
    """Forget counters, and take one try back from others; delays that run on those go on."""
    with open_separate_session() as session, write_transaction(session):
        for counted in once:
            session.execute(
                sa.update(RateCounter)
                .where(
                    RateCounter.name == hash_counter_name(counted.name), RateCounter.attempts > 0
                )
                .values(attempts=RateCounter.attempts - 1)
            )
        for counted in wholly:
            session.execute(
                sa.delete(RateCounter).where(RateCounter.name == hash_counter_name(counted.name))
            )
