"""The SQL of reading what days say, many at once, and of telling that it is erased."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rules import DayContent

texts_erased = Signal("texts were erased for good, with their days")
"""Sent with the session of the transaction, the `account` and the local `dates` of the days."""

# Built once: building a statement takes as long as reading a hundred rows.
_COMPLETED = (
    Reflection.account_id == sa.bindparam("account"),
    Reflection.deleted_at.is_(None),
    Reflection.completed.is_(True),
)
_IN_PERIOD = Reflection.local_date.between(sa.bindparam("first"), sa.bindparam("last"))
_DAY = sa.type_coerce(Reflection.id, sa.types.NullType())  # as the driver has it
LIST_VERSIONS = (
    sa.select(Reflection.local_date, _DAY, Reflection.version)
    .where(*_COMPLETED, _IN_PERIOD)
    .order_by(Reflection.local_date)
)
_TEXTS = sa.select(Reflection.local_date, Reflection.id, Reflection.document).where(*_COMPLETED)
LIST_TEXTS = _TEXTS.where(_IN_PERIOD).order_by(Reflection.local_date)
LIST_TEXTS_ON = _TEXTS.where(Reflection.local_date.in_(sa.bindparam("dates", expanding=True)))


def list_versions(
    account: UUID, *, first: LocalDate, last: LocalDate
) -> list[tuple[LocalDate, str]]:
    """Return the local date and the version of each completed day from `first` to `last`, in order.

    No version of any day ever has two texts.
    """
    period = {"account": account, "first": first, "last": last}
    rows = db.session.connection().execute(LIST_VERSIONS, period).all()
    return [(local_date, f"{day}-{version}") for local_date, day, version in rows]


def list_texts(
    cipher: Cipher, *, first: LocalDate, last: LocalDate
) -> list[tuple[LocalDate, DayContent]]:
    """Return the completed days from `first` to `last` and what they say, in order."""
    return _list(cipher, LIST_TEXTS, {"first": first, "last": last})


def list_texts_on(
    cipher: Cipher, dates: Collection[LocalDate]
) -> list[tuple[LocalDate, DayContent]]:
    """Return which of these local dates are completed, and what they say."""
    return _list(cipher, LIST_TEXTS_ON, {"dates": list(dates)}) if dates else []


def send_erased(session: Session, days: Iterable[tuple[UUID, LocalDate]]) -> None:
    """Send `texts_erased` for the days of each account."""
    dates: defaultdict[UUID, set[LocalDate]] = defaultdict(set)
    for account, local_date in days:
        dates[account].add(local_date)
    for account, of_account in dates.items():
        texts_erased.send(session, account=account, dates=of_account)


def _list(
    cipher: Cipher, statement: sa.Select[*tuple[Any, ...]], parameters: dict[str, Any]
) -> list[tuple[LocalDate, DayContent]]:
    parameters |= {"account": cipher.account}
    rows = db.session.connection().execute(statement, parameters).all()
    place = {"table": "reflections", "column": "document"}
    return [
        (
            local_date,
            DayContent.from_document(cipher.decrypt_json(document, row=day_id, **place)),
        )
        for local_date, day_id, document in rows
    ]
