"""A day in its searchable form, which is encrypted beside its document.

One that was folded by other rules, before an upgrade, is made anew of the document.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice import catalogue
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reflections.search.rules import (
    COMMITMENT,
    NOTE,
    add_folding_version,
    build_searchable_text,
    remove_folding_version,
)

FIELDS = (*catalogue.KEY_SLUGS, NOTE, COMMITMENT)
"""The lines of a searchable day. They are stored: another order would need all days rewritten."""

TEXT_COLUMNS = (
    Reflection.id,
    Reflection.local_date,
    Reflection.search_encrypted,
    # A day saved by an earlier release has no searchable form until it is saved again.
    sa.case((Reflection.search_encrypted.is_(None), Reflection.document)).label("document"),
)
"""What `decrypt_searchable_text` reads of a day's row."""
FIND_DOCUMENT = sa.select(Reflection.document).where(Reflection.id == sa.bindparam("id"))


def encrypt_searchable_text(cipher: Cipher, row_id: UUID, content: DayContent) -> bytes:
    """Return the encrypted searchable form of a day."""
    folded = build_searchable_text(content, FIELDS).encode()
    return cipher.encrypt_bytes(
        add_folding_version(folded), table="reflections", column="search_encrypted", row=row_id
    )


def decrypt_searchable_text(cipher: Cipher, row: sa.Row[*tuple[Any, ...]]) -> str:
    """Return the searchable form of a day, given a row of TEXT_COLUMNS. Raises DecryptionFailed."""
    document = row.document
    if row.search_encrypted is not None:
        stored = cipher.decrypt_bytes(
            row.search_encrypted, table="reflections", column="search_encrypted", row=row.id
        )
        folded = remove_folding_version(stored)
        if folded is not None:
            return folded.decode()
        document = db.session.connection().scalar(FIND_DOCUMENT, {"id": row.id})
    opened = cipher.decrypt_json(
        document or b"", table="reflections", column="document", row=row.id
    )
    return build_searchable_text(DayContent.from_document(opened), FIELDS)
