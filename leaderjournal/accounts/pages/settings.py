"""Settings ("Me"): the list of their pages, and the leader's own details."""

from typing import Any

from flask import render_template, request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.pages.address import build_address_notice
from leaderjournal.accounts.pages.blueprint import Page, blueprint
from leaderjournal.accounts.pages.form_state import build_form, redirect_with_success
from leaderjournal.accounts.schemas import MeSchema
from leaderjournal.accounts.settings.store import change_settings
from leaderjournal.kernel import clock
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.kernel.zone_choices import list_zone_groups


@blueprint.get("/settings")
@login_required
def settings() -> Page:
    """List the pages of the settings, each with its present state."""
    leader = get_current_leader()
    notice = build_address_notice(leader, clock.now())
    return render_template("accounts/settings.html", leader=leader, address_notice=notice)


@blueprint.get("/settings/account")
@login_required
def account() -> Page:
    """Show the leader's name, time zone and start of the day."""
    return _render_account()


@blueprint.post("/settings/profile")
@login_required
def save_profile() -> Page:
    """Change the name, zone and start of the day, and the practice days where they are sent."""
    submitted: dict[str, Any] = request.form.to_dict()
    if "practice_days" in submitted:
        chosen = request.form.getlist("practice_days")
        submitted["practice_days"] = [parse_whole_number(day) for day in chosen]
    values, errors = read_form(MeSchema(), submitted)
    if errors:
        return _render_account(errors)
    if "practice_days" in values:
        values["practice_days"] = frozenset(values["practice_days"])
    change_settings(get_current_leader(), now=clock.now(), **values)
    return redirect_with_success("Saved.", "accounts.account")


def _render_account(errors: Errors | None = None) -> tuple[str, int]:
    leader = get_current_leader()
    stored = {
        "name": leader.name,
        "time_zone": leader.time_zone,
        "day_starts_at": leader.day_starts_at.strftime("%H:%M"),
    }
    profile = build_form(stored, errors)
    zones = list_zone_groups(profile.values["time_zone"], now=clock.now())
    page = render_template("accounts/account.html", profile=profile, zones=zones)
    return page, 422 if errors else 200
