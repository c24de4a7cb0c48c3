"""Allowances: actions that are possible so many times in a period, counted in their transaction.

`flask-limiter` counts apart from the request's transaction, before the view, so that an action that
is refused later is counted too. Here the count and the action are one transaction: both are stored
or neither, and simultaneous actions cannot slip past.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.rate_counters import RateCounter, hash_counter_name, increment_counter


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `most` in a period, which begins with the first one.

    `sentence` names what is allowed, with {most} and {left} in it.
    """

    kind: str
    most: int
    period: timedelta
    sentence: str = ""


class AllowanceExceeded(Exception):
    """The allowance is used up: what is allowed, and the seconds until there is more."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.headers = {"Retry-After": str(retry_after)}

    def as_problem(self) -> Problem:
        """Return the reply to the request."""
        return Problem(429, self.sentence, headers=self.headers)


def use(session: Session, allowance: Allowance, of: str, *, now: Instant, amount: int = 1) -> None:
    """Count `amount` in the caller's transaction. Raises AllowanceExceeded, counting nothing."""
    name, at = _hash_name(allowance, of), now.timestamp()
    lasts = allowance.period.total_seconds()
    if amount <= allowance.most:
        count = increment_counter(
            session, name, at=at, lasts=lasts, amount=amount, most=allowance.most
        )
        if count is not None:
            return
    found = session.execute(
        sa.select(RateCounter.attempts, RateCounter.expires_at).where(
            RateCounter.name == name, RateCounter.expires_at > at
        )
    ).one_or_none()
    used, until = found or (0, at + lasts)
    sentence = allowance.sentence.format(most=allowance.most, left=max(allowance.most - used, 0))
    raise AllowanceExceeded(sentence, max(1, math.ceil(until - at)))


def give_back(session: Session, allowance: Allowance, of: str, *, amount: int = 1) -> None:
    """Take `amount` off the count in the caller's transaction: the action did not happen."""
    session.execute(
        sa.update(RateCounter)
        .where(RateCounter.name == _hash_name(allowance, of), RateCounter.attempts >= amount)
        .values(attempts=RateCounter.attempts - amount)
    )


def _hash_name(allowance: Allowance, of: str) -> str:
    return hash_counter_name(f"allowance:{allowance.kind}:{of}")
