"""What the database and the settings hold of ways to a leader."""

from collections.abc import Sequence

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.context import settings
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.rules import Outcome
from leaderjournal.prompts.push.store import KeptDevice
from leaderjournal.prompts.reach.rules import MailState, Reach
from leaderjournal.prompts.schedule.store import KeptSchedule


def mail_state_of(leader: Leader) -> MailState:
    """Return whether mail can be sent to the leader."""
    if not settings().smtp_url:
        return MailState.NO_SERVER
    return MailState.WORKS if leader.email_verified_at else MailState.UNVERIFIED


def reach_of(
    leader: Leader, kept: KeptSchedule, devices: Sequence[KeptDevice] | None = None
) -> Reach:
    """Return which ways there are to the leader, given their schedule and, if known, devices."""
    if devices is None:
        devices = push_store.devices_of(leader.id)
    working = sum(
        device.current_key and device.last_outcome != Outcome.REFUSED.value for device in devices
    )
    return Reach(
        devices=working,
        resting=len(devices) - working,
        mail=mail_state_of(leader),
        by_mail=kept.by_mail,
        calendar=kept.has_calendar,
    )
