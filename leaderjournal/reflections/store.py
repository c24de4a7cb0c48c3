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
from leaderjournal.practice.rules import Scored
from leaderjournal.reflections.models import AnswerFigures, Reflection, Revision
from leaderjournal.reflections.quotas import check_bytes, check_space, drop_oldest_versions
from leaderjournal.reflections.rules import (
    Answer,
    DayContent,
    Field,
    changed_fields,
    merged,
    with_score,
    written_on_top,
)
from leaderjournal.reflections.search.store import searchable_day

commitments_gone = Signal("what days said comes next is gone, by itself or with its day")
"""Sent with the session of the transaction; `days` are (account, id) of the days."""

RESTORABLE_FOR = timedelta(days=30)
SCORES_LOOK_BACK = timedelta(days=120)
PAGE = 200
LARGEST_NUMBER = 2**31 - 1
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
    set_aside: bool


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


def day(cipher: Cipher, local_date: LocalDate) -> StoredDay | None:
    """Return a day, None where there is none or it is deleted."""
    row = _row(db.session, cipher.account, local_date)
    return _stored(cipher, row) if row and row.deleted_at is None else None


def deleted_etag(account: UUID, local_date: LocalDate) -> str | None:
    """Return the name of a deleted day's version; None where there is no day to restore."""
    row = _row(db.session, account, local_date)
    return f"{row.id.hex}-{row.version}" if row and row.deleted_at is not None else None


def put(
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
        row, current = _locked(session, cipher, local_date, writing, now)
        if current is not None and _has_change(session, row, change):
            return current, False
        if not expected.is_met_by(current):
            raise ChangedMeanwhile(current)
        if current is not None and current.content == content:
            return current, False
        before, written = (current.content, current.written) if current else (DayContent(), {})
        changed = changed_fields(before, content)
        written = written_on_top(written, changed, writing.written_at)
        _keep_version(session, cipher, row)
        _replace(session, cipher, row, content, written, writing=writing, now=now, change=change)
        return _stored(cipher, row), current is None


@dataclass(frozen=True, slots=True)
class Merging:
    """What came of a merge: the day, whether it is new, and the fields in which two texts met."""

    day: StoredDay
    created: bool
    met: tuple[Field, ...] = ()


def merge(
    cipher: Cipher,
    local_date: LocalDate,
    content: DayContent,
    *,
    was: DayContent,
    writing: Writing,
    now: Instant,
    change: UUID | None = None,
) -> Merging:
    """Bring in a day that was written on top of `was`, whatever stands there by now.

    Where both sides changed the same field, the newer stands, and the other is a version. A deleted
    day counts as an empty one: what was newly written brings it back, and nothing else.
    """
    with write_transaction() as session:
        row, current = _locked(session, cipher, local_date, writing, now)
        if current is not None and _has_change(session, row, change):
            return Merging(current, created=False)
        both = merged(
            was,
            content,
            current.content if current else DayContent(),
            at=writing.written_at,
            written=current.written if current else {},
        )
        if current is not None and current.content == both.content and not both.lost_here:
            return Merging(current, created=False, met=both.met)
        _keep_version(session, cipher, row, set_aside=both.lost_there)
        if both.lost_here:
            row.version += 1
            _add_version(session, cipher, row, content.as_document(), saved_at=now, set_aside=True)
        _replace(
            session,
            cipher,
            row,
            both.content,
            both.written,
            writing=writing,
            now=now,
            change=change,
        )
        return Merging(_stored(cipher, row), created=current is None, met=both.met)


def _locked(
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
    return row, None if created_row or row.deleted_at else _stored(cipher, row)


def _has_change(session: Session, row: Reflection, change: UUID | None) -> bool:
    """Tell whether a change of a device is among the day's versions."""
    if change is None or row.change_id == change:
        return change is not None
    query = sa.select(Revision.id).where(
        Revision.reflection_id == row.id, Revision.change_id == change
    )
    return session.scalars(query).first() is not None


def _replace(
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
    if row.version == 0 or row.deleted_at or not row.kept:
        row.written_at, row.time_zone = writing.written_at, writing.time_zone
        row.in_time = _in_time(row.local_date, writing)
    row.version += 1
    row.saved_at = now
    row.deleted_at = None
    row.change_id = change
    drop_oldest_versions(session, row)
    _write(session, cipher, row, content, written, in_time=_in_time(row.local_date, writing))
    check_space(session, row)


def add_score(
    cipher: Cipher, local_date: LocalDate, scored: Answer, *, writing: Writing, now: Instant
) -> tuple[StoredDay, bool]:
    """Give one key of a day its score; return the day and whether it is new.

    Every other word stands as it is, and so does a score that the key has, whatever other devices
    write at the same moment.
    """
    while True:
        current = day(cipher, local_date)
        content = with_score(current.content if current else DayContent(), scored)
        seen = (
            Precondition(etags=frozenset({current.etag})) if current else Precondition(absent=True)
        )
        try:
            return put(cipher, local_date, content, writing=writing, now=now, expected=seen)
        except ChangedMeanwhile:
            db.session.rollback()


@dataclass(frozen=True, slots=True)
class History:
    """What an export says of a day beside its content, so that it can be told again as it was."""

    version: int
    saved_at: Instant
    in_time: bool
    answers_in_time: Collection[str]
    written: Mapping[Field, Instant]
    versions: Sequence[DayVersion]


@dataclass(frozen=True, slots=True)
class BroughtDay:
    """A day of another journal, to be added; `history` where it comes from one of ours."""

    local_date: LocalDate
    content: DayContent
    writing: Writing
    history: History | None = None


def add_days(
    session: Session, cipher: Cipher, brought: Iterable[BroughtDay], *, now: Instant
) -> dict[LocalDate, UUID]:
    """Add days inside the caller's transaction, leaving alone those that are there.

    Return the ids of the new ones by their local date.
    """
    added = {}
    for day in brought:
        if not _ensure_row(session, cipher.account, day.local_date, day.writing, now):
            continue
        row = _row(session, cipher.account, day.local_date)
        assert row is not None  # noqa: S101 - it was just made
        in_time = _in_time(day.local_date, day.writing)
        written = dict.fromkeys(changed_fields(DayContent(), day.content), day.writing.written_at)
        row.version = 1
        if day.history is not None:
            row.version, row.saved_at = day.history.version, day.history.saved_at
            in_time, written = day.history.in_time, dict(day.history.written)
        row.in_time = in_time
        _write(session, cipher, row, day.content, written, in_time=in_time)
        if day.history is not None:
            _tell_again(session, cipher, row, day.history)
        added[day.local_date] = row.id
    return added


def _tell_again(session: Session, cipher: Cipher, row: Reflection, history: History) -> None:
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
                document=_encrypt_version(cipher, row.id, kept.version, kept.content.as_document()),
                set_aside=kept.set_aside,
            )
        )


def rewrite(cipher: Cipher, change_text: Callable[[str], str], *, now: Instant) -> None:
    """Write every text anew as `change_text` has it: of every day, deleted ones and versions too.

    A day that changes gets a new version, and the one that stood before is not kept.
    """
    ids = list(
        db.session.scalars(sa.select(Reflection.id).where(Reflection.account_id == cipher.account))
    )
    for start in range(0, len(ids), PAGE):
        of_page = Reflection.id.in_(ids[start : start + PAGE])
        with write_transaction() as session:
            days = sa.select(Reflection).where(of_page).order_by(Reflection.id).with_for_update()
            for row in session.scalars(days.execution_options(populate_existing=True)):
                before = _stored(cipher, row)
                content = before.content.with_texts(change_text)
                if content == before.content:
                    continue
                row.version += 1
                row.saved_at = now
                _encrypt_content(cipher, row, content, before.written)
            session.flush()
            kept = sa.select(Revision).join(Reflection).where(of_page)
            for version in session.scalars(kept.execution_options(populate_existing=True)):
                content = _version(cipher, version).content.with_texts(change_text)
                version.document = _encrypt_version(
                    cipher, version.reflection_id, version.version, content.as_document()
                )


def days_there(account: UUID) -> frozenset[LocalDate]:
    """Return the local dates that hold a day, one that can still be restored included."""
    query = sa.select(Reflection.local_date).where(Reflection.account_id == account)
    return frozenset(db.session.scalars(query))


def check_room(session: Session, account: UUID) -> None:
    """Raise QuotaReached (413) where the account has written as much as it may."""
    check_bytes(session, account)


def take_back(session: Session, days: Mapping[UUID, int]) -> int:
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
    commitments_gone.send(session, days=[(account, day_id) for account, day_id in removed])
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
        commitments_gone.send(session, days=[(row.account_id, row.id)])
    _encrypt_content(cipher, row, content, written)
    _replace_figures(session, row.id, content, in_time=in_time)


def _encrypt_content(
    cipher: Cipher, row: Reflection, content: DayContent, written: Mapping[Field, Instant]
) -> None:
    times = {field: at.isoformat() for field, at in written.items()}
    row.document = cipher.encrypt_json(
        content.as_document() | {"written": times},
        table="reflections",
        column="document",
        row=row.id,
    )
    row.search_encrypted = searchable_day(cipher, row.id, content)
    row.kept, row.words = content.kept, content.words
    row.has_commitment = bool(content.commitment.strip())


def delete(
    cipher: Cipher, local_date: LocalDate, *, now: Instant, expected: Precondition = NO_PRECONDITION
) -> bool:
    """Delete a day for now; it can be restored for 30 days. Tell whether there was one."""
    with write_transaction() as session:
        row = _row(session, cipher.account, local_date)
        current = _stored(cipher, row) if row and row.deleted_at is None else None
        if not expected.is_met_by(current):
            raise ChangedMeanwhile(current)
        if row is None or current is None:
            return False
        row.deleted_at = now
        return True


def restore(cipher: Cipher, local_date: LocalDate) -> StoredDay | None:
    """Restore a deleted day; None where there is none to restore."""
    with write_transaction() as session:
        row = _row(session, cipher.account, local_date)
        if row is None or row.deleted_at is None:
            return None
        row.deleted_at = None
        return _stored(cipher, row)


def revisions(cipher: Cipher, local_date: LocalDate) -> list[DayVersion] | None:
    """Return every earlier version of a day, newest first; None where there is no such day."""
    row = _row(db.session, cipher.account, local_date)
    if row is None or row.deleted_at is not None:
        return None
    versions = db.session.scalars(
        sa.select(Revision)
        .where(Revision.reflection_id == row.id)
        .order_by(Revision.version.desc())
    )
    return [_version(cipher, version) for version in versions]


def version(cipher: Cipher, local_date: LocalDate, number: int) -> DayVersion | None:
    """Return one earlier version of a day; None where there is none of this number."""
    if number > LARGEST_NUMBER:
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
    return _version(cipher, found) if found else None


def content_of(cipher: Cipher, local_date: LocalDate, etag: str) -> DayContent:
    """Return what the day said at the version that `etag` names; nothing where that is unknown."""
    current = day(cipher, local_date)
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
    earlier = version(cipher, local_date, int(number)) if known else None
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
    earlier = version(cipher, local_date, number)
    if earlier is None:
        return None
    restored, _ = put(
        cipher, local_date, earlier.content, writing=writing, now=now, expected=expected
    )
    return restored


def was_set_aside_since(account: UUID, local_date: LocalDate, since: Instant) -> bool:
    """Tell whether words of this day were set aside for newer ones at or after `since`."""
    query = (
        sa.select(Revision.id)
        .join(Reflection, Reflection.id == Revision.reflection_id)
        .where(
            Reflection.account_id == account,
            Reflection.local_date == local_date,
            Revision.set_aside,
            Revision.saved_at >= since,
        )
    )
    return db.session.scalars(query.limit(1)).first() is not None


def _version(cipher: Cipher, row: Revision) -> DayVersion:
    place = f"{row.reflection_id}/{row.version}"
    document = cipher.decrypt_json(row.document, table="revisions", column="document", row=place)
    return DayVersion(
        row.version, row.saved_at, DayContent.from_document(document), set_aside=row.set_aside
    )


def days(
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
        rows = list(db.session.scalars(paged.limit(PAGE)))
        for row in rows:
            yield _stored(cipher, row)
        if len(rows) < PAGE:
            return
        last = LocalDate(rows[-1].local_date - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class WrittenCommitment:
    """A commitment that stands in a day's reflection; `id` is the day's."""

    id: UUID
    local_date: LocalDate
    text: str
    saved_at: Instant


def commitments(
    cipher: Cipher, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> list[WrittenCommitment]:
    """Return the commitments written from `first` to `last`, the latest first."""
    query = sa.select(Reflection).where(*_with_commitment(cipher.account, first, last))
    query = query.order_by(Reflection.local_date.desc())
    return [_commitment(cipher, row) for row in db.session.scalars(query)]


def commitment(cipher: Cipher, day_id: UUID) -> WrittenCommitment | None:
    """Return the commitment of a day by the day's id, None where there is none."""
    query = sa.select(Reflection).where(*_with_commitment(cipher.account), Reflection.id == day_id)
    row = db.session.scalar(query)
    return _commitment(cipher, row) if row else None


def commitment_days(
    account: UUID, *, first: LocalDate | None = None, last: LocalDate | None = None
) -> Sequence[tuple[UUID, LocalDate]]:
    """Return the id and date of each day from `first` to `last` that holds a commitment."""
    query = sa.select(Reflection.id, Reflection.local_date).where(
        *_with_commitment(account, first, last)
    )
    return [(day_id, date) for day_id, date in db.session.connection().execute(query).all()]


def _with_commitment(
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


def _commitment(cipher: Cipher, row: Reflection) -> WrittenCommitment:
    day = _stored(cipher, row)
    return WrittenCommitment(row.id, row.local_date, day.content.commitment.strip(), row.saved_at)


def days_with_versions(cipher: Cipher) -> Iterator[tuple[StoredDay, list[DayVersion]]]:
    """Yield every day, newest first, with its earlier versions, newest first.

    They are read page by page, and the days say which of their answers were in time.
    """
    query = (
        sa.select(Reflection)
        .where(Reflection.account_id == cipher.account, Reflection.deleted_at.is_(None))
        .order_by(Reflection.local_date.desc())
        .limit(PAGE)
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
            versions[kept.reflection_id].append(_version(cipher, kept))
        in_time: defaultdict[UUID, list[str]] = defaultdict(list)
        for row_id, key in db.session.execute(
            sa.select(AnswerFigures.reflection_id, AnswerFigures.key)
            .where(AnswerFigures.reflection_id.in_(ids), AnswerFigures.in_time)
            .order_by(AnswerFigures.key)
        ):
            in_time[row_id].append(key)
        for row in rows:
            stored = _stored(cipher, row)
            yield replace(stored, answers_in_time=tuple(in_time[row.id])), versions[row.id]
        if len(rows) < PAGE:
            return
        before = rows[-1].local_date


def days_on(cipher: Cipher, dates: Collection[LocalDate]) -> list[StoredDay]:
    """Return the days there are on these local dates, newest first."""
    query = sa.select(Reflection).where(
        Reflection.account_id == cipher.account,
        Reflection.local_date.in_(dates),
        Reflection.deleted_at.is_(None),
    )
    rows = db.session.scalars(query.order_by(Reflection.local_date.desc()))
    return [_stored(cipher, row) for row in rows]


def scores_before(account: UUID, local_date: LocalDate) -> list[Scored]:
    """Return the mirror scores of the four months before a local date."""
    return scores_before_among([account], local_date)[account]


def scores_before_among(
    accounts: Collection[UUID], local_date: LocalDate
) -> dict[UUID, list[Scored]]:
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
    scores: dict[UUID, list[Scored]] = {account: [] for account in accounts}
    for account, key, behaviour, score, day in rows:
        if score is not None:
            scores[account].append(Scored(key, behaviour, score, day))
    return scores


def last_written(account: UUID) -> tuple[Instant, str] | None:
    """Return when the leader's last kept day was first written, and in which IANA zone."""
    row = db.session.execute(
        sa.select(Reflection.written_at, Reflection.time_zone)
        .where(Reflection.account_id == account, Reflection.deleted_at.is_(None), Reflection.kept)
        .order_by(Reflection.written_at.desc())
        .limit(1)
    ).one_or_none()
    return (row.written_at, row.time_zone) if row else None


def kept_among(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> set[tuple[UUID, LocalDate]]:
    """Return which of these accounts have kept which of these local days."""
    rows = session.execute(
        sa.select(Reflection.account_id, Reflection.local_date).where(
            Reflection.account_id.in_(accounts),
            Reflection.local_date.in_(days),
            Reflection.deleted_at.is_(None),
            Reflection.kept,
        )
    )
    return {(account, day) for account, day in rows}


def kept_counts(accounts: Collection[UUID], first: LocalDate, last: LocalDate) -> dict[UUID, int]:
    """Return how many days of `first` to `last` these accounts kept, where they kept any."""
    rows = db.session.execute(
        sa.select(Reflection.account_id, sa.func.count().label("kept_days"))
        .where(
            Reflection.account_id.in_(accounts),
            Reflection.deleted_at.is_(None),
            Reflection.kept,
            Reflection.local_date.between(first, last),
        )
        .group_by(Reflection.account_id)
    )
    return {row.account_id: row.kept_days for row in rows}


def kept_days(account: UUID) -> list[tuple[LocalDate, bool]]:
    """Return the local dates of every day kept, and whether each was written in time."""
    query = sa.select(Reflection.local_date, Reflection.in_time).where(
        Reflection.account_id == account, Reflection.deleted_at.is_(None), Reflection.kept
    )
    return [(day, in_time) for day, in_time in db.session.execute(query)]


def kept_days_by_key(account: UUID) -> list[tuple[str, LocalDate]]:
    """Return (key, local date) of every answer written in time."""
    query = (
        sa.select(AnswerFigures.key, Reflection.local_date)
        .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
        .where(
            Reflection.account_id == account,
            Reflection.deleted_at.is_(None),
            AnswerFigures.kept,
            AnswerFigures.in_time,
        )
    )
    return [(key, day) for key, day in db.session.execute(query)]


def figures(account: UUID, *, first: LocalDate, last: LocalDate) -> list[DayFigures]:
    """Return what can be counted of the kept days from `first` to `last`, in order."""
    kept = (
        Reflection.account_id == account,
        Reflection.deleted_at.is_(None),
        Reflection.kept,
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
        .where(*kept, AnswerFigures.kept)
    )
    for day, key, score, behaviour in db.session.connection().execute(answers).all():
        by_day[day].answers[key] = (score, behaviour)
    return list(by_day.values())


def days_in_time(account: UUID, *, before: LocalDate) -> Sequence[LocalDate]:
    """Return the local dates before another that were kept in time."""
    query = sa.select(Reflection.local_date).where(
        Reflection.account_id == account,
        Reflection.deleted_at.is_(None),
        Reflection.kept,
        Reflection.in_time,
        Reflection.local_date < before,
    )
    return db.session.connection().scalars(query).all()


def purge_deleted(*, now: Instant) -> int:
    """Forget the days that were deleted more than 30 days ago; return how many."""
    with write_transaction() as session:
        long_ago = Reflection.deleted_at < now - RESTORABLE_FOR
        purge = sa.delete(Reflection).where(long_ago)
        days = session.execute(purge.returning(Reflection.account_id, Reflection.id))
        gone = [(account, day_id) for account, day_id in days]
        commitments_gone.send(session, days=gone)
        return len(gone)


def _row(session: Session, account: UUID, local_date: LocalDate) -> Reflection | None:
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
            kept=False,
            words=0,
            has_commitment=False,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "local_date"])
        .returning(Reflection.id)
    )
    return made.first() is not None


def _keep_version(
    session: Session, cipher: Cipher, row: Reflection, *, set_aside: bool = False
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
        set_aside=set_aside,
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
    set_aside: bool,
    change: UUID | None = None,
) -> None:
    session.add(
        Revision(
            reflection_id=row.id,
            version=row.version,
            saved_at=saved_at,
            document=_encrypt_version(cipher, row.id, row.version, document),
            change_id=change,
            set_aside=set_aside,
        )
    )


def _replace_figures(
    session: Session, reflection_id: UUID, content: DayContent, *, in_time: bool
) -> None:
    """Write the figures anew; an answer that stood there in time stays in time."""
    of_day = AnswerFigures.reflection_id == reflection_id
    kept_in_time = set(
        session.scalars(
            sa.select(AnswerFigures.key).where(of_day, AnswerFigures.kept, AnswerFigures.in_time)
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
            kept=answer.kept,
            in_time=in_time or answer.key in kept_in_time,
        )
        for answer in content.answers
    )


def _in_time(local_date: LocalDate, writing: Writing) -> bool:
    return is_written_in_time(
        local_date,
        written_at=writing.written_at,
        zone=writing.time_zone,
        day_starts_at=writing.day_starts_at,
    )


def _stored(cipher: Cipher, row: Reflection) -> StoredDay:
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
