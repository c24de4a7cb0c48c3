"""Looking into a file before it is imported: what it holds and what importing would do."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.memory_limit import read_within_limits
from leaderjournal.portability.imports.models import Import
from leaderjournal.portability.imports.reader import FileContent, FileReader, MoodChoices
from leaderjournal.portability.imports.rules import Failure
from leaderjournal.portability.imports.store import (
    ImportStatus,
    State,
    decrypt_details,
    decrypt_file,
    encrypt_details,
    finish,
    get_row,
    to_status,
)
from leaderjournal.reflections.imports import store as day_imports_store
from leaderjournal.reflections.imports.store import Outcome

MOST_FAILURES = 500
"""Failures that are stored and listed; all of them are counted."""


def preview_import(leader: Leader, import_id: UUID, *, now: Instant) -> ImportStatus:
    """Read the file and store what importing it would do, without importing anything.

    Raises UnreadableJournal, after which the file is deleted.
    """
    try:
        file, name = decrypt_file(leader.cipher, import_id)
        content = read_within_limits(partial(make_reader(leader, now).read, name=name), file)
    except UnreadableJournal as error:
        finish(leader.cipher, import_id, State.REFUSED, {"why": str(error)})
        raise
    except Exception:  # nothing resumes it, so it must not count as running
        finish(leader.cipher, import_id, State.REFUSED, {"why": "It could not be read."})
        raise
    dates = [day.local_date for day in content.days]
    outcomes = day_imports_store.preview_outcomes(leader.cipher, content.days)
    restored = outcomes[Outcome.RESTORED] + outcomes[Outcome.RESTORED_AND_JOINED]
    document = {
        "days": len(dates),
        "there": len(dates) - outcomes[Outcome.CREATED],
        "joined": outcomes[Outcome.JOINED],
        "restored": restored,
        "others": count_others(content),
        "first_date": str(dates[0]) if dates else None,
        "last_date": str(dates[-1]) if dates else None,
        "left_behind": dict(content.left_behind),
        "moods": dict(content.moods),
        **summarize_failures(content.failures),
    }
    with write_transaction() as session:
        row = session.get_one(Import, import_id, populate_existing=True)
        if row.state == State.READING:
            row.kind, row.state, row.total = content.kind, State.PREVIEW, len(dates)
            row.document = encrypt_details(leader.cipher, import_id, document | {"name": name})
    return to_status(leader.cipher, row)


def confirm_import(leader: Leader, import_id: UUID, choices: MoodChoices) -> bool:
    """Confirm an import with its mood scores; return False where it is not open.

    Only the first confirmation counts, so that two requests do not import a file twice.
    """
    with write_transaction() as session:
        row = get_row(session, leader.id, import_id)
        if row is None or row.state != State.PREVIEW:
            return False
        document = decrypt_details(leader.cipher, row) | {"choices": asdict(choices)}
        row.state, row.document = State.WAITING, encrypt_details(leader.cipher, import_id, document)
    return True


def make_reader(leader: Leader, now: Instant, choices: MoodChoices | None = None) -> FileReader:
    return FileReader(
        leader.time_zone, leader.day_starts_at, leader.today(now), choices or MoodChoices()
    )


def count_others(content: FileContent) -> int:
    return len(content.reviews) + len(content.log) + len(content.team_mirrors)


def summarize_failures(failures: Sequence[Failure]) -> dict[str, Any]:
    return {
        "failed": len(failures),
        "failures": [asdict(failure) for failure in failures[:MOST_FAILURES]],
    }
