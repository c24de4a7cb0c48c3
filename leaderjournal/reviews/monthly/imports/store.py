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
    """A review of another journal of ours, with its earlier versions, to be added."""

    month: Period
    content: ReviewContent
    version: int
    written_at: Instant
    saved_at: Instant
    versions: tuple[ReviewVersion, ...]


def import_reviews(
    session: Session, cipher: Cipher, brought: Iterable[ImportedReview]
) -> dict[str, UUID]:
    """Add reviews with their versions, inside the caller's transaction; leave what is there.

    Return the ids of the new ones by their month. Next month leans on the key that one chose.
    """
    added: dict[str, UUID] = {}
    there = set(
        session.scalars(
            sa.select(MonthlyReview.month).where(MonthlyReview.account_id == cipher.account)
        )
    )
    for given in brought:
        month = given.month.name
        if month in there or month in added:
            continue
        row = MonthlyReview(
            id=new_id(),
            account_id=cipher.account,
            month=month,
            written_at=given.written_at,
            saved_at=given.saved_at,
            version=given.version,
        )
        row.document = encrypt_content(cipher, row.id, given.content)
        session.add(row)
        session.flush()
        for kept in given.versions:
            add_version(session, cipher, row.id, kept)
        first = given.month.next.first
        focus_key_store.set_focus_key(session, cipher.account, first, given.content.lean_on)
        added[month] = row.id
    return added


def undo_import(session: Session, reviews: Mapping[UUID, int]) -> int:
    """Remove reviews, inside the caller's transaction, where they are at the version given.

    Return how many were removed; one that was written on since stays.
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
