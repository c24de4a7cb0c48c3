"""What may be done so many times in a period, counted inside the transaction that does it.

`flask-limiter` counts apart from the request's transaction, before the view: what is refused later
would be counted all the same. Here the count and what it counts are one transaction, so that either
both are there or neither, and many at once cannot slip past. The counters are those of
`kernel.limits`; their names hold addresses, so only their keyed hash is stored.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import upsert
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.rate_limits import RateCounter, hash_counter_name


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many in a period, which begins with the first; `sentence` names what is allowed,
    with {most} and {left} in it."""

    kind: str
    most: int
    period: timedelta
    sentence: str = ""


class AllowanceExceeded(Exception):
    """An allowance does not reach so far; says what is allowed, and the seconds until it does."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.headers = {"Retry-After": str(retry_after)}

    def as_problem(self) -> Problem:
        """Return the answer to whoever asked."""
        return Problem(429, self.sentence, headers=self.headers)


def use(session: Session, allowance: Allowance, of: str, *, now: Instant, amount: int = 1) -> None:
    """Count `amount` in the caller's transaction. Raises AllowanceExceeded, counting nothing."""
    name, at = _hash_name(allowance, of), now.timestamp()
    over = RateCounter.expires_at <= at
    expires_at = at + allowance.period.total_seconds()
    if amount <= allowance.most:
        row = upsert(session, RateCounter).values(name=name, attempts=amount, expires_at=expires_at)
        counted = row.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "attempts": sa.case((over, amount), else_=RateCounter.attempts + amount),
                "expires_at": sa.case((over, expires_at), else_=RateCounter.expires_at),
            },
            where=sa.or_(over, RateCounter.attempts + amount <= allowance.most),
        ).returning(RateCounter.attempts)
        if session.execute(counted).scalar_one_or_none() is not None:
            return
    found = session.execute(
        sa.select(RateCounter.attempts, RateCounter.expires_at).where(
            RateCounter.name == name, RateCounter.expires_at > at
        )
    ).one_or_none()
    used, until = found or (0, expires_at)
    sentence = allowance.sentence.format(most=allowance.most, left=max(allowance.most - used, 0))
    raise AllowanceExceeded(sentence, max(1, math.ceil(until - at)))


def give_back(session: Session, allowance: Allowance, of: str, *, amount: int = 1) -> None:
    """Take back what was counted, inside the caller's transaction: it did not come about."""
    session.execute(
        sa.update(RateCounter)
        .where(RateCounter.name == _hash_name(allowance, of), RateCounter.attempts >= amount)
        .values(attempts=RateCounter.attempts - amount)
    )


def _hash_name(allowance: Allowance, of: str) -> str:
    return hash_counter_name(f"allowance:{allowance.kind}:{of}")
