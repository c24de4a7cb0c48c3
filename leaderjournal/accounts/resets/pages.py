"""Password resets as pages: requesting a link, and choosing a new password with it."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from marshmallow import Schema
from werkzeug import Response

from leaderjournal.accounts import store, tasks
from leaderjournal.accounts.limits import limit_resets, may_send_reset
from leaderjournal.accounts.resets import store as resets_store
from leaderjournal.accounts.schemas import Email, NewPassword, PersonalWords
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.forms import read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.queue import enqueue, enqueue_notice

blueprint = Blueprint("resets", __name__)

NOBODY = UUID(int=0)
Page = Response | str | tuple[str, int]

EmailForm = Schema.from_dict({"email": Email(required=True)}, name="EmailForm")
NewPasswordForm = Schema.from_dict({"password": NewPassword(required=True)}, name="PasswordForm")


@blueprint.get("/forgot")
def forgot() -> Page:
    """Show the form for a forgotten password, or whom to ask where no mail can be sent."""
    return _render_forgot()


@blueprint.post("/forgot")
@limit_resets
def submit_forgot() -> Page:
    """Have a link mailed; the response does not reveal whether there is an account."""
    if not get_settings().smtp_url:
        return _render_forgot(), 409
    values, errors = read_form(EmailForm(), request.form)
    if errors:
        return _render_forgot(request.form, errors), 422
    allowed = may_send_reset(values["email"])
    if allowed:
        # The same is done without an account: the worker then finds nobody to mail.
        enqueue(tasks.begin_reset, str(store.find_account_id(values["email"]) or NOBODY))
    flash("If there is an account with this address, a mail is on its way to it.", "good")
    return redirect(url_for("accounts.login"), 303)


@blueprint.get("/reset/<token>")
def open_reset(token: str) -> Response:
    """Move the token from the address, where it can be seen, to the session."""
    session["reset"] = token
    return redirect(url_for("resets.reset"), 303)


@blueprint.get("/reset")
def reset() -> Page:
    """Show the form for a new password."""
    if resets_store.find_reset(session.get("reset", ""), now=clock.now()) is None:
        return _redirect_expired_link()
    return render_template("accounts/reset.html", form={}, errors={})


@blueprint.post("/reset")
def submit_reset() -> Page:
    """Set the new password and end every session."""
    token, now = session.get("reset", ""), clock.now()
    pending = resets_store.find_reset(token, now=now)
    if pending is None:
        return _redirect_expired_link()
    leader = store.find_leader(pending.account_id)
    with PersonalWords((leader.name, leader.email) if leader else ()):
        values, errors = read_form(NewPasswordForm(), request.form)
    if errors:
        return render_template("accounts/reset.html", form={}, errors=errors), 422
    account_id = resets_store.use_reset(token, values["password"], now=now)
    if account_id is None:
        return _redirect_expired_link()
    session.clear()
    if get_settings().smtp_url:
        enqueue_notice(tasks.send_password_changed, str(account_id))
    flash("Your new password is set. Sign in with it.", "good")
    return redirect(url_for("accounts.login"), 303)


def _render_forgot(form: Mapping[str, str] | None = None, errors: Errors | None = None) -> str:
    return render_template(
        "accounts/forgot.html",
        form=form or {},
        errors=errors or {},
        sends_mail=bool(get_settings().smtp_url),
    )


def _redirect_expired_link() -> Response:
    session.pop("reset", None)
    flash("This link no longer works. Ask for a new one.", "problem")
    return redirect(url_for("resets.forgot"), 303)
