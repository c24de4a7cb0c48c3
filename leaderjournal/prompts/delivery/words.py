"""What the messages of a batch say: one of the day's questions each, never a leader's own words."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.prompts.delivery.store import Waiting
from leaderjournal.prompts.rules import Said, what_to_say
from leaderjournal.questions import store as questions_store
from leaderjournal.reflections import store as reflections_store


def words_of(messages: Sequence[Waiting]) -> dict[UUID, Said]:
    """Return what each message says, by its id; a day whose questions are not chosen yet gets them.

    The key turns from day to day, and from prompt to prompt of a day.
    """
    wanted = {(message.account_id, message.local_date) for message in messages}
    choose_missing(wanted)
    asked = questions_store.asked_among(
        db.session, {account for account, _ in wanted}, {day for _, day in wanted}
    )
    keys = catalogue.keys()
    return {
        message.id: what_to_say(
            asked.get((message.account_id, message.local_date), []),
            keys=keys,
            prompt_number=message.local_date.toordinal() + message.number,
        )
        for message in messages
    }


def choose_missing(wanted: Collection[tuple[UUID, LocalDate]]) -> None:
    """Choose the questions of these accounts' local days where they are not chosen yet."""
    accounts, days = {account for account, _ in wanted}, {day for _, day in wanted}
    by_day = defaultdict(set)
    for account, day in set(wanted) - questions_store.chosen_among(db.session, accounts, days):
        by_day[day].add(account)
    for day, leaders in by_day.items():
        questions_store.choose(day, reflections_store.scores_before_among(leaders, day))
