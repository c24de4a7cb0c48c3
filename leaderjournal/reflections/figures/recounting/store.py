"""Counting the words of stored days anew, since the rules of counting may have changed.

A day's figure is of the rules by which it was saved. Days in scripts without spaces, for one, had a
word for each sentence before their words were told apart.
"""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rules import DayContent

DAYS_PER_PAGE = 200
# Days in the trash are counted too, since they may come back.
LIST_DAYS = (
    sa.select(
        Reflection.id,
        Reflection.local_date,
        Reflection.version,
        Reflection.document,
        Reflection.word_count,
    )
    .where(
        Reflection.account_id == sa.bindparam("account"),
        Reflection.local_date > sa.bindparam("after"),
    )
    .order_by(Reflection.local_date)
    .limit(DAYS_PER_PAGE)
)
# A day that is saved meanwhile has another version, and was counted by that save.
WRITE_COUNT = (
    sa.update(Reflection)
    .where(Reflection.id == sa.bindparam("day"), Reflection.version == sa.bindparam("of_version"))
    .values(word_count=sa.bindparam("words"))
)


def recount_words(cipher: Cipher) -> int:
    """Count the words of every day of an account anew; return for how many days they differed.

    A day that cannot be decrypted keeps its figure. Nothing is written where all figures are right.
    """
    differed, after = 0, LocalDate(date.min)
    while rows := _list_days(cipher.account, after):
        after = rows[-1].local_date
        wrong = []
        for row in rows:
            with suppress(DecryptionFailed):
                words = _count_words(cipher, row)
                if words != row.word_count:
                    wrong.append({"day": row.id, "of_version": row.version, "words": words})
        if wrong:
            with write_transaction() as session:
                session.connection().execute(WRITE_COUNT, wrong)
            differed += len(wrong)
    return differed


def _list_days(account: UUID, after: LocalDate) -> list[sa.Row[*tuple[Any, ...]]]:
    given = {"account": account, "after": after}
    return list(db.session.connection().execute(LIST_DAYS, given).all())


def _count_words(cipher: Cipher, row: sa.Row[*tuple[Any, ...]]) -> int:
    """Return how many words the day of a row has. Raises DecryptionFailed."""
    document = cipher.decrypt_json(row.document, table="reflections", column="document", row=row.id)
    return DayContent.from_document(document).word_count
