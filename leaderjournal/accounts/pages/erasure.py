"""Erasing an account as a page."""

from flask import render_template, request, url_for
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.erasure.store import erase_account
from leaderjournal.accounts.limits import limit_password_checks
from leaderjournal.accounts.pages.blueprint import Page, blueprint
from leaderjournal.accounts.pages.browser_session import clear_browser_session
from leaderjournal.accounts.passwords.store import has_password
from leaderjournal.accounts.rules import TRACES_REMAIN
from leaderjournal.kernel import clock
from leaderjournal.kernel.database_logs import clear_logs


@blueprint.get("/settings/delete")
@login_required
def delete_account() -> Page:
    """Show the form to erase the account."""
    return render_template("accounts/delete.html", form={}, errors={})


@blueprint.post("/settings/delete")
@login_required
@limit_password_checks
def submit_deletion() -> Page:
    """Erase the account, given its password."""
    leader = get_current_leader()
    if not has_password(leader.id, request.form.get("password", "")):
        errors = {"password": ["That password is incorrect."]}
        return render_template("accounts/delete.html", form={}, errors=errors), 422
    erase_account(leader.id, now=clock.now())
    response = clear_browser_session(None if clear_logs() else url_for("accounts.erased"))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@blueprint.get("/erased")
def erased() -> Page:
    """Say that an account is erased whose last traces go soon."""
    return render_template("accounts/erased.html", detail=TRACES_REMAIN)
