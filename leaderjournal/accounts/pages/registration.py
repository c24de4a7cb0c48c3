"""Registering as a page, with or without an invitation."""

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug import Response

from leaderjournal.accounts.limits import limit_registrations
from leaderjournal.accounts.pages.blueprint import Page, blueprint
from leaderjournal.accounts.pages.browser_session import start_browser_session
from leaderjournal.accounts.registration import (
    RegistrationRefused,
    check_registration,
    register_account,
)
from leaderjournal.accounts.schemas import NewAccountSchema
from leaderjournal.accounts.store import EmailTaken
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.forms import read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.setting_values import Registration
from leaderjournal.kernel.zone_choices import list_zone_groups


@blueprint.get("/register/<token>")
def open_invitation(token: str) -> Response:
    """Move the invitation from the address, where it can be seen, to the session."""
    session["invitation"] = token
    return redirect(url_for("accounts.register"), 303)


@blueprint.get("/register")
def register() -> Page:
    """Show the form to register, if the visitor may."""
    try:
        check_registration(session.get("invitation", ""), now=clock.now())
    except RegistrationRefused as refusal:
        return _render_refusal(refusal)
    return _render_form()


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
            return _render_refusal(refusal)
        except EmailTaken:
            errors = {"email": ["This address has an account already. Sign in instead."]}
        else:
            start_browser_session(leader)
            if get_settings().smtp_url and leader.email_verified_at is None:
                flash(f"We sent a link to {leader.email}. Open it to confirm your address.", "good")
            return redirect(_find_first_page(), 303)
    return _render_form(errors), 422


def _find_first_page() -> str:
    """Return the path that follows registering; script says whether an answer was tried before."""
    if not request.form.get("first_answer"):
        return url_for("reflections.today")
    session["adds_first_answer"] = True
    return url_for("welcome.first_answer")


def _render_form(errors: Errors | None = None) -> str:
    zones = list_zone_groups(request.form.get("time_zone", "UTC"), now=clock.now())
    return render_template(
        "accounts/register.html", zones=zones, form=request.form, errors=errors or {}
    )


def _render_refusal(refusal: RegistrationRefused) -> Page:
    session.pop("invitation", None)
    is_by_invitation = get_settings().registration is Registration.INVITE
    title = "By invitation" if is_by_invitation else "No new accounts"
    page = render_template("accounts/no_registration.html", title=title, reason=str(refusal))
    return page, 403
