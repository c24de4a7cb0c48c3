"""The SQL of a leader's questions."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account, lock_against_erasing
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.kernel.database import count_changed_rows, db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.quotas import check_quota
from leaderjournal.practice import catalogue
from leaderjournal.practice.rotation.rules import HISTORY, choose_questions
from leaderjournal.practice.rules import DayQuestion, MirrorScore, Question
from leaderjournal.questions.models import HiddenQuestion, LeaningKey, OwnQuestion, ServedQuestion

MAX_OWN_QUESTIONS = 300


class NoPracticeDays(Exception):
    """The calendar expects too few days to come, as in an open pause."""


class LastQuestion(Exception):
    """Without this question its key would have none left."""


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A leader's own question as they see it in a list."""

    id: UUID
    key: str
    behaviour: str | None
    text: str
    every_days: int | None
    retired: bool


def list_own_questions(cipher: Cipher) -> list[StoredQuestion]:
    """Return the leader's own questions, oldest first, retired ones too."""
    rows = db.session.scalars(
        sa.select(OwnQuestion)
        .where(OwnQuestion.account_id == cipher.account)
        .order_by(OwnQuestion.id)
    )
    return [_decrypt_question(cipher, row) for row in rows]


def get_own_question(cipher: Cipher, question_id: UUID) -> StoredQuestion | None:
    """Return one of the leader's own questions."""
    row = _find_row(db.session, cipher.account, question_id)
    return _decrypt_question(cipher, row) if row else None


def add_own_question(cipher: Cipher, values: dict[str, Any], *, now: Instant) -> StoredQuestion:
    """Keep a question of the leader's own. Raises QuotaReached."""
    question_id = new_id()
    row = OwnQuestion(
        id=question_id,
        account_id=cipher.account,
        key=values["key"],
        behaviour=values.get("behaviour"),
        text_encrypted=_encrypt(cipher, question_id, values["text"]),
        every_days=values.get("every_days"),
        retired=False,
        created_at=now,
    )
    with write_transaction() as session:
        lock_account(session, cipher.account)
        check_quota(
            session,
            sa.select(OwnQuestion.id).where(OwnQuestion.account_id == cipher.account),
            most=MAX_OWN_QUESTIONS,
            sentence=f"You may have {MAX_OWN_QUESTIONS} questions. Delete one, then add another.",
        )
        session.add(row)
    return _decrypt_question(cipher, row)


def update_own_question(
    cipher: Cipher, question_id: UUID, values: dict[str, Any]
) -> StoredQuestion | None:
    """Change one of the leader's own questions; None where there is no such one."""
    with write_transaction() as session:
        row = _find_row(session, cipher.account, question_id)
        if row is None:
            return None
        for name in ("key", "behaviour", "every_days", "retired"):
            if name in values:
                setattr(row, name, values[name])
        if "text" in values:
            row.text_encrypted = _encrypt(cipher, question_id, values["text"])
    return _decrypt_question(cipher, row)


def rewrite_texts(cipher: Cipher, change_text: Callable[[str], str]) -> None:
    """Write the text of every own question anew as `change_text` has it."""
    with write_transaction() as session:
        own = sa.select(OwnQuestion).where(OwnQuestion.account_id == cipher.account)
        own = own.order_by(OwnQuestion.id).with_for_update()
        for row in session.scalars(own.execution_options(populate_existing=True)):
            row.text_encrypted = _encrypt(
                cipher, row.id, change_text(_decrypt_question(cipher, row).text)
            )


def delete_own_question(account: UUID, question_id: UUID) -> bool:
    """Remove one of the leader's own questions; tell whether there was one."""
    with write_transaction() as session:
        removed = count_changed_rows(
            session,
            sa.delete(OwnQuestion).where(
                OwnQuestion.account_id == account, OwnQuestion.id == question_id
            ),
        )
    return bool(removed)


def import_own_questions(
    session: Session, cipher: Cipher, brought: Mapping[str, dict[str, Any]], *, now: Instant
) -> tuple[dict[str, str], list[UUID]]:
    """Add own questions of another account, inside the caller's transaction.

    One that is there already, same words under the same key, is not added again. Return what each
    id has become, and which questions are new.
    """
    there = {(kept.key, kept.text): kept.id for kept in list_own_questions(cipher)}
    ids, new = {}, []
    for old, values in brought.items():
        same = values["key"], values["text"]
        if same not in there:
            if len(there) >= MAX_OWN_QUESTIONS:
                continue  # answers to it stay, as those to a question that was deleted
            there[same] = new_id()
            new.append(there[same])
            session.add(
                OwnQuestion(
                    id=there[same],
                    account_id=cipher.account,
                    key=values["key"],
                    behaviour=values["behaviour"],
                    text_encrypted=_encrypt(cipher, there[same], values["text"]),
                    every_days=values["every_days"],
                    retired=values["retired"],
                    created_at=now,
                )
            )
        ids[old] = str(there[same])
    session.flush()
    return ids, new


def import_served_questions(
    session: Session,
    account: UUID,
    asked: Sequence[DayQuestion],
    ids: Mapping[str, str],
    hidden: Collection[str],
) -> None:
    """Note what another account was asked and had hidden, inside the caller's transaction.

    What this account was asked on a day stays. `ids` holds what own questions' ids have become.
    """
    known = {question.id: question for question in catalogue.list_all_questions()}
    own = {
        str(row.id): row.behaviour
        for row in session.scalars(sa.select(OwnQuestion).where(OwnQuestion.account_id == account))
    }
    rows = []
    for past in asked:
        question = ids.get(past.question, past.question)
        if past.key in catalogue.KEY_SLUGS:
            ours = known.get(question)
            rows.append(
                {
                    "account_id": account,
                    "local_date": past.local_date,
                    "key": past.key,
                    "question": question,
                    "behaviour": ours.behaviour if ours else own.get(question),
                }
            )
    if rows:
        session.connection().execute(upsert(session, ServedQuestion).on_conflict_do_nothing(), rows)
    hides = [{"account_id": account, "question": q} for q in hidden if q in known]
    if hides:
        statement = upsert(session, HiddenQuestion).on_conflict_do_nothing()
        session.connection().execute(statement, hides)


def remove_imported_questions(session: Session, account: UUID, questions: Collection[UUID]) -> None:
    """Remove own questions, inside the caller's transaction."""
    session.execute(
        sa.delete(OwnQuestion).where(
            OwnQuestion.account_id == account, OwnQuestion.id.in_(questions)
        )
    )


def list_hidden_questions(account: UUID) -> frozenset[str]:
    """Return the ids of the catalogue's questions that the leader hid."""
    query = sa.select(HiddenQuestion.question).where(HiddenQuestion.account_id == account)
    return frozenset(db.session.scalars(query))


def hide_question(account: UUID, question: str) -> None:
    """Hide a question of the catalogue. Raises LastQuestion where its key would have none."""
    with write_transaction() as session:
        values = {"account_id": account, "question": question}
        session.execute(upsert(session, HiddenQuestion).values(values).on_conflict_do_nothing())
        hidden = list_hidden_questions(account)
        key = next(q.key for q in catalogue.list_questions() if q.id == question)
        if not any(q.key == key and q.id not in hidden for q in catalogue.list_questions()):
            raise LastQuestion


def show_question(account: UUID, question: str) -> None:
    """Let a hidden question of the catalogue be asked again."""
    with write_transaction() as session:
        session.execute(
            sa.delete(HiddenQuestion).where(
                HiddenQuestion.account_id == account, HiddenQuestion.question == question
            )
        )


@dataclass(frozen=True, slots=True)
class FirstMonth:
    """The track of a first month: the local dates that have its questions, by their number."""

    days: Mapping[int, LocalDate]

    def is_running(self, today: LocalDate) -> bool:
        """Tell whether a question of it is still to come."""
        return any(day >= today for day in self.days.values())


def get_first_month(account: UUID) -> FirstMonth:
    """Return the track as it was laid out; without days where it never was, or was skipped."""
    ids = {
        question.id: n for n, question in enumerate(catalogue.list_first_month_questions(), start=1)
    }
    rows = db.session.execute(
        sa.select(ServedQuestion.question, ServedQuestion.local_date)
        .where(ServedQuestion.account_id == account, ServedQuestion.question.in_(ids))
        .order_by(ServedQuestion.local_date)  # begun twice, the later one is what counts
    )
    return FirstMonth({ids[question]: day for question, day in rows})


def begin_first_month(account: UUID, *, today: LocalDate) -> FirstMonth:
    """Lay out the questions of a first month over the practice days to come, in order.

    It ends by itself; begun again, it starts anew. A day whose question under that key is chosen
    already is asked the track's instead. Raises NoPracticeDays where the next two years hold too
    few.
    """
    calendar = calendar_store.load_calendar(account)
    days = calendar.find_next_practice_days(today, catalogue.FIRST_MONTH_DAYS)
    if len(days) < catalogue.FIRST_MONTH_DAYS:
        raise NoPracticeDays
    rows = [
        {
            "account_id": account,
            "local_date": day,
            "key": question.key,
            "question": question.id,
            "behaviour": question.behaviour,
        }
        for day, question in zip(days, catalogue.list_first_month_questions(), strict=True)
    ]
    with write_transaction() as session:
        session.execute(_build_delete_remaining(account, today))
        statement = upsert(session, ServedQuestion)
        session.connection().execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "local_date", "key"],
                set_={
                    "question": statement.excluded.question,
                    "behaviour": statement.excluded.behaviour,
                },
            ),
            rows,
        )
    return FirstMonth(dict(enumerate(days, start=1)))


def skip_first_month(account: UUID, *, today: LocalDate) -> None:
    """Take back the questions of a first month that are still to come, today's included."""
    with write_transaction() as session:
        session.execute(_build_delete_remaining(account, today))


def _build_delete_remaining(account: UUID, today: LocalDate) -> sa.Delete:
    """Return what deletes the questions of a first month from today on."""
    return sa.delete(ServedQuestion).where(
        ServedQuestion.account_id == account,
        ServedQuestion.local_date >= today,
        ServedQuestion.question.in_(
            [question.id for question in catalogue.list_first_month_questions()]
        ),
    )


def get_questions_of_day(
    cipher: Cipher,
    day: LocalDate,
    *,
    scored: Sequence[MirrorScore],
    answered: Mapping[str, str] | None = None,
) -> list[Question]:
    """Return the questions of a local day, one per key.

    They are chosen when first asked for and kept, so that they are the same on every device all
    day, whatever the leader scores, hides or adds meanwhile. Under a key that is `answered`, it is
    the question that was, which a device without a connection may have asked instead.
    """
    kept = _list_served_on(cipher.account, day)
    if len(kept) < len(catalogue.list_keys()):
        choose_questions_of_day(day, {cipher.account: scored})
        kept = _list_served_on(cipher.account, day)
    chosen = {row.key: row for row in kept}
    known = _get_known_questions(cipher)
    questions = []
    for key in catalogue.KEY_SLUGS:
        there = known.get((answered or {}).get(key, ""))
        if there is not None and there.key == key:
            questions.append(there)
        elif key in chosen:
            questions.append(_to_served_question(known, chosen[key]))
    return questions


def preview_questions(
    cipher: Cipher, days: Sequence[LocalDate], *, scored: Sequence[MirrorScore]
) -> dict[LocalDate, list[Question]]:
    """Return the questions of local days to come, as things stand: nothing is chosen by this.

    What is chosen already stays; the other days are as they would be if nothing more were scored.
    """
    known = _get_known_questions(cipher)
    visible = _list_visible_questions([cipher.account])
    asked = _list_served_around(days[0], visible)[cipher.account]
    leaning = {
        day: get_leaning_key(cipher.account, day) for day in {_get_month_start(day) for day in days}
    }
    ahead = {}
    for day in days:
        chosen = {a.key: a for a in asked if a.local_date == day}
        drawn = choose_questions(
            day,
            leader=cipher.account,
            keys=catalogue.list_keys(),
            questions=visible[cipher.account],
            served=asked,
            scores=scored,
            focus_key=leaning[_get_month_start(day)],
        )
        new = [DayQuestion(q.id, q.key, q.behaviour, day) for q in drawn if q.key not in chosen]
        asked += new
        there = chosen | {a.key: a for a in new}
        ahead[day] = [_to_served_question(known, there[q.key]) for q in drawn]
    return ahead


def record_served_questions(account: UUID, day: LocalDate, answered: Mapping[str, str]) -> None:
    """Note which question was answered under each key, where none was chosen for that day yet.

    A device without a connection asks what it has with it; what it asked rests like any other.
    """
    ours = {q.id: q for q in _list_visible_questions([account])[account]} | {
        q.id: q for q in catalogue.list_all_questions()
    }
    rows = [
        {
            "account_id": account,
            "local_date": day,
            "key": key,
            "question": question,
            "behaviour": ours[question].behaviour,
        }
        for key, question in answered.items()
        if question in ours and ours[question].key == key
    ]
    if not rows or len(_list_served_on(account, day)) == len(catalogue.list_keys()):
        return
    with write_transaction() as session:
        session.connection().execute(upsert(session, ServedQuestion).on_conflict_do_nothing(), rows)


def choose_questions_of_day(day: LocalDate, scored: Mapping[UUID, Sequence[MirrorScore]]) -> None:
    """Choose the questions of a local day for leaders who have none yet, any number at once.

    `scored` holds each leader's mirror scores of the days before, by account. What is chosen
    already stays, and an account that is being erased is passed over.
    """
    visible = _list_visible_questions(scored)
    asked = _list_served_around(day, visible)
    leaning = get_leaning_keys(scored, day)
    chosen = {
        account: choose_questions(
            day,
            leader=account,
            keys=catalogue.list_keys(),
            questions=visible[account],
            served=asked[account],
            scores=scored[account],
            focus_key=leaning.get(account),
        )
        for account in scored
    }
    with write_transaction() as session:
        # Two devices may choose at the same moment; what stands first is what both read. All
        # write in one order, so that neither waits for a row that the other holds.
        rows = [
            {
                "account_id": account,
                "local_date": day,
                "key": q.key,
                "question": q.id,
                "behaviour": q.behaviour,
            }
            for account in sorted(lock_against_erasing(session, chosen))
            for q in chosen[account]
        ]
        if rows:
            statement = upsert(session, ServedQuestion).on_conflict_do_nothing()
            session.connection().execute(statement, rows)


def get_leaning_key(account: UUID, day: LocalDate) -> str | None:
    """Return the key that the questions of the month of `day` lean on; None where none was chosen.

    What was chosen for an earlier month ends with it.
    """
    return get_leaning_keys([account], day).get(account)


def get_leaning_keys(accounts: Collection[UUID], day: LocalDate) -> dict[UUID, str]:
    """Return the key that each of these accounts leans on in the month of `day`, where it has."""
    rows = db.session.execute(
        sa.select(LeaningKey.account_id, LeaningKey.key).where(
            LeaningKey.account_id.in_(accounts), LeaningKey.first_date == _get_month_start(day)
        )
    )
    return {row.account_id: row.key for row in rows}


def set_leaning_key(
    session: Session, account: UUID, first_date: LocalDate, key: str | None
) -> None:
    """Let the questions of the month that begins on `first_date` lean on a key, or on none.

    Inside the caller's transaction. Questions that are chosen already stay.
    """
    session.execute(
        sa.delete(LeaningKey).where(
            LeaningKey.account_id == account, LeaningKey.first_date == first_date
        )
    )
    if key is not None:
        session.add(LeaningKey(account_id=account, first_date=first_date, key=key))


def list_served_questions(
    session: Session, accounts: Collection[UUID], days: Collection[LocalDate]
) -> dict[tuple[UUID, LocalDate], list[Question]]:
    """Return the questions already chosen for these accounts on these local days, by both.

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
    """Return every question that a day has asked, by local date and key."""
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
    """Return the questions that each leader may be asked; their own without the text."""
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
    """Return what was asked within HISTORY of `day`, and when a rhythm's question was before."""
    of_whom = ServedQuestion.account_id.in_(visible)
    what = (
        ServedQuestion.account_id,
        ServedQuestion.question,
        ServedQuestion.key,
        ServedQuestion.behaviour,
    )
    near = sa.select(*what, ServedQuestion.local_date).where(
        of_whom, ServedQuestion.local_date.between(day - HISTORY, day + HISTORY)
    )
    rows = list(db.session.connection().execute(near))
    rhythmic = [q.id for questions in visible.values() for q in questions if q.every_days]
    if rhythmic:
        last = sa.func.max(ServedQuestion.local_date, type_=ServedQuestion.local_date.type)
        long_ago = sa.select(*what, last).where(
            of_whom,
            ServedQuestion.local_date < day - HISTORY,
            ServedQuestion.question.in_(rhythmic),
        )
        rows += db.session.connection().execute(long_ago.group_by(*what))
    asked: defaultdict[UUID, list[DayQuestion]] = defaultdict(list)
    for account, question, key, behaviour, asked_on in rows:
        asked[account].append(DayQuestion(question, key, behaviour, asked_on))
    return asked


def _get_known_questions(cipher: Cipher) -> dict[str, Question]:
    """Return every question that the leader may have been asked, by its id."""
    own = (Question(str(q.id), q.key, q.behaviour, q.text) for q in list_own_questions(cipher))
    return {q.id: q for q in (*catalogue.list_all_questions(), *own)}


def _get_month_start(day: LocalDate) -> LocalDate:
    return LocalDate(day.replace(day=1))


def _to_served_question(
    known: Mapping[str, Question], asked: DayQuestion | ServedQuestion
) -> Question:
    """Return a question as it was asked; one that its leader removed has lost its text."""
    text = known[asked.question].text if asked.question in known else ""
    return Question(asked.question, asked.key, asked.behaviour, text)


def _list_served_on(account: UUID, day: LocalDate) -> list[ServedQuestion]:
    query = sa.select(ServedQuestion).where(
        ServedQuestion.account_id == account, ServedQuestion.local_date == day
    )
    return list(db.session.scalars(query))


def _find_row(session: Session, account: UUID, question_id: UUID) -> OwnQuestion | None:
    query = sa.select(OwnQuestion).where(
        OwnQuestion.account_id == account, OwnQuestion.id == question_id
    )
    return session.scalar(query)


def _decrypt_question(cipher: Cipher, row: OwnQuestion) -> StoredQuestion:
    text = cipher.decrypt_text(
        row.text_encrypted, table="own_questions", column="text_encrypted", row=row.id
    )
    return StoredQuestion(row.id, row.key, row.behaviour, text, row.every_days, row.retired)


def _encrypt(cipher: Cipher, question_id: UUID, text: str) -> bytes:
    return cipher.encrypt_text(
        text, table="own_questions", column="text_encrypted", row=question_id
    )
