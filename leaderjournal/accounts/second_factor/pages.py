"""The second factor as pages: entering its code, and setting it up."""

from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug import Response

from leaderjournal.accounts import tasks
from leaderjournal.accounts.access import confirm_password, get_current_leader
from leaderjournal.accounts.limits import limit_password_checks
from leaderjournal.accounts.pages.browser_session import start_browser_session
from leaderjournal.accounts.second_factor import store
from leaderjournal.accounts.second_factor.codes import create_setup_link, format_secret
from leaderjournal.accounts.second_factor.sign_in import find_first_step, try_code
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.problems import Errors, Problem
from leaderjournal.kernel.queue import enqueue_notice

blueprint = Blueprint("second_factor", __name__)

Page = Response | str | tuple[str, int]

WRONG_CODE = "This code is not right, or was used before. Wait for the next one and try again."
WRONG_PASSWORD = "This is not your password."  # noqa: S105 - what is said about one


@blueprint.get("/login/code")
def enter_code() -> Page:
    """Show the form for the code."""
    if find_first_step(now=clock.now()) is None:
        return _redirect_to_start()
    return render_template("accounts/second_factor/sign_in.html", errors={}, refusal="")


@blueprint.post("/login/code")
def submit_code() -> Page:
    """Sign in with the code."""
    now = clock.now()
    first = find_first_step(now=now)
    if first is None:
        return _redirect_to_start()
    try:
        is_right = try_code(first.leader, request.form.get("code", "")[:100], now=now)
    except Problem as problem:
        page = render_template(
            "accounts/second_factor/sign_in.html", errors={}, refusal=problem.description
        )
        return Response(page, problem.code, problem.extra_headers, mimetype="text/html")
    if not is_right:
        errors = {"code": [WRONG_CODE]}
        return render_template("accounts/second_factor/sign_in.html", errors=errors), 422
    start_browser_session(first.leader)
    return redirect(first.next_path, 303)


@blueprint.get("/settings/second-factor")
@login_required
def show() -> Page:
    """Show whether the second factor is on, and what can be done about it."""
    return _render_page()


@blueprint.post("/settings/second-factor/start")
@login_required
@limit_password_checks
def start() -> Page:
    """Show a new secret to be scanned, given the password."""
    leader = get_current_leader()
    if not confirm_password(leader, request.form.get("password", "")):
        return _render_page({"password": [WRONG_PASSWORD]})
    store.start_setup(leader.cipher, now=clock.now())
    return redirect(url_for("second_factor.show"), 303)


@blueprint.post("/settings/second-factor/confirm")
@login_required
@limit_password_checks
def confirm() -> Page:
    """Turn the second factor on with the first code of the app; show the recovery codes."""
    leader = get_current_leader()
    codes = store.confirm_setup(leader.cipher, request.form.get("code", ""), now=clock.now())
    if codes is None:
        return _render_page({"code": [WRONG_CODE]})
    _notify("on")
    return _render_codes(codes, "Two-step sign-in is on.")


@blueprint.post("/settings/second-factor/codes")
@login_required
@limit_password_checks
def renew_codes() -> Page:
    """Replace the recovery codes, given the password."""
    leader = get_current_leader()
    if not confirm_password(leader, request.form.get("password", "")):
        return _render_page({"codes_password": [WRONG_PASSWORD]})
    if not store.is_on(leader.id):
        return redirect(url_for("second_factor.show"), 303)
    return _render_codes(store.renew_recovery_codes(leader.id), "The old codes no longer work.")


@blueprint.post("/settings/second-factor/off")
@login_required
@limit_password_checks
def turn_off() -> Page:
    """Turn the second factor off, given the password and a code."""
    leader = get_current_leader()
    if not confirm_password(leader, request.form.get("password", "")):
        return _render_page({"off_password": [WRONG_PASSWORD]})
    if not try_code(leader, request.form.get("code", "")[:100], now=clock.now()):
        return _render_page({"off_code": [WRONG_CODE]})
    store.turn_off(leader.id)
    _notify("off")
    flash("Two-step sign-in is off.", "good")
    return redirect(url_for("second_factor.show"), 303)


def _render_page(errors: Errors | None = None) -> Page:
    leader, now = get_current_leader(), clock.now()
    status = store.load_status(leader.id)
    secret = None if status else store.find_setup_secret(leader.cipher, now=now)
    setup: dict[str, Any] = {}
    if secret is not None:
        link = create_setup_link(secret, leader.email)
        picture = segno.make(link, error="m").svg_data_uri(scale=5, border=4, light="#fff")
        setup = {"link": link, "picture": picture, "secret": format_secret(secret)}
    page = render_template(
        "accounts/second_factor/settings.html",
        status=status,
        setup=setup,
        errors=errors or {},
    )
    return (page, 422) if errors else page


def _render_codes(codes: list[str], what: str) -> str:
    return render_template("accounts/second_factor/codes.html", codes=codes, what=what)


def _redirect_to_start() -> Response:
    flash("That took a while. Please sign in again.", "problem")
    return redirect(url_for("accounts.login"), 303)


def _notify(state: str) -> None:
    if get_settings().smtp_url:
        enqueue_notice(tasks.send_second_factor_changed, str(get_current_leader().id), state)
