"""The SQL of importing questions: own, served and hidden ones, and undoing it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import upsert
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import DayQuestion
from leaderjournal.questions.models import HiddenQuestion, OwnQuestion
from leaderjournal.questions.own.store import MAX_OWN_QUESTIONS, create_row, list_own_questions
from leaderjournal.questions.served.store import insert_served_rows, make_served_row


def import_own_questions(
    session: Session, cipher: Cipher, imported: Mapping[str, dict[str, Any]], *, now: Instant
) -> tuple[dict[str, str], list[UUID]]:
    """Add own questions of another journal, by their ids there, inside the caller's transaction.

    A question with the same text under the same key is not added again. Return the new id of each
    by its old id, and the ids of the questions that were added.
    """
    stored = {(own.key, own.text): own.id for own in list_own_questions(cipher)}
    ids, added = {}, []
    for old_id, values in imported.items():
        same = values["key"], values["text"]
        if same not in stored:
            if len(stored) >= MAX_OWN_QUESTIONS:
                continue  # its answers stay, like those to a deleted question
            row = create_row(cipher, values, now=now)
            session.add(row)
            stored[same] = row.id
            added.append(row.id)
        ids[old_id] = str(stored[same])
    session.flush()
    return ids, added


def import_served_questions(
    session: Session,
    account: UUID,
    served: Sequence[DayQuestion],
    ids: Mapping[str, str],
    hidden: Collection[str],
) -> None:
    """Store which questions another journal served and hid, inside the caller's transaction.

    Questions that this account was served on a day stay. `ids` holds the new ids of own questions
    by their old ids.
    """
    known = {question.id: question.behaviour for question in catalogue.list_all_questions()}
    own = {
        str(row.id): row.behaviour
        for row in session.scalars(sa.select(OwnQuestion).where(OwnQuestion.account_id == account))
    }
    behaviours = own | known
    rows = []
    for past in served:
        question = ids.get(past.question, past.question)
        if past.key in catalogue.KEY_SLUGS:
            behaviour = behaviours.get(question)
            rows.append(make_served_row(account, past.local_date, past.key, question, behaviour))
    if rows:
        insert_served_rows(session, rows)
    hides = [{"account_id": account, "question": q} for q in hidden if q in known]
    if hides:
        statement = upsert(session, HiddenQuestion).on_conflict_do_nothing()
        session.connection().execute(statement, hides)


def remove_imported_questions(session: Session, account: UUID, questions: Collection[UUID]) -> None:
    """Delete imported own questions, inside the caller's transaction."""
    session.execute(
        sa.delete(OwnQuestion).where(
            OwnQuestion.account_id == account, OwnQuestion.id.in_(questions)
        )
    )
