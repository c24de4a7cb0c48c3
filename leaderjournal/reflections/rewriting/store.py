"""The SQL of changing texts in every day and version, as when a name is forgotten."""

from collections.abc import Callable

import sqlalchemy as sa

from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.reflections.models import Reflection, Revision
from leaderjournal.reflections.rows import (
    PAGE_SIZE,
    decrypt_day,
    decrypt_version,
    encrypt_content,
    encrypt_version,
)
from leaderjournal.reflections.search.segments.store import open_months


def rewrite_texts(cipher: Cipher, change_text: Callable[[str], str], *, now: Instant) -> None:
    """Replace every text by what `change_text` makes of it, in deleted days and versions too.

    A day that changes gets a new version, and the previous one is not kept.
    """
    ids = list(
        db.session.scalars(sa.select(Reflection.id).where(Reflection.account_id == cipher.account))
    )
    for start in range(0, len(ids), PAGE_SIZE):
        in_page = Reflection.id.in_(ids[start : start + PAGE_SIZE])
        with write_transaction() as session:
            changed = []
            days = sa.select(Reflection).where(in_page).order_by(Reflection.id).with_for_update()
            for row in session.scalars(days.execution_options(populate_existing=True)):
                before = decrypt_day(cipher, row)
                content = before.content.with_texts(change_text)
                if content == before.content:
                    continue
                row.version += 1
                row.saved_at = now
                encrypt_content(cipher, row, content, before.write_times)
                changed.append(row.local_date)
            session.flush()
            open_months(session, cipher.account, changed)
            versions = sa.select(Revision).join(Reflection).where(in_page)
            for version in session.scalars(versions.execution_options(populate_existing=True)):
                content = decrypt_version(cipher, version).content.with_texts(change_text)
                version.document = encrypt_version(
                    cipher, version.reflection_id, version.version, content.to_document()
                )
