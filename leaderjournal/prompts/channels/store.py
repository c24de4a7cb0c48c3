"""Reads a leader's channels from the database and the settings."""

from collections.abc import Sequence

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.context import get_settings
from leaderjournal.prompts.channels.rules import Channels, MailState
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.rules import Outcome
from leaderjournal.prompts.push.store import DeviceStatus
from leaderjournal.prompts.schedule.store import LeaderSchedule


def get_mail_state(leader: Leader) -> MailState:
    """Return whether mail can be sent to the leader."""
    if not get_settings().smtp_url:
        return MailState.NO_SERVER
    return MailState.WORKS if leader.email_verified_at else MailState.UNVERIFIED


def get_channels(
    leader: Leader, schedule: LeaderSchedule, devices: Sequence[DeviceStatus] | None = None
) -> Channels:
    """Return the leader's channels, given their schedule and, if known, devices."""
    if devices is None:
        devices = push_store.list_devices(leader.id)
    working = sum(
        device.current_key and device.last_outcome != Outcome.REFUSED.value for device in devices
    )
    return Channels(
        devices=working,
        stale_devices=len(devices) - working,
        mail=get_mail_state(leader),
        by_mail=schedule.by_mail,
        calendar=schedule.has_calendar,
    )
