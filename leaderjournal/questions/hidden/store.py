"""The SQL of the catalogue questions that a leader has hidden."""

from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.practice import catalogue
from leaderjournal.questions.models import HiddenQuestion


class LastQuestion(Exception):
    """Without this question its key would have none left."""


def list_hidden_questions(account: UUID) -> frozenset[str]:
    """Return the ids of the catalogue questions that the leader has hidden."""
    query = sa.select(HiddenQuestion.question).where(HiddenQuestion.account_id == account)
    return frozenset(db.session.scalars(query))


def hide_question(account: UUID, question: str) -> None:
    """Hide a question of the catalogue. Raises LastQuestion if its key would have none left."""
    with write_transaction() as session:
        values = {"account_id": account, "question": question}
        session.execute(upsert(session, HiddenQuestion).values(values).on_conflict_do_nothing())
        hidden = list_hidden_questions(account)
        key = next(q.key for q in catalogue.list_questions() if q.id == question)
        if not any(q.key == key and q.id not in hidden for q in catalogue.list_questions()):
            raise LastQuestion


def show_question(account: UUID, question: str) -> None:
    """Serve a hidden question of the catalogue again."""
    with write_transaction() as session:
        session.execute(
            sa.delete(HiddenQuestion).where(
                HiddenQuestion.account_id == account, HiddenQuestion.question == question
            )
        )
