"""Composes the content of a batch of messages: a question of the day or an invitation.

Nothing that a leader wrote is part of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from uuid import UUID

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Question
from leaderjournal.prompts.content.rules import PromptContent, compose_invitation, compose_prompt
from leaderjournal.prompts.delivery.message_store import ClaimedMessage
from leaderjournal.prompts.delivery.review_invitations import PromptKey
from leaderjournal.questions.served import store as served_questions_store
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.periods.rules import Period


def compose_contents(
    messages: Sequence[ClaimedMessage], invitations: Mapping[PromptKey, Period]
) -> dict[UUID, PromptContent]:
    """Return the content of each message by its id, and choose the questions of days without.

    Prompts among `invitations` invite to the review of their month. The key changes from day to day
    and from prompt to prompt of a day.
    """
    questions = ensure_questions({(message.account_id, message.local_date) for message in messages})
    keys = catalogue.list_keys()
    contents = {}
    for message in messages:
        day = message.account_id, message.local_date
        month = invitations.get((*day, message.slot))
        contents[message.id] = (
            compose_invitation(month.first, keys=keys)
            if month
            else compose_prompt(
                questions.get(day, []),
                keys=keys,
                prompt_number=message.local_date.toordinal() + message.number,
            )
        )
    return contents


def ensure_questions(
    days: Set[tuple[UUID, LocalDate]],
) -> dict[tuple[UUID, LocalDate], list[Question]]:
    """Return the questions of these accounts' local days, and choose those that are not yet."""
    accounts, dates = {account for account, _ in days}, {date for _, date in days}
    questions = served_questions_store.list_served_questions(db.session, accounts, dates)
    missing = defaultdict(set)
    for account, date in days - set(questions):
        missing[date].add(account)
    for date, leaders in missing.items():
        served_questions_store.choose_questions_of_day(
            date, day_figures_store.list_scores_by_account(leaders, date)
        )
        questions |= served_questions_store.list_served_questions(db.session, leaders, [date])
    return questions
