"""How much an account may keep. Each package names its own limits and counts its own rows.

A count is right only while nobody else adds: the caller locks the account by
`accounts.locks.store.lock_account` from before the count until its row is written.
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
"""A process writes this part of an account's room before it looks again: there may be so many."""
MOST_KNOWN = 10_000
REFUSED_FOR = timedelta(minutes=1)


class QuotaReached(Exception):
    """The account may keep no more of this. The message says what is allowed, and what to do."""

    def __init__(self, sentence: str, *, status: int = 409, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def check_quota(
    session: Session, rows: sa.Select[Any], *, most: int, sentence: str, adding: int = 1
) -> None:
    """Raise QuotaReached where `adding` to the rows makes more than `most` of them."""
    kept = session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
    if kept + adding > most:
        raise QuotaReached(sentence)


class SpaceWatch:
    """Remembers for this process what room accounts had, so that few saves have it added up.

    Adding up ten years reads each of their rows, while on SQLite nobody else can write. What is far
    from its limit is added up once, and what is near it after every tenth of what is left.
    """

    def __init__(self) -> None:
        self._left: OrderedDict[UUID, int] = OrderedDict()
        self._refused: OrderedDict[UUID, Instant] = OrderedDict()
        self._one_at_a_time = Lock()

    def is_enough(self, account: UUID, size: int) -> bool:
        """Count what is written; tell whether what is known of the room is enough for it."""
        with self._one_at_a_time:
            left = self._left[account] = self._left.get(account, 0) - size
            self._left.move_to_end(account)
            if len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
            return left >= 0

    def note_room(self, account: UUID, room: int) -> None:
        """Remember how many bytes more the account may write."""
        with self._one_at_a_time:
            self._left[account] = room // SHARE
            self._refused.pop(account, None)

    def note_refusal(self, account: UUID, *, now: Instant) -> None:
        """Remember that the account has no room, which soon does not change."""
        with self._one_at_a_time:
            self._refused[account] = now
            if len(self._refused) > MOST_KNOWN:
                self._refused.popitem(last=False)

    def was_refused(self, account: UUID, *, now: Instant) -> bool:
        """Tell whether the account had no room within the last minute."""
        with self._one_at_a_time:
            refused = self._refused.get(account)
            return refused is not None and refused <= now < refused + REFUSED_FOR


def init_quotas(app: Flask) -> None:
    """Answer a quota that is reached as the page or the API answers other conflicts."""

    def answer(error: QuotaReached) -> Response:
        wait = error.retry_after
        headers = {"Retry-After": str(wait)} if wait else None
        response: Any = app.handle_user_exception(
            Problem(error.status, str(error), headers=headers)
        )
        return app.make_response(response)

    app.register_error_handler(QuotaReached, answer)
