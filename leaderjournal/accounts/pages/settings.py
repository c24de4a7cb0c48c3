"""Settings ("Me") as a page: profile, pauses, e-mail, password, devices and tokens."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import login_required
from marshmallow import Schema
from werkzeug import Response

from leaderjournal.accounts import tasks
from leaderjournal.accounts.access import confirm_password, get_current_leader, require_session
from leaderjournal.accounts.api_tokens import store as tokens_store
from leaderjournal.accounts.known_devices import remember_device
from leaderjournal.accounts.limits import limit_password_checks
from leaderjournal.accounts.pages.blueprint import Page, blueprint
from leaderjournal.accounts.pages.browser_session import clear_browser_session
from leaderjournal.accounts.pages.registration import ZONES
from leaderjournal.accounts.pages.settings_page import Section, build_settings_page
from leaderjournal.accounts.passwords import store as passwords_store
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import Pause
from leaderjournal.accounts.schemas import (
    Email,
    EnteredPassword,
    MeSchema,
    NewPassword,
    PauseSchema,
    PersonalWords,
)
from leaderjournal.accounts.sessions import store as sessions_store
from leaderjournal.accounts.settings.store import change_settings
from leaderjournal.accounts.store import EmailTaken
from leaderjournal.accounts.verification.email_change import SameEmail, request_email_change
from leaderjournal.accounts.verification.limits import limit_links
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings as service_settings
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.queue import enqueue_notice

ChangePasswordForm = Schema.from_dict(
    {"current_password": EnteredPassword(required=True), "password": NewPassword(required=True)},
    name="ChangePasswordForm",
)
ChangeEmailForm = Schema.from_dict(
    {"current_password": EnteredPassword(required=True), "email": Email(required=True)},
    name="ChangeEmailForm",
)
WRONG_PASSWORD = {"current_password": ["This is not your password."]}


@blueprint.get("/settings")
@login_required
def settings() -> Page:
    """Show the settings."""
    return _render_settings()


@blueprint.post("/settings/profile")
@login_required
def save_profile() -> Page:
    """Change name, zone, the start of the day and the practice days."""
    submitted: dict[str, Any] = request.form.to_dict()
    chosen = request.form.getlist("practice_days")
    submitted["practice_days"] = [parse_whole_number(day) for day in chosen]
    values, errors = read_form(MeSchema(), submitted)
    if errors:
        return _render_settings(Section.PROFILE, errors)
    values["practice_days"] = frozenset(values["practice_days"])
    change_settings(get_current_leader(), now=clock.now(), **values)
    return _redirect_with_success("Saved.")


@blueprint.post("/settings/email")
@login_required
@limit_password_checks
@limit_links
def change_email() -> Page:
    """Change the address, given the password; a link mailed to the new one has to confirm it."""
    values, errors = read_form(ChangeEmailForm(), request.form)
    leader = get_current_leader()
    if not errors and not confirm_password(leader, values["current_password"]):
        errors = WRONG_PASSWORD
    if not errors:
        try:
            if request_email_change(leader, values["email"], now=clock.now()):
                return _redirect_with_success(
                    f"We sent a link to {values['email']}. Open it to finish the change."
                )
        except EmailTaken:
            errors = {"email": ["Another account has this address."]}
        except SameEmail:
            errors = {"email": ["This is your address already."]}
    return (
        _render_settings(Section.EMAIL, errors)
        if errors
        else _redirect_with_success("Your new address is saved.")
    )


@blueprint.post("/settings/password")
@login_required
@limit_password_checks
def change_password() -> Page:
    """Change the password, given the current one, and end every other session."""
    leader = get_current_leader()
    with PersonalWords((leader.name, leader.email)):
        values, errors = read_form(ChangePasswordForm(), request.form)
    if not errors and not confirm_password(leader, values["current_password"]):
        errors = WRONG_PASSWORD
    if errors:
        return _render_settings(Section.PASSWORD, errors)
    device_key = passwords_store.change_password(
        leader.id, values["password"], keep_session=leader.session_id, now=clock.now()
    )
    remember_device(device_key, now=clock.now())
    if service_settings().smtp_url:
        enqueue_notice(tasks.send_password_changed, str(leader.id))
    return _redirect_with_success("Your new password is set. Every other device is signed out.")


@blueprint.post("/settings/sessions/<uuid:session_id>/end")
@login_required
def end_session(session_id: UUID) -> Page:
    """Sign one device out."""
    leader = get_current_leader()
    if not sessions_store.end_sessions(leader.id, now=clock.now(), only=session_id):
        abort(404)
    return (
        clear_browser_session()
        if session_id == leader.session_id
        else _redirect_with_success("That device is signed out.")
    )


@blueprint.post("/settings/sessions/end-others")
@login_required
def end_other_sessions() -> Page:
    """Sign every other device out."""
    leader = get_current_leader()
    sessions_store.end_sessions(leader.id, now=clock.now(), but=require_session(leader))
    return _redirect_with_success("Every other device is signed out.")


@blueprint.post("/settings/tokens/<uuid:token_id>/revoke")
@login_required
def revoke_token(token_id: UUID) -> Page:
    """Revoke a token."""
    if not tokens_store.revoke_token(get_current_leader().id, token_id):
        abort(404)
    return _redirect_with_success("The token is revoked.")


@blueprint.post("/settings/pauses")
@login_required
def add_pause() -> Page:
    """Add a pause."""
    submitted = {name: value for name, value in request.form.items() if value}
    values, errors = read_form(PauseSchema(), submitted)
    if errors:
        return _render_settings(Section.PAUSE, errors)
    calendar_store.add_pause(get_current_leader().id, Pause(**values))
    return _redirect_with_success("The pause is noted. Nothing is expected of you on those days.")


@blueprint.post("/settings/pauses/<uuid:pause_id>/delete")
@login_required
def end_pause(pause_id: UUID) -> Page:
    """Remove a pause."""
    if not calendar_store.remove_pause(get_current_leader().id, pause_id):
        abort(404)
    return _redirect_with_success("The pause is removed.")


def _render_settings(
    section: Section | None = None, errors: Errors | None = None
) -> tuple[str, int]:
    """Return the page; the form of `section` shows what was typed, with its errors."""
    page = build_settings_page(
        get_current_leader(), request.form, section=section, errors=errors or {}, now=clock.now()
    )
    html = render_template("accounts/settings.html", page=page, zones=ZONES, form=request.form)
    return html, 422 if errors else 200


def _redirect_with_success(sentence: str) -> Response:
    flash(sentence, "good")
    return redirect(url_for("accounts.settings"), 303)
