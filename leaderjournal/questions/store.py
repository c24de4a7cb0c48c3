"""The SQL of a leader's questions."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.kernel.database import db, new_id, rows_changed, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.sealing import Sealer
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Asked, Question, Scored, questions_for
from leaderjournal.questions.models import AskedQuestion, HiddenQuestion, OwnQuestion

HISTORY = timedelta(days=180)  # so that all of a behaviour comes round before any repeats


class LastQuestion(Exception):
    """Without this question its key would have none left."""


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A leader's own question as they see it in a list."""

    id: UUID
    key: str
    behaviour: str | None
    text: str
    every_days: int | None
    retired: bool


def own_questions(sealer: Sealer) -> list[KeptQuestion]:
    """Return the leader's own questions, oldest first, retired ones too."""
    rows = db.session.scalars(
        sa.select(OwnQuestion)
        .where(OwnQuestion.account_id == sealer.account)
        .order_by(OwnQuestion.id)
    )
    return [_kept(sealer, row) for row in rows]


def own_question(sealer: Sealer, question_id: UUID) -> KeptQuestion | None:
    """Return one of the leader's own questions."""
    row = _row(db.session, sealer.account, question_id)
    return _kept(sealer, row) if row else None


def add(sealer: Sealer, values: dict[str, Any], *, now: Instant) -> KeptQuestion:
    """Keep a question of the leader's own."""
    question_id = new_id()
    row = OwnQuestion(
        id=question_id,
        account_id=sealer.account,
        key=values["key"],
        behaviour=values.get("behaviour"),
        text_sealed=_seal(sealer, question_id, values["text"]),
        every_days=values.get("every_days"),
        retired=False,
        created_at=now,
    )
    with write_transaction() as session:
        session.add(row)
    return _kept(sealer, row)


def change(sealer: Sealer, question_id: UUID, values: dict[str, Any]) -> KeptQuestion | None:
    """Change one of the leader's own questions; None where there is no such one."""
    with write_transaction() as session:
        row = _row(session, sealer.account, question_id)
        if row is None:
            return None
        for name in ("key", "behaviour", "every_days", "retired"):
            if name in values:
                setattr(row, name, values[name])
        if "text" in values:
            row.text_sealed = _seal(sealer, question_id, values["text"])
    return _kept(sealer, row)


def remove(account: UUID, question_id: UUID) -> bool:
    """Remove one of the leader's own questions; tell whether there was one."""
    with write_transaction() as session:
        removed = rows_changed(
            session,
            sa.delete(OwnQuestion).where(
                OwnQuestion.account_id == account, OwnQuestion.id == question_id
            ),
        )
    return bool(removed)


def hidden_questions(account: UUID) -> frozenset[str]:
    """Return the ids of the catalogue's questions that the leader hid."""
    query = sa.select(HiddenQuestion.question).where(HiddenQuestion.account_id == account)
    return frozenset(db.session.scalars(query))


def hide(account: UUID, question: str) -> None:
    """Hide a question of the catalogue. Raises LastQuestion where its key would have none."""
    with write_transaction() as session:
        values = {"account_id": account, "question": question}
        session.execute(upsert(session, HiddenQuestion).values(values).on_conflict_do_nothing())
        hidden = hidden_questions(account)
        key = next(q.key for q in catalogue.questions() if q.id == question)
        if not any(q.key == key and q.id not in hidden for q in catalogue.questions()):
            raise LastQuestion


def show(account: UUID, question: str) -> None:
    """Let a hidden question of the catalogue be asked again."""
    with write_transaction() as session:
        session.execute(
            sa.delete(HiddenQuestion).where(
                HiddenQuestion.account_id == account, HiddenQuestion.question == question
            )
        )


def visible_questions(sealer: Sealer) -> list[Question]:
    """Return every question that may be asked: the catalogue's and the leader's own."""
    hidden = hidden_questions(sealer.account)
    own = [
        Question(str(q.id), q.key, q.behaviour, q.text, q.every_days, own=True)
        for q in own_questions(sealer)
        if not q.retired
    ]
    return own + [q for q in catalogue.questions() if q.id not in hidden]


def questions_of_day(sealer: Sealer, day: LocalDate, *, scored: Sequence[Scored]) -> list[Question]:
    """Return the questions of a local day, one per key.

    They are chosen when first asked for and kept, so that they are the same on every device all
    day, whatever the leader scores, hides or adds meanwhile.
    """
    kept = _asked_on(sealer.account, day)
    if len(kept) < len(catalogue.keys()):
        _choose(sealer, day, scored)
        kept = _asked_on(sealer.account, day)
    own = {str(q.id): q.text for q in own_questions(sealer)}
    texts = {q.id: q.text for q in catalogue.questions()} | own
    return [
        Question(row.question, row.key, row.behaviour, texts.get(row.question, ""))
        for key in catalogue.keys()
        for row in kept
        if row.key == key.slug
    ]


def asked_among(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> dict[tuple[UUID, LocalDate], list[Question]]:
    """Return the questions already chosen for these accounts on these local days, by both.

    The leader's own are marked as such and come without their text, which stays sealed.
    """
    rows = session.scalars(
        sa.select(AskedQuestion).where(
            AskedQuestion.account_id.in_(accounts), AskedQuestion.local_date.in_(days)
        )
    )
    texts = {q.id: q.text for q in catalogue.questions()}
    found: defaultdict[tuple[UUID, LocalDate], list[Question]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: catalogue.KEY_SLUGS.index(row.key)):
        text = texts.get(row.question)
        question = Question(row.question, row.key, row.behaviour, text or "", own=text is None)
        found[row.account_id, row.local_date].append(question)
    return found


def _choose(sealer: Sealer, day: LocalDate, scored: Sequence[Scored]) -> None:
    account = sealer.account
    near = sa.select(AskedQuestion).where(
        AskedQuestion.account_id == account,
        AskedQuestion.local_date.between(day - HISTORY, day + HISTORY),
    )
    asked = [
        Asked(row.question, row.key, row.behaviour, row.local_date)
        for row in db.session.scalars(near)
    ]
    rhythmic = sa.select(
        AskedQuestion.question,
        AskedQuestion.key,
        AskedQuestion.behaviour,
        sa.func.max(AskedQuestion.local_date, type_=AskedQuestion.local_date.type),
    ).where(
        AskedQuestion.account_id == account,
        AskedQuestion.local_date < day - HISTORY,
        AskedQuestion.question.in_(
            [q.id for q in visible_questions(sealer) if q.every_days is not None]
        ),
    )
    long_ago = db.session.execute(
        rhythmic.group_by(AskedQuestion.question, AskedQuestion.key, AskedQuestion.behaviour)
    )
    chosen = questions_for(
        day,
        leader=account,
        keys=catalogue.keys(),
        questions=visible_questions(sealer),
        asked=asked + [Asked(*row) for row in long_ago],
        scored=scored,
    )
    rows = [
        {
            "account_id": account,
            "local_date": day,
            "key": q.key,
            "question": q.id,
            "behaviour": q.behaviour,
        }
        for q in chosen
    ]
    with write_transaction() as session:
        # Two devices may choose at the same moment; what stands first is what both read.
        session.execute(upsert(session, AskedQuestion).values(rows).on_conflict_do_nothing())


def _asked_on(account: UUID, day: LocalDate) -> list[AskedQuestion]:
    query = sa.select(AskedQuestion).where(
        AskedQuestion.account_id == account, AskedQuestion.local_date == day
    )
    return list(db.session.scalars(query))


def _row(session: Session, account: UUID, question_id: UUID) -> OwnQuestion | None:
    query = sa.select(OwnQuestion).where(
        OwnQuestion.account_id == account, OwnQuestion.id == question_id
    )
    return session.scalar(query)


def _kept(sealer: Sealer, row: OwnQuestion) -> KeptQuestion:
    text = sealer.open_text(
        row.text_sealed, table="own_questions", column="text_sealed", row=row.id
    )
    return KeptQuestion(row.id, row.key, row.behaviour, text, row.every_days, row.retired)


def _seal(sealer: Sealer, question_id: UUID, text: str) -> bytes:
    return sealer.seal_text(text, table="own_questions", column="text_sealed", row=question_id)
