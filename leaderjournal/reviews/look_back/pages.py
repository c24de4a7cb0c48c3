"""The look-back: a page of its own, and a piece of the day's page once the day has an entry."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from flask_login import current_user, login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews.look_back.rules import (
    EarlierDay,
    build_earlier_days,
    list_look_back_dates,
)

blueprint = Blueprint("look_back", __name__)


@blueprint.get("/look-back")
@login_required
def look_back_today() -> str:
    """Show what the leader wrote a week, a month, a quarter and a year before today."""
    today = get_current_leader().today(clock.now())
    return render_template(
        "reviews/look_back_page.html",
        ago=list_earlier_days(today),
        dates=list_look_back_dates(today),
        mirror=list(catalogue.MIRROR_SCORES.items()),
    )


@blueprint.get("/day/<day:local_date>/look-back")
@login_required
def look_back(local_date: LocalDate) -> str:
    """Show what the leader wrote a week, a month, a quarter and a year before a day they wrote."""
    day = reflections_store.get_day(get_current_leader().cipher, local_date)
    return render_template(
        "reviews/look_back.html",
        ago=list_earlier_days(local_date) if day and day.content.completed else (),
        mirror=list(catalogue.MIRROR_SCORES.items()),
    )


def list_earlier_days(local_date: LocalDate) -> tuple[EarlierDay, ...]:
    """Return the days to look back at from a local day of the signed-in leader."""
    dates = set(list_look_back_dates(local_date).values())
    days = reflections_store.list_days_on(get_current_leader().cipher, dates)
    stored = {day.local_date: day.content for day in days}
    return build_earlier_days(local_date, stored, catalogue.list_keys())


@blueprint.app_context_processor
def _provide_template_values() -> dict[str, Callable[[LocalDate], Any]]:
    return {"earlier_days": list_earlier_days} if current_user else {}
