"""Adding the reviews of an imported file, and removing them when the import is undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import count_changed_rows, new_id
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.questions.focus_key import store as focus_key_store
from leaderjournal.reviews.monthly.models import MonthlyReview
from leaderjournal.reviews.monthly.rules import ReviewContent, ReviewVersion
from leaderjournal.reviews.monthly.store import add_version, encrypt_content
from leaderjournal.reviews.periods.rules import Period


@dataclass(frozen=True, slots=True)
class ImportedReview:
    """A review of a full export or a Markdown file, with its earlier versions."""

    month: Period
    content: ReviewContent
    version: int
    written_at: Instant
    saved_at: Instant
    versions: tuple[ReviewVersion, ...]


def import_reviews(
    session: Session, cipher: Cipher, reviews: Iterable[ImportedReview]
) -> dict[str, UUID]:
    """Add reviews with their versions in the caller's transaction; stored reviews stay.

    Return the ids of the new ones by their month. Each sets the focus key of the next month.
    """
    added: dict[str, UUID] = {}
    stored_months = set(
        session.scalars(
            sa.select(MonthlyReview.month).where(MonthlyReview.account_id == cipher.account)
        )
    )
    for review in reviews:
        month = review.month.name
        if month in stored_months or month in added:
            continue
        row = MonthlyReview(
            id=new_id(),
            account_id=cipher.account,
            month=month,
            written_at=review.written_at,
            saved_at=review.saved_at,
            version=review.version,
        )
        row.document = encrypt_content(cipher, row.id, review.content)
        session.add(row)
        session.flush()
        for earlier in review.versions:
            add_version(session, cipher, row.id, earlier)
        first = review.month.next.first
        focus_key_store.set_focus_key(session, cipher.account, first, review.content.lean_on)
        added[month] = row.id
    return added


def undo_import(session: Session, reviews: Mapping[UUID, int]) -> int:
    """Remove reviews in the caller's transaction if they still have the version given.

    Return how many were removed; one that was edited since stays.
    """
    return sum(
        count_changed_rows(
            session,
            sa.delete(MonthlyReview).where(
                MonthlyReview.id == row_id, MonthlyReview.version == version
            ),
        )
        for row_id, version in reviews.items()
    )
