"""What the messages of a batch say: a question of the day or an invitation, no leader's words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from uuid import UUID

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Question
from leaderjournal.prompts.delivery.invitations import PromptKey
from leaderjournal.prompts.delivery.store import ClaimedMessage
from leaderjournal.prompts.rules import PromptContent, compose_invitation, compose_prompt
from leaderjournal.questions.served import store as served_questions_store
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.periods.rules import Period


def compose_contents(
    messages: Sequence[ClaimedMessage], invited: Mapping[PromptKey, Period]
) -> dict[UUID, PromptContent]:
    """Return what each message says, by its id; a day whose questions are not chosen yet gets them.

    Those `invited` invite to the review of their month. The key turns from day to day, and from
    prompt to prompt of a day.
    """
    asked = ensure_questions({(message.account_id, message.local_date) for message in messages})
    keys = catalogue.list_keys()
    said = {}
    for message in messages:
        day = message.account_id, message.local_date
        month = invited.get((*day, message.slot))
        said[message.id] = (
            compose_invitation(month.first, keys=keys)
            if month
            else compose_prompt(
                asked.get(day, []),
                keys=keys,
                prompt_number=message.local_date.toordinal() + message.number,
            )
        )
    return said


def ensure_questions(
    wanted: Set[tuple[UUID, LocalDate]],
) -> dict[tuple[UUID, LocalDate], list[Question]]:
    """Return the questions of these accounts' local days, chosen now where they are not yet."""
    accounts, days = {account for account, _ in wanted}, {day for _, day in wanted}
    asked = served_questions_store.list_served_questions(db.session, accounts, days)
    by_day = defaultdict(set)
    for account, day in wanted - set(asked):
        by_day[day].add(account)
    for day, leaders in by_day.items():
        served_questions_store.choose_questions_of_day(
            day, day_figures_store.list_scores_by_account(leaders, day)
        )
        asked |= served_questions_store.list_served_questions(db.session, leaders, [day])
    return asked
