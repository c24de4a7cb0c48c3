"""The SQL of imports: an encrypted file, and how far its import is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.models import Import
from leaderjournal.portability.imports.quotas import make_room
from leaderjournal.portability.imports.rules import Failure
from leaderjournal.reflections.imports import store as day_imports_store

LONGEST_NAME = 255
"""Letters of a file's name that are kept; the last ones, which hold its date and ending."""


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

    `days` counts the days in the file, `there` those that the journal has already, `others` its
    reviews, log entries and team mirrors. `created` days are new, `joined` ones got something new,
    `restored` ones came back from the trash, and `skipped` ones hold nothing new; before the import
    `joined` and `restored` say what would be. `others_created` counts the others that are new,
    `kept` the days that an undo left since they were edited.
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
    left_behind: Mapping[str, int] = field(default_factory=dict)
    moods: Mapping[str, int] | None = None
    created: int = 0
    joined: int = 0
    restored: int = 0
    others_created: int = 0
    skipped: int = 0
    failures: tuple[Failure, ...] = ()
    failed: int = 0
    kept: int = 0
    why: str = ""

    @property
    def photos(self) -> int:
        """How many photos, videos, sounds and files of the other journal are not imported."""
        return sum(self.left_behind.values())

    @property
    def is_running(self) -> bool:
        """Whether the file is being read or imported, or waits for the worker."""
        return self.state in (State.READING, State.WAITING, State.RUNNING)

    @property
    def has_content(self) -> bool:
        """Whether anything in the file can be imported."""
        return bool(self.days or self.others)

    @property
    def has_created(self) -> bool:
        """Whether anything new came of the import."""
        return bool(self.changed_days or self.others_created)

    @property
    def changed_days(self) -> int:
        """How many days the import created, joined something to, or restored."""
        return self.created + self.joined + self.restored

    @property
    def known_days(self) -> int:
        """How many days of the file the journal has already, with all that is in the file."""
        return self.there - self.joined - self.restored

    @property
    def new_days(self) -> int:
        """How many days of the file the journal does not have yet."""
        return self.days - self.there

    @property
    def undone_days(self) -> int:
        """How many days an undo has removed."""
        return self.changed_days - self.kept

    @property
    def unlisted_failures(self) -> int:
        """How many failures are counted and not listed."""
        return self.failed - len(self.failures)


def create_import(leader: Leader, content: bytes, name: str, *, now: Instant) -> UUID:
    """Store a file called `name` for import and return the import's id. Raises QuotaReached."""
    import_id = new_id()
    row = Import(
        id=import_id,
        account_id=leader.id,
        kind="",
        state=State.READING,
        created_at=now,
        done=0,
        total=0,
        document=encrypt_details(leader.cipher, import_id, {"name": name[-LONGEST_NAME:]}),
        file_encrypted=leader.cipher.encrypt_bytes(
            content, table="imports", column="file_encrypted", row=import_id
        ),
    )
    with write_transaction() as session:
        lock_account(session, leader.id)
        day_imports_store.check_storage_quota(session, leader.id)
        make_room(session, leader.id, len(content), now=now)
        session.add(row)
    return import_id


def discard_import(leader: Leader, import_id: UUID) -> bool:
    """Delete an import that is only previewed, with its file; tell whether there was one."""
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
    """Return one of the leader's imports; None where there is none."""
    row = get_row(db.session, leader.id, import_id)
    return to_status(leader.cipher, row) if row else None


def list_imports(leader: Leader) -> list[ImportStatus]:
    """Return the leader's finished imports, the latest first."""
    rows = db.session.scalars(
        sa.select(Import)
        .where(Import.account_id == leader.id, Import.state.in_((State.DONE, State.UNDONE)))
        .order_by(Import.id.desc())
    )
    return [to_status(leader.cipher, row) for row in rows]


def list_interrupted(*, before: Instant) -> list[tuple[UUID, UUID]]:
    """Return the account and id of each confirmed import older than an instant and not done."""
    query = sa.select(Import.account_id, Import.id).where(
        Import.created_at < before, Import.state.in_((State.WAITING, State.RUNNING))
    )
    return [(account, import_id) for account, import_id in db.session.execute(query)]


def delete_unused(*, before: Instant) -> int:
    """Delete the imports created before an instant and never confirmed; return how many."""
    with write_transaction() as session:
        return count_changed_rows(
            session,
            sa.delete(Import).where(
                Import.created_at < before,
                Import.state.in_((State.READING, State.PREVIEW, State.REFUSED)),
            ),
        )


def get_row(session: Session, account: UUID, import_id: UUID) -> Import | None:
    query = sa.select(Import).where(Import.account_id == account, Import.id == import_id)
    return session.scalar(query.execution_options(populate_existing=True))


def decrypt_file(cipher: Cipher, import_id: UUID) -> tuple[bytes, str]:
    """Return an import's file and its name. Raises UnreadableJournal where the file is deleted."""
    row = db.session.get(Import, import_id, options=[undefer(Import.file_encrypted)])
    if row is None or row.file_encrypted is None:
        raise UnreadableJournal("This file is gone. Choose it again.")
    content = cipher.decrypt_bytes(
        row.file_encrypted, table="imports", column="file_encrypted", row=import_id
    )
    return content, decrypt_details(cipher, row).get("name", "")


def encrypt_details(cipher: Cipher, import_id: UUID, document: dict[str, Any]) -> bytes:
    return cipher.encrypt_json(document, table="imports", column="document", row=import_id)


def decrypt_details(cipher: Cipher, row: Import) -> dict[str, Any]:
    details: dict[str, Any] = cipher.decrypt_json(
        row.document, table="imports", column="document", row=row.id
    )
    return details


def to_status(cipher: Cipher, row: Import) -> ImportStatus:
    document = decrypt_details(cipher, row)
    for unseen in ("choices", "name"):
        document.pop(unseen, None)
    if photos := document.pop("photos", 0):  # as imports were recorded before 1.6
        document["left_behind"] = {"photos": photos}
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


def finish(cipher: Cipher, import_id: UUID, state: State, document: dict[str, Any]) -> ImportStatus:
    """Finish an import and delete its file."""
    with write_transaction() as session:
        row = session.get_one(Import, import_id, populate_existing=True)
        row.state, row.file_encrypted, row.done = state, None, row.total
        row.document = encrypt_details(cipher, import_id, document)
    return to_status(cipher, row)
