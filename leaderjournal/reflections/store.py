"""The SQL of reflections: a day is encrypted, versioned and written in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar.rules import is_written_in_time
from leaderjournal.kernel.database import db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.practice.rules import MirrorScore
from leaderjournal.reflections.models import AnswerFigures, Reflection, Revision
from leaderjournal.reflections.quotas import check_bytes, check_space, drop_oldest_versions
from leaderjournal.reflections.rules import (
    Answer,
    DayContent,
    Field,
    find_changed_fields,
    merge_content,
    update_write_times,
    with_score,
)
from leaderjournal.reflections.search.store import encrypt_searchable_text

commitments_removed = Signal("what days said comes next is gone, by itself or with its day")
"""Sent with the session of the transaction; `days` are (account, id) of the days."""

RESTORABLE_FOR = timedelta(days=30)
SCORES_LOOK_BACK = timedelta(days=120)
PAGE_SIZE = 200
MAX_INTEGER = 2**31 - 1
"""The largest that PostgreSQL's integer holds; it takes no larger one into a comparison."""


@dataclass(frozen=True, slots=True)
class StoredDay:
    """A day as it stands: its content, when it was first written and last saved, its version."""

    id: UUID
    local_date: LocalDate
    content: DayContent
    version: int
    time_zone: str
    written_at: Instant
    saved_at: Instant
    in_time: bool
    written: Mapping[Field, Instant]
    """When each field was written, as far as that is known."""
    answers_in_time: tuple[str, ...] = ()
    """The keys whose answers count for their streaks, where they were asked for."""

    @property
    def etag(self) -> str:
        """The version's name in ETag and If-Match (RFC 9110, 8.8.3), without quotes."""
        return f"{self.id.hex}-{self.version}"


@dataclass(frozen=True, slots=True)
class DayVersion:
    """A version of a day; `set_aside` where newer words of another device took its place."""

    version: int
    saved_at: Instant
    content: DayContent
    superseded: bool


@dataclass(frozen=True, slots=True)
class Writing:
    """When and where something is written: the instant, the zone, and when days start there."""

    written_at: Instant
    time_zone: str
    day_starts_at: time


class ChangedMeanwhile(Exception):
    """The day is not at the version that the writer had seen; `current` is what is stored."""

    def __init__(self, current: StoredDay | None) -> None:
        super().__init__("the day has been changed meanwhile")
        self.current = current


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What can be counted of a kept day without opening its words; by key: score, behaviour."""

    local_date: LocalDate
    words: int
    in_time: bool
    answers: dict[str, tuple[int | None, str | None]]


def get_day(cipher: Cipher, local_date: LocalDate) -> StoredDay | None:
    """Return a day, None where there is none or it is deleted."""
    row = _find_row(db.session, cipher.account, local_date)
    return _decrypt_day(cipher, row) if row and row.deleted_at is None else None


def get_deleted_etag(account: UUID, local_date: LocalDate) -> str | None:
    """Return the name of a deleted day's version; None where there is no day to restore."""
    row = _find_row(db.session, account, local_date)
    return f"{row.id.hex}-{row.version}" if row and row.deleted_at is not None else None


def save_day(
    cipher: Cipher,
    local_date: LocalDate,
    content: DayContent,
    *,
    writing: Writing,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
    change: UUID | None = None,
) -> tuple[StoredDay, bool]:
    """Write a day whole; return it and whether it is new.

    The version that stood before is kept. Writing again what stands there changes nothing, and so
    does a `change` that was written already. Raises ChangedMeanwhile where `expected` is not what
    is stored.
    """
    with write_transaction() as session:
        row, current = _lock_day(session, cipher, local_date, writing, now)
        if current is not None and _has_change(session, row, change):
            return current, False
        if not expected.is_met_by(current):
            raise ChangedMeanwhile(current)
        if current is not None and current.content == content:
            return current, False
        before, written = (current.content, current.written) if current else (DayContent(), {})
        changed = find_changed_fields(before, content)
        written = update_write_times(written, changed, writing.written_at)
        _keep_version(session, cipher, row)
        _replace_content(
            session, cipher, row, content, written, writing=writing, now=now, change=change
        )
        return _decrypt_day(cipher, row), current is None


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What came of a merge: the day, whether it is new, and the fields in which two texts met."""

    day: StoredDay
    created: bool
    conflicting: tuple[Field, ...] = ()


def merge_day(
    cipher: Cipher,
    local_date: LocalDate,
    content: DayContent,
    *,
    was: DayContent,
    writing: Writing,
    now: Instant,
    change: UUID | None = None,
) -> MergeResult:
    """Bring in a day that was written on top of `was`, whatever stands there by now.

    Where both sides changed the same field, the newer stands, and the other is a version. A deleted
    day counts as an empty one: what was newly written brings it back, and nothing else.
    """
    with write_transaction() as session:
        row, current = _lock_day(session, cipher, local_date, writing, now)
        if current is not None and _has_change(session, row, change):
            return MergeResult(current, created=False)
        both = merge_content(
            was,
            content,
            current.content if current else DayContent(),
            at=writing.written_at,
            written=current.written if current else {},
        )
        if current is not None and current.content == both.content and not both.incoming_lost:
            return MergeResult(current, created=False, conflicting=both.conflicting)
        _keep_version(session, cipher, row, superseded=both.stored_lost)
        if both.incoming_lost:
            row.version += 1
            _add_version(session, cipher, row, content.to_document(), saved_at=now, superseded=True)
        _replace_content(
            session,
            cipher,
            row,
            both.content,
            both.written,
            writing=writing,
            now=now,
            change=change,
        )
        return MergeResult(
            _decrypt_day(cipher, row), created=current is None, conflicting=both.conflicting
        )


def _lock_day(
    session: Session, cipher: Cipher, local_date: LocalDate, writing: Writing, now: Instant
) -> tuple[Reflection, StoredDay | None]:
    """Return the day's row, made where there is none, locked; and the day, if there is one."""
    created_row = _ensure_row(session, cipher.account, local_date, writing, now)
    row = session.scalars(
        sa.select(Reflection)
        .where(Reflection.account_id == cipher.account, Reflection.local_date == local_date)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return row, None if created_row or row.deleted_at else _decrypt_day(cipher, row)


def _has_change(session: Session, row: Reflection, change: UUID | None) -> bool:
    """Tell whether a change of a device is among the day's versions."""
    if change is None or row.change_id == change:
        return change is not None
    query = sa.select(Revision.id).where(
        Revision.reflection_id == row.id, Revision.change_id == change
    )
    return session.scalars(query).first() is not None


def _replace_content(
    session: Session,
    cipher: Cipher,
    row: Reflection,
    content: DayContent,
    written: Mapping[Field, Instant],
    *,
    writing: Writing,
    now: Instant,
    change: UUID | None,
) -> None:
    """Write the next version of a day over the one that stands."""
    if row.version == 0 or row.deleted_at or not row.completed:
        row.written_at, row.time_zone = writing.written_at, writing.time_zone
        row.in_time = _is_in_time(row.local_date, writing)
    row.version += 1
    row.saved_at = now
    row.deleted_at = None
    row.change_id = change
    drop_oldest_versions(session, row)
    _write(session, cipher, row, content, written, in_time=_is_in_time(row.local_date, writing))
    check_space(session, row)


def add_score(
    cipher: Cipher, local_date: LocalDate, scored: Answer, *, writing: Writing, now: Instant
) -> tuple[StoredDay, bool]:
    """Give one key of a day its score; return the day and whether it is new.

    Every other word stands as it is, and so does a score that the key has, whatever other devices
    write at the same moment.
    """
    while True:
        current = get_day(cipher, local_date)
        content = with_score(current.content if current else DayContent(), scored)
        seen = (
            Precondition(etags=frozenset({current.etag})) if current else Precondition(absent=True)
        )
        try:
            return save_day(cipher, local_date, content, writing=writing, now=now, expected=seen)
        except ChangedMeanwhile:
            db.session.rollback()


@dataclass(frozen=True, slots=True)
class DayHistory:
    """What an export says of a day beside its content, so that it can be told again as it was."""

    version: int
    saved_at: Instant
    in_time: bool
    answers_in_time: Collection[str]
    written: Mapping[Field, Instant]
    versions: Sequence[DayVersion]


@dataclass(frozen=True, slots=True)
class DayToImport:
    """A day of another journal, to be added; `history` where it comes from one of ours."""

    local_date: LocalDate
    content: DayContent
    writing: Writing
    history: DayHistory | None = None


def import_days(
    session: Session, cipher: Cipher, brought: Iterable[DayToImport], *, now: Instant
) -> dict[LocalDate, UUID]:
    """Add days inside the caller's transaction, leaving alone those that are there.

    Return the ids of the new ones by their local date.
    """
    added = {}
    for day in brought:
        if not _ensure_row(session, cipher.account, day.local_date, day.writing, now):
            continue
        row = _find_row(session, cipher.account, day.local_date)
        assert row is not None  # noqa: S101 - it was just made
        in_time = _is_in_time(day.local_date, day.writing)
        written = dict.fromkeys(
            find_changed_fields(DayContent(), day.content), day.writing.written_at
        )
        row.version = 1
        if day.history is not None:
            row.version, row.saved_at = day.history.version, day.history.saved_at
            in_time, written = day.history.in_time, dict(day.history.written)
        row.in_time = in_time
        _write(session, cipher, row, day.content, written, in_time=in_time)
        if day.history is not None:
            _import_history(session, cipher, row, day.history)
        added[day.local_date] = row.id
    return added


def _import_history(session: Session, cipher: Cipher, row: Reflection, history: DayHistory) -> None:
    """Write the earlier versions of a day that was brought in, and which answers were in time."""
    session.flush()
    session.execute(
        sa.update(AnswerFigures)
        .where(AnswerFigures.reflection_id == row.id)
        .values(in_time=AnswerFigures.key.in_(history.answers_in_time))
        .execution_options(synchronize_session=False)
    )
    for kept in history.versions:
        session.add(
            Revision(
                reflection_id=row.id,
                version=kept.version,
                saved_at=kept.saved_at,
                document=_encrypt_version(cipher, row.id, kept.version, kept.content.to_document()),
                superseded=kept.superseded,
            )
        )


def rewrite_texts(cipher: Cipher, change_text: Callable[[str], str], *, now: Instant) -> None:
    """Write every text anew as `change_text` has it: of every day, deleted ones and versions too.

    A day that changes gets a new version, and the one that stood before is not kept.
    """
    ids = list(
        db.session.scalars(sa.select(Reflection.id).where(Reflection.account_id == cipher.account))
    )
    for start in range(0, len(ids), PAGE_SIZE):
        of_page = Reflection.id.in_(ids[start : start + PAGE_SIZE])
        with write_transaction() as session:
            days = sa.select(Reflection).where(of_page).order_by(Reflection.id).with_for_update()
            for row in session.scalars(days.execution_options(populate_existing=True)):
                before = _decrypt_day(cipher, row)
                content = before.content.with_texts(change_text)
                if content == before.content:
                    continue
                row.version += 1
                row.saved_at = now
                _encrypt_content(cipher, row, content, before.written)
            session.flush()
            kept = sa.select(Revision).join(Reflection).where(of_page)
            for version in session.scalars(kept.execution_options(populate_existing=True)):
                content = _decrypt_version(cipher, version).content.with_texts(change_text)
                version.document = _encrypt_version(
                    cipher, version.reflection_id, version.version, content.to_document()
                )


def list_stored_dates(account: UUID) -> frozenset[LocalDate]:
    """Return the local dates that hold a day, one that can still be restored included."""
    query = sa.select(Reflection.local_date).where(Reflection.account_id == account)
    return frozenset(db.session.scalars(query))


def check_storage_quota(session: Session, account: UUID) -> None:
    """Raise QuotaReached (413) where the account has written as much as it may."""
    check_bytes(session, account)


def remove_imported_days(session: Session, days: Mapping[UUID, int]) -> int:
    """Remove days for good, inside the caller's transaction, where they are as they were brought.

    `days` holds the version at which each was brought, by its id. Return how many were removed;
    one that was written on since stays.
    """
    removed = [
        gone
        for row_id, version in days.items()
        for gone in session.execute(
            sa.delete(Reflection)
            .where(Reflection.id == row_id, Reflection.version == version)
            .returning(Reflection.account_id, Reflection.id)
        )
    ]
    commitments_removed.send(session, days=[(account, day_id) for account, day_id in removed])
    return len(removed)


def _write(
    session: Session,
    cipher: Cipher,
    row: Reflection,
    content: DayContent,
    written: Mapping[Field, Instant],
    *,
    in_time: bool,
) -> None:
    if row.has_commitment and not content.commitment.strip():
        commitments_removed.send(session, days=[(row.account_id, row.id)])
    _encrypt_content(cipher, row, content, written)
    _replace_figures(session, row.id, content, in_time=in_time)


def _encrypt_content(
    cipher: Cipher, row: Reflection, content: DayContent, written: Mapping[Field, Instant]
) -> None:
    times = {field: at.isoformat() for field, at in written.items()}
    row.document = cipher.encrypt_json(
        content.to_document() | {"written": times},
        table="reflections",
        column="document",
        row=row.id,
    )
    row.search_encrypted = encrypt_searchable_text(cipher, row.id, content)
    row.completed, row.words = content.completed, content.words
    row.has_commitment = bool(content.commitment.strip())


def delete_day(
    cipher: Cipher, local_date: LocalDate, *, now: Instant, expected: Precondition = NO_PRECONDITION
) -> bool:
    """Delete a day for now; it can be restored for 30 days. Tell whether there was one."""
    with write_transaction() as session:
        row = _find_row(session, cipher.account, local_date)
        current = _decrypt_day(cipher, row) if row and row.deleted_at is None else None
        if not expected.is_met_by(current):
            raise ChangedMeanwhile(current)
        if row is None or current is None:
            return False
        row.deleted_at = now
        return True


def restore_day(cipher: Cipher, local_date: LocalDate) -> StoredDay | None:
    """Restore a deleted day; None where there is none to restore."""
    with write_transaction() as session:
        row = _find_row(session, cipher.account, local_date)
        if row is None or row.deleted_at is None:
            return None
        row.deleted_at = None
        return _decrypt_day(cipher, row)


def list_versions(cipher: Cipher, local_date: LocalDate) -> list[DayVersion] | None:
    """Return every earlier version of a day, newest first; None where there is no such day."""
    row = _find_row(db.session, cipher.account, local_date)
    if row is None or row.deleted_at is not None:
        return None
    versions = db.session.scalars(
        sa.select(Revision)
        .where(Revision.reflection_id == row.id)
        .order_by(Revision.version.desc())
    )
    return [_decrypt_version(cipher, version) for version in versions]


def get_version(cipher: Cipher, local_date: LocalDate, number: int) -> DayVersion | None:
    """Return one earlier version of a day; None where there is none of this number."""
    if number > MAX_INTEGER:
        return None
    found = db.session.scalar(
        sa.select(Revision)
        .join(Reflection, Reflection.id == Revision.reflection_id)
        .where(
            Reflection.account_id == cipher.account,
            Reflection.local_date == local_date,
            Reflection.deleted_at.is_(None),
            Revision.version == number,
        )
    )
    return _decrypt_version(cipher, found) if found else None


def get_content_by_etag(cipher: Cipher, local_date: LocalDate, etag: str) -> DayContent:
    """Return what the day said at the version that `etag` names; nothing where that is unknown."""
    current = get_day(cipher, local_date)
    if current is None or not etag:
        return DayContent()
    if current.etag == etag:
        return current.content
    day_id, _, number = etag.rpartition("-")
    known = (
        day_id == current.id.hex
        and number.isdecimal()
        and len(number) < 10
        and int(number) < current.version
    )
    earlier = get_version(cipher, local_date, int(number)) if known else None
    return earlier.content if earlier else DayContent()


def restore_version(
    cipher: Cipher,
    local_date: LocalDate,
    number: int,
    *,
    writing: Writing,
    now: Instant,
    expected: Precondition = NO_PRECONDITION,
) -> StoredDay | None:
    """Let an earlier version of a day stand again; None where there is none of this number.

    Raises ChangedMeanwhile where `expected` is not what is stored.
    """
    earlier = get_version(cipher, local_date, number)
    if earlier is None:
        return None
    restored, _ = save_day(
        cipher, local_date, earlier.content, writing=writing, now=now, expected=expected
    )
    return restored


def was_superseded_since(account: UUID, local_date: LocalDate, since: Instant) -> bool:
    """Tell whether words of this day were set aside for newer ones at or after `since`."""
    query = (
        sa.select(Revision.id)
        .join(Reflection, Reflection.id == Revision.reflection_id)
        .where(
            Reflection.account_id == account,
            Reflection.local_date == local_date,
            Revision.superseded,
            Revision.saved_at >= since,
        )
    )
    return db.session.scalars(query.limit(1)).first() is not None


def _decrypt_version(cipher: Cipher, row: Revision) -> DayVersion:
    place = f"{row.reflection_id}/{row.version}"
    document = cipher.decrypt_json(row.document, table="revisions", column="document", row=place)
    return DayVersion(
        row.version, row.saved_at, DayContent.from_document(document), superseded=row.superseded
    )


def iter_days(
    cipher: Cipher,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
) -> Iterator[StoredDay]:
    """Yield the days from `first` to `last`, newest first.

    Rows are read page by page, so that a journal of many years is never held at once.
    """
    query = (
        sa.select(Reflection)
        .where(Reflection.account_id == cipher.account, Reflection.deleted_at.is_(None))
        .order_by(Reflection.local_date.desc())
    )
    if first is not None:
        query = query.where(Reflection.local_date >= first)
    while True:
        paged = query if last is None else query.where(Reflection.local_date <= last)
        rows = list(db.session.scalars(paged.limit(PAGE_SIZE)))
        for row in rows:
            yield _decrypt_day(cipher, row)
        if len(rows) < PAGE_SIZE:
            return
        last = LocalDate(rows[-1].local_date - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class WrittenCommitment:
    """A commitment that stands in a day's reflection; `id` is the day's."""

    id: UUID
    local_date: LocalDate
    text: str
    saved_at: Instant


def list_commitments(
    cipher: Cipher, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> list[WrittenCommitment]:
    """Return the commitments written from `first` to `last`, the latest first."""
    query = sa.select(Reflection).where(*_filter_commitments(cipher.account, first, last))
    query = query.order_by(Reflection.local_date.desc())
    return [_to_commitment(cipher, row) for row in db.session.scalars(query)]


def get_commitment(cipher: Cipher, day_id: UUID) -> WrittenCommitment | None:
    """Return the commitment of a day by the day's id, None where there is none."""
    query = sa.select(Reflection).where(
        *_filter_commitments(cipher.account), Reflection.id == day_id
    )
    row = db.session.scalar(query)
    return _to_commitment(cipher, row) if row else None


def list_commitment_days(
    account: UUID, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Sequence[tuple[UUID, LocalDate]]:
    """Return the id and date of each day from `first` to `last` that holds a commitment."""
    query = sa.select(Reflection.id, Reflection.local_date).where(
        *_filter_commitments(account, first, last)
    )
    return [(day_id, date) for day_id, date in db.session.connection().execute(query).all()]


def _filter_commitments(
    account: UUID, first: LocalDate | None = None, last: LocalDate | None = None
) -> list[sa.ColumnElement[bool]]:
    of_days = [
        Reflection.account_id == account,
        Reflection.deleted_at.is_(None),
        Reflection.has_commitment.is_(True),
    ]
    if first is not None:
        of_days.append(Reflection.local_date >= first)
    if last is not None:
        of_days.append(Reflection.local_date <= last)
    return of_days


def _to_commitment(cipher: Cipher, row: Reflection) -> WrittenCommitment:
    day = _decrypt_day(cipher, row)
    return WrittenCommitment(row.id, row.local_date, day.content.commitment.strip(), row.saved_at)


def iter_days_with_versions(cipher: Cipher) -> Iterator[tuple[StoredDay, list[DayVersion]]]:
    """Yield every day, newest first, with its earlier versions, newest first.

    They are read page by page, and the days say which of their answers were in time.
    """
    query = (
        sa.select(Reflection)
        .where(Reflection.account_id == cipher.account, Reflection.deleted_at.is_(None))
        .order_by(Reflection.local_date.desc())
        .limit(PAGE_SIZE)
    )
    before: LocalDate | None = None
    while True:
        paged = query if before is None else query.where(Reflection.local_date < before)
        rows = list(db.session.scalars(paged))
        ids = [row.id for row in rows]
        versions: defaultdict[UUID, list[DayVersion]] = defaultdict(list)
        for kept in db.session.scalars(
            sa.select(Revision)
            .where(Revision.reflection_id.in_(ids))
            .order_by(Revision.version.desc())
        ):
            versions[kept.reflection_id].append(_decrypt_version(cipher, kept))
        in_time: defaultdict[UUID, list[str]] = defaultdict(list)
        for row_id, key in db.session.execute(
            sa.select(AnswerFigures.reflection_id, AnswerFigures.key)
            .where(AnswerFigures.reflection_id.in_(ids), AnswerFigures.in_time)
            .order_by(AnswerFigures.key)
        ):
            in_time[row_id].append(key)
        for row in rows:
            stored = _decrypt_day(cipher, row)
            yield replace(stored, answers_in_time=tuple(in_time[row.id])), versions[row.id]
        if len(rows) < PAGE_SIZE:
            return
        before = rows[-1].local_date


def list_days_on(cipher: Cipher, dates: Collection[LocalDate]) -> list[StoredDay]:
    """Return the days there are on these local dates, newest first."""
    query = sa.select(Reflection).where(
        Reflection.account_id == cipher.account,
        Reflection.local_date.in_(dates),
        Reflection.deleted_at.is_(None),
    )
    rows = db.session.scalars(query.order_by(Reflection.local_date.desc()))
    return [_decrypt_day(cipher, row) for row in rows]


def list_scores_before(account: UUID, local_date: LocalDate) -> list[MirrorScore]:
    """Return the mirror scores of the four months before a local date."""
    return list_scores_by_account([account], local_date)[account]


def list_scores_by_account(
    accounts: Collection[UUID], local_date: LocalDate
) -> dict[UUID, list[MirrorScore]]:
    """Return, for each of these accounts, the mirror scores of the four months before a date."""
    rows = db.session.connection().execute(
        sa.select(
            Reflection.account_id,
            AnswerFigures.key,
            AnswerFigures.behaviour,
            AnswerFigures.score,
            Reflection.local_date,
        )
        .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
        .where(
            Reflection.account_id.in_(accounts),
            Reflection.deleted_at.is_(None),
            Reflection.local_date < local_date,
            Reflection.local_date >= local_date - SCORES_LOOK_BACK,
            AnswerFigures.score.is_not(None),
        )
    )
    scores: dict[UUID, list[MirrorScore]] = {account: [] for account in accounts}
    for account, key, behaviour, score, day in rows:
        if score is not None:
            scores[account].append(MirrorScore(key, behaviour, score, day))
    return scores


def get_last_written(account: UUID) -> tuple[Instant, str] | None:
    """Return when the leader's last kept day was first written, and in which IANA zone."""
    row = db.session.execute(
        sa.select(Reflection.written_at, Reflection.time_zone)
        .where(
            Reflection.account_id == account, Reflection.deleted_at.is_(None), Reflection.completed
        )
        .order_by(Reflection.written_at.desc())
        .limit(1)
    ).one_or_none()
    return (row.written_at, row.time_zone) if row else None


def find_completed_days(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> set[tuple[UUID, LocalDate]]:
    """Return which of these accounts have kept which of these local days."""
    rows = session.execute(
        sa.select(Reflection.account_id, Reflection.local_date).where(
            Reflection.account_id.in_(accounts),
            Reflection.local_date.in_(days),
            Reflection.deleted_at.is_(None),
            Reflection.completed,
        )
    )
    return {(account, day) for account, day in rows}


def count_completed_days(
    accounts: Collection[UUID], first: LocalDate, last: LocalDate
) -> dict[UUID, int]:
    """Return how many days of `first` to `last` these accounts kept, where they kept any."""
    rows = db.session.execute(
        sa.select(Reflection.account_id, sa.func.count().label("kept_days"))
        .where(
            Reflection.account_id.in_(accounts),
            Reflection.deleted_at.is_(None),
            Reflection.completed,
            Reflection.local_date.between(first, last),
        )
        .group_by(Reflection.account_id)
    )
    return {row.account_id: row.kept_days for row in rows}


def list_completed_days(account: UUID) -> list[tuple[LocalDate, bool]]:
    """Return the local dates of every day kept, and whether each was written in time."""
    query = sa.select(Reflection.local_date, Reflection.in_time).where(
        Reflection.account_id == account, Reflection.deleted_at.is_(None), Reflection.completed
    )
    return [(day, in_time) for day, in_time in db.session.execute(query)]


def list_answered_days_by_key(account: UUID) -> list[tuple[str, LocalDate]]:
    """Return (key, local date) of every answer written in time."""
    query = (
        sa.select(AnswerFigures.key, Reflection.local_date)
        .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
        .where(
            Reflection.account_id == account,
            Reflection.deleted_at.is_(None),
            AnswerFigures.answered,
            AnswerFigures.in_time,
        )
    )
    return [(key, day) for key, day in db.session.execute(query)]


def list_day_figures(account: UUID, *, first: LocalDate, last: LocalDate) -> list[DayFigures]:
    """Return what can be counted of the kept days from `first` to `last`, in order."""
    kept = (
        Reflection.account_id == account,
        Reflection.deleted_at.is_(None),
        Reflection.completed,
        Reflection.local_date.between(first, last),
    )
    by_day: dict[LocalDate, DayFigures] = {
        row.local_date: DayFigures(row.local_date, row.words, row.in_time, {})
        for row in db.session.execute(
            sa.select(
                Reflection.local_date,
                Reflection.words,
                Reflection.in_time,
            )
            .where(*kept)
            .order_by(Reflection.local_date)
        )
    }
    answers = (
        sa.select(
            Reflection.local_date,
            AnswerFigures.key,
            AnswerFigures.score,
            AnswerFigures.behaviour,
        )
        .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
        .where(*kept, AnswerFigures.answered)
    )
    for day, key, score, behaviour in db.session.connection().execute(answers).all():
        by_day[day].answers[key] = (score, behaviour)
    return list(by_day.values())


def list_days_in_time(account: UUID, *, before: LocalDate) -> Sequence[LocalDate]:
    """Return the local dates before another that were kept in time."""
    query = sa.select(Reflection.local_date).where(
        Reflection.account_id == account,
        Reflection.deleted_at.is_(None),
        Reflection.completed,
        Reflection.in_time,
        Reflection.local_date < before,
    )
    return db.session.connection().scalars(query).all()


def purge_deleted_days(*, now: Instant) -> int:
    """Forget the days that were deleted more than 30 days ago; return how many."""
    with write_transaction() as session:
        long_ago = Reflection.deleted_at < now - RESTORABLE_FOR
        purge = sa.delete(Reflection).where(long_ago)
        days = session.execute(purge.returning(Reflection.account_id, Reflection.id))
        gone = [(account, day_id) for account, day_id in days]
        commitments_removed.send(session, days=gone)
        return len(gone)


def _find_row(session: Session, account: UUID, local_date: LocalDate) -> Reflection | None:
    query = sa.select(Reflection).where(
        Reflection.account_id == account, Reflection.local_date == local_date
    )
    return session.scalar(query.execution_options(populate_existing=True))


def _ensure_row(
    session: Session, account: UUID, local_date: LocalDate, writing: Writing, now: Instant
) -> bool:
    """Make the day's row where there is none; tell whether it was made here."""
    made = session.execute(
        upsert(session, Reflection)
        .values(
            id=new_id(),
            account_id=account,
            local_date=local_date,
            time_zone=writing.time_zone,
            written_at=writing.written_at,
            saved_at=now,
            in_time=False,
            version=0,
            document=b"",
            completed=False,
            words=0,
            has_commitment=False,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "local_date"])
        .returning(Reflection.id)
    )
    return made.first() is not None


def _keep_version(
    session: Session, cipher: Cipher, row: Reflection, *, superseded: bool = False
) -> None:
    if not row.version:
        return
    document = cipher.decrypt_json(row.document, table="reflections", column="document", row=row.id)
    _add_version(
        session,
        cipher,
        row,
        document,
        saved_at=row.saved_at,
        superseded=superseded,
        change=row.change_id,
    )


def _encrypt_version(cipher: Cipher, day_id: UUID, version: int, document: Any) -> bytes:
    place = f"{day_id}/{version}"
    return cipher.encrypt_json(document, table="revisions", column="document", row=place)


def _add_version(
    session: Session,
    cipher: Cipher,
    row: Reflection,
    document: dict[str, Any],
    *,
    saved_at: Instant,
    superseded: bool,
    change: UUID | None = None,
) -> None:
    session.add(
        Revision(
            reflection_id=row.id,
            version=row.version,
            saved_at=saved_at,
            document=_encrypt_version(cipher, row.id, row.version, document),
            change_id=change,
            superseded=superseded,
        )
    )


def _replace_figures(
    session: Session, reflection_id: UUID, content: DayContent, *, in_time: bool
) -> None:
    """Write the figures anew; an answer that stood there in time stays in time."""
    of_day = AnswerFigures.reflection_id == reflection_id
    kept_in_time = set(
        session.scalars(
            sa.select(AnswerFigures.key).where(
                of_day, AnswerFigures.answered, AnswerFigures.in_time
            )
        )
    )
    session.execute(sa.delete(AnswerFigures).where(of_day))
    session.add_all(
        AnswerFigures(
            reflection_id=reflection_id,
            key=answer.key,
            behaviour=answer.behaviour,
            question=answer.question,
            score=answer.score,
            answered=answer.is_answered,
            in_time=in_time or answer.key in kept_in_time,
        )
        for answer in content.answers
    )


def _is_in_time(local_date: LocalDate, writing: Writing) -> bool:
    return is_written_in_time(
        local_date,
        written_at=writing.written_at,
        zone=writing.time_zone,
        day_starts_at=writing.day_starts_at,
    )


def _decrypt_day(cipher: Cipher, row: Reflection) -> StoredDay:
    document = cipher.decrypt_json(row.document, table="reflections", column="document", row=row.id)
    return StoredDay(
        id=row.id,
        local_date=row.local_date,
        content=DayContent.from_document(document),
        version=row.version,
        time_zone=row.time_zone,
        written_at=row.written_at,
        saved_at=row.saved_at,
        in_time=row.in_time,
        written={
            field: Instant(datetime.fromisoformat(at))
            for field, at in document.get("written", {}).items()
        },
    )
