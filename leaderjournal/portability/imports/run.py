"""Importing a file: days, reviews, the log and settings, in short transactions."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.settings.store import import_settings
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, write_transaction
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
from leaderjournal.portability.imports.preview import (
    confirm_import,
    count_others,
    make_reader,
    preview_import,
    summarize_failures,
)
from leaderjournal.portability.imports.reader import FileContent, MoodChoices
from leaderjournal.portability.imports.rules import Failure
from leaderjournal.portability.imports.store import (
    ImportStatus,
    State,
    create_import,
    decrypt_details,
    decrypt_file,
    finish,
    get_row,
)
from leaderjournal.practice_log.imports import store as log_imports_store
from leaderjournal.questions.imports import store as question_imports_store
from leaderjournal.reflections.imports import store as day_imports_store
from leaderjournal.reflections.imports.store import DayToImport, Outcome
from leaderjournal.reflections.search.segments.closing import store as search_closing_store
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.imports import store as review_imports_store
from leaderjournal.reviews.monthly.imports.store import ImportedReview
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.team_mirror.imports import store as mirror_imports_store

DAYS_PER_TRANSACTION = 100
"""Days written in one transaction, so that no other writer waits long."""
OTHER_KINDS = ("review", "entry", "team-mirror")
"""What is counted beside the days; questions are a part of them."""


def run_import(leader: Leader, import_id: UUID, *, now: Instant) -> ImportStatus | None:
    """Run a confirmed import, which overwrites nothing; None where there is none.

    An interrupted import resumes, and what it had created counts.
    """
    row = get_row(db.session, leader.id, import_id)
    if row is None or row.state not in (State.WAITING, State.RUNNING):
        return None
    try:
        return _run_import(leader, row, now=now)
    except UnreadableJournal as error:
        return finish(leader.cipher, import_id, State.REFUSED, {"why": str(error)})


def _run_import(leader: Leader, row: Import, *, now: Instant) -> ImportStatus:
    import_id = row.id
    choices = decrypt_details(leader.cipher, row).get("choices", {})
    file, name = decrypt_file(leader.cipher, import_id)
    if is_own_export(file):
        whole = read_within_limits(read_full_export, file)
        leader, questions = _import_settings(leader, import_id, whole, now=now)
        content = make_reader(leader, now).read_own_export(whole, questions=questions)
    else:
        reader = make_reader(leader, now, MoodChoices(**choices))
        content = read_within_limits(partial(reader.read, name=name), file)
    with write_transaction() as session:
        _import_reviews(session, leader.cipher, import_id, content.reviews)
    left_out: list[Failure] = []
    for start in range(0, len(content.days), DAYS_PER_TRANSACTION):
        days = content.days[start : start + DAYS_PER_TRANSACTION]
        with write_transaction() as session:
            left_out += _import_days(session, leader.cipher, import_id, days, now)
    with write_transaction() as session:
        _import_log(session, leader.cipher, import_id, content)
    streaks_store.rebuild_checkpoints(leader, today=leader.today(now))
    search_closing_store.close_months(leader.cipher, now=now)
    done = _count_done(import_id)
    created, joined = done["day"], done["joined"]
    restored = done["restored"] + done["restored-and-joined"]
    document = {
        "days": len(content.days),
        "others": count_others(content),
        "created": created,
        "joined": joined,
        "restored": restored,
        "others_created": sum(done[kind] for kind in OTHER_KINDS),
        "skipped": len(content.days) - created - joined - restored,
        "left_behind": dict(content.left_behind),
        **summarize_failures((*content.failures, *left_out)),
    }
    return finish(leader.cipher, import_id, State.DONE, document)


def import_now(
    leader: Leader, file: bytes, name: str, *, choices: MoodChoices, now: Instant
) -> ImportStatus:
    """Import a file called `name` at once. Raises UnreadableJournal."""
    import_id = create_import(leader, file, name, now=now)
    preview_import(leader, import_id, now=now)
    confirm_import(leader, import_id, choices)
    done = run_import(leader, import_id, now=now)
    assert done is not None  # noqa: S101 - it was chosen just now
    return done


def _import_days(
    session: Session,
    cipher: Cipher,
    import_id: UUID,
    days: tuple[DayToImport, ...],
    now: Instant,
) -> list[Failure]:
    """Import days, and note what was done with them; return what was left out."""
    imported = day_imports_store.import_days(session, cipher, days, now=now)
    for day in imported:
        if day.outcome is Outcome.UNCHANGED:
            continue
        # A resumed import finds a day that it has written itself, and adds nothing to it.
        session.add(
            ImportedItem(
                import_id=import_id, item_id=day.id, kind=day.outcome.value, version=day.version
            )
        )
    row = session.get_one(Import, import_id, populate_existing=True)
    row.done, row.state = min(row.total, row.done + len(days)), State.RUNNING
    return [Failure(str(day.local_date), why) for day in imported for why in day.left_out]


def _import_settings(
    leader: Leader, import_id: UUID, whole: FullExport, *, now: Instant
) -> tuple[Leader, dict[str, str]]:
    """Import an export's own questions, served questions and hidden questions.

    Settings are imported into an empty journal only. Return the leader with the new settings, and
    the new ids of the own questions by the old ones.
    """
    is_new = not day_imports_store.list_stored_dates(leader.id) and not monthly_store.list_reviews(
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
        ids, new = question_imports_store.import_own_questions(
            session, leader.cipher, whole.questions, now=now
        )
        question_imports_store.import_served_questions(session, leader.id, whole.asked, ids, hidden)
        session.add_all(
            ImportedItem(import_id=import_id, item_id=question, kind="question", version=0)
            for question in new
        )
    return leader, ids


def _import_reviews(
    session: Session, cipher: Cipher, import_id: UUID, reviews: Sequence[ImportedReview]
) -> None:
    versions = {review.month.name: review.version for review in reviews}
    added = review_imports_store.import_reviews(session, cipher, reviews)
    session.add_all(
        ImportedItem(import_id=import_id, item_id=row_id, kind="review", version=versions[month])
        for month, row_id in added.items()
    )


def _import_log(session: Session, cipher: Cipher, import_id: UUID, content: FileContent) -> None:
    """Import the practice log and the team mirrors of a full export."""
    session.add_all(
        ImportedItem(import_id=import_id, item_id=mirror_id, kind="team-mirror", version=0)
        for mirror_id in mirror_imports_store.import_mirrors(session, cipher, content.team_mirrors)
    )
    days = session.scalars(
        sa.select(ImportedItem.item_id).where(
            ImportedItem.import_id == import_id, ImportedItem.kind == "day"
        )
    )
    added = log_imports_store.import_entries(session, cipher, content.log, new_days=set(days))
    session.add_all(
        ImportedItem(import_id=import_id, item_id=entry_id, kind="entry", version=version)
        for entry_id, version in added.items()
    )


def _count_done(import_id: UUID) -> Counter[str]:
    """Return how many things of each kind an import created or changed."""
    query = (
        sa.select(ImportedItem.kind, sa.func.count())
        .where(ImportedItem.import_id == import_id)
        .group_by(ImportedItem.kind)
    )
    return Counter({kind: int(number) for kind, number in db.session.execute(query)})
