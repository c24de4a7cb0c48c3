"""The SQL of saving a day: it is encrypted, versioned and written in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.preconditions import NO_PRECONDITION, Precondition
from leaderjournal.reflections.commitments.store import commitments_removed
from leaderjournal.reflections.figures.store import counted_days_changed
from leaderjournal.reflections.merging.rules import (
    find_changed_fields,
    merge_content,
    update_write_times,
)
from leaderjournal.reflections.models import AnswerFigures, Reflection, Revision
from leaderjournal.reflections.quotas import check_space, drop_oldest_versions
from leaderjournal.reflections.rows import (
    create_version,
    decrypt_day,
    decrypt_document,
    encrypt_content,
    ensure_row,
    lock_row,
)
from leaderjournal.reflections.rules import (
    Answer,
    ChangedMeanwhile,
    DayContent,
    Field,
    StoredDay,
    Writing,
    with_score,
)
from leaderjournal.reflections.search.segments.store import open_months
from leaderjournal.reflections.store import get_day

FiguresByKey = Mapping[str, AnswerFigures]

NO_FIGURES: FiguresByKey = {}
NOTHING_COUNTED = (False, False, frozenset[str]())

LOAD_FIGURES = (
    sa.select(AnswerFigures)
    .where(AnswerFigures.reflection_id == sa.bindparam("reflection"))
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The merged day, whether it is new, and the fields that both sides changed differently."""

    day: StoredDay
    created: bool
    conflicting: tuple[Field, ...] = ()


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
    """Write a day as a whole; return it and whether it is new.

    The previous version is kept. Saving the stored content again changes nothing, nor does a
    `change` that was saved already. Raises ChangedMeanwhile if `expected` does not match the
    stored day.
    """
    with write_transaction() as session:
        row, current = _lock_day(session, cipher, local_date, writing, now)
        if current is not None and _has_change(session, row, change):
            return current, False
        if not expected.is_met_by(current):
            raise ChangedMeanwhile(current)
        if current is not None and current.content == content:
            return current, False
        before, write_times = (
            (current.content, current.write_times) if current else (DayContent(), {})
        )
        changed = find_changed_fields(before, content)
        write_times = update_write_times(write_times, changed, writing.written_at)
        _keep_version(session, cipher, row)
        _replace_content(
            session, cipher, row, content, write_times, writing=writing, now=now, change=change
        )
        return decrypt_day(cipher, row), current is None


def merge_day(
    cipher: Cipher,
    local_date: LocalDate,
    content: DayContent,
    *,
    base: DayContent,
    writing: Writing,
    now: Instant,
    change: UUID | None = None,
) -> MergeResult:
    """Merge a day that was written on top of `base` with whatever is stored by now.

    If both sides changed the same field, the newer text wins, and the other is kept as a version.
    A deleted day counts as an empty one: new text restores the day, but not the deleted text.
    """
    with write_transaction() as session:
        row, current = _lock_day(session, cipher, local_date, writing, now)
        if current is not None and _has_change(session, row, change):
            return MergeResult(current, created=False)
        merged = merge_content(
            base,
            content,
            current.content if current else DayContent(),
            at=writing.written_at,
            write_times=current.write_times if current else {},
        )
        if current is not None and current.content == merged.content and not merged.incoming_lost:
            return MergeResult(current, created=False, conflicting=merged.conflicting)
        _keep_version(session, cipher, row, superseded=merged.stored_lost)
        if merged.incoming_lost:
            _keep_superseded(session, cipher, row, content, now)
        _replace_content(
            session,
            cipher,
            row,
            merged.content,
            merged.write_times,
            writing=writing,
            now=now,
            change=change,
        )
        return MergeResult(
            decrypt_day(cipher, row), created=current is None, conflicting=merged.conflicting
        )


def add_score(
    cipher: Cipher, local_date: LocalDate, scored: Answer, *, writing: Writing, now: Instant
) -> tuple[StoredDay, bool]:
    """Give one key of a day its score; return the day and whether it is new.

    All texts stay, and so does a score that the key has, whatever other devices write at the same
    moment.
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


def update_day(
    session: Session,
    cipher: Cipher,
    row: Reflection,
    content: DayContent,
    *,
    writing: Writing,
    now: Instant,
    keeps_version: bool = True,
) -> None:
    """Write other content over a stored day, inside the caller's transaction.

    The caller has locked `row`. The previous content is kept as a version unless that is not
    wanted, as when an import is undone.
    """
    before = decrypt_day(cipher, row)
    changed = find_changed_fields(before.content, content)
    write_times = update_write_times(before.write_times, changed, writing.written_at)
    if keeps_version:
        _keep_version(session, cipher, row)
    _replace_content(
        session, cipher, row, content, write_times, writing=writing, now=now, change=None
    )


def write_content(
    session: Session,
    cipher: Cipher,
    row: Reflection,
    content: DayContent,
    write_times: Mapping[Field, Instant],
    *,
    in_time: bool,
    figures: FiguresByKey = NO_FIGURES,
) -> frozenset[str]:
    """Put a day's content and figures into its rows, inside the caller's transaction.

    `figures` are those that are stored; a new day has none. Return the keys that are answered in
    time.
    """
    if row.has_commitment and not content.commitment.strip():
        commitments_removed.send(session, days=[(row.account_id, row.id)])
    encrypt_content(cipher, row, content, write_times)
    return _replace_figures(session, row.id, content, figures, in_time=in_time)


def _lock_day(
    session: Session, cipher: Cipher, local_date: LocalDate, writing: Writing, now: Instant
) -> tuple[Reflection, StoredDay | None]:
    """Lock the row of a day, creating it if there is none; return it and the stored day."""
    row = lock_row(session, cipher.account, local_date)
    created = False
    if row is None:  # another device may create it at this moment
        created = ensure_row(session, cipher.account, local_date, writing, now)
        row = lock_row(session, cipher.account, local_date)
        assert row is not None  # noqa: S101 - it was just created, by whomever
    return row, None if created or row.deleted_at else decrypt_day(cipher, row)


def _has_change(session: Session, row: Reflection, change: UUID | None) -> bool:
    """Return whether a device's change is among the day's versions."""
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
    write_times: Mapping[Field, Instant],
    *,
    writing: Writing,
    now: Instant,
    change: UUID | None,
) -> None:
    """Write the next version of a day over the current one."""
    in_time = writing.is_in_time(row.local_date)
    is_stored = row.version > 0 and row.deleted_at is None
    figures = _load_figures(session, row.id) if row.version else NO_FIGURES
    counted = _get_counted(row, figures) if is_stored else NOTHING_COUNTED
    if not is_stored or not row.completed:
        row.written_at, row.time_zone, row.in_time = writing.written_at, writing.time_zone, in_time
    row.version += 1
    row.saved_at = now
    row.deleted_at = None
    row.change_id = change
    drop_oldest_versions(session, row)
    keys_in_time = write_content(
        session, cipher, row, content, write_times, in_time=in_time, figures=figures
    )
    open_months(session, row.account_id, [row.local_date])
    if (row.completed, row.completed and row.in_time, keys_in_time) != counted:
        counted_days_changed.send(
            session, account=row.account_id, first=row.local_date, cipher=cipher
        )
    check_space(session, row)


def _get_counted(row: Reflection, figures: FiguresByKey) -> tuple[bool, bool, frozenset[str]]:
    """Return what streaks count of a day: completed, in time, and the keys answered in time."""
    return row.completed, row.completed and row.in_time, _get_keys_in_time(figures.values())


def _get_keys_in_time(figures: Iterable[AnswerFigures]) -> frozenset[str]:
    return frozenset(answer.key for answer in figures if answer.answered and answer.in_time)


def _load_figures(session: Session, reflection_id: UUID) -> FiguresByKey:
    """Return the stored figures of a day's answers."""
    rows = session.scalars(LOAD_FIGURES, {"reflection": reflection_id})
    return {answer.key: answer for answer in rows}


def _keep_version(
    session: Session, cipher: Cipher, row: Reflection, *, superseded: bool = False
) -> None:
    """Keep the current content of a day as a version."""
    if row.version:
        session.add(
            create_version(
                cipher,
                row.id,
                row.version,
                decrypt_document(cipher, row),
                saved_at=row.saved_at,
                superseded=superseded,
                change=row.change_id,
            )
        )


def _keep_superseded(
    session: Session, cipher: Cipher, row: Reflection, content: DayContent, now: Instant
) -> None:
    """Keep content that lost against newer words as a version of its own."""
    row.version += 1
    session.add(
        create_version(
            cipher, row.id, row.version, content.to_document(), saved_at=now, superseded=True
        )
    )


def _replace_figures(
    session: Session,
    reflection_id: UUID,
    content: DayContent,
    stored: FiguresByKey,
    *,
    in_time: bool,
) -> frozenset[str]:
    """Replace the figures of a day; a key answered in time before stays in time.

    Return the keys that are answered in time. Most saves change words alone, and no figure.
    """
    figures = []
    for answer in content.answers:
        row = stored.get(answer.key) or AnswerFigures(
            reflection_id=reflection_id, key=answer.key, answered=False, in_time=False
        )
        was_in_time = row.answered and row.in_time
        row.behaviour, row.question, row.score = answer.behaviour, answer.question, answer.score
        row.answered, row.in_time = answer.is_answered, in_time or was_in_time
        figures.append(row)
    session.add_all(figures)
    for key in stored.keys() - {answer.key for answer in content.answers}:
        session.delete(stored[key])
    return _get_keys_in_time(figures)
