"""The page of a monthly review: three questions and a key to lean on."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.forms import read_form
from leaderjournal.kernel.preconditions import Precondition
from leaderjournal.kernel.problems import Errors, parse_or_refuse
from leaderjournal.practice import catalogue
from leaderjournal.reviews.monthly import store
from leaderjournal.reviews.monthly.cards.rules import ReviewField, build_review_card, group_versions
from leaderjournal.reviews.monthly.rules import (
    QUESTIONS,
    ReviewContent,
    ReviewVersion,
    parse_begun_month,
)
from leaderjournal.reviews.monthly.schemas import ReviewContentSchema
from leaderjournal.reviews.periods.rules import Period

blueprint = Blueprint("monthly", __name__)

Page = Response | str | tuple[str, int]


@blueprint.get("/month/<period>/review")
@login_required
def review(period: str) -> Page:
    """Show the form of a month's review."""
    month = _parse_begun_month(period)
    stored = store.get_review(get_current_leader().cipher, month)
    content = stored.content if stored else ReviewContent()
    return _render_form(month, content.to_document(), stored.etag if stored else "")


@blueprint.post("/month/<period>/review")
@login_required
def save_review(period: str) -> Page:
    """Save the review of a month."""
    month = _parse_begun_month(period)
    submitted = {name: request.form.get(name, "") for name in QUESTIONS}
    submitted["lean_on"] = request.form.get("lean_on", "")
    etag = request.form.get("etag", "")
    values = submitted | {"lean_on": submitted["lean_on"] or None}
    loaded, errors = read_form(ReviewContentSchema(), values)
    if errors:
        return _render_form(month, submitted, etag, errors), 422
    seen = Precondition(etags=frozenset({etag})) if etag else Precondition(absent=True)
    try:
        store.save_review(
            get_current_leader(),
            month,
            ReviewContentSchema.to_content(loaded),
            now=clock.now(),
            expected=seen,
        )
    except store.ReviewChangedMeanwhile as error:
        current = error.current
        etag, conflicting = (current.etag, current.content) if current else ("", None)
        return _render_form(month, submitted, etag, conflicting=conflicting), 409
    flash("Saved.", "good")
    return redirect(url_for("reviews.month", period=month.name, _anchor="review"), 303)


@blueprint.get("/month/<period>/review/versions")
@login_required
def versions(period: str) -> str:
    """Show every earlier version of a review, grouped by sittings."""
    cipher, month = get_current_leader().cipher, _parse_begun_month(period)
    stored, earlier = store.get_review(cipher, month), store.list_versions(cipher, month)
    if stored is None or earlier is None:
        abort(404)
    current = ReviewVersion(stored.version, stored.saved_at, stored.content)
    return render_template(
        "reviews/versions.html",
        period=month,
        etag=stored.etag,
        runs=group_versions(current, earlier, catalogue.list_keys()),
    )


def _render_form(
    month: Period,
    written: Mapping[str, str | None],
    etag: str,
    errors: Errors | None = None,
    conflicting: ReviewContent | None = None,
) -> str:
    keys = catalogue.list_keys()
    return render_template(
        "reviews/review.html",
        period=month,
        fields=[
            ReviewField(name, question, written[name] or "") for name, question in QUESTIONS.items()
        ],
        questions=QUESTIONS,
        lean_on=written["lean_on"],
        etag=etag,
        errors=errors or {},
        conflict=build_review_card(conflicting, keys) if conflicting else None,
        keys=keys,
    )


def _parse_begun_month(text: str) -> Period:
    today = get_current_leader().today(clock.now())
    return parse_or_refuse("month", lambda month: parse_begun_month(month, today=today), text)
