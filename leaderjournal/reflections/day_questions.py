"""The questions of a day, chosen by what the leader scored before it."""

from collections.abc import Mapping, Sequence
from functools import partial

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Question
from leaderjournal.questions.served import store as served_questions_store
from leaderjournal.reflections.figures.store import list_scores_before
from leaderjournal.reflections.rules import StoredDay


def get_day_questions(
    leader: Leader, local_date: LocalDate, *, answered: Mapping[str, str] | None = None
) -> list[Question]:
    """Return the questions of a local day, one per key; under an answered key, that question."""
    return served_questions_store.get_questions_of_day(
        leader.cipher,
        local_date,
        list_scores=partial(list_scores_before, leader.id, local_date),
        answered=answered,
    )


def preview_day_questions(
    leader: Leader, days: Sequence[LocalDate]
) -> dict[LocalDate, list[Question]]:
    """Return the questions of local days from the first of `days` on, without storing a choice."""
    return served_questions_store.preview_questions(
        leader.cipher, days, scores=list_scores_before(leader.id, days[0])
    )


def record_answered_questions(leader: Leader, day: StoredDay) -> None:
    """Record the questions that a day answered, as a device without a connection chose them."""
    answered = {answer.key: answer.question for answer in day.content.answers if answer.question}
    served_questions_store.record_served_questions(leader.id, day.local_date, answered)
