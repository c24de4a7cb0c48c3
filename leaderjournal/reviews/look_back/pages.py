"""Looking back, as a piece of the day's page that comes once the day is written."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from flask_login import current_user, login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.rules import StoredDay
from leaderjournal.reviews.look_back.rules import list_look_back_dates

blueprint = Blueprint("look_back", __name__)


@blueprint.get("/day/<day:local_date>/look-back")
@login_required
def look_back(local_date: LocalDate) -> str:
    """Show what the leader wrote a week, a month, a quarter and a year before a day they wrote."""
    day = reflections_store.get_day(get_current_leader().cipher, local_date)
    ago = list_earlier_days(local_date) if day and day.content.completed else {}
    return render_template(
        "reviews/look_back.html",
        ago=ago,
        keys=catalogue.list_keys(),
        mirror=list(catalogue.MIRROR_SCORES.items()),
    )


def list_earlier_days(local_date: LocalDate) -> dict[str, StoredDay]:
    """Return the days there are to look back at, by what they are called."""
    ago = list_look_back_dates(local_date)
    found = reflections_store.list_days_on(get_current_leader().cipher, set(ago.values()))
    there = {day.local_date: day for day in found if day.content.completed}
    return {name: there[date] for name, date in ago.items() if date in there}


@blueprint.app_context_processor
def _provide_template_values() -> dict[str, Callable[[LocalDate], Any]]:
    return {"earlier_days": list_earlier_days} if current_user else {}
