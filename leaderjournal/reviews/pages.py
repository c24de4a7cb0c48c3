"""The pages of a month and a year."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from flask_login import current_user, login_required
from werkzeug import Response
from werkzeug.local import LocalProxy

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import parse_or_refuse
from leaderjournal.practice import catalogue
from leaderjournal.reviews.month.rules import LEAST_DAYS, build_month_page
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.invitations import store as invitations_store
from leaderjournal.reviews.monthly.rules import find_month_to_review
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.reports import store as reports_store
from leaderjournal.reviews.reports.rules import PeriodReport
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.reviews.year.rules import build_year_page

blueprint = Blueprint("reviews", __name__)


def _get_streaks() -> dict[str, Any]:
    if "streak" not in g:
        leader = get_current_leader()
        streaks = streaks_store.get_streaks(leader, today=leader.today(clock.now())).as_summary()
        g.streak = streaks | {"current_with_today": streaks["current"] + 1}
    found: dict[str, Any] = g.streak
    return found


def _find_due_review() -> Period | None:
    leader = get_current_leader()
    return invitations_store.find_due_review(leader, today=leader.today(clock.now()))


@blueprint.app_context_processor
def _provide_template_values() -> dict[str, Any]:
    # Pages of packages below show these too; each is computed only if a template asks.
    if not current_user:
        return {}
    return {"streak": LocalProxy(_get_streaks), "review_due": _find_due_review}


@blueprint.get("/month")
@login_required
def this_month() -> Response:
    """Go to the leader's current month."""
    today = get_current_leader().today(clock.now())
    return redirect(url_for("reviews.month", period=f"{today:%Y-%m}"), 303)


@blueprint.get("/month/<period>")
@login_required
def month(period: str) -> str:
    """Show a month."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    shown = parse_or_refuse("month", Period.parse_month, period)
    report = reports_store.get_report(leader, shown, today=today)
    review = monthly_store.get_review(leader.cipher, shown)

    def get_day_address(day: LocalDate) -> str:
        if day == today:
            return url_for("reflections.today")
        return url_for("reflections.day", local_date=day)

    has_review = review is not None and review.content.has_content
    page = build_month_page(
        report,
        review.content if review and has_review else None,
        keys=catalogue.list_keys(),
        labels=catalogue.MIRROR_SCORES,
        today=today,
        day_address=get_day_address,
        unwritten_review=_find_unwritten_review(report, has_review=has_review, today=today),
    )
    return render_template("reviews/month.html", page=page, report=report)


@blueprint.get("/year")
@login_required
def this_year() -> Response:
    """Go to the leader's current year."""
    today = get_current_leader().today(clock.now())
    return redirect(url_for("reviews.year", period=f"{today:%Y}"), 303)


def _find_unwritten_review(
    report: PeriodReport, *, has_review: bool, today: LocalDate
) -> Period | None:
    """Return the month to offer the review of on the page of the month that `today` is in.

    On most days nothing is due, and nothing more is read.
    """
    due = find_month_to_review(today, report.journal.calendar)
    if due == report.period:
        return due if report.summary.days_written >= LEAST_DAYS and not has_review else None
    if due is None or today not in report.period:
        return None
    is_written = any(mean.count for mean in report.months[-2].by_key.values())
    is_reviewed = monthly_store.get_review(get_current_leader().cipher, due) is not None
    return due if is_written and not is_reviewed else None


@blueprint.get("/year/<period>")
@login_required
def year(period: str) -> str:
    """Show a year."""
    leader = get_current_leader()
    today = leader.today(clock.now())
    shown = parse_or_refuse("period", Period.parse_year, period)
    report = reports_store.get_report(leader, shown, today=today)
    page = build_year_page(
        report, keys=catalogue.list_keys(), labels=catalogue.MIRROR_SCORES, today=today
    )
    return render_template("reviews/year.html", page=page, report=report)
