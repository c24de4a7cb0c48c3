"""Sign-in and security as a page of the settings: email, password, devices and tokens."""

from dataclasses import dataclass
from uuid import UUID

from flask import abort, render_template, request
from flask_login import login_required
from marshmallow import Schema

from leaderjournal.accounts import tasks
from leaderjournal.accounts.access import confirm_password, get_current_leader, require_session
from leaderjournal.accounts.api_tokens import store as tokens_store
from leaderjournal.accounts.api_tokens.store import StoredToken
from leaderjournal.accounts.known_devices import remember_device
from leaderjournal.accounts.limits import limit_password_checks
from leaderjournal.accounts.pages.address import AddressNotice, build_address_notice
from leaderjournal.accounts.pages.blueprint import Page, blueprint
from leaderjournal.accounts.pages.browser_session import clear_browser_session
from leaderjournal.accounts.pages.form_state import (
    FormState,
    build_form,
    redirect_with_success,
)
from leaderjournal.accounts.passwords import store as passwords_store
from leaderjournal.accounts.schemas import Email, EnteredPassword, NewPassword, PersonalWords
from leaderjournal.accounts.sessions import store as sessions_store
from leaderjournal.accounts.sign_in import count_recent_failures
from leaderjournal.accounts.store import EmailTaken, Leader
from leaderjournal.accounts.verification.email_change import SameEmail, request_email_change
from leaderjournal.accounts.verification.limits import limit_links
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings as service_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.forms import read_form
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
WRONG_PASSWORD = {"current_password": ["That password is incorrect."]}
PAGE = "accounts.security"


@dataclass(frozen=True, slots=True)
class Device:
    """A signed-in device; the name is empty if it is not known."""

    session_id: UUID
    name: str
    last_seen_at: Instant
    is_current: bool


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """What the page shows: how the leader signs in, and what is signed in."""

    email: str
    address_notice: AddressNotice | None
    email_change: FormState
    password_change: FormState
    failed_sign_ins: int
    devices: list[Device]
    has_several_devices: bool
    tokens: list[StoredToken]


@blueprint.get("/settings/security")
@login_required
def security() -> Page:
    """Show how the leader signs in, and the devices and tokens that are signed in."""
    return _render_security()


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
                return redirect_with_success(
                    f"We sent a link to {values['email']}. Open it to finish the change.", PAGE
                )
        except EmailTaken:
            errors = {"email": ["That email is already in use."]}
        except SameEmail:
            errors = {"email": ["This is already your email."]}
    return (
        _render_security(email_errors=errors)
        if errors
        else redirect_with_success("Email updated.", PAGE)
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
        return _render_security(password_errors=errors)
    device_key = passwords_store.change_password(
        leader.id, values["password"], keep_session=leader.session_id, now=clock.now()
    )
    remember_device(device_key, now=clock.now())
    if service_settings().smtp_url:
        enqueue_notice(tasks.send_password_changed, str(leader.id))
    return redirect_with_success(
        "Password changed. You’ve been signed out on your other devices.", PAGE
    )


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
        else redirect_with_success("That device is signed out.", PAGE)
    )


@blueprint.post("/settings/sessions/end-others")
@login_required
def end_other_sessions() -> Page:
    """Sign every other device out."""
    leader = get_current_leader()
    sessions_store.end_sessions(leader.id, now=clock.now(), but=require_session(leader))
    return redirect_with_success("You’ve been signed out on all other devices.", PAGE)


@blueprint.post("/settings/tokens/<uuid:token_id>/revoke")
@login_required
def revoke_token(token_id: UUID) -> Page:
    """Revoke a token."""
    if not tokens_store.revoke_token(get_current_leader().id, token_id):
        abort(404)
    return redirect_with_success("Token revoked.", PAGE)


def _render_security(
    *, email_errors: Errors | None = None, password_errors: Errors | None = None
) -> tuple[str, int]:
    leader = get_current_leader()
    devices = _list_devices(leader)
    page = SecurityPage(
        email=leader.email,
        address_notice=build_address_notice(leader, clock.now()),
        email_change=build_form({"email": ""}, email_errors),
        password_change=build_form({}, password_errors),
        failed_sign_ins=count_recent_failures(leader.email),
        devices=devices,
        has_several_devices=len(devices) > 1,
        tokens=tokens_store.list_tokens(leader.cipher),
    )
    html = render_template("accounts/security.html", page=page, form=request.form)
    return html, 422 if email_errors or password_errors else 200


def _list_devices(leader: Leader) -> list[Device]:
    return [
        Device(row.id, row.device, row.last_seen_at, is_current=row.id == leader.session_id)
        for row in sessions_store.list_sessions(leader.id)
    ]
