"""Signing in and out as pages."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader, require_session
from leaderjournal.accounts.pages.blueprint import Page, blueprint
from leaderjournal.accounts.pages.browser_session import (
    clear_browser_session,
    start_browser_session,
)
from leaderjournal.accounts.schemas import CredentialsSchema
from leaderjournal.accounts.second_factor import store as second_factor_store
from leaderjournal.accounts.second_factor.sign_in import begin_second_step
from leaderjournal.accounts.sessions.store import end_sessions
from leaderjournal.accounts.sign_in import try_sign_in
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.forms import read_form
from leaderjournal.kernel.local_paths import is_local_path
from leaderjournal.kernel.problems import Errors, Problem
from leaderjournal.kernel.setting_values import Registration


@blueprint.get("/login")
def login() -> Page:
    """Show the form to sign in."""
    if current_user.is_authenticated:
        return redirect(url_for("reflections.today"), 303)
    next_path = _resolve_next_path(request.args.get("next", "/"))
    return _render_form(next_path)


@blueprint.post("/login")
def submit_login() -> Page:
    """Sign in."""
    next_path = _resolve_next_path(request.form.get("next", "/"))
    values, errors = read_form(CredentialsSchema(), request.form)
    if not errors:
        try:
            leader = try_sign_in(values["email"], values["password"])
        except Problem as problem:
            return _answer_refusal(problem, next_path)
        if leader is not None:
            if second_factor_store.is_on(leader.id):
                begin_second_step(leader, next_path, now=clock.now())
                return redirect(url_for("second_factor.enter_code"), 303)
            start_browser_session(leader)
            return redirect(next_path, 303)
        errors = {"password": ["The address or the password is not right."]}
    return _render_form(next_path, request.form, errors), 422


@blueprint.post("/logout")
@login_required
def logout() -> Response:
    """End the session on the server, and have the browser clear what it keeps."""
    leader = get_current_leader()
    end_sessions(leader.id, now=clock.now(), only=require_session(leader))
    return clear_browser_session()


def _answer_refusal(problem: Problem, next_path: str) -> Response:
    """Return the form with what was typed and why nobody may sign in with it now."""
    page = _render_form(next_path, request.form, refusal=problem.description or "")
    return Response(page, problem.code, problem.extra_headers, mimetype="text/html")


def _render_form(
    next_path: str,
    form: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    *,
    refusal: str = "",
) -> str:
    registration = get_settings().registration
    return render_template(
        "accounts/login.html",
        next_path=next_path,
        form=form or {},
        errors=errors or {},
        refusal=refusal,
        is_open=registration is Registration.OPEN,
        is_by_invitation=registration is Registration.INVITE,
    )


def _resolve_next_path(requested: str) -> str:
    """Return the requested path, or the start page if it could lead to another host."""
    return requested if is_local_path(requested) else url_for("reflections.today")
