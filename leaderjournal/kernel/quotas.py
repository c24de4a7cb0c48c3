"""How much an account may keep. Each package names its own limits and counts its own rows.

A count is right only while nobody else adds: the caller holds the account (`accounts.store.hold`)
from before the count until its row is written.
"""

from typing import Any

import sqlalchemy as sa
from flask import Flask, Response
from sqlalchemy.orm import Session

from leaderjournal.kernel.problems import Problem


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
