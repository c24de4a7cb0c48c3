"""The monthly review as a page of its own: three questions and a key to lean on."""

from itertools import groupby

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
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent, is_step, parse_begun_month
from leaderjournal.reviews.monthly.schemas import ReviewContentSchema
from leaderjournal.reviews.periods.rules import Period

blueprint = Blueprint("monthly", __name__)

Page = Response | str | tuple[str, int]


@blueprint.get("/month/<period>/review")
@login_required
def review(period: str) -> Page:
    """Show the review of a month, to be written."""
    month = _parse_begun_month(period)
    stored = store.get_review(get_current_leader().cipher, month)
    content = stored.content if stored else ReviewContent()
    return _render_page(month, content.to_document(), stored.etag if stored else "")


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
        return _render_page(month, submitted, etag, errors), 422
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
        return _render_page(month, submitted, current.etag if current else "", there=current), 409
    flash("Saved.", "good")
    return redirect(url_for("reviews.month", period=month.name, _anchor="review"), 303)


@blueprint.get("/month/<period>/review/versions")
@login_required
def versions(period: str) -> str:
    """Show every earlier version of a review; those of one sitting's typing stand together."""
    cipher, month = get_current_leader().cipher, _parse_begun_month(period)
    stored, earlier = store.get_review(cipher, month), store.list_versions(cipher, month)
    if stored is None or earlier is None:
        abort(404)
    following: list[store.StoredReview | store.ReviewVersion] = [stored, *earlier]
    steps = [
        is_step(version.content, later.content, between=later.saved_at - version.saved_at)
        for version, later in zip(earlier, following, strict=False)
    ]
    runs = groupby(zip(steps, earlier, strict=True), lambda one: one[0])
    return render_template(
        "reviews/versions.html",
        period=month,
        etag=stored.etag,
        runs=[(are_steps, [version for _, version in run]) for are_steps, run in runs],
        questions=QUESTIONS,
        keys=catalogue.list_keys(),
    )


def _render_page(
    month: Period,
    written: dict[str, str],
    etag: str,
    errors: Errors | None = None,
    there: store.StoredReview | None = None,
) -> str:
    return render_template(
        "reviews/review.html",
        period=month,
        written=written,
        etag=etag,
        errors=errors or {},
        there=there,
        questions=QUESTIONS,
        keys=catalogue.list_keys(),
    )


def _parse_begun_month(text: str) -> Period:
    today = get_current_leader().today(clock.now())
    return parse_or_refuse("month", lambda month: parse_begun_month(month, today=today), text)
