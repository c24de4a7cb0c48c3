"""Closing a tip or a step, and what pages show of them."""

from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from flask_login import current_user, login_required
from werkzeug import Response
from werkzeug.local import LocalProxy

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.tips import store as tips_store
from leaderjournal.accounts.tips.rules import TIPS, Tip
from leaderjournal.kernel import clock
from leaderjournal.kernel.local_paths import is_local_path
from leaderjournal.onboarding import store
from leaderjournal.onboarding.rules import Hint, Step, find_hint, find_step, is_new

blueprint = Blueprint("onboarding", __name__)


@blueprint.post("/tips/<name>/close")
@login_required
def close_tip(name: str) -> Response:
    """Close a tip or skip a step, and return to the page that showed it."""
    if name not in TIPS:
        abort(404)
    tips_store.close_tip(get_current_leader(), TIPS[name])
    return redirect(_find_page_to_return_to(), 303)


def _find_page_to_return_to() -> str:
    """Return the path that a form names, if it is one of this site."""
    back = request.form.get("back", "/")
    return back if is_local_path(back) else url_for("reflections.today")


def _is_new(leader: Leader) -> bool:
    return is_new(leader.joined_on, leader.today(clock.now()))


def _find_step() -> Step | None:
    if not current_user.is_authenticated:
        return None  # the day's page that a device keeps belongs to nobody
    if "onboarding_step" not in g:
        leader = get_current_leader()
        g.onboarding_step = (
            find_step(store.get_progress(leader), leader.closed_tips) if _is_new(leader) else None
        )
    found: Step | None = g.onboarding_step
    return found


def find_page_hint(part: str) -> Hint | None:
    """Return the line that a page of this part of the navigation begins with, if any.

    Today's page has the steps first.
    """
    if not current_user.is_authenticated:
        return None
    leader = get_current_leader()
    hint = find_hint(part, leader.closed_tips) if _is_new(leader) else None
    return None if hint and part == "Today" and _find_step() else hint


def _offers_reminders() -> bool:
    """Tell whether reminders may still be offered: who has skipped them is not asked again."""
    return Tip.REMINDER not in get_current_leader().closed_tips


@blueprint.app_context_processor
def _provide_template_values() -> dict[str, Any]:
    # Computed only where a template asks for it.
    if not current_user:
        return {}
    return {"onboarding_step": LocalProxy(_find_step), "offers_reminders": _offers_reminders}
