"""Limits on requests: so many attempts in a window, by network or by a name that a view chooses.

The `limits` library has no store in SQL, so this gives it one, over `kernel.rate_counters`.
"""

import math
from ipaddress import IPv4Address, ip_address, ip_network
from typing import NoReturn

import sqlalchemy as sa
from flask import Flask
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address
from limits.storage import Storage

from leaderjournal.kernel import clock
from leaderjournal.kernel.database import count_changed_rows, write_transaction
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.rate_counters import (
    RateCounter,
    hash_counter_name,
    increment_counter,
    open_separate_session,
)


class DatabaseStorage(Storage):
    """A fixed-window store for `limits` over the application's own database."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012 - the base declares it so

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return the error that the store may raise."""
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add `amount` to the counter, which starts again once it has expired; return it."""
        with open_separate_session() as session, write_transaction(session):
            count = increment_counter(
                session,
                hash_counter_name(key),
                at=clock.now().timestamp(),
                lasts=expiry,
                amount=amount,
            )
            return count.attempts if count else 0

    def get(self, key: str) -> int:
        """Return the counter; 0 if there is none or it has expired."""
        found = self._find_counter(key)
        return found.attempts if found else 0

    def get_expiry(self, key: str) -> float:
        """Return when the counter expires, in seconds since 1970."""
        found = self._find_counter(key)
        return found.expires_at if found else clock.now().timestamp()

    def check(self) -> bool:
        """Tell whether the database answers."""
        with open_separate_session() as session:
            return bool(session.scalar(sa.select(1)))

    def reset(self) -> int:
        """Delete every counter; return how many there were."""
        return self._delete(sa.true())

    def clear(self, key: str) -> None:
        """Delete one counter."""
        self._delete(RateCounter.name == hash_counter_name(key))

    def clear_expired(self) -> int:
        """Delete expired counters; return how many."""
        return self._delete(RateCounter.expires_at <= clock.now().timestamp())

    def _find_counter(self, key: str) -> RateCounter | None:
        with open_separate_session() as session:
            return session.scalar(
                sa.select(RateCounter).where(
                    RateCounter.name == hash_counter_name(key),
                    RateCounter.expires_at > clock.now().timestamp(),
                )
            )

    def _delete(self, which: sa.ColumnElement[bool]) -> int:
        with open_separate_session() as session, write_transaction(session):
            return count_changed_rows(session, sa.delete(RateCounter).where(which))


def get_client_network() -> str:
    """Return the network that a request comes from: an IPv4 address, or the /64 of an IPv6 one.

    A site has at least a whole /64 of IPv6 (RFC 6177), so that single addresses mean nothing.
    """
    return get_network(get_remote_address())


def get_network(address: str) -> str:
    """Return the network of an address; some proxies add a port to it."""
    bare = address.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, 64), strict=False))


def build_limit_problem(reset_at: float) -> Problem:
    """Return the reply to too many attempts; the counter restarts at `reset_at` (since 1970)."""
    wait = max(1, math.ceil(reset_at - clock.now().timestamp()))
    minutes = math.ceil(wait / 60)
    pause = "a minute" if minutes == 1 else f"{minutes} minutes"
    detail = f"Too many attempts. Try again in {pause}."
    return Problem(429, detail, headers={"Retry-After": str(wait)})


def refuse(breached: RequestLimit) -> NoReturn:
    """Refuse a request over its limit. Raises Problem (429)."""
    raise build_limit_problem(breached.reset_at)


limiter = Limiter(
    key_func=get_client_network,
    storage_uri="database://",
    strategy="fixed-window",
    on_breach=refuse,
    key_prefix="lj",
)


def init_limits(app: Flask) -> None:
    """Attach the limiter to `app`."""
    limiter.init_app(app)
