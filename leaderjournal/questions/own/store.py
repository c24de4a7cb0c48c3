"""The SQL of a leader's own questions. Their texts are encrypted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.quotas import check_quota
from leaderjournal.kernel.readings import Reading
from leaderjournal.questions.models import OwnQuestion

MAX_OWN_QUESTIONS = 300

OWN_QUESTIONS = Reading(
    sa.select(
        OwnQuestion.id,
        OwnQuestion.key,
        OwnQuestion.behaviour,
        OwnQuestion.text_encrypted,
        OwnQuestion.every_days,
        OwnQuestion.retired,
    )
    .where(OwnQuestion.account_id == sa.bindparam("account"))
    .order_by(OwnQuestion.id)
)


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A leader's own question, with its text."""

    id: UUID
    key: str
    behaviour: str | None
    text: str
    every_days: int | None
    retired: bool


def list_own_questions(cipher: Cipher) -> list[StoredQuestion]:
    """Return the leader's own questions, oldest first, including retired ones."""
    rows = OWN_QUESTIONS.read(db.session, account=cipher.account)
    return [_decrypt_question(cipher, row) for row in rows]


def count_own_questions(account: UUID) -> int:
    """Return how many questions of their own the leader is asked; paused ones are left out."""
    return sum(not row.retired for row in OWN_QUESTIONS.read(db.session, account=account))


def get_own_question(cipher: Cipher, question_id: UUID) -> StoredQuestion | None:
    """Return one of the leader's own questions; None if there is no such question."""
    row = _find_row(db.session, cipher.account, question_id)
    return _decrypt_question(cipher, row) if row else None


def add_own_question(cipher: Cipher, values: dict[str, Any], *, now: Instant) -> StoredQuestion:
    """Add a question of the leader's own. Raises QuotaReached."""
    row = create_row(cipher, values, now=now)
    with write_transaction() as session:
        lock_account(session, cipher.account)
        check_quota(
            session,
            sa.select(OwnQuestion.id).where(OwnQuestion.account_id == cipher.account),
            most=MAX_OWN_QUESTIONS,
            sentence=f"You may have {MAX_OWN_QUESTIONS} questions. Delete one, then add another.",
        )
        session.add(row)
    return _decrypt_question(cipher, row)


def update_own_question(
    cipher: Cipher, question_id: UUID, values: dict[str, Any]
) -> StoredQuestion | None:
    """Change one of the leader's own questions; return None if there is no such question."""
    with write_transaction() as session:
        row = _find_row(session, cipher.account, question_id)
        if row is None:
            return None
        for name in ("key", "behaviour", "every_days", "retired"):
            if name in values:
                setattr(row, name, values[name])
        if "text" in values:
            row.text_encrypted = _encrypt(cipher, question_id, values["text"])
    return _decrypt_question(cipher, row)


def rewrite_texts(cipher: Cipher, change_text: Callable[[str], str]) -> None:
    """Replace the text of every own question by what `change_text` makes of it."""
    with write_transaction() as session:
        own = sa.select(OwnQuestion).where(OwnQuestion.account_id == cipher.account)
        own = own.order_by(OwnQuestion.id).with_for_update()
        for row in session.scalars(own.execution_options(populate_existing=True)):
            text = _decrypt_question(cipher, row).text
            row.text_encrypted = _encrypt(cipher, row.id, change_text(text))


def delete_own_question(account: UUID, question_id: UUID) -> bool:
    """Delete one of the leader's own questions; return whether there was one."""
    with write_transaction() as session:
        deleted = count_changed_rows(
            session,
            sa.delete(OwnQuestion).where(
                OwnQuestion.account_id == account, OwnQuestion.id == question_id
            ),
        )
    return bool(deleted)


def create_row(cipher: Cipher, values: Mapping[str, Any], *, now: Instant) -> OwnQuestion:
    """Return the row of a new own question, to be added to a session."""
    question_id = new_id()
    return OwnQuestion(
        id=question_id,
        account_id=cipher.account,
        key=values["key"],
        behaviour=values.get("behaviour"),
        text_encrypted=_encrypt(cipher, question_id, values["text"]),
        every_days=values.get("every_days"),
        retired=values.get("retired", False),
        created_at=now,
    )


def _find_row(session: Session, account: UUID, question_id: UUID) -> OwnQuestion | None:
    query = sa.select(OwnQuestion).where(
        OwnQuestion.account_id == account, OwnQuestion.id == question_id
    )
    return session.scalar(query)


def _decrypt_question(cipher: Cipher, row: OwnQuestion) -> StoredQuestion:
    text = cipher.decrypt_text(
        row.text_encrypted, table="own_questions", column="text_encrypted", row=row.id
    )
    return StoredQuestion(row.id, row.key, row.behaviour, text, row.every_days, row.retired)


def _encrypt(cipher: Cipher, question_id: UUID, text: str) -> bytes:
    return cipher.encrypt_text(
        text, table="own_questions", column="text_encrypted", row=question_id
    )
