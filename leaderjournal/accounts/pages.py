"""Accounts as pages: registering, signing in and out, and settings ("Me")."""

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_required, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from marshmallow import Schema
from werkzeug import Response

from leaderjournal.accounts import store, tasks
from leaderjournal.accounts.access import confirm_password, get_current_leader, require_session
from leaderjournal.accounts.known_devices import remember_device
from leaderjournal.accounts.limits import limit_password_checks, limit_registrations
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import Pause
from leaderjournal.accounts.registration import (
    RegistrationRefused,
    check_registration,
    register_account,
)
from leaderjournal.accounts.rules import TRACES_REMAIN, describe_device
from leaderjournal.accounts.schemas import (
    CredentialsSchema,
    Email,
    EnteredPassword,
    MeSchema,
    NewAccountSchema,
    NewPassword,
    PauseSchema,
    PersonalWords,
)
from leaderjournal.accounts.sign_in import count_recent_failures, try_sign_in
from leaderjournal.accounts.verification import store as verification_store
from leaderjournal.accounts.verification.email_change import SameEmail, request_email_change
from leaderjournal.accounts.verification.limits import limit_links
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings as service_settings
from leaderjournal.kernel.database_logs import clear_logs
from leaderjournal.kernel.days import ZONE_NAMES
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.queue import enqueue_notice

blueprint = Blueprint("accounts", __name__)

ZONES = sorted(ZONE_NAMES)
LOCAL_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")
"""A path with its query as browsers send it: printable ASCII, no backslash, not "//host"."""
Page = Response | str | tuple[str, int]

ChangePasswordForm = Schema.from_dict(
    {"current_password": EnteredPassword(required=True), "password": NewPassword(required=True)},
    name="ChangePasswordForm",
)
ChangeEmailForm = Schema.from_dict(
    {"current_password": EnteredPassword(required=True), "email": Email(required=True)},
    name="ChangeEmailForm",
)
WRONG_PASSWORD = {"current_password": ["This is not your password."]}


def _resolve_next_path(wanted: str) -> str:
    """Return `wanted` where it is a path of ours, else the start: no way out to other hosts."""
    ours = LOCAL_PATH.fullmatch(wanted) is not None
    return wanted if ours else url_for("reflections.today")


def _begin_session(leader: store.Leader) -> None:
    """Sign the browser in under a new token: nothing of an earlier session lives on."""
    session.clear()
    session.permanent = True
    device = describe_device(request.user_agent.string)
    leader.session_token = store.start_session(leader.id, device=device, now=clock.now())
    login_user(leader)
    _remember_device(leader)
    # From the start: replies that were under way at once would each bring a token of its own.
    generate_csrf()


def _remember_device(leader: store.Leader) -> None:
    device_key = store.derive_device_key(leader.email)
    if device_key is not None:
        remember_device(device_key, now=clock.now())


def _render_registration(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "accounts/register.html", zones=ZONES, form=request.form, errors=errors or {}
    )


def _render_registration_refused(refusal: RegistrationRefused) -> Page:
    session.pop("invitation", None)
    return render_template("accounts/no_registration.html", why=str(refusal)), 403


@blueprint.get("/register/<token>")
def open_invitation(token: str) -> Response:
    """Take the invitation out of the address, where it could be seen, and show the form."""
    session["invitation"] = token
    return redirect(url_for("accounts.register"), 303)


@blueprint.get("/register")
def register() -> Page:
    """Show the form to register, to who may."""
    try:
        check_registration(session.get("invitation", ""), now=clock.now())
    except RegistrationRefused as refusal:
        return _render_registration_refused(refusal)
    return _render_registration()


@blueprint.post("/register")
@limit_registrations
def submit_registration() -> Page:
    """Register and sign in."""
    values, errors = read_form(NewAccountSchema(), request.form)
    if not errors:
        try:
            invitation = session.get("invitation", "")
            leader = register_account(values, invitation=invitation, now=clock.now())
        except RegistrationRefused as refusal:
            return _render_registration_refused(refusal)
        except store.EmailTaken:
            errors = {"email": ["This address has an account already. Sign in instead."]}
        else:
            _begin_session(leader)
            if service_settings().smtp_url and leader.email_verified_at is None:
                flash(f"We sent a link to {leader.email}. Open it to confirm your address.", "good")
            return redirect(url_for("reflections.today"), 303)
    return _render_registration(errors), 422


@blueprint.get("/login")
def login() -> Page:
    """Show the form to sign in."""
    if current_user.is_authenticated:
        return redirect(url_for("reflections.today"), 303)
    next_path = _resolve_next_path(request.args.get("next", "/"))
    return render_template("accounts/login.html", next_path=next_path, form={}, errors={})


@blueprint.post("/login")
def submit_login() -> Page:
    """Sign in."""
    next_path = _resolve_next_path(request.form.get("next", "/"))
    values, errors = read_form(CredentialsSchema(), request.form)
    if not errors:
        leader = try_sign_in(values["email"], values["password"])
        if leader is not None:
            _begin_session(leader)
            return redirect(next_path, 303)
        errors = {"password": ["The address or the password is not right."]}
    page = render_template(
        "accounts/login.html", next_path=next_path, form=request.form, errors=errors
    )
    return page, 422


@blueprint.post("/logout")
@login_required
def logout() -> Response:
    """Sign out: the session ends on the server, and the browser forgets what it kept."""
    leader = get_current_leader()
    store.end_sessions(leader.id, now=clock.now(), only=require_session(leader))
    return _clear_browser_session()


def _clear_browser_session(leads_to: str | None = None) -> Response:
    logout_user()
    session.clear()
    response = redirect(leads_to or url_for("accounts.login"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _render_settings(
    section: str = "", errors: dict[str, list[str]] | None = None
) -> tuple[str, int]:
    leader = get_current_leader()
    sessions = [
        {
            "id": row.id,
            "device": row.device,
            "created_at": row.created_at,
            "last_seen_at": row.last_seen_at,
            "current": row.id == leader.session_id,
        }
        for row in store.list_sessions(leader.id)
    ]
    page = render_template(
        "accounts/settings.html",
        account={
            "name": leader.name,
            "email": leader.email,
            "time_zone": leader.time_zone,
            "day_starts_at": leader.day_starts_at.strftime("%H:%M"),
            "practice_days": calendar_store.load_practice_days(leader.id),
        },
        zones=ZONES,
        sessions=sessions,
        tokens=store.list_tokens(leader.cipher),
        pauses=calendar_store.list_pauses(leader.id),
        proof=verification_store.find_pending_verification(leader, now=clock.now()),
        failed_sign_ins=count_recent_failures(leader.email),
        section=section,
        form=request.form,
        errors=errors or {},
    )
    return page, 422 if errors else 200


def _redirect_with_success(sentence: str) -> Response:
    flash(sentence, "good")
    return redirect(url_for("accounts.settings"), 303)


@blueprint.get("/settings")
@login_required
def settings() -> Page:
    """Show what the leader can set."""
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
        return _render_settings("profile", errors)
    values["practice_days"] = frozenset(values["practice_days"])
    store.change_settings(get_current_leader(), now=clock.now(), **values)
    return _redirect_with_success("Saved.")


@blueprint.post("/settings/email")
@login_required
@limit_password_checks
@limit_links
def change_email() -> Page:
    """Change the address, for who knows the password; a mail to the new one has to confirm it."""
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
        except store.EmailTaken:
            errors = {"email": ["Another account has this address."]}
        except SameEmail:
            errors = {"email": ["This is your address already."]}
    return (
        _render_settings("email", errors)
        if errors
        else _redirect_with_success("Your new address is saved.")
    )


@blueprint.post("/settings/password")
@login_required
@limit_password_checks
def change_password() -> Page:
    """Change the password, for who knows the present one, and end every other session."""
    leader = get_current_leader()
    with PersonalWords((leader.name, leader.email)):
        values, errors = read_form(ChangePasswordForm(), request.form)
    if not errors and not confirm_password(leader, values["current_password"]):
        errors = WRONG_PASSWORD
    if errors:
        return _render_settings("password", errors)
    store.change_password(leader.id, values["password"], keep=leader.session_id, now=clock.now())
    _remember_device(leader)
    if service_settings().smtp_url:
        enqueue_notice(tasks.send_password_changed, str(leader.id))
    return _redirect_with_success("Your new password is set. Every other device is signed out.")


@blueprint.post("/settings/sessions/<uuid:session_id>/end")
@login_required
def end_session(session_id: UUID) -> Page:
    """Sign one device out."""
    leader = get_current_leader()
    if not store.end_sessions(leader.id, now=clock.now(), only=session_id):
        abort(404)
    return (
        _clear_browser_session()
        if session_id == leader.session_id
        else _redirect_with_success("That device is signed out.")
    )


@blueprint.post("/settings/sessions/end-others")
@login_required
def end_other_sessions() -> Page:
    """Sign every other device out."""
    leader = get_current_leader()
    store.end_sessions(leader.id, now=clock.now(), but=require_session(leader))
    return _redirect_with_success("Every other device is signed out.")


@blueprint.post("/settings/tokens/<uuid:token_id>/revoke")
@login_required
def revoke_token(token_id: UUID) -> Page:
    """Revoke a token."""
    if not store.revoke_token(get_current_leader().id, token_id):
        abort(404)
    return _redirect_with_success("The token is revoked.")


@blueprint.post("/settings/pauses")
@login_required
def add_pause() -> Page:
    """Add a pause."""
    submitted = {name: value for name, value in request.form.items() if value}
    values, errors = read_form(PauseSchema(), submitted)
    if errors:
        return _render_settings("pauses", errors)
    calendar_store.add_pause(get_current_leader().id, Pause(**values))
    return _redirect_with_success("The pause is noted. Nothing is expected of you on those days.")


@blueprint.post("/settings/pauses/<uuid:pause_id>/delete")
@login_required
def end_pause(pause_id: UUID) -> Page:
    """Remove a pause."""
    if not calendar_store.remove_pause(get_current_leader().id, pause_id):
        abort(404)
    return _redirect_with_success("The pause is removed.")


@blueprint.get("/settings/delete")
@login_required
def delete_account() -> Page:
    """Ask whether the account shall be erased."""
    return render_template("accounts/delete.html", form={}, errors={})


@blueprint.post("/settings/delete")
@login_required
@limit_password_checks
def submit_deletion() -> Page:
    """Erase the account, for who knows the password."""
    leader = get_current_leader()
    if not store.has_password(leader.id, request.form.get("password", "")):
        errors = {"password": ["This is not your password."]}
        return render_template("accounts/delete.html", form={}, errors=errors), 422
    store.erase(leader.id, now=clock.now())
    response = _clear_browser_session(None if clear_logs() else url_for("accounts.erased"))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@blueprint.get("/erased")
def erased() -> Page:
    """Say that an account is erased whose last traces go soon."""
    return render_template("accounts/erased.html", detail=TRACES_REMAIN)
