"""The SQL of a leader's first month: thirty questions in order, on practice days."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.questions.models import ServedQuestion
from leaderjournal.questions.served.store import make_served_row

OFFERED_FOR = 7
"""Days after joining on which today's page offers the first month."""


class NoPracticeDays(Exception):
    """The calendar expects too few days to come, as in an open pause."""


@dataclass(frozen=True, slots=True)
class FirstMonth:
    """The local dates that ask the questions of a first month, by their number from 1."""

    days: Mapping[int, LocalDate]

    def is_running(self, today: LocalDate) -> bool:
        """Return whether a question of it is still to come."""
        return any(day >= today for day in self.days.values())

    def count_days_begun(self, today: LocalDate) -> int:
        """Return how many of its days have begun."""
        return sum(day <= today for day in self.days.values())


def get_first_month(account: UUID) -> FirstMonth:
    """Return the first month as planned; without days if it was never begun, or was skipped."""
    questions = catalogue.list_first_month_questions()
    numbers = {question.id: number for number, question in enumerate(questions, start=1)}
    rows = db.session.execute(
        sa.select(ServedQuestion.question, ServedQuestion.local_date)
        .where(ServedQuestion.account_id == account, ServedQuestion.question.in_(numbers))
        .order_by(ServedQuestion.local_date)  # if it was begun twice, the later date counts
    )
    return FirstMonth({numbers[question]: day for question, day in rows})


def is_first_month_offered(account: UUID, *, joined_on: LocalDate, today: LocalDate) -> bool:
    """Return whether today's page offers the first month: to new leaders who have none yet."""
    return (today - joined_on).days <= OFFERED_FOR and not get_first_month(account).days


def begin_first_month(account: UUID, *, today: LocalDate) -> FirstMonth:
    """Plan the questions of a first month for the practice days to come, in order.

    It ends by itself; begun again, it starts anew. On a day that already has a question under that
    key, the first month's replaces it. Raises NoPracticeDays if the next two years have too few.
    """
    calendar = calendar_store.load_calendar(account)
    days = calendar.find_next_practice_days(today, catalogue.FIRST_MONTH_DAYS)
    if len(days) < catalogue.FIRST_MONTH_DAYS:
        raise NoPracticeDays
    rows = [
        make_served_row(account, day, question.key, question.id, question.behaviour)
        for day, question in zip(days, catalogue.list_first_month_questions(), strict=True)
    ]
    with write_transaction() as session:
        session.execute(_build_delete_remaining(account, today))
        statement = upsert(session, ServedQuestion)
        session.connection().execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "local_date", "key"],
                set_={
                    "question": statement.excluded.question,
                    "behaviour": statement.excluded.behaviour,
                },
            ),
            rows,
        )
    return FirstMonth(dict(enumerate(days, start=1)))


def skip_first_month(account: UUID, *, today: LocalDate) -> None:
    """Remove the questions of a first month that are still to come, including today's."""
    with write_transaction() as session:
        session.execute(_build_delete_remaining(account, today))


def _build_delete_remaining(account: UUID, today: LocalDate) -> sa.Delete:
    """Return the statement that deletes the questions of a first month from today on."""
    ids = [question.id for question in catalogue.list_first_month_questions()]
    return sa.delete(ServedQuestion).where(
        ServedQuestion.account_id == account,
        ServedQuestion.local_date >= today,
        ServedQuestion.question.in_(ids),
    )
