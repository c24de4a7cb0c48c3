"""The SQL of reflections: a day is sealed, versioned and written in one transaction."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar.rules import written_in_time
from leaderjournal.kernel.database import db, new_id, rows_changed, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.sealing import Sealer
from leaderjournal.practice.rules import Scored
from leaderjournal.reflections.models import AnswerFigures, Reflection, Revision
from leaderjournal.reflections.rules import Answer, DayContent, holds, with_score

RESTORABLE_FOR = timedelta(days=30)
SCORES_LOOK_BACK = timedelta(days=120)
PAGE = 200


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

    @property
    def etag(self) -> str:
        """The version's name in ETag and If-Match (RFC 9110, 8.8.3), without quotes."""
        return f"{self.id.hex}-{self.version}"


@dataclass(frozen=True, slots=True)
class DayVersion:
    """A version of a day."""

    version: int
    saved_at: Instant
    content: DayContent


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
class Expected:
    """What the writer expects to find: nothing yet, any version, or one of some versions."""

    absent: bool = False
    present: bool = False
    etags: frozenset[str] = frozenset()

    def met_by(self, current: StoredDay | None) -> bool:
        """Tell whether `current` is what was expected."""
        if self.absent:
            return current is None
        if self.present:
            return current is not None
        return not self.etags or (current is not None and current.etag in self.etags)


ANYTHING = Expected()


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What can be counted of a kept day without opening its words; by key: score, behaviour."""

    local_date: LocalDate
    words: int
    in_time: bool
    has_commitment: bool
    answers: dict[str, tuple[int | None, str | None]]


def day(sealer: Sealer, local_date: LocalDate) -> StoredDay | None:
    """Return a day, None where there is none or it is deleted."""
    row = _row(db.session, sealer.account, local_date)
    return _stored(sealer, row) if row and row.deleted_at is None else None


def is_restorable(account: UUID, local_date: LocalDate) -> bool:
    """Tell whether the day was deleted and can still be restored."""
    row = _row(db.session, account, local_date)
    return row is not None and row.deleted_at is not None


def put(
    sealer: Sealer,
    local_date: LocalDate,
    content: DayContent,
    *,
    writing: Writing,
    now: Instant,
    expected: Expected = ANYTHING,
) -> tuple[StoredDay, bool]:
    """Write a day whole; return it and whether it is new.

    The version that stood before is kept. Writing again what stands there changes nothing. Raises
    ChangedMeanwhile where `expected` is not what is stored.
    """
    with write_transaction() as session:
        created_row = _ensure_row(session, sealer.account, local_date, writing, now)
        row = session.scalar(
            sa.select(Reflection)
            .where(Reflection.account_id == sealer.account, Reflection.local_date == local_date)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        assert row is not None  # noqa: S101 - it was just made sure of, in this transaction
        current = None if created_row or row.deleted_at else _stored(sealer, row)
        if not expected.met_by(current):
            raise ChangedMeanwhile(current)
        if current is not None and current.content == content:
            return current, False
        if not created_row:
            _keep_version(session, sealer, row)
        if current is None or not row.kept:
            row.written_at, row.time_zone = writing.written_at, writing.time_zone
            row.in_time = _in_time(local_date, writing)
        row.version += 1
        row.saved_at = now
        row.deleted_at = None
        _write(session, sealer, row, content, in_time=_in_time(local_date, writing))
        return _stored(sealer, row), current is None


def add_score(
    sealer: Sealer, local_date: LocalDate, scored: Answer, *, writing: Writing, now: Instant
) -> tuple[StoredDay, bool]:
    """Give one key of a day its score; return the day and whether it is new.

    Every other word stands as it is, and so does a score that the key has, whatever other devices
    write at the same moment.
    """
    while True:
        current = day(sealer, local_date)
        content = with_score(current.content if current else DayContent(), scored)
        seen = Expected(etags=frozenset({current.etag})) if current else Expected(absent=True)
        try:
            return put(sealer, local_date, content, writing=writing, now=now, expected=seen)
        except ChangedMeanwhile:
            db.session.rollback()


def add_days(
    sealer: Sealer,
    days_to_add: Iterable[tuple[LocalDate, DayContent, Writing]],
    *,
    now: Instant,
) -> set[LocalDate]:
    """Add days in one transaction, leaving alone those that are there; return which are new."""
    added = set()
    with write_transaction() as session:
        for local_date, content, writing in days_to_add:
            if not _ensure_row(session, sealer.account, local_date, writing, now):
                continue
            row = _row(session, sealer.account, local_date)
            assert row is not None  # noqa: S101 - it was just made
            row.in_time = _in_time(local_date, writing)
            row.version = 1
            _write(session, sealer, row, content, in_time=row.in_time)
            added.add(local_date)
    return added


def _write(
    session: Session, sealer: Sealer, row: Reflection, content: DayContent, *, in_time: bool
) -> None:
    row.document = sealer.seal_json(
        content.as_document(), table="reflections", column="document", row=row.id
    )
    row.kept, row.words = content.kept, content.words
    row.has_commitment = bool(content.commitment.strip())
    _replace_figures(session, row.id, content, in_time=in_time)


def delete(
    sealer: Sealer, local_date: LocalDate, *, now: Instant, expected: Expected = ANYTHING
) -> bool:
    """Delete a day for now; it can be restored for 30 days. Tell whether there was one."""
    with write_transaction() as session:
        row = _row(session, sealer.account, local_date)
        current = _stored(sealer, row) if row and row.deleted_at is None else None
        if not expected.met_by(current):
            raise ChangedMeanwhile(current)
        if row is None or current is None:
            return False
        row.deleted_at = now
        return True


def restore(sealer: Sealer, local_date: LocalDate) -> StoredDay | None:
    """Restore a deleted day; None where there is none to restore."""
    with write_transaction() as session:
        row = _row(session, sealer.account, local_date)
        if row is None or row.deleted_at is None:
            return None
        row.deleted_at = None
        return _stored(sealer, row)


def revisions(sealer: Sealer, local_date: LocalDate) -> list[DayVersion] | None:
    """Return every earlier version of a day, newest first; None where there is no such day."""
    row = _row(db.session, sealer.account, local_date)
    if row is None or row.deleted_at is not None:
        return None
    versions = db.session.scalars(
        sa.select(Revision)
        .where(Revision.reflection_id == row.id)
        .order_by(Revision.version.desc())
    )
    return [
        DayVersion(
            version.version,
            version.saved_at,
            DayContent.from_document(
                sealer.open_json(
                    version.document,
                    table="revisions",
                    column="document",
                    row=f"{row.id}/{version.version}",
                )
            ),
        )
        for version in versions
    ]


def days(
    sealer: Sealer,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
    key: str | None = None,
    sought: str = "",
) -> Iterator[StoredDay]:
    """Yield the days that match, newest first; `sought` words may stand in any of a day's texts.

    Rows are read page by page, so that a journal of many years is never held at once.
    """
    query = (
        sa.select(Reflection)
        .where(Reflection.account_id == sealer.account, Reflection.deleted_at.is_(None))
        .order_by(Reflection.local_date.desc())
    )
    if first is not None:
        query = query.where(Reflection.local_date >= first)
    if key is not None:
        query = query.where(
            sa.exists().where(
                AnswerFigures.reflection_id == Reflection.id,
                AnswerFigures.key == key,
                AnswerFigures.kept,
            )
        )
    while True:
        paged = query if last is None else query.where(Reflection.local_date <= last)
        rows = list(db.session.scalars(paged.limit(PAGE)))
        for row in rows:
            stored = _stored(sealer, row)
            if not sought or holds(stored.content, sought):
                yield stored
        if len(rows) < PAGE:
            return
        last = LocalDate(rows[-1].local_date - timedelta(days=1))


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
    by_day: dict[UUID, DayFigures] = {
        row.id: DayFigures(row.local_date, row.words, row.in_time, row.has_commitment, {})
        for row in db.session.execute(
            sa.select(
                Reflection.id,
                Reflection.local_date,
                Reflection.words,
                Reflection.in_time,
                Reflection.has_commitment,
            )
            .where(*kept)
            .order_by(Reflection.local_date)
        )
    }
    answers = (
        sa.select(
            AnswerFigures.reflection_id,
            AnswerFigures.key,
            AnswerFigures.score,
            AnswerFigures.behaviour,
        )
        .join(Reflection, Reflection.id == AnswerFigures.reflection_id)
        .where(*kept, AnswerFigures.kept)
    )
    for reflection_id, key, score, behaviour in db.session.execute(answers):
        by_day[reflection_id].answers[key] = (score, behaviour)
    return list(by_day.values())


def purge_deleted(*, now: Instant) -> int:
    """Forget the days that were deleted more than 30 days ago; return how many."""
    with write_transaction() as session:
        return rows_changed(
            session, sa.delete(Reflection).where(Reflection.deleted_at < now - RESTORABLE_FOR)
        )


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


def _keep_version(session: Session, sealer: Sealer, row: Reflection) -> None:
    place = f"{row.id}/{row.version}"
    document = sealer.open_json(row.document, table="reflections", column="document", row=row.id)
    session.add(
        Revision(
            reflection_id=row.id,
            version=row.version,
            saved_at=row.saved_at,
            document=sealer.seal_json(document, table="revisions", column="document", row=place),
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
    return written_in_time(
        local_date,
        written_at=writing.written_at,
        zone=writing.time_zone,
        day_starts_at=writing.day_starts_at,
    )


def _stored(sealer: Sealer, row: Reflection) -> StoredDay:
    document = sealer.open_json(row.document, table="reflections", column="document", row=row.id)
    return StoredDay(
        id=row.id,
        local_date=row.local_date,
        content=DayContent.from_document(document),
        version=row.version,
        time_zone=row.time_zone,
        written_at=row.written_at,
        saved_at=row.saved_at,
        in_time=row.in_time,
    )
