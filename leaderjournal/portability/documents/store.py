"""The SQL of PDFs: requested, made by the worker, downloaded within a day."""

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
"""A PDF that is in progress for longer was interrupted and no longer counts."""
MOST_KEPT = 10
"""PDFs of one account; a new one replaces the oldest."""


class Stage(StrEnum):
    """How far a PDF is."""

    WAITING = "waiting"
    READING = "reading"
    TYPESETTING = "typesetting"
    DONE = "done"
    FAILED = "failed"
    TOO_LARGE = "too large"


FINISHED_STAGES = frozenset({Stage.DONE, Stage.FAILED, Stage.TOO_LARGE})
"""The stages after which nothing more is done."""


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """A PDF as its leader sees it."""

    id: UUID
    period: Period
    stage: Stage

    @property
    def is_running(self) -> bool:
        """Whether the PDF waits for the worker or is being made."""
        return self.stage not in FINISHED_STAGES

    @property
    def steps_done(self) -> int | None:
        """How many of the two steps are done; None before the first has begun."""
        if self.stage == Stage.WAITING:
            return None
        return 0 if self.stage == Stage.READING else 1


def request_document(
    leader: Leader, period: Period, options: DocumentOptions, *, now: Instant
) -> UUID:
    """Store a request for a PDF and return its id. Raises QuotaReached."""
    document_id = new_id()
    row = Document(
        id=document_id,
        account_id=leader.id,
        period=period.name,
        stage=Stage.WAITING,
        created_at=now,
        options_encrypted=leader.cipher.encrypt_json(
            {"every_day": options.every_day, "without_names": options.without_names},
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
    """Delete the oldest PDFs to make room. Raises QuotaReached where two are being made."""
    rows = session.execute(
        sa.select(Document.id, Document.stage, Document.created_at)
        .where(Document.account_id == account)
        .order_by(Document.id.desc())
    ).all()
    in_progress = [at for _, stage, at in rows if stage not in FINISHED_STAGES]
    if sum(at > now - PROGRESS_TIMEOUT for at in in_progress) >= MOST_IN_PROGRESS:
        raise QuotaReached(
            "Two documents are being made, the most at once. Try again once one is done.",
            status=429,
            retry_after=30,
        )
    expendable = [
        row
        for number, (row, stage, _) in enumerate(rows, start=1)
        if number >= MOST_KEPT and stage in FINISHED_STAGES
    ]
    session.execute(sa.delete(Document).where(Document.id.in_(expendable)))


def make_document(leader: Leader, document_id: UUID, *, now: Instant) -> None:
    """Make a PDF that was requested; do nothing if it is deleted or made already."""
    row = _get_row(leader.id, document_id)
    if row is None or row.stage in FINISHED_STAGES:
        return
    document: dict[str, Any] = leader.cipher.decrypt_json(
        row.options_encrypted, table="documents", column="options_encrypted", row=document_id
    )
    options = DocumentOptions(document["every_day"], tuple(document["without_names"]))
    try:
        content = render_pdf(
            leader,
            Period.parse(row.period),
            options,
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
    """Return one of the leader's PDFs; None where there is none."""
    row = _get_row(leader.id, document_id)
    if row is None:
        return None
    return DocumentStatus(row.id, Period.parse(row.period), Stage(row.stage))


def get_pdf(leader: Leader, document_id: UUID) -> bytes | None:
    """Return the content of a PDF; None until it is made."""
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
    """Delete every PDF of an account, since they still hold a name that was removed elsewhere."""
    with write_transaction() as session:
        session.execute(sa.delete(Document).where(Document.account_id == cipher.account))


def delete_expired(*, now: Instant) -> int:
    """Delete the PDFs that were requested more than a day ago; return how many."""
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
