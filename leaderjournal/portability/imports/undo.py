"""Undoing an import: what it created is removed, except what was edited since."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.portability.imports.models import ImportedItem
from leaderjournal.portability.imports.store import (
    ImportStatus,
    State,
    decrypt_details,
    encrypt_details,
    get_row,
    to_status,
)
from leaderjournal.practice_log.imports import store as log_imports_store
from leaderjournal.questions.imports import store as question_imports_store
from leaderjournal.reflections.imports import store as day_imports_store
from leaderjournal.reflections.imports.store import Outcome
from leaderjournal.reviews.monthly.imports import store as review_imports_store
from leaderjournal.team_mirror.imports import store as mirror_imports_store


def undo_import(leader: Leader, import_id: UUID, *, now: Instant) -> ImportStatus | None:
    """Take back what an import did, except what was edited since; None where there is nothing.

    Imported settings stay. A day that another import has joined something to can be taken back once
    that import is.
    """
    with write_transaction() as session:
        row = get_row(session, leader.id, import_id)
        if row is None or row.state not in (State.DONE, State.UNDONE):
            return None
        items = _list_items(session, import_id)
        if row.state == State.UNDONE and not items:
            return None
        made: dict[str, dict[UUID, int]] = {
            "day": {},
            "review": {},
            "question": {},
            "entry": {},
            "team-mirror": {},
        }
        changed: dict[UUID, tuple[Outcome, int]] = {}
        for item in items:
            if item.kind in made:
                made[item.kind][item.item_id] = item.version
            else:
                changed[item.item_id] = (Outcome(item.kind), item.version)
        removed = day_imports_store.remove_imported_days(session, made["day"])
        taken_back = day_imports_store.undo_joining(session, leader.cipher, changed, now=now)
        review_imports_store.undo_import(session, made["review"])
        log_imports_store.undo_import(session, leader.cipher, made["entry"])
        mirror_imports_store.undo_import(session, leader.id, made["team-mirror"])
        if len(removed) == len(made["day"]):
            question_imports_store.remove_imported_questions(session, leader.id, made["question"])
        _follow_versions(session, changed, taken_back)
        kept = {*made["day"], *changed} - removed - set(taken_back)
        for item in items:
            if item.item_id not in kept:
                session.delete(item)
        document = decrypt_details(leader.cipher, row) | {"kept": len(kept)}
        row.state, row.document = State.UNDONE, encrypt_details(leader.cipher, import_id, document)
    return to_status(leader.cipher, row)


def _list_items(session: Session, import_id: UUID) -> Sequence[ImportedItem]:
    query = sa.select(ImportedItem).where(ImportedItem.import_id == import_id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _follow_versions(
    session: Session,
    changed: Mapping[UUID, tuple[Outcome, int]],
    taken_back: Mapping[UUID, int],
) -> None:
    """Let the imports that days came from know them in the version that they have again."""
    for day_id, version in taken_back.items():
        session.execute(
            sa.update(ImportedItem)
            .where(ImportedItem.item_id == day_id, ImportedItem.version == changed[day_id][1] - 1)
            .values(version=version)
            .execution_options(synchronize_session=False)
        )
