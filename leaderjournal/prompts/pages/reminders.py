"""Whether reminders reach the leader, for any page that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_login import current_user
from werkzeug.local import LocalProxy

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.store import Leader
from leaderjournal.prompts.channels import rules as channel_rules
from leaderjournal.prompts.channels import store as channel_store
from leaderjournal.prompts.channels.rules import Channel, Channels, MailState
from leaderjournal.prompts.pages.blueprint import blueprint
from leaderjournal.prompts.push.store import DeviceStatus
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.store import LeaderSchedule


@dataclass(frozen=True, slots=True)
class ReminderState:
    """Whether reminders are on and by which channels they come, in words for a page.

    `can_reach` tells whether there is a channel at all, be reminders on or off. `channels`,
    `silence`, `next_step` and `first_step` are as `channels.rules` words them.
    """

    enabled: bool
    can_reach: bool
    will_come: bool
    channels: str
    silence: str
    next_step: str
    first_step: str
    other_channels: str
    can_send_mail: bool
    mail_waits: bool
    only_by_calendar: bool

    @property
    def are_silent(self) -> bool:
        """Whether reminders are on and none comes."""
        return self.enabled and not self.will_come


def summarize_reminders(
    leader: Leader, schedule: LeaderSchedule, devices: Sequence[DeviceStatus] | None = None
) -> ReminderState:
    """Return the state of the leader's reminders, given their schedule and, if known, devices."""
    found = channel_store.get_channels(leader, schedule, devices)
    return describe_channels(found, enabled=schedule.schedule.enabled)


def describe_channels(found: Channels, *, enabled: bool) -> ReminderState:
    """Return what to say about reminders that are on or off and have these channels."""
    return ReminderState(
        enabled=enabled,
        can_reach=bool(found.channels),
        will_come=enabled and bool(found.channels),
        channels=channel_rules.format_channels(found),
        silence=channel_rules.explain_silence(found),
        next_step=channel_rules.suggest_next_step(found),
        first_step=channel_rules.suggest_first_step(found),
        other_channels=channel_rules.suggest_other_channels(found),
        can_send_mail=found.mail is not MailState.NO_SERVER,
        mail_waits=found.mail is MailState.UNVERIFIED,
        only_by_calendar=found.channels == (Channel.CALENDAR,),
    )


def _get_reminders() -> ReminderState:
    if "reminders" not in g:
        leader = get_current_leader()
        g.reminders = summarize_reminders(leader, schedule_store.get_schedule(leader))
    found: ReminderState = g.reminders
    return found


@blueprint.app_context_processor
def _provide_reminders() -> dict[str, Any]:
    # Computed only where a template asks for it.
    return {"reminders": LocalProxy(_get_reminders)} if current_user else {}
