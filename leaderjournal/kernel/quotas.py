"""Quotas: how much an account may store. Each package names its limits and counts its rows.

A count is right only while nobody else adds rows: the caller locks the account by
`accounts.locks.store.lock_account` before the count, until its row is written.
"""

from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response
from sqlalchemy.orm import Session

from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.problems import Problem

SHARE = 10
"""A process writes at most this share of the free space before it sums up again."""
MOST_KNOWN = 10_000
REFUSED_FOR = timedelta(minutes=1)


class QuotaReached(Exception):
    """The account can store no more of this. The message says what is allowed and what to do."""

    def __init__(self, sentence: str, *, status: int = 409, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def check_quota(
    session: Session, rows: sa.Select[Any], *, most: int, sentence: str, adding: int = 1
) -> None:
    """Raise QuotaReached if `adding` rows would make more than `most`."""
    kept = session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
    if kept + adding > most:
        raise QuotaReached(sentence)


class SpaceWatch:
    """Remembers the free space of accounts in this process, so that few saves sum it up.

    Summing up ten years reads each row, while on SQLite nobody else can write. An account far from
    its limit is summed up once, one near it after every tenth of the free space.
    """

    def __init__(self) -> None:
        self._left: OrderedDict[UUID, int] = OrderedDict()
        self._refused: OrderedDict[UUID, Instant] = OrderedDict()
        self._one_at_a_time = Lock()

    def is_enough(self, account: UUID, size: int) -> bool:
        """Subtract `size` bytes from the known free space; tell whether it was enough."""
        with self._one_at_a_time:
            left = self._left[account] = self._left.get(account, 0) - size
            self._left.move_to_end(account)
            if len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
            return left >= 0

    def note_room(self, account: UUID, room: int) -> None:
        """Remember how many more bytes the account may write."""
        with self._one_at_a_time:
            self._left[account] = room // SHARE
            self._refused.pop(account, None)

    def note_refusal(self, account: UUID, *, now: Instant) -> None:
        """Remember that the account has no space, for a minute."""
        with self._one_at_a_time:
            self._refused[account] = now
            if len(self._refused) > MOST_KNOWN:
                self._refused.popitem(last=False)

    def was_refused(self, account: UUID, *, now: Instant) -> bool:
        """Tell whether the account was out of space within the last minute."""
        with self._one_at_a_time:
            refused = self._refused.get(account)
            return refused is not None and refused <= now < refused + REFUSED_FOR


def init_quotas(app: Flask) -> None:
    """Answer a reached quota like any other conflict, as a page or as JSON."""

    def answer(error: QuotaReached) -> Response:
        wait = error.retry_after
        headers = {"Retry-After": str(wait)} if wait else None
        response: Any = app.handle_user_exception(
            Problem(error.status, str(error), headers=headers)
        )
        return app.make_response(response)

    app.register_error_handler(QuotaReached, answer)
