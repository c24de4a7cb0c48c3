"""The SQL of imports: a file is kept encrypted, looked at, brought in by and by, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.settings.store import import_settings
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.full_export import (
    FullExport,
    is_own_export,
    read_full_export,
)
from leaderjournal.portability.imports.memory_limit import read_within_limits
from leaderjournal.portability.imports.models import Import, ImportedItem
from leaderjournal.portability.imports.quotas import make_room
from leaderjournal.portability.imports.reader import FileContent, FileReader, MoodChoices
from leaderjournal.portability.imports.rules import Failure
from leaderjournal.practice_log.imports import store as log_imports_store
from leaderjournal.questions import store as questions_store
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.store import DayToImport
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.imports.store import ImportedReview
from leaderjournal.team_mirror import store as team_mirror_store

DAYS_PER_TRANSACTION = 100
"""Days written in one transaction, so that nobody else waits long for it."""
MOST_FAILURES = 500
"""Failures that are kept to be shown; all are counted."""


class State(StrEnum):
    """How far an import is."""

    READING = "reading"
    PREVIEW = "preview"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportStatus:
    """An import as its leader sees it.

    `days` are those in the file, `there` those of them that the journal has already, `others` its
    reviews, entries of the log and team mirrors. `created` and `skipped` say what bringing in came
    to, `others_created` how many of the others were new, `kept` how many days an undoing left, as
    they were written on since.
    """

    id: UUID
    kind: str
    state: State
    created_at: Instant
    done: int
    total: int
    days: int = 0
    there: int = 0
    others: int = 0
    first_date: str | None = None
    last_date: str | None = None
    photos: int = 0
    moods: Mapping[str, int] | None = None
    created: int = 0
    others_created: int = 0
    skipped: int = 0
    failures: tuple[Failure, ...] = ()
    failed: int = 0
    kept: int = 0
    why: str = ""


def create_import(leader: Leader, content: bytes, *, now: Instant) -> UUID:
    """Keep a file to be brought in; return the import's id. Raises QuotaReached."""
    import_id = new_id()
    row = Import(
        id=import_id,
        account_id=leader.id,
        kind="",
        state=State.READING,
        created_at=now,
        done=0,
        total=0,
        document=_encrypt(leader.cipher, import_id, {}),
        file_encrypted=leader.cipher.encrypt_bytes(
            content, table="imports", column="file_encrypted", row=import_id
        ),
    )
    with write_transaction() as session:
        lock_account(session, leader.id)
        reflections_store.check_storage_quota(session, leader.id)
        make_room(session, leader.id, len(content), now=now)
        session.add(row)
    return import_id


def preview_import(leader: Leader, import_id: UUID, *, now: Instant) -> ImportStatus:
    """Read the file and keep what bringing it in would come to; nothing is brought in by this.

    Raises UnreadableJournal, after which the file is gone.
    """
    try:
        reading = read_within_limits(
            _make_reader(leader, now).read, _decrypt_file(leader.cipher, import_id)
        )
    except UnreadableJournal as error:
        _finish(leader.cipher, import_id, State.REFUSED, {"why": str(error)})
        raise
    except Exception:  # nobody comes back to it: it must not count as under way
        _finish(leader.cipher, import_id, State.REFUSED, {"why": "It could not be read."})
        raise
    there = reflections_store.list_stored_dates(leader.id)
    dates = [day.local_date for day in reading.days]
    document = {
        "days": len(dates),
        "there": sum(date in there for date in dates),
        "others": _count_others(reading),
        "first_date": str(dates[0]) if dates else None,
        "last_date": str(dates[-1]) if dates else None,
        "photos": reading.photos,
        "moods": dict(reading.moods),
        **_summarize_failures(reading),
    }
    with write_transaction() as session:
        row = session.get_one(Import, import_id, populate_existing=True)
        if row.state == State.READING:
            row.kind, row.state, row.total = reading.kind, State.PREVIEW, len(dates)
            row.document = _encrypt(leader.cipher, import_id, document)
    return _to_status(leader.cipher, row)


def confirm_import(leader: Leader, import_id: UUID, choices: MoodChoices) -> bool:
    """Note that an import is to be brought in, and what moods become; False where it is not open.

    Whoever asks first brings it in: asked twice, the second has nothing to do.
    """
    with write_transaction() as session:
        row = _get_row(session, leader.id, import_id)
        if row is None or row.state != State.PREVIEW:
            return False
        document = _decrypt(leader.cipher, row) | {"choices": asdict(choices)}
        row.state, row.document = State.WAITING, _encrypt(leader.cipher, import_id, document)
    return True


def run_import(leader: Leader, import_id: UUID, *, now: Instant) -> ImportStatus | None:
    """Bring in an import that was chosen, over nothing that is there; None where there is none.

    It goes on where an earlier try was broken off: what that brought in is there and counts.
    """
    row = _get_row(db.session, leader.id, import_id)
    if row is None or row.state not in (State.WAITING, State.RUNNING):
        return None
    try:
        return _run_import(leader, row, now=now)
    except UnreadableJournal as error:
        return _finish(leader.cipher, import_id, State.REFUSED, {"why": str(error)})


def _run_import(leader: Leader, row: Import, *, now: Instant) -> ImportStatus:
    import_id = row.id
    chosen = _decrypt(leader.cipher, row).get("choices", {})
    content = _decrypt_file(leader.cipher, import_id)
    if is_own_export(content):
        whole = read_within_limits(read_full_export, content)
        leader, questions = _import_settings(leader, import_id, whole, now=now)
        reading = _make_reader(leader, now).read_own_export(whole, questions=questions)
    else:
        reader = _make_reader(leader, now, MoodChoices(**chosen))
        reading = read_within_limits(reader.read, content)
    with write_transaction() as session:
        _import_reviews(session, leader.cipher, import_id, reading.reviews)
    for start in range(0, len(reading.days), DAYS_PER_TRANSACTION):
        days = reading.days[start : start + DAYS_PER_TRANSACTION]
        with write_transaction() as session:
            _import_days(session, leader.cipher, import_id, days, now)
    with write_transaction() as session:
        _import_log(session, leader.cipher, import_id, reading)
    created, others_created = _count_created(import_id)
    document = {
        "days": len(reading.days),
        "others": _count_others(reading),
        "created": created,
        "others_created": others_created,
        "skipped": len(reading.days) - created,
        "photos": reading.photos,
        **_summarize_failures(reading),
    }
    return _finish(leader.cipher, import_id, State.DONE, document)


def import_now(
    leader: Leader, content: bytes, *, choices: MoodChoices, now: Instant
) -> ImportStatus:
    """Bring a file in at once. Raises UnreadableJournal."""
    import_id = create_import(leader, content, now=now)
    preview_import(leader, import_id, now=now)
    confirm_import(leader, import_id, choices)
    done = run_import(leader, import_id, now=now)
    assert done is not None  # noqa: S101 - it was chosen just now
    return done


def undo_import(leader: Leader, import_id: UUID) -> ImportStatus | None:
    """Take back all that an import made, but what was written on since; None where it is not done.

    What it took over of settings stays.
    """
    with write_transaction() as session:
        row = _get_row(session, leader.id, import_id)
        if row is None or row.state != State.DONE:
            return None
        made: dict[str, dict[UUID, int]] = {
            "day": {},
            "review": {},
            "question": {},
            "entry": {},
            "team-mirror": {},
        }
        for item in session.scalars(
            sa.select(ImportedItem).where(ImportedItem.import_id == import_id)
        ):
            made[item.kind][item.item_id] = item.version
        removed = reflections_store.remove_imported_days(session, made["day"])
        monthly_store.undo_import(session, made["review"])
        log_imports_store.undo_import(session, leader.cipher, made["entry"])
        team_mirror_store.undo_import(session, leader.id, made["team-mirror"])
        if removed == len(made["day"]):
            questions_store.remove_imported_questions(session, leader.id, made["question"])
        session.execute(sa.delete(ImportedItem).where(ImportedItem.import_id == import_id))
        document = _decrypt(leader.cipher, row) | {"kept": len(made["day"]) - removed}
        row.state, row.document = State.UNDONE, _encrypt(leader.cipher, import_id, document)
    return _to_status(leader.cipher, row)


def discard_import(leader: Leader, import_id: UUID) -> bool:
    """Forget an import that was only looked at, its file too; tell whether there was one."""
    with write_transaction() as session:
        return bool(
            count_changed_rows(
                session,
                sa.delete(Import).where(
                    Import.account_id == leader.id,
                    Import.id == import_id,
                    Import.state.in_((State.READING, State.PREVIEW, State.REFUSED)),
                ),
            )
        )


def get_import(leader: Leader, import_id: UUID) -> ImportStatus | None:
    """Return one of the leader's imports."""
    row = _get_row(db.session, leader.id, import_id)
    return _to_status(leader.cipher, row) if row else None


def list_imports(leader: Leader) -> list[ImportStatus]:
    """Return the leader's imports that were brought in, the latest first."""
    rows = db.session.scalars(
        sa.select(Import)
        .where(Import.account_id == leader.id, Import.state.in_((State.DONE, State.UNDONE)))
        .order_by(Import.id.desc())
    )
    return [_to_status(leader.cipher, row) for row in rows]


def list_interrupted(*, before: Instant) -> list[tuple[UUID, UUID]]:
    """Return imports, and whose they are, that were chosen and are not done in time."""
    query = sa.select(Import.account_id, Import.id).where(
        Import.created_at < before, Import.state.in_((State.WAITING, State.RUNNING))
    )
    return [(account, import_id) for account, import_id in db.session.execute(query)]


def delete_unused(*, before: Instant) -> int:
    """Forget imports that were begun before an instant and never brought in; return how many."""
    with write_transaction() as session:
        return count_changed_rows(
            session,
            sa.delete(Import).where(
                Import.created_at < before,
                Import.state.in_((State.READING, State.PREVIEW, State.REFUSED)),
            ),
        )


def _import_days(
    session: Session,
    cipher: Cipher,
    import_id: UUID,
    days: tuple[DayToImport, ...],
    now: Instant,
) -> None:
    versions = {day.local_date: day.history.version if day.history else 1 for day in days}
    added = reflections_store.import_days(session, cipher, days, now=now)
    session.add_all(
        ImportedItem(import_id=import_id, item_id=row_id, kind="day", version=versions[date])
        for date, row_id in added.items()
    )
    row = session.get_one(Import, import_id, populate_existing=True)
    row.done, row.state = min(row.total, row.done + len(days)), State.RUNNING


def _import_settings(
    leader: Leader, import_id: UUID, whole: FullExport, *, now: Instant
) -> tuple[Leader, dict[str, str]]:
    """Bring in an export's own questions, and those that it was asked and hid.

    Settings are taken over where nothing is written yet. Return the leader as they are now, and
    what the ids of own questions have become.
    """
    is_new = not reflections_store.list_stored_dates(leader.id) and not monthly_store.list_reviews(
        leader.cipher
    )
    if whole.settings is not None and is_new:
        given = whole.settings
        leader = import_settings(
            leader,
            name=given.name,
            time_zone=given.time_zone,
            day_starts_at=given.day_starts_at,
            language=given.language,
            joined_on=given.joined_on,
            calendar=given.calendar,
            now=now,
        )
    hidden = whole.settings.hidden_questions if whole.settings and is_new else ()
    with write_transaction() as session:
        ids, new = questions_store.import_own_questions(
            session, leader.cipher, whole.questions, now=now
        )
        questions_store.import_served_questions(session, leader.id, whole.asked, ids, hidden)
        session.add_all(
            ImportedItem(import_id=import_id, item_id=question, kind="question", version=0)
            for question in new
        )
    return leader, ids


def _import_reviews(
    session: Session, cipher: Cipher, import_id: UUID, reviews: Sequence[ImportedReview]
) -> None:
    versions = {review.month.name: review.version for review in reviews}
    added = monthly_store.import_reviews(session, cipher, reviews)
    session.add_all(
        ImportedItem(import_id=import_id, item_id=row_id, kind="review", version=versions[month])
        for month, row_id in added.items()
    )


def _import_log(session: Session, cipher: Cipher, import_id: UUID, reading: FileContent) -> None:
    """Bring in the practice log and the team mirrors of one of our own exports."""
    session.add_all(
        ImportedItem(import_id=import_id, item_id=mirror_id, kind="team-mirror", version=0)
        for mirror_id in team_mirror_store.import_mirrors(session, cipher, reading.team_mirrors)
    )
    days = session.scalars(
        sa.select(ImportedItem.item_id).where(
            ImportedItem.import_id == import_id, ImportedItem.kind == "day"
        )
    )
    added = log_imports_store.import_entries(session, cipher, reading.log, new_days=set(days))
    session.add_all(
        ImportedItem(import_id=import_id, item_id=entry_id, kind="entry", version=version)
        for entry_id, version in added.items()
    )


def _count_others(reading: FileContent) -> int:
    return len(reading.reviews) + len(reading.log) + len(reading.team_mirrors)


def _count_created(import_id: UUID) -> tuple[int, int]:
    """Return how many days an import made, and how many other things, questions aside."""
    query = (
        sa.select(ImportedItem.kind, sa.func.count())
        .where(ImportedItem.import_id == import_id, ImportedItem.kind != "question")
        .group_by(ImportedItem.kind)
    )
    made = {kind: int(number) for kind, number in db.session.execute(query)}
    days = made.pop("day", 0)
    return days, sum(made.values())


def _finish(
    cipher: Cipher, import_id: UUID, state: State, document: dict[str, Any]
) -> ImportStatus:
    """Let an import be over, and its file gone."""
    with write_transaction() as session:
        row = session.get_one(Import, import_id, populate_existing=True)
        row.state, row.file_encrypted, row.done = state, None, row.total
        row.document = _encrypt(cipher, import_id, document)
    return _to_status(cipher, row)


def _make_reader(leader: Leader, now: Instant, choices: MoodChoices | None = None) -> FileReader:
    return FileReader(
        leader.time_zone, leader.day_starts_at, leader.today(now), choices or MoodChoices()
    )


def _summarize_failures(reading: FileContent) -> dict[str, Any]:
    return {
        "failed": len(reading.failures),
        "failures": [asdict(failure) for failure in reading.failures[:MOST_FAILURES]],
    }


def _get_row(session: Session, account: UUID, import_id: UUID) -> Import | None:
    query = sa.select(Import).where(Import.account_id == account, Import.id == import_id)
    return session.scalar(query.execution_options(populate_existing=True))


def _decrypt_file(cipher: Cipher, import_id: UUID) -> bytes:
    encrypted = db.session.scalar(sa.select(Import.file_encrypted).where(Import.id == import_id))
    if encrypted is None:
        raise UnreadableJournal("This file is gone. Choose it again.")
    return cipher.decrypt_bytes(encrypted, table="imports", column="file_encrypted", row=import_id)


def _encrypt(cipher: Cipher, import_id: UUID, document: dict[str, Any]) -> bytes:
    return cipher.encrypt_json(document, table="imports", column="document", row=import_id)


def _decrypt(cipher: Cipher, row: Import) -> dict[str, Any]:
    opened: dict[str, Any] = cipher.decrypt_json(
        row.document, table="imports", column="document", row=row.id
    )
    return opened


def _to_status(cipher: Cipher, row: Import) -> ImportStatus:
    document = _decrypt(cipher, row)
    document.pop("choices", None)
    failures = tuple(Failure(**failure) for failure in document.pop("failures", []))
    return ImportStatus(
        id=row.id,
        kind=row.kind,
        state=State(row.state),
        created_at=row.created_at,
        done=row.done,
        total=row.total,
        failures=failures,
        **document,
    )
