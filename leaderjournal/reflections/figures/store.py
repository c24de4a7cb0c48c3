"""The SQL of what is counted of days: dates, scores and words, without decrypting anything."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.readings import Reading
from leaderjournal.practice.rules import MirrorScore
from leaderjournal.reflections.models import AnswerFigures, Reflection

counted_days_changed = Signal("it has changed which days are completed, or were in time")
"""Sent with the session of the transaction, the `account`, the `first` local date that changed, and
the leader's `cipher` where there is one.
"""

SCORES_LOOK_BACK = timedelta(days=120)

_IS_COMPLETED = (Reflection.deleted_at.is_(None), Reflection.completed.is_(True))
_COMPLETED = (Reflection.account_id == sa.bindparam("account"), *_IS_COMPLETED)
_COMPLETED_BY_ANY = (
    Reflection.account_id.in_(sa.bindparam("accounts", expanding=True)),
    *_IS_COMPLETED,
)

LAST_WRITTEN = Reading(
    sa.select(Reflection.written_at, Reflection.time_zone)
    .where(*_COMPLETED)
    .order_by(Reflection.local_date.desc())
    .limit(1)
)
COUNTED_DAYS = (
    sa.select(
        Reflection.local_date,
        Reflection.completed,
        Reflection.in_time,
        AnswerFigures.key,
        sa.and_(AnswerFigures.answered, AnswerFigures.in_time).label("is_answered_in_time"),
    )
    .outerjoin(AnswerFigures, AnswerFigures.reflection_id == Reflection.id)
    .where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date > sa.bindparam("after"),
        Reflection.deleted_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What is counted of a completed day: its scores, and its behaviours, by key of the answers.

    No `version` of any day ever has two texts.
    """

    local_date: LocalDate
    word_count: int
    in_time: bool
    version: str
    scores: dict[str, int]
    behaviours: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class MonthScores:
    """The sum, the number and the sum of the squares of the scores of a key in a month."""

    year: int
    month: int
    key: str
    total: int
    count: int
    squares: int


def list_scores_before(account: UUID, local_date: LocalDate) -> list[MirrorScore]:
    """Return the mirror scores of the four months before a local date."""
    return list_scores_by_account([account], local_date)[account]


def list_scores_by_account(
    accounts: Collection[UUID], local_date: LocalDate
) -> dict[UUID, list[MirrorScore]]:
    """Return, for each of these accounts, the mirror scores of the four months before a date."""
    rows = db.session.connection().execute(
        sa.select(
            Reflection.account_id,
            AnswerFigures.key,
            AnswerFigures.behaviour,
            AnswerFigures.score,
            Reflection.local_date,
        )
        .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
        .where(
            Reflection.account_id.in_(accounts),
            Reflection.deleted_at.is_(None),
            Reflection.local_date < local_date,
            Reflection.local_date >= local_date - SCORES_LOOK_BACK,
            AnswerFigures.score.is_not(None),
        )
    )
    scores: dict[UUID, list[MirrorScore]] = {account: [] for account in accounts}
    for account, key, behaviour, score, day in rows:
        if score is not None:
            scores[account].append(MirrorScore(key, behaviour, score, day))
    return scores


def get_last_written(account: UUID) -> tuple[Instant, str] | None:
    """Return when the latest completed day was first written, and in which IANA zone."""
    rows = LAST_WRITTEN.read(db.session, account=account)
    return (rows[0].written_at, rows[0].time_zone) if rows else None


def find_completed_days(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> set[tuple[UUID, LocalDate]]:
    """Return which of these accounts have completed which of these local days."""
    given = {"accounts": list(accounts), "days": list(days)}
    rows = session.connection().execute(FIND_COMPLETED_DAYS, given)
    return {(account, day) for account, day in rows}


def count_completed_days(
    accounts: Collection[UUID], first: LocalDate, last: LocalDate
) -> dict[UUID, int]:
    """Return how many days from `first` to `last` each account completed, if any."""
    given = {"accounts": list(accounts), "first": first, "last": last}
    rows = db.session.connection().execute(COUNT_DAYS, given)
    return {row.account_id: row.completed_days for row in rows}


def list_completed_days(
    session: Session,
    account: UUID,
    *,
    after: LocalDate | None = None,
    before: LocalDate | None = None,
) -> list[tuple[LocalDate, bool]]:
    """Return the local date of each day completed between two, and whether it was in time."""
    between = {"account": account, "after": after or date.min, "before": before or date.max}
    rows = session.connection().execute(LIST_COMPLETED_DAYS, between).all()
    return [(day, in_time) for day, in_time in rows]


def list_counted_days(
    session: Session, account: UUID, *, after: LocalDate | None = None
) -> tuple[list[tuple[LocalDate, bool]], list[tuple[str, LocalDate]]]:
    """Return what streaks count of the days after another.

    That is the local date of each completed day, with whether it was in time, and (key, local date)
    of each answer written in time.
    """
    given = {"account": account, "after": after or date.min}
    completed: dict[LocalDate, bool] = {}
    answered = []
    for day, is_completed, in_time, key, is_answered in session.connection().execute(
        COUNTED_DAYS, given
    ):
        if is_completed:
            completed[day] = in_time
        if is_answered:
            answered.append((key, day))
    return list(completed.items()), answered


# Built once: building a statement takes as long as reading a hundred rows. Ids are read as the
# driver has them, since making UUIDs of all takes as long as reading them.
_IN_PERIOD = Reflection.local_date.between(sa.bindparam("first"), sa.bindparam("last"))
_DAY = sa.type_coerce(Reflection.id, sa.types.NullType())
LIST_COMPLETED_DAYS = sa.select(Reflection.local_date, Reflection.in_time).where(
    *_COMPLETED,
    Reflection.local_date > sa.bindparam("after"),
    Reflection.local_date < sa.bindparam("before"),
)
FIND_COMPLETED_DAYS = sa.select(Reflection.account_id, Reflection.local_date).where(
    *_COMPLETED_BY_ANY, Reflection.local_date.in_(sa.bindparam("days", expanding=True))
)
COUNT_DAYS = (
    sa.select(Reflection.account_id, sa.func.count().label("completed_days"))
    .where(*_COMPLETED_BY_ANY, _IN_PERIOD)
    .group_by(Reflection.account_id)
)
LIST_DAYS = (
    sa.select(
        _DAY,
        Reflection.version,
        Reflection.local_date,
        Reflection.word_count,
        Reflection.in_time,
    )
    .where(*_COMPLETED, _IN_PERIOD)
    .order_by(Reflection.local_date)
)
LIST_ANSWERS = (
    sa.select(_DAY, AnswerFigures.key, AnswerFigures.score, AnswerFigures.behaviour)
    .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
    .where(*_COMPLETED, _IN_PERIOD, AnswerFigures.answered)
)
_YEAR = sa.extract("year", Reflection.local_date)
_MONTH = sa.extract("month", Reflection.local_date)
ADD_UP_SCORES = (
    sa.select(
        _YEAR,
        _MONTH,
        AnswerFigures.key,
        sa.func.sum(AnswerFigures.score),
        sa.func.count(AnswerFigures.score),
        sa.func.sum(AnswerFigures.score * AnswerFigures.score),
    )
    .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
    .where(*_COMPLETED, _IN_PERIOD, AnswerFigures.score.is_not(None))
    .group_by(_YEAR, _MONTH, AnswerFigures.key)
)


def list_day_figures(account: UUID, *, first: LocalDate, last: LocalDate) -> list[DayFigures]:
    """Return the figures of the completed days from `first` to `last`, in order."""
    period = {"account": account, "first": first, "last": last}
    connection = db.session.connection()
    by_day = {
        day: DayFigures(local_date, words, in_time, f"{day}-{version}", {}, {})
        for day, version, local_date, words, in_time in connection.execute(LIST_DAYS, period).all()
    }
    for day, key, score, behaviour in connection.execute(LIST_ANSWERS, period).all():
        figures = by_day[day]
        figures.behaviours[key] = behaviour
        if score is not None:
            figures.scores[key] = score
    return list(by_day.values())


def add_up_scores(account: UUID, *, first: LocalDate, last: LocalDate) -> list[MonthScores]:
    """Return the sums of the mirror scores from `first` to `last`, by month and key."""
    period = {"account": account, "first": first, "last": last}
    rows = db.session.connection().execute(ADD_UP_SCORES, period)
    return [
        MonthScores(int(year), int(month), key, int(total or 0), count, int(squares or 0))
        for year, month, key, total, count, squares in rows
    ]
