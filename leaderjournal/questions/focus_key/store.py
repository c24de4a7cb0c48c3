"""The SQL of focus keys: the key that a month's questions ask about more often."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate, get_month_start
from leaderjournal.kernel.readings import Reading
from leaderjournal.questions.models import FocusKey

FOCUS_KEYS = Reading(
    sa.select(FocusKey.account_id, FocusKey.key).where(
        FocusKey.account_id.in_(sa.bindparam("accounts", expanding=True)),
        FocusKey.first_date == sa.bindparam("month_begins"),
    )
)


def get_focus_key(account: UUID, day: LocalDate) -> str | None:
    """Return the focus key of the month of `day`; None if none was chosen for it."""
    return get_focus_keys([account], day).get(account)


def get_focus_keys(accounts: Collection[UUID], day: LocalDate) -> dict[UUID, str]:
    """Return the focus key of the month of `day` by account, for those that chose one."""
    rows = FOCUS_KEYS.read(db.session, accounts=tuple(accounts), month_begins=get_month_start(day))
    return {row.account_id: row.key for row in rows}


def set_focus_key(session: Session, account: UUID, first_date: LocalDate, key: str | None) -> None:
    """Set the focus key of the month that begins on `first_date`, or remove it.

    This happens inside the caller's transaction. Questions that are served already stay.
    """
    session.execute(
        sa.delete(FocusKey).where(FocusKey.account_id == account, FocusKey.first_date == first_date)
    )
    if key is not None:
        session.add(FocusKey(account_id=account, first_date=first_date, key=key))
