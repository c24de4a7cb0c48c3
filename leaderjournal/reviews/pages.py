"""The month as a page."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from flask_login import current_user, login_required
from werkzeug import Response
from werkzeug.local import LocalProxy

from leaderjournal.accounts.access import current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.problems import invalid
from leaderjournal.practice import catalogue
from leaderjournal.reviews import store
from leaderjournal.reviews.api import period_of
from leaderjournal.reviews.summaries.rules import best_day, calendar_weeks, summary

blueprint = Blueprint("reviews", __name__)


def _streak() -> dict[str, Any]:
    if "streak" not in g:
        leader = current_leader()
        g.streak = store.streaks_of(leader, today=leader.today(clock.now())).as_summary()
    found: dict[str, Any] = g.streak
    return found


@blueprint.app_context_processor
def _streak_for_pages() -> dict[str, Any]:
    # Pages of rooms below show the streak too; it is worked out only where a template asks.
    return {"streak": LocalProxy(_streak)} if current_user else {}


@blueprint.get("/month")
@login_required
def this_month() -> Response:
    """Go to the leader's current month."""
    today = current_leader().today(clock.now())
    return redirect(url_for("reviews.month", period=f"{today:%Y-%m}"), 303)


@blueprint.get("/month/<period>")
@login_required
def month(period: str) -> str:
    """Show a month."""
    leader = current_leader()
    today = leader.today(clock.now())
    shown = period_of(period)
    if shown.month is None:
        invalid({"period": ["Use a month like 2026-11."]})
    journal = store.journal_of(leader, shown)
    return render_template(
        "reviews/month.html",
        summary=summary(shown, journal, today=today),
        best_day=best_day([day for day in journal.days if day.date in shown]),
        weeks=calendar_weeks(shown, journal, today=today),
        keys=catalogue.keys(),
        previous_month=shown.previous.name,
        next_month=shown.next.name if shown.next.first <= today else None,
        month_name=f"{shown.first:%B %Y}",
        compared_name=f"{shown.previous.first:%B}",
    )
