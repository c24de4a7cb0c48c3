"""The page of settings for prompts, and its form of the schedule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import render_template, request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.forms import read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.zone_choices import format_zone
from leaderjournal.prompts.channels import store as channel_store
from leaderjournal.prompts.channels.rules import MailState
from leaderjournal.prompts.letter import store as letter_store
from leaderjournal.prompts.pages.blueprint import MAIL_WAITS, Page, blueprint, flash_and_return
from leaderjournal.prompts.pages.calendar import find_feed_url
from leaderjournal.prompts.pages.devices import DeviceRow, build_device_row
from leaderjournal.prompts.pages.letter import LetterSection, build_letter_section
from leaderjournal.prompts.pages.reminders import ReminderState, summarize_reminders
from leaderjournal.prompts.pages.schedule_form import ScheduleForm
from leaderjournal.prompts.push import ended_store
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.ended_store import LostDevice
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.schemas import MAX_TIMES, ScheduleSchema
from leaderjournal.prompts.schedule.silent_times.rules import explain_silent_times


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What the page of settings shows.

    `zone` names the leader's time zone; `next_due_at` and `snoozed_until` are None once they are
    past; `feed_url` is None where the calendar has no address; `errors` are messages by the form's
    field; `warnings` name the stored times at which no prompt comes.
    """

    form: ScheduleForm
    zone: str
    max_times: int
    reminders: ReminderState
    is_offer: bool
    next_due_at: Instant | None
    snoozed_until: Instant | None
    devices: Sequence[DeviceRow]
    lost_devices: Sequence[LostDevice]
    letter: LetterSection
    feed_url: str | None
    errors: Errors
    warnings: Sequence[str]


@blueprint.get("/settings/prompts")
@login_required
def settings() -> Page:
    """Show when and where the leader is prompted."""
    return _render_settings()


@blueprint.post("/settings/prompts")
@login_required
def save_schedule() -> Page:
    """Save the schedule or, without script, return the form with a time added or removed."""
    form = ScheduleForm.from_request()
    if {"add_time", "remove_time"} & request.form.keys():
        return _render_settings(form)
    values, errors = read_form(ScheduleSchema(), form.to_document())
    if errors:
        return _render_settings(form, _group_by_field(errors)), 422
    leader = get_current_leader()
    schedule, by_mail = values["schedule"], values["by_mail"]
    before = schedule_store.get_schedule(leader)
    found = channel_store.get_channels(leader, replace(before, by_mail=by_mail))
    if found.mail is MailState.NO_SERVER:
        by_mail = by_mail and before.by_mail  # mail that is not offered cannot be turned on
    # Reminders stay off until there is a channel by which they come; the page says how to get one.
    schedule = replace(schedule, enabled=schedule.enabled and found.can_deliver)
    schedule_store.save_schedule(leader, schedule, by_mail=by_mail, now=clock.now())
    return flash_and_return(MAIL_WAITS if found.mail_waits else "Saved.")


def _render_settings(form: ScheduleForm | None = None, errors: Errors | None = None) -> str:
    leader, now = get_current_leader(), clock.now()
    stored = schedule_store.get_schedule(leader)
    devices = push_store.list_devices(leader.id)
    reminders = summarize_reminders(leader, stored, devices)
    page = SettingsPage(
        form=form or ScheduleForm.from_stored(stored),
        zone=format_zone(leader.time_zone, now),
        max_times=MAX_TIMES,
        reminders=reminders,
        is_offer=not stored.chosen,
        next_due_at=_drop_past(stored.next_due_at, now),
        snoozed_until=_drop_past(stored.snoozed_until, now),
        devices=[build_device_row(device) for device in devices],
        lost_devices=ended_store.list_lost_devices(leader.id),
        letter=build_letter_section(letter_store.get_choice(leader.id), reminders),
        feed_url=find_feed_url(leader),
        errors=errors or {},
        warnings=explain_silent_times(stored.schedule, leader.day_starts_at),
    )
    return render_template("prompts/settings.html", page=page, reminders=reminders)


def _drop_past(moment: Instant | None, now: Instant) -> Instant | None:
    return moment if moment is not None and moment > now else None


def _group_by_field(errors: Errors) -> Errors:
    """Return the messages by the form's fields: those of times.2 belong to times."""
    grouped: Errors = {}
    for field, messages in errors.items():
        known = grouped.setdefault(field.partition(".")[0], [])
        known.extend(message for message in messages if message not in known)
    return grouped
