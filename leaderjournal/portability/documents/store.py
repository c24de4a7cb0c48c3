"""The SQL of documents: asked for, typeset by the worker, fetched within a day."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.quotas import QuotaReached
from leaderjournal.portability.documents.models import Document
from leaderjournal.portability.documents.pdf import PdfTooLarge, PdfUnavailable, render_pdf
from leaderjournal.portability.documents.rules import DocumentOptions
from leaderjournal.reviews.periods.rules import Period

LIFETIME = timedelta(days=1)
MOST_IN_PROGRESS = 2
PROGRESS_TIMEOUT = timedelta(minutes=15)
"""What is being made for longer was broken off; it keeps nobody waiting."""
MOST_KEPT = 10
"""Of one account; a new one takes the place of the oldest."""


class Stage(StrEnum):
    """How far a document is."""

    WAITING = "waiting"
    READING = "reading"
    TYPESETTING = "typesetting"
    DONE = "done"
    FAILED = "failed"
    TOO_LARGE = "too large"


FINISHED_STAGES = frozenset({Stage.DONE, Stage.FAILED, Stage.TOO_LARGE})
"""Stages after which nothing more is done."""


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """A document as its leader sees it."""

    id: UUID
    period: Period
    stage: Stage

    @property
    def is_running(self) -> bool:
        """Whether the document waits for the worker or is being made."""
        return self.stage not in FINISHED_STAGES

    @property
    def steps_done(self) -> int | None:
        """How many of the two steps are done; None before the first has begun."""
        if self.stage == Stage.WAITING:
            return None
        return 0 if self.stage == Stage.READING else 1


def request_document(
    leader: Leader, period: Period, wishes: DocumentOptions, *, now: Instant
) -> UUID:
    """Keep what document a leader wishes; return its id. Raises QuotaReached."""
    document_id = new_id()
    row = Document(
        id=document_id,
        account_id=leader.id,
        period=period.name,
        stage=Stage.WAITING,
        created_at=now,
        options_encrypted=leader.cipher.encrypt_json(
            {"every_day": wishes.every_day, "without_names": wishes.without_names},
            table="documents",
            column="options_encrypted",
            row=document_id,
        ),
    )
    with write_transaction() as session:
        lock_account(session, leader.id)
        _make_room(session, leader.id, now=now)
        session.add(row)
    return document_id


def _make_room(session: Session, account: UUID, *, now: Instant) -> None:
    """Let the oldest documents go for a new one. Raises QuotaReached where two are being made."""
    rows = session.execute(
        sa.select(Document.id, Document.stage, Document.created_at)
        .where(Document.account_id == account)
        .order_by(Document.id.desc())
    ).all()
    making = [at for _, stage, at in rows if stage not in FINISHED_STAGES]
    if sum(at > now - PROGRESS_TIMEOUT for at in making) >= MOST_IN_PROGRESS:
        raise QuotaReached(
            "Two documents are being made, the most at once. Try again once one is done.",
            status=429,
            retry_after=30,
        )
    gone = [
        row
        for number, (row, stage, _) in enumerate(rows, start=1)
        if number >= MOST_KEPT and stage in FINISHED_STAGES
    ]
    session.execute(sa.delete(Document).where(Document.id.in_(gone)))


def make_document(leader: Leader, document_id: UUID, *, now: Instant) -> None:
    """Typeset a document that was asked for; nothing happens where it is gone or made already."""
    row = _get_row(leader.id, document_id)
    if row is None or row.stage in FINISHED_STAGES:
        return
    opened: dict[str, Any] = leader.cipher.decrypt_json(
        row.options_encrypted, table="documents", column="options_encrypted", row=document_id
    )
    wishes = DocumentOptions(opened["every_day"], tuple(opened["without_names"]))
    try:
        content = render_pdf(
            leader,
            Period.parse(row.period),
            wishes,
            today=leader.today(now),
            tell=lambda stage: _update(document_id, stage=stage),
        )
    except PdfUnavailable:
        _update(document_id, stage=Stage.FAILED)
        return
    except PdfTooLarge:
        _update(document_id, stage=Stage.TOO_LARGE)
        return
    encrypted = leader.cipher.encrypt_bytes(
        content, table="documents", column="content_encrypted", row=document_id
    )
    _update(document_id, stage=Stage.DONE, content_encrypted=encrypted)


def get_document(leader: Leader, document_id: UUID) -> DocumentStatus | None:
    """Return one of the leader's documents."""
    row = _get_row(leader.id, document_id)
    if row is None:
        return None
    return DocumentStatus(row.id, Period.parse(row.period), Stage(row.stage))


def get_pdf(leader: Leader, document_id: UUID) -> bytes | None:
    """Return the PDF of a document that is done."""
    encrypted = db.session.scalar(
        sa.select(Document.content_encrypted).where(
            Document.account_id == leader.id, Document.id == document_id
        )
    )
    if encrypted is None:
        return None
    return leader.cipher.decrypt_bytes(
        encrypted, table="documents", column="content_encrypted", row=document_id
    )


def delete_all(cipher: Cipher, **_said: object) -> None:
    """Forget every document of an account: a name that has left its texts stands in them still."""
    with write_transaction() as session:
        session.execute(sa.delete(Document).where(Document.account_id == cipher.account))


def delete_expired(*, now: Instant) -> int:
    """Forget documents that were asked for more than a day ago; return how many."""
    with write_transaction() as session:
        return count_changed_rows(
            session, sa.delete(Document).where(Document.created_at < now - LIFETIME)
        )


def _get_row(account: UUID, document_id: UUID) -> Document | None:
    query = sa.select(Document).where(Document.account_id == account, Document.id == document_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _update(document_id: UUID, **values: object) -> None:
    with write_transaction() as session:
        session.execute(sa.update(Document).where(Document.id == document_id).values(**values))
