"""Streaks and summaries in the API."""

from typing import Any

from flask import Response, jsonify
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX
from leaderjournal.kernel.problems import parse_or_refuse
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.practice_log.summary import store as summary_store
from leaderjournal.practice_log.summary.rules import PracticeFigures
from leaderjournal.practice_log.summary.schemas import PracticeFiguresSchema
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.replies import format_summary
from leaderjournal.reviews.reports import store as reports_store
from leaderjournal.reviews.schemas import StreakSchema, SummarySchema, WordFiguresSchema
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.reviews.summaries.rules import summarize
from leaderjournal.reviews.words.rules import WordFigures

blueprint = Blueprint("reviews-api", __name__, url_prefix=PREFIX, description="Reviews")


@blueprint.get("/streak")
@login_required
@blueprint.response(200, StreakSchema)
def read_streak() -> dict[str, Any]:
    """Read the streaks and the steadiness as they stand today."""
    leader = get_current_leader()
    return streaks_store.get_streaks(leader, today=leader.today(clock.now())).as_summary()


@blueprint.get("/summaries/<period>")
@login_required
@blueprint.response(200, SummarySchema)
def read_summary(period: str) -> Response:
    """Read a month (2026-11) or a year (2026) in figures."""
    leader, parsed = get_current_leader(), _parse_period(period)
    today = leader.today(clock.now())
    journal = reports_store.get_journal(leader, parsed, today=today)
    return jsonify(format_summary(summarize(parsed, journal, today=today)))


@blueprint.get("/summaries/<period>/words")
@login_required
@blueprint.response(200, WordFiguresSchema)
def read_words(period: str) -> WordFigures:
    """Read which words and names come up most in a month or a year, and answers' lengths."""
    leader, parsed = get_current_leader(), _parse_period(period)
    return reports_store.get_word_figures(leader, parsed, today=leader.today(clock.now()))


@blueprint.get("/summaries/<period>/practice")
@login_required
@blueprint.response(200, PracticeFiguresSchema)
def read_practice(period: str) -> PracticeFigures:
    """Read what happened between the reflections of a month or a year, in more than the summary."""
    leader, parsed = get_current_leader(), _parse_period(period)
    return summary_store.get_figures(
        leader.cipher, parsed.name, parsed.first, parsed.last, today=leader.today(clock.now())
    )


def _parse_period(text: str) -> Period:
    return parse_or_refuse("period", Period.parse, text)
