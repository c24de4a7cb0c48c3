"""Undoing an import: what it created is removed, except what was edited since."""

from uuid import UUID

import sqlalchemy as sa

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
    """Take back what an import did, except what was edited since; None where it is not done.

    Imported settings stay.
    """
    with write_transaction() as session:
        row = get_row(session, leader.id, import_id)
        if row is None or row.state != State.DONE:
            return None
        made: dict[str, dict[UUID, int]] = {
            "day": {},
            "review": {},
            "question": {},
            "entry": {},
            "team-mirror": {},
        }
        changed: dict[UUID, tuple[Outcome, int]] = {}
        for item in session.scalars(
            sa.select(ImportedItem).where(ImportedItem.import_id == import_id)
        ):
            if item.kind in made:
                made[item.kind][item.item_id] = item.version
            else:
                changed[item.item_id] = (Outcome(item.kind), item.version)
        removed = day_imports_store.remove_imported_days(session, made["day"])
        taken_back = day_imports_store.undo_joining(session, leader.cipher, changed, now=now)
        review_imports_store.undo_import(session, made["review"])
        log_imports_store.undo_import(session, leader.cipher, made["entry"])
        mirror_imports_store.undo_import(session, leader.id, made["team-mirror"])
        if removed == len(made["day"]):
            question_imports_store.remove_imported_questions(session, leader.id, made["question"])
        session.execute(sa.delete(ImportedItem).where(ImportedItem.import_id == import_id))
        document = decrypt_details(leader.cipher, row) | {
            "kept": len(made["day"]) - removed + len(changed) - taken_back
        }
        row.state, row.document = State.UNDONE, encrypt_details(leader.cipher, import_id, document)
    return to_status(leader.cipher, row)
