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
from leaderjournal.kernel.context import settings as service_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.forms import read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.prompts.delivery.trial import send_test
from leaderjournal.prompts.fortnightly import store as letter_store
from leaderjournal.prompts.letters.calendar import feed as calendar_feed
from leaderjournal.prompts.letters.unsubscribing import LETTER, PROMPTS, account_of
from leaderjournal.prompts.limits import tests_per_account
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.rules import Outcome
from leaderjournal.prompts.reach import rules as reach_rules
from leaderjournal.prompts.reach import store as reach_store
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.schemas import MOST_TIMES, ScheduleSchema

blueprint = Blueprint("prompts", __name__)

Page = Redirect | Response | str | tuple[str, int]

MAIL_WAITS = "Saved. Mail begins once your address is confirmed."
SWITCHES = ("enabled", "streak_at_risk", "by_mail")
TEST_SAID = {
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
    def of(cls, kept: schedule_store.KeptSchedule) -> "ScheduleForm":
        """Return what is stored, or the offer where nothing has been chosen yet."""
        schedule = kept.schedule
        return cls(
            # Who saves the offer takes it.
            enabled=schedule.enabled or not kept.chosen,
            times=[_clock_time(moment) for moment in schedule.times],
            weekdays=schedule.weekdays,
            quiet_from=_clock_time(schedule.quiet_from),
            quiet_to=_clock_time(schedule.quiet_to),
            paused_until=str(schedule.paused_until or ""),
            streak_at_risk=schedule.streak_at_risk,
            by_mail=kept.by_mail,
        )

    @classmethod
    def submitted(cls) -> "ScheduleForm":
        """Return what the form holds, with the line that one of its buttons adds or removes."""
        times = request.form.getlist("times")
        removed = request.form.get("remove_time", type=int)
        if removed is not None:
            times = [line for at, line in enumerate(times) if at != removed]
        if "add_time" in request.form:
            times.append("")
        chosen = request.form.getlist("weekdays")
        return cls(
            times=times[:MOST_TIMES],
            weekdays=frozenset(int(day) for day in chosen if day in set("1234567")),
            quiet_from=request.form.get("quiet_from", ""),
            quiet_to=request.form.get("quiet_to", ""),
            paused_until=request.form.get("paused_until", ""),
            **{name: name in request.form for name in SWITCHES},
        )

    def as_document(self) -> dict[str, Any]:
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


def _clock_time(moment: time | None) -> str:
    return moment.strftime("%H:%M") if moment else ""


def _settings_page(form: ScheduleForm | None = None, errors: Errors | None = None) -> str:
    leader = get_current_leader()
    kept = schedule_store.schedule_of(leader)
    token = schedule_store.calendar_address(leader.cipher)
    devices = push_store.devices_of(leader.id)
    state = _describe_reminders(leader, kept, devices)
    return render_template(
        "prompts/settings.html",
        schedule=form or ScheduleForm.of(kept),
        most_times=MOST_TIMES,
        reminders=state,
        is_offer=not kept.chosen,
        next_due_at=kept.next_due_at if _is_ahead(kept.next_due_at) else None,
        snoozed_until=kept.snoozed_until if _is_ahead(kept.snoozed_until) else None,
        devices=devices,
        lost_devices=push_store.lost_devices_of(leader.id),
        calendar_address=_calendar_address(token) if token else None,
        letter=letter_store.chosen(leader.id),
        errors=errors or {},
    )


def _describe_reminders(
    leader: Leader,
    kept: schedule_store.KeptSchedule,
    devices: Sequence[push_store.KeptDevice] | None = None,
) -> dict[str, Any]:
    """Return what is true of the leader's reminders, for pages to say."""
    reach = reach_store.reach_of(leader, kept, devices)
    return {
        "enabled": kept.schedule.enabled,
        "come": kept.schedule.enabled and bool(reach.ways),
        "by": reach_rules.describe_ways(reach),
        "silence": reach_rules.describe_silence(reach),
        "next_step": reach_rules.describe_next_step(reach),
        "other_ways": reach_rules.describe_other_ways(reach),
        "sends_mail": reach.mail is not reach_rules.MailState.NO_SERVER,
        "mail_waits": reach.mail is reach_rules.MailState.UNVERIFIED,
        "calendar_alone": reach.ways == (reach_rules.Way.CALENDAR,),
    }


def _reminders() -> dict[str, Any]:
    if "reminders" not in g:
        leader = get_current_leader()
        g.reminders = _describe_reminders(leader, schedule_store.schedule_of(leader))
    found: dict[str, Any] = g.reminders
    return found


@blueprint.app_context_processor
def _reminders_for_pages() -> dict[str, Any]:
    # The page of the day says what is true of them; worked out only where a template asks.
    return {"reminders": LocalProxy(_reminders)} if current_user else {}


def _is_ahead(moment: Instant | None) -> bool:
    return moment is not None and moment > clock.now()


def _calendar_address(token: str) -> str:
    return service_settings().public_url + url_for("prompts.calendar", token=token)


def _done(sentence: str, category: str = "good", *, part: str | None = None) -> Redirect:
    flash(sentence, category)
    return redirect(url_for("prompts.settings", _anchor=part), 303)


@blueprint.get("/settings/prompts")
@login_required
def settings() -> Page:
    """Show when and where the leader is asked."""
    return _settings_page()


@blueprint.post("/settings/prompts")
@login_required
def save_schedule() -> Page:
    """Keep the schedule; or, without script, give the form back with a time more or less."""
    form = ScheduleForm.submitted()
    if {"add_time", "remove_time"} & request.form.keys():
        return _settings_page(form)
    values, errors = read_form(ScheduleSchema(), form.as_document())
    if errors:
        return _settings_page(form, _by_field(errors)), 422
    leader = get_current_leader()
    schedule, by_mail = values["schedule"], values["by_mail"]
    before = schedule_store.schedule_of(leader)
    reach = reach_store.reach_of(leader, replace(before, by_mail=by_mail))
    if reach.mail is reach_rules.MailState.NO_SERVER:
        by_mail = by_mail and before.by_mail  # what is not offered
    # Nothing is switched on before there is a way by which it comes.
    is_silent = schedule.enabled and not reach.is_promising
    schedule_store.keep(
        leader,
        replace(schedule, enabled=schedule.enabled and not is_silent),
        by_mail=by_mail,
        now=clock.now(),
    )
    if is_silent:
        silence, step = reach_rules.describe_silence(reach), reach_rules.describe_next_step(reach)
        return _done(f"Saved. Reminders stay off: {silence}. {step}", "problem")
    return _done(MAIL_WAITS if reach.mail_waits else "Saved.")


def _by_field(errors: Errors) -> Errors:
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
    tried = send_test(get_current_leader().id, device_id, now=clock.now())
    if tried is None:
        abort(404)
    return _done(*TEST_SAID[tried.outcome], part="devices")


@blueprint.post("/settings/prompts/devices/<uuid:device_id>/remove")
@login_required
def remove_device(device_id: UUID) -> Page:
    """Send no more prompts to a device."""
    if not push_store.unsubscribe(get_current_leader().id, device_id, now=clock.now()):
        abort(404)
    return _done("That device gets no more prompts.", part="devices")


@blueprint.post("/settings/prompts/calendar")
@login_required
def make_calendar() -> Page:
    """Give the leader's prompts a private address, which ends the one before."""
    leader = get_current_leader()
    kept = schedule_store.schedule_of(leader)
    is_only_way = not reach_store.reach_of(leader, kept).ways
    schedule_store.new_calendar_address(leader.cipher)
    if not kept.schedule.enabled and is_only_way and kept.schedule.times:
        schedule = replace(kept.schedule, enabled=True)
        schedule_store.keep(leader, schedule, by_mail=kept.by_mail, now=clock.now())
        return _done("Your calendar has an address, and reminders are on.", part="calendar")
    return _done("Your calendar has a new address.", part="calendar")


@blueprint.post("/settings/prompts/calendar/end")
@login_required
def end_calendar() -> Page:
    """End the private address."""
    schedule_store.end_calendar(get_current_leader().id)
    return _done("The address has ended: whoever has it finds nothing there.", part="calendar")


@blueprint.post("/settings/prompts/letter")
@login_required
def choose_letter() -> Page:
    """Keep whether the leader gets the fortnightly letter, and whether with a line of their own."""
    leader = get_current_leader()
    wanted = "letter" in request.form
    mail = reach_store.mail_state_of(leader)
    if wanted and mail is reach_rules.MailState.NO_SERVER:
        return _done("No letter comes: this journal sends no mail.", "problem", part="letter")
    found = letter_store.choose(
        leader,
        enabled=wanted,
        with_words="with_words" in request.form,
        now=clock.now(),
    )
    if found.next_date is None:
        return _done("No letter comes.", part="letter")
    if mail is reach_rules.MailState.UNVERIFIED:
        return _done(MAIL_WAITS, part="letter")
    first = f"{found.next_date:%A}, {found.next_date.day} {found.next_date:%B}"
    return _done(f"Your next letter comes on {first}.", part="letter")


@blueprint.get("/letter/unsubscribe/<token>")
def end_letter(token: str) -> Page:
    """Ask whether the letter shall end: programs that look at links must not end it."""
    _account_of(token, ends=LETTER)
    return render_template("prompts/unsubscribe.html", what="letter", ended=False)


@blueprint.post("/letter/unsubscribe/<token>")
@needs_no_csrf_token
def confirm_end_letter(token: str) -> Page:
    """End the letter; a mail program does it with one click (RFC 8058, 3.2)."""
    letter_store.stop(_account_of(token, ends=LETTER))
    return render_template("prompts/unsubscribe.html", what="letter", ended=True)


@blueprint.get("/prompts/unsubscribe/<token>")
def unsubscribe(token: str) -> Page:
    """Ask whether prompts by mail shall end: programs that look at links must not end them."""
    _account_of(token)
    return render_template("prompts/unsubscribe.html", what="prompts", ended=False)


@blueprint.post("/prompts/unsubscribe/<token>")
@needs_no_csrf_token
def confirm_unsubscribe(token: str) -> Page:
    """End prompts by mail; a mail program does it with one click (RFC 8058, 3.2)."""
    schedule_store.stop_mail(_account_of(token))
    return render_template("prompts/unsubscribe.html", what="prompts", ended=True)


def _account_of(token: str, *, ends: str = PROMPTS) -> UUID:
    account_id = account_of(token, service_settings().secret_key, ends=ends)
    if account_id is None:
        abort(404)
    return account_id


@blueprint.get("/calendar/<token>.ics")
def calendar(token: str) -> Response:
    """Give the leader's times to whoever has the private address (RFC 5545)."""
    leader = schedule_store.leader_of_calendar(token)
    if leader is None:
        abort(404)
    feed = calendar_feed(
        schedule=schedule_store.schedule_of(leader).schedule,
        zone=leader.time_zone,
        day_starts_at=leader.day_starts_at,
        public_url=service_settings().public_url,
        account=leader.id,
        now=clock.now(),
    )
    return Response(feed, mimetype="text/calendar")
