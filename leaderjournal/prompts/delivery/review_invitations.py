"""Which prompts invite to the review of the month instead of asking a question of the day.

It is the last prompt of the month's last practice day, whether that day is completed or not.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from leaderjournal.kernel.days import LocalDate
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.rules import Slot
from leaderjournal.reviews.monthly.invitations import store as invitations_store
from leaderjournal.reviews.periods.rules import Period

PromptKey = tuple[UUID, LocalDate, Slot]
"""An account, a local day and a slot of that day."""


def find_invitations(session: Session, prompts: Collection[PromptKey]) -> dict[PromptKey, Period]:
    """Return those of the prompts that invite to a review, with its month."""
    months = invitations_store.find_review_invitations(
        session, {(account, day) for account, day, _ in prompts}
    )
    if not months:
        return {}
    accounts = {account for account, _ in months}
    last_slots = {
        account: max(row.times.split(), default="")
        for account, row in schedule_store.find_schedules(session, accounts).items()
    }
    return {
        (account, day, slot): months[account, day]
        for account, day, slot in prompts
        if (account, day) in months and slot == last_slots.get(account)
    }
