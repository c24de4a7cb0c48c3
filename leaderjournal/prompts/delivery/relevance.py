"""Which claimed messages are no longer worth sending, and why.

A message may have waited since it was due: its leader may have written meanwhile, changed the
schedule, or erased the account.
"""

import logging
from collections.abc import Collection, Container, Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.locks.store import lock_day_settings
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.suspension import store as suspension_store
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.kernel.encryption import DecryptionFailed
from leaderjournal.prompts.delivery import store
from leaderjournal.prompts.delivery.message_store import ClaimedMessage, MessageResult
from leaderjournal.prompts.delivery.review_invitations import PromptKey
from leaderjournal.prompts.delivery.rules import is_still_wanted
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.models import PromptSchedule
from leaderjournal.prompts.schedule.rules import AT_RISK
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.streaks import store as streaks_store

log = logging.getLogger("leaderjournal.prompts")

AccountDay = tuple[UUID, LocalDate]


@dataclass(frozen=True, slots=True)
class _Facts:
    """The current facts about the accounts and local days of a batch of messages."""

    schedules: Mapping[UUID, PromptSchedule]
    zones: Mapping[UUID, str]
    suspended: Container[UUID]
    mailable: Container[UUID]
    completed: Container[AccountDay]
    paused: Container[AccountDay]
    newest: Mapping[AccountDay, int]
    invitations: Container[PromptKey]

    def find_reason(self, message: ClaimedMessage, now: Instant) -> str:
        """Return why a message is not sent, as its outcome; empty where it is."""
        day = message.account_id, message.local_date
        row = self.schedules.get(message.account_id)
        reason = ""
        if row is None or message.account_id not in self.zones:
            reason = "erased"
        elif message.expires_at <= now:
            reason = "expired"
        elif day in self.completed and (*day, message.slot) not in self.invitations:
            reason = "written"
        elif message.number < self.newest.get(day, 0):
            reason = "replaced"
        elif not self._is_wanted(message, row, now):
            reason = "unwanted"
        elif message.slot == AT_RISK and not _is_streak_at_risk(message):
            reason = "safe"
        return reason

    def _is_wanted(self, message: ClaimedMessage, row: PromptSchedule, now: Instant) -> bool:
        account = message.account_id
        if (account, message.local_date) in self.paused or account in self.suspended:
            return False
        if message.device is None and not (row.by_mail and account in self.mailable):
            return False
        return is_still_wanted(
            schedule_store.parse_schedule(row),
            slot=message.slot,
            local_date=message.local_date,
            zone=self.zones[account],
            snoozed_until=row.snoozed_until,
            now=now,
        )


def find_irrelevant(
    messages: Sequence[ClaimedMessage], invitations: Container[PromptKey], *, now: Instant
) -> list[MessageResult]:
    """Return the messages that are not sent any more, each with the reason as its outcome.

    Prompts among `invitations` to a review are sent though the day is completed.
    """
    facts = _gather_facts(
        {message.account_id for message in messages},
        {message.local_date for message in messages},
        invitations,
    )
    return [
        MessageResult(message, reason, None, None, now)
        for message in messages
        if (reason := facts.find_reason(message, now))
    ]


def _gather_facts(
    accounts: Set[UUID], days: Collection[LocalDate], invitations: Container[PromptKey]
) -> _Facts:
    session = db.session
    return _Facts(
        completed=day_figures_store.find_completed_days(session, accounts, days),
        paused=calendar_store.find_paused_days(session, accounts, days),
        newest=store.find_newest_numbers(session, accounts, days),
        schedules=schedule_store.find_schedules(session, accounts),
        suspended=suspension_store.find_suspended_accounts(session, accounts),
        mailable=suspension_store.find_mailable_accounts(session, accounts),
        zones={
            account: zone for account, (zone, _) in lock_day_settings(session, accounts).items()
        },
        invitations=invitations,
    )


def _is_streak_at_risk(message: ClaimedMessage) -> bool:
    try:
        leader = accounts_store.find_leader(message.account_id)
    except DecryptionFailed:
        log.warning("DATA_KEYS lacks the key of an account: its streak is unknown")
        return False
    if leader is None:
        return False
    return streaks_store.get_streaks(leader, today=message.local_date).overall.at_risk
