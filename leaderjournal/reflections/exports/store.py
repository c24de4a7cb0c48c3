"""The SQL of the full export: every day with its earlier versions."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.reflections.models import AnswerFigures, Revision
from leaderjournal.reflections.rows import decrypt_day, decrypt_version, iter_row_pages
from leaderjournal.reflections.rules import DayVersion, StoredDay


def iter_days_with_versions(cipher: Cipher) -> Iterator[tuple[StoredDay, list[DayVersion]]]:
    """Yield every day, newest first, with its earlier versions, newest first.

    The days say which of their answers were in time. They are not loaded all at once.
    """
    for rows in iter_row_pages(cipher.account):
        ids = [row.id for row in rows]
        versions: defaultdict[UUID, list[DayVersion]] = defaultdict(list)
        for version in db.session.scalars(
            sa.select(Revision)
            .where(Revision.reflection_id.in_(ids))
            .order_by(Revision.version.desc())
        ):
            versions[version.reflection_id].append(decrypt_version(cipher, version))
        in_time: defaultdict[UUID, list[str]] = defaultdict(list)
        for day_id, key in db.session.execute(
            sa.select(AnswerFigures.reflection_id, AnswerFigures.key)
            .where(AnswerFigures.reflection_id.in_(ids), AnswerFigures.in_time)
            .order_by(AnswerFigures.key)
        ):
            in_time[day_id].append(key)
        for row in rows:
            day = replace(decrypt_day(cipher, row), answers_in_time=tuple(in_time[row.id]))
            yield day, versions[row.id]
