"""Prompts as pages: when the leader is asked, on which devices, by mail and in a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug import Response as Redirect
from werkzeug.local import LocalProxy

from leaderjournal.accounts.access import get_current_leader, needs_no_csrf_token
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings as service_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.forms import read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.prompts.channels import rules as reach_rules
from leaderjournal.prompts.channels import store as reach_store
from leaderjournal.prompts.delivery.device_testing import send_test_message
from leaderjournal.prompts.fortnightly import store as letter_store
from leaderjournal.prompts.letters.calendar import render_feed as calendar_feed
from leaderjournal.prompts.letters.unsubscribing import LETTER, PROMPTS, read_unsubscribe_token
from leaderjournal.prompts.limits import tests_per_account
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.rules import Outcome
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.schemas import MAX_TIMES, ScheduleSchema

blueprint = Blueprint("prompts", __name__)

Page = Redirect | Response | str | tuple[str, int]

MAIL_WAITS = "Saved. Mail begins once your address is confirmed."
SWITCHES = ("enabled", "streak_at_risk", "by_mail")
TEST_NOTICES = {
    Outcome.SENT: ("The test is on its way. It shows within a few seconds.", "good"),
    Outcome.GONE: ("That device no longer takes prompts. Turn them on there once more.", "problem"),
    Outcome.LATER: ("Its push service did not answer. Try again in a minute.", "problem"),
    Outcome.REFUSED: (
        "Its push service refused the test. Turn prompts off and on again on that device.",
        "problem",
    ),
}


@dataclass(frozen=True, slots=True)
class ScheduleForm:
    """The schedule as the form shows it: what is stored, or what was just submitted."""

    enabled: bool
    times: Sequence[str]
    weekdays: frozenset[int]
    quiet_from: str
    quiet_to: str
    paused_until: str
    streak_at_risk: bool
    by_mail: bool

    @classmethod
    def from_stored(cls, kept: schedule_store.LeaderSchedule) -> "ScheduleForm":
        """Return what is stored, or the offer where nothing has been chosen yet."""
        schedule = kept.schedule
        return cls(
            # Who saves the offer takes it.
            enabled=schedule.enabled or not kept.chosen,
            times=[_format_clock_time(moment) for moment in schedule.times],
            weekdays=schedule.weekdays,
            quiet_from=_format_clock_time(schedule.quiet_from),
            quiet_to=_format_clock_time(schedule.quiet_to),
            paused_until=str(schedule.paused_until or ""),
            streak_at_risk=schedule.streak_at_risk,
            by_mail=kept.by_mail,
        )

    @classmethod
    def from_request(cls) -> "ScheduleForm":
        """Return what the form holds, with the line that one of its buttons adds or removes."""
        times = request.form.getlist("times")
        removed = request.form.get("remove_time", type=int)
        if removed is not None:
            times = [line for at, line in enumerate(times) if at != removed]
        if "add_time" in request.form:
            times.append("")
        chosen = request.form.getlist("weekdays")
        return cls(
            times=times[:MAX_TIMES],
            weekdays=frozenset(int(day) for day in chosen if day in set("1234567")),
            quiet_from=request.form.get("quiet_from", ""),
            quiet_to=request.form.get("quiet_to", ""),
            paused_until=request.form.get("paused_until", ""),
            **{name: name in request.form for name in SWITCHES},
        )

    def to_document(self) -> dict[str, Any]:
        """Return the schedule as the API would take it; an empty line is no time."""
        return {
            "enabled": self.enabled,
            "times": [line for line in self.times if line],
            "weekdays": sorted(self.weekdays),
            "quiet_from": self.quiet_from or None,
            "quiet_to": self.quiet_to or None,
            "paused_until": self.paused_until or None,
            "streak_at_risk": self.streak_at_risk,
            "by_mail": self.by_mail,
        }


def _format_clock_time(moment: time | None) -> str:
    return moment.strftime("%H:%M") if moment else ""


def _render_settings(form: ScheduleForm | None = None, errors: Errors | None = None) -> str:
    leader = get_current_leader()
    kept = schedule_store.get_schedule(leader)
    token = schedule_store.get_calendar_token(leader.cipher)
    devices = push_store.list_devices(leader.id)
    state = _build_reminder_state(leader, kept, devices)
    return render_template(
        "prompts/settings.html",
        schedule=form or ScheduleForm.from_stored(kept),
        most_times=MAX_TIMES,
        reminders=state,
        is_offer=not kept.chosen,
        next_due_at=kept.next_due_at if _is_ahead(kept.next_due_at) else None,
        snoozed_until=kept.snoozed_until if _is_ahead(kept.snoozed_until) else None,
        devices=devices,
        lost_devices=push_store.list_lost_devices(leader.id),
        calendar_address=_build_calendar_address(token) if token else None,
        letter=letter_store.get_choice(leader.id),
        errors=errors or {},
    )


def _build_reminder_state(
    leader: Leader,
    kept: schedule_store.LeaderSchedule,
    devices: Sequence[push_store.DeviceStatus] | None = None,
) -> dict[str, Any]:
    """Return what is true of the leader's reminders, for pages to say."""
    reach = reach_store.get_channels(leader, kept, devices)
    return {
        "enabled": kept.schedule.enabled,
        "come": kept.schedule.enabled and bool(reach.channels),
        "by": reach_rules.format_channels(reach),
        "silence": reach_rules.explain_silence(reach),
        "next_step": reach_rules.suggest_next_step(reach),
        "other_ways": reach_rules.suggest_other_channels(reach),
        "sends_mail": reach.mail is not reach_rules.MailState.NO_SERVER,
        "mail_waits": reach.mail is reach_rules.MailState.UNVERIFIED,
        "calendar_alone": reach.channels == (reach_rules.Channel.CALENDAR,),
    }


def _get_reminders() -> dict[str, Any]:
    if "reminders" not in g:
        leader = get_current_leader()
        g.reminders = _build_reminder_state(leader, schedule_store.get_schedule(leader))
    found: dict[str, Any] = g.reminders
    return found


@blueprint.app_context_processor
def _provide_reminders() -> dict[str, Any]:
    # The page of the day says what is true of them; worked out only where a template asks.
    return {"reminders": LocalProxy(_get_reminders)} if current_user else {}


def _is_ahead(moment: Instant | None) -> bool:
    return moment is not None and moment > clock.now()


def _build_calendar_address(token: str) -> str:
    return service_settings().public_url + url_for("prompts.calendar", token=token)


def _flash_and_return(
    sentence: str, category: str = "good", *, part: str | None = None
) -> Redirect:
    flash(sentence, category)
    return redirect(url_for("prompts.settings", _anchor=part), 303)


@blueprint.get("/settings/prompts")
@login_required
def settings() -> Page:
    """Show when and where the leader is asked."""
    return _render_settings()


@blueprint.post("/settings/prompts")
@login_required
def save_schedule() -> Page:
    """Keep the schedule; or, without script, give the form back with a time more or less."""
    form = ScheduleForm.from_request()
    if {"add_time", "remove_time"} & request.form.keys():
        return _render_settings(form)
    values, errors = read_form(ScheduleSchema(), form.to_document())
    if errors:
        return _render_settings(form, _group_by_field(errors)), 422
    leader = get_current_leader()
    schedule, by_mail = values["schedule"], values["by_mail"]
    before = schedule_store.get_schedule(leader)
    reach = reach_store.get_channels(leader, replace(before, by_mail=by_mail))
    if reach.mail is reach_rules.MailState.NO_SERVER:
        by_mail = by_mail and before.by_mail  # what is not offered
    # Nothing is switched on before there is a way by which it comes.
    is_silent = schedule.enabled and not reach.can_deliver
    schedule_store.save_schedule(
        leader,
        replace(schedule, enabled=schedule.enabled and not is_silent),
        by_mail=by_mail,
        now=clock.now(),
    )
    if is_silent:
        silence, step = reach_rules.explain_silence(reach), reach_rules.suggest_next_step(reach)
        return _flash_and_return(f"Saved. Reminders stay off: {silence}. {step}", "problem")
    return _flash_and_return(MAIL_WAITS if reach.mail_waits else "Saved.")


def _group_by_field(errors: Errors) -> Errors:
    """Return messages under the names of the form's fields: times.2 is one of the times."""
    named: Errors = {}
    for field, messages in errors.items():
        known = named.setdefault(field.partition(".")[0], [])
        known.extend(message for message in messages if message not in known)
    return named


@blueprint.post("/settings/prompts/devices/<uuid:device_id>/test")
@login_required
@tests_per_account
def test_device(device_id: UUID) -> Page:
    """Send one notification to a device now."""
    tried = send_test_message(get_current_leader().id, device_id, now=clock.now())
    if tried is None:
        abort(404)
    return _flash_and_return(*TEST_NOTICES[tried.outcome], part="devices")


@blueprint.post("/settings/prompts/devices/<uuid:device_id>/remove")
@login_required
def remove_device(device_id: UUID) -> Page:
    """Send no more prompts to a device."""
    if not push_store.unsubscribe(get_current_leader().id, device_id, now=clock.now()):
        abort(404)
    return _flash_and_return("That device gets no more prompts.", part="devices")


@blueprint.post("/settings/prompts/calendar")
@login_required
def make_calendar() -> Page:
    """Give the leader's prompts a private address, which ends the one before."""
    leader = get_current_leader()
    kept = schedule_store.get_schedule(leader)
    is_only_way = not reach_store.get_channels(leader, kept).channels
    schedule_store.create_calendar_token(leader.cipher)
    if not kept.schedule.enabled and is_only_way and kept.schedule.times:
        schedule = replace(kept.schedule, enabled=True)
        schedule_store.save_schedule(leader, schedule, by_mail=kept.by_mail, now=clock.now())
        return _flash_and_return(
            "Your calendar has an address, and reminders are on.", part="calendar"
        )
    return _flash_and_return("Your calendar has a new address.", part="calendar")


@blueprint.post("/settings/prompts/calendar/end")
@login_required
def end_calendar() -> Page:
    """End the private address."""
    schedule_store.revoke_calendar_token(get_current_leader().id)
    return _flash_and_return(
        "The address has ended: whoever has it finds nothing there.", part="calendar"
    )


@blueprint.post("/settings/prompts/letter")
@login_required
def choose_letter() -> Page:
    """Keep whether the leader gets the fortnightly letter, and whether with a line of their own."""
    leader = get_current_leader()
    wanted = "letter" in request.form
    mail = reach_store.get_mail_state(leader)
    if wanted and mail is reach_rules.MailState.NO_SERVER:
        return _flash_and_return(
            "No letter comes: this journal sends no mail.", "problem", part="letter"
        )
    found = letter_store.save_choice(
        leader,
        enabled=wanted,
        with_words="with_words" in request.form,
        now=clock.now(),
    )
    if found.next_date is None:
        return _flash_and_return("No letter comes.", part="letter")
    if mail is reach_rules.MailState.UNVERIFIED:
        return _flash_and_return(MAIL_WAITS, part="letter")
    first = f"{found.next_date:%A}, {found.next_date.day} {found.next_date:%B}"
    return _flash_and_return(f"Your next letter comes on {first}.", part="letter")


@blueprint.get("/letter/unsubscribe/<token>")
def end_letter(token: str) -> Page:
    """Ask whether the letter shall end: programs that look at links must not end it."""
    _get_account_id(token, ends=LETTER)
    return render_template("prompts/unsubscribe.html", what="letter", ended=False)


@blueprint.post("/letter/unsubscribe/<token>")
@needs_no_csrf_token
def confirm_end_letter(token: str) -> Page:
    """End the letter; a mail program does it with one click (RFC 8058, 3.2)."""
    letter_store.end_letter(_get_account_id(token, ends=LETTER))
    return render_template("prompts/unsubscribe.html", what="letter", ended=True)


@blueprint.get("/prompts/unsubscribe/<token>")
def unsubscribe(token: str) -> Page:
    """Ask whether prompts by mail shall end: programs that look at links must not end them."""
    _get_account_id(token)
    return render_template("prompts/unsubscribe.html", what="prompts", ended=False)


@blueprint.post("/prompts/unsubscribe/<token>")
@needs_no_csrf_token
def confirm_unsubscribe(token: str) -> Page:
    """End prompts by mail; a mail program does it with one click (RFC 8058, 3.2)."""
    schedule_store.stop_mail(_get_account_id(token))
    return render_template("prompts/unsubscribe.html", what="prompts", ended=True)


def _get_account_id(token: str, *, ends: str = PROMPTS) -> UUID:
    account_id = read_unsubscribe_token(token, service_settings().secret_key, ends=ends)
    if account_id is None:
        abort(404)
    return account_id


@blueprint.get("/calendar/<token>.ics")
def calendar(token: str) -> Response:
    """Give the leader's times to whoever has the private address (RFC 5545)."""
    leader = schedule_store.find_leader_by_calendar_token(token)
    if leader is None:
        abort(404)
    feed = calendar_feed(
        schedule=schedule_store.get_schedule(leader).schedule,
        zone=leader.time_zone,
        day_starts_at=leader.day_starts_at,
        public_url=service_settings().public_url,
        account=leader.id,
        now=clock.now(),
    )
    return Response(feed, mimetype="text/calendar")
