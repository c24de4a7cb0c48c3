"""Growing delays after failures, counted in the database that every process shares.

The strategies of the `limits` library allow a number of attempts in a window and then none, so
that anybody who fails often enough locks everybody out. Here each failure beyond the free ones
makes the next attempt wait longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.rate_counters import (
    RateCounter,
    hash_counter_name,
    increment_counter,
    open_separate_session,
)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often an attempt may fail: `free` times in a `window`, then after growing delays (s)."""

    free: int
    window: float
    first_delay: float
    longest_delay: float

    def get_delay(self, attempts: int) -> float:
        """Return how many seconds the next attempt waits after so many."""
        beyond = attempts - self.free
        if beyond < 0:
            return 0
        return min(self.first_delay * 2.0 ** min(beyond, 30), self.longest_delay)


@dataclass(frozen=True, slots=True)
class BackoffCounter:
    """The name of a counter and its delays."""

    name: str
    backoff: Backoff


def count_attempt(counters: Sequence[BackoffCounter], *, now: Instant) -> float | None:
    """Count an attempt on every counter; return None, or when the next one is allowed.

    An attempt is counted before it is known to fail, so that simultaneous ones cannot slip past
    the counters; `forget_attempts` undoes it. A refused attempt is not counted.
    """
    at = now.timestamp()
    blocked_until = _find_longest_block(counters, at)
    if blocked_until is not None:
        return blocked_until
    with open_separate_session() as session, write_transaction(session):
        for counter in counters:
            name, backoff = hash_counter_name(counter.name), counter.backoff
            count = increment_counter(session, name, at=at, lasts=backoff.window)
            if count is None:
                continue
            if count.blocked_until > at:
                session.rollback()
                return count.blocked_until
            delay = backoff.get_delay(count.attempts)
            if delay:
                session.execute(
                    sa.update(RateCounter)
                    .where(RateCounter.name == name)
                    .values(blocked_until=at + delay, expires_at=_extend_expiry(at + delay))
                )
    return None


def _find_longest_block(counters: Sequence[BackoffCounter], at: float) -> float | None:
    """Return until when the counters refuse any attempt, without writing anything."""
    names = [hash_counter_name(counter.name) for counter in counters]
    latest = sa.select(sa.func.max(RateCounter.blocked_until)).where(
        RateCounter.name.in_(names),
        RateCounter.expires_at > at,
        RateCounter.blocked_until > at,
    )
    with open_separate_session() as session:
        return session.scalar(latest)


def _extend_expiry(until: float) -> sa.ColumnElement[float]:
    """Return an expiry no earlier than `until`, so that the end of a window ends no delay."""
    return sa.case((RateCounter.expires_at < until, until), else_=RateCounter.expires_at)


def forget_attempts(*, wholly: Sequence[BackoffCounter], once: Sequence[BackoffCounter]) -> None:
    """Delete the counters in `wholly`; take one attempt off those in `once`, keeping delays."""
    with open_separate_session() as session, write_transaction(session):
        for counter in once:
            session.execute(
                sa.update(RateCounter)
                .where(
                    RateCounter.name == hash_counter_name(counter.name), RateCounter.attempts > 0
                )
                .values(attempts=RateCounter.attempts - 1)
            )
        for counter in wholly:
            session.execute(
                sa.delete(RateCounter).where(RateCounter.name == hash_counter_name(counter.name))
            )
