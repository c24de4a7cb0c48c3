"""The SQL of served questions: each day's are chosen once, and are the same on every device."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_against_erasing
from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.kernel.days import LocalDate, get_month_start
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.readings import Reading
from leaderjournal.practice import catalogue
from leaderjournal.practice.rotation.rules import HISTORY, choose_questions
from leaderjournal.practice.rules import DayQuestion, MirrorScore, Question
from leaderjournal.questions.focus_key.store import get_focus_key, get_focus_keys
from leaderjournal.questions.models import HiddenQuestion, OwnQuestion, ServedQuestion
from leaderjournal.questions.own.store import list_own_questions

SERVED_ON = Reading(
    sa.select(ServedQuestion.key, ServedQuestion.question, ServedQuestion.behaviour).where(
        ServedQuestion.account_id == sa.bindparam("account"),
        ServedQuestion.local_date == sa.bindparam("local_date"),
    )
)


def get_questions_of_day(
    cipher: Cipher,
    day: LocalDate,
    *,
    list_scores: Callable[[], Sequence[MirrorScore]],
    answered: Mapping[str, str] | None = None,
) -> list[Question]:
    """Return the questions of a local day, one per key.

    They are chosen on first use and stored, so that they stay the same on every device all day,
    whatever the leader scores, hides or adds meanwhile. `list_scores` returns the mirror scores of
    earlier days, which only a choice needs. `answered` holds, by key, the ids of
    questions that were answered: these are returned instead, as a device without a connection may
    have asked another question.
    """
    served = _list_served_on(cipher.account, day)
    if len(served) < len(catalogue.list_keys()):
        choose_questions_of_day(day, {cipher.account: list_scores()})
        served = _list_served_on(cipher.account, day)
    by_key = {row.key: row for row in served}
    known = _get_known_questions(cipher)
    questions = []
    for key in catalogue.KEY_SLUGS:
        question = known.get((answered or {}).get(key, ""))
        if question is not None and question.key == key:
            questions.append(question)
        elif key in by_key:
            questions.append(_to_question(known, by_key[key]))
    return questions


def preview_questions(
    cipher: Cipher, days: Sequence[LocalDate], *, scores: Sequence[MirrorScore]
) -> dict[LocalDate, list[Question]]:
    """Return the questions of local days to come without storing a choice.

    Stored choices stay; the other days are as they would be without further scores.
    """
    known = _get_known_questions(cipher)
    visible = _list_visible_questions([cipher.account])
    served = _list_served_around(days[0], visible)[cipher.account]
    focus_keys = {
        month: get_focus_key(cipher.account, month)
        for month in {get_month_start(day) for day in days}
    }
    preview = {}
    for day in days:
        chosen = {s.key: s for s in served if s.local_date == day}
        drawn = choose_questions(
            day,
            leader=cipher.account,
            keys=catalogue.list_keys(),
            questions=visible[cipher.account],
            served=served,
            scores=scores,
            focus_key=focus_keys[get_month_start(day)],
        )
        new = [DayQuestion(q.id, q.key, q.behaviour, day) for q in drawn if q.key not in chosen]
        served += new
        by_key = chosen | {s.key: s for s in new}
        preview[day] = [_to_question(known, by_key[q.key]) for q in drawn]
    return preview


def record_served_questions(account: UUID, day: LocalDate, answered: Mapping[str, str]) -> None:
    """Record which question was answered under each key, if none was chosen for that day yet.

    A device without a connection asks the questions it has stored; they rest like any others.
    """
    if not answered:
        return
    known = {q.id: q for q in catalogue.list_all_questions()}
    if not known.keys() >= set(answered.values()):
        known |= {q.id: q for q in _list_visible_questions([account])[account] if q.own}
    rows = [
        make_served_row(account, day, key, question, known[question].behaviour)
        for key, question in answered.items()
        if question in known and known[question].key == key
    ]
    if rows and len(_list_served_on(account, day)) < len(catalogue.list_keys()):
        with write_transaction() as session:
            insert_served_rows(session, rows)


def choose_questions_of_day(day: LocalDate, scores: Mapping[UUID, Sequence[MirrorScore]]) -> None:
    """Choose the questions of a local day for leaders who have none yet, any number at once.

    `scores` holds each leader's mirror scores of earlier days, by account. Stored choices stay,
    and an account that is being erased is skipped.
    """
    visible = _list_visible_questions(scores)
    served = _list_served_around(day, visible)
    focus_keys = get_focus_keys(scores, day)
    chosen = {
        account: choose_questions(
            day,
            leader=account,
            keys=catalogue.list_keys(),
            questions=visible[account],
            served=served[account],
            scores=scores[account],
            focus_key=focus_keys.get(account),
        )
        for account in scores
    }
    with write_transaction() as session:
        # Two devices may choose at the same moment; both read the choice stored first. All write
        # in one order, so that neither waits for a row that the other has locked.
        rows = [
            make_served_row(account, day, q.key, q.id, q.behaviour)
            for account in sorted(lock_against_erasing(session, chosen))
            for q in chosen[account]
        ]
        if rows:
            insert_served_rows(session, rows)


def make_served_row(
    account: UUID, day: LocalDate, key: str, question: str, behaviour: str | None
) -> dict[str, Any]:
    """Return the values of a row that says which question a day serves under a key."""
    return {
        "account_id": account,
        "local_date": day,
        "key": key,
        "question": question,
        "behaviour": behaviour,
    }


def insert_served_rows(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store served questions inside the caller's transaction; those stored already stay."""
    session.connection().execute(upsert(session, ServedQuestion).on_conflict_do_nothing(), rows)


def list_served_questions(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> dict[tuple[UUID, LocalDate], list[Question]]:
    """Return the stored questions of these accounts on these local days, by both.

    The leader's own are marked as such and come without their text, which stays encrypted.
    """
    rows = session.connection().execute(
        sa.select(
            ServedQuestion.account_id,
            ServedQuestion.local_date,
            ServedQuestion.question,
            ServedQuestion.key,
            ServedQuestion.behaviour,
        ).where(ServedQuestion.account_id.in_(accounts), ServedQuestion.local_date.in_(days))
    )
    texts = {q.id: q.text for q in catalogue.list_all_questions()}
    found: defaultdict[tuple[UUID, LocalDate], list[Question]] = defaultdict(list)
    for account, day, question, key, behaviour in rows:
        text = texts.get(question)
        found[account, day].append(Question(question, key, behaviour, text or "", own=text is None))
    for questions in found.values():
        questions.sort(key=lambda q: catalogue.KEY_SLUGS.index(q.key))
    return found


def list_all_served_questions(account: UUID) -> list[DayQuestion]:
    """Return every question that a day has served, by local date and key."""
    rows = db.session.execute(
        sa.select(
            ServedQuestion.question,
            ServedQuestion.key,
            ServedQuestion.behaviour,
            ServedQuestion.local_date,
        )
        .where(ServedQuestion.account_id == account)
        .order_by(ServedQuestion.local_date, ServedQuestion.key)
    )
    return [DayQuestion(*row) for row in rows]


def _list_visible_questions(accounts: Collection[UUID]) -> dict[UUID, Sequence[Question]]:
    """Return the questions that each leader may be asked; their own come without the text."""
    hidden: defaultdict[UUID, set[str]] = defaultdict(set)
    for account, question in db.session.execute(
        sa.select(HiddenQuestion.account_id, HiddenQuestion.question).where(
            HiddenQuestion.account_id.in_(accounts)
        )
    ):
        hidden[account].add(question)
    own: defaultdict[UUID, list[Question]] = defaultdict(list)
    for account, question_id, key, behaviour, every_days in db.session.execute(
        sa.select(
            OwnQuestion.account_id,
            OwnQuestion.id,
            OwnQuestion.key,
            OwnQuestion.behaviour,
            OwnQuestion.every_days,
        ).where(OwnQuestion.account_id.in_(accounts), OwnQuestion.retired.is_(False))
    ):
        own[account].append(Question(str(question_id), key, behaviour, "", every_days, own=True))
    ours = catalogue.list_questions()
    return {
        account: [*own[account], *(q for q in ours if q.id not in hidden[account])]
        if account in own or account in hidden
        else ours
        for account in accounts
    }


def _list_served_around(
    day: LocalDate, visible: Mapping[UUID, Sequence[Question]]
) -> defaultdict[UUID, list[DayQuestion]]:
    """Return the questions served within HISTORY of `day`, and the last time of each rhythm."""
    of_accounts = ServedQuestion.account_id.in_(visible)
    columns = (
        ServedQuestion.account_id,
        ServedQuestion.question,
        ServedQuestion.key,
        ServedQuestion.behaviour,
    )
    near = sa.select(*columns, ServedQuestion.local_date).where(
        of_accounts, ServedQuestion.local_date.between(day - HISTORY, day + HISTORY)
    )
    rows = list(db.session.connection().execute(near))
    rhythmic = [q.id for questions in visible.values() for q in questions if q.every_days]
    if rhythmic:
        last = sa.func.max(ServedQuestion.local_date, type_=ServedQuestion.local_date.type)
        long_ago = sa.select(*columns, last).where(
            of_accounts,
            ServedQuestion.local_date < day - HISTORY,
            ServedQuestion.question.in_(rhythmic),
        )
        rows += db.session.connection().execute(long_ago.group_by(*columns))
    served: defaultdict[UUID, list[DayQuestion]] = defaultdict(list)
    for account, question, key, behaviour, local_date in rows:
        served[account].append(DayQuestion(question, key, behaviour, local_date))
    return served


def _get_known_questions(cipher: Cipher) -> dict[str, Question]:
    """Return every question that the leader may have been asked, by its id."""
    own = (Question(str(q.id), q.key, q.behaviour, q.text) for q in list_own_questions(cipher))
    return {q.id: q for q in (*catalogue.list_all_questions(), *own)}


def _to_question(known: Mapping[str, Question], served: Any) -> Question:
    """Return a question as it was served; a deleted own question has no text."""
    text = known[served.question].text if served.question in known else ""
    return Question(served.question, served.key, served.behaviour, text)


def _list_served_on(account: UUID, day: LocalDate) -> Sequence[Any]:
    return SERVED_ON.read(db.session, account=account, local_date=day)
