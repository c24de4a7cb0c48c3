"""The SQL of monthly reviews, which are encrypted and versioned."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.kernel.readings import Reading
from leaderjournal.questions.focus_key import store as focus_key_store
from leaderjournal.reviews.monthly.models import MonthlyReview, MonthlyReviewRevision
from leaderjournal.reviews.monthly.quotas import check_space
from leaderjournal.reviews.monthly.rules import ReviewContent, ReviewVersion
from leaderjournal.reviews.periods.rules import Period

FIND_REVIEW = (
    sa.select(MonthlyReview)
    .where(
        MonthlyReview.account_id == sa.bindparam("account"),
        MonthlyReview.month == sa.bindparam("month"),
    )
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class StoredReview:
    """A review as it is stored."""

    id: UUID
    month: str
    content: ReviewContent
    version: int
    written_at: Instant
    saved_at: Instant

    @property
    def etag(self) -> str:
        """The version's name in ETag and If-Match (RFC 9110, 8.8.3), without quotes."""
        return f"{self.id.hex}-{self.version}"


class ReviewChangedMeanwhile(Exception):
    """The review is not at the version that the writer saw; `current` is the stored one."""

    def __init__(self, current: StoredReview | None) -> None:
        super().__init__("the review has been changed meanwhile")
        self.current = current


def get_review(cipher: Cipher, month: Period) -> StoredReview | None:
    """Return the review of a month; None where there is none."""
    row = _get_row(db.session, cipher.account, month.name)
    return _to_stored(cipher, row) if row and row.version else None


def list_reviews(cipher: Cipher) -> list[StoredReview]:
    """Return every review, the latest month first."""
    rows = db.session.scalars(
        sa.select(MonthlyReview)
        .where(MonthlyReview.account_id == cipher.account, MonthlyReview.version > 0)
        .order_by(MonthlyReview.month.desc())
    )
    return [_to_stored(cipher, row) for row in rows]


REVIEWED = Reading(
    sa.select(MonthlyReview.account_id, MonthlyReview.month).where(
        MonthlyReview.account_id.in_(sa.bindparam("accounts", expanding=True)),
        MonthlyReview.month.in_(sa.bindparam("months", expanding=True)),
        MonthlyReview.version > 0,
    )
)


def find_reviewed(
    session: Session, accounts: Collection[UUID], months: Collection[str]
) -> set[tuple[UUID, str]]:
    """Return which of these accounts have reviewed which of these months, such as 2026-11."""
    rows = REVIEWED.read(session, accounts=tuple(accounts), months=tuple(months))
    return {(account, month) for account, month in rows}


def save_review(
    leader: Leader,
    month: Period,
    content: ReviewContent,
    *,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
) -> tuple[StoredReview, bool]:
    """Save a review and return it, and whether it is new.

    The earlier version is kept, and saving the same content again changes nothing. The review's key
    becomes the focus key of the next month. Raises ReviewChangedMeanwhile where `expected` does not
    match what is stored.
    """
    cipher = leader.cipher
    with write_transaction() as session:
        row = _lock_row(session, leader.id, month.name, now)
        current = _to_stored(cipher, row) if row.version else None
        if not expected.is_met_by(current):
            raise ReviewChangedMeanwhile(current)
        if current is not None and current.content == content:
            return current, False
        if current is not None:
            _keep_version(session, cipher, row)
        row.version += 1
        row.saved_at = now
        row.document = encrypt_content(cipher, row.id, content)
        check_space(session, leader.id, 2 * len(row.document), now=now)
        focus_key_store.set_focus_key(session, leader.id, month.next.first, content.lean_on)
        return _to_stored(cipher, row), current is None


def list_versions(cipher: Cipher, month: Period) -> list[ReviewVersion] | None:
    """Return every earlier version of a review, newest first; None where there is no review."""
    row = _get_row(db.session, cipher.account, month.name)
    if row is None or not row.version:
        return None
    return list_versions_by_id(cipher, row.id)


def list_versions_by_id(cipher: Cipher, review_id: UUID) -> list[ReviewVersion]:
    """Return every earlier version of a review of the account, newest first."""
    rows = db.session.scalars(
        sa.select(MonthlyReviewRevision)
        .where(MonthlyReviewRevision.review_id == review_id)
        .order_by(MonthlyReviewRevision.version.desc())
    )
    return [
        ReviewVersion(
            revision.version,
            revision.saved_at,
            _decrypt(cipher, "monthly_review_revisions", revision),
        )
        for revision in rows
    ]


def rewrite_texts(cipher: Cipher, *, without: Callable[[str], str], now: Instant) -> None:
    """Apply `without`, which removes a name from a text, to every review and version."""
    with write_transaction() as session:
        of_account = MonthlyReview.account_id == cipher.account
        reviews = sa.select(MonthlyReview).where(of_account).order_by(MonthlyReview.id)
        fresh = {"populate_existing": True}
        for row in session.scalars(reviews.with_for_update().execution_options(**fresh)):
            before = _decrypt(cipher, "monthly_reviews", row) if row.version else ReviewContent()
            content = before.with_texts(without)
            if content != before:
                row.document, row.saved_at = encrypt_content(cipher, row.id, content), now
                row.version += 1
        session.flush()
        versions = sa.select(MonthlyReviewRevision).join(MonthlyReview).where(of_account)
        for revision in session.scalars(versions.execution_options(**fresh)):
            content = _decrypt(cipher, "monthly_review_revisions", revision).with_texts(without)
            revision.document = encrypt_version(
                cipher, revision.review_id, revision.version, content
            )


def _lock_row(session: Session, account: UUID, month: str, now: Instant) -> MonthlyReview:
    session.execute(
        upsert(session, MonthlyReview)
        .values(
            id=new_id(),
            account_id=account,
            month=month,
            written_at=now,
            saved_at=now,
            version=0,
            document=b"",
        )
        .on_conflict_do_nothing(index_elements=["account_id", "month"])
    )
    return session.scalars(
        sa.select(MonthlyReview)
        .where(MonthlyReview.account_id == account, MonthlyReview.month == month)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _get_row(session: Session, account: UUID, month: str) -> MonthlyReview | None:
    return session.scalar(FIND_REVIEW, {"account": account, "month": month})


def _keep_version(session: Session, cipher: Cipher, row: MonthlyReview) -> None:
    content = _decrypt(cipher, "monthly_reviews", row)
    add_version(session, cipher, row.id, ReviewVersion(row.version, row.saved_at, content))


def add_version(session: Session, cipher: Cipher, review_id: UUID, revision: ReviewVersion) -> None:
    session.add(
        MonthlyReviewRevision(
            review_id=review_id,
            version=revision.version,
            saved_at=revision.saved_at,
            document=encrypt_version(cipher, review_id, revision.version, revision.content),
        )
    )


def encrypt_version(cipher: Cipher, review_id: UUID, version: int, content: ReviewContent) -> bytes:
    return cipher.encrypt_json(
        content.to_document(),
        table="monthly_review_revisions",
        column="document",
        row=f"{review_id}/{version}",
    )


def encrypt_content(cipher: Cipher, row_id: UUID, content: ReviewContent) -> bytes:
    return cipher.encrypt_json(
        content.to_document(), table="monthly_reviews", column="document", row=row_id
    )


def _decrypt(
    cipher: Cipher, table: str, row: MonthlyReview | MonthlyReviewRevision
) -> ReviewContent:
    place = row.id if isinstance(row, MonthlyReview) else f"{row.review_id}/{row.version}"
    document: dict[str, Any] = cipher.decrypt_json(
        row.document, table=table, column="document", row=place
    )
    return ReviewContent(**document)


def _to_stored(cipher: Cipher, row: MonthlyReview) -> StoredReview:
    return StoredReview(
        id=row.id,
        month=row.month,
        content=_decrypt(cipher, "monthly_reviews", row),
        version=row.version,
        written_at=row.written_at,
        saved_at=row.saved_at,
    )
