"""Monthly reviews in the API."""

from typing import Any

from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.preconditions import read_precondition
from leaderjournal.kernel.problems import Problem, raise_invalid
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.reviews.monthly import store
from leaderjournal.reviews.monthly.schemas import (
    ReviewContentSchema,
    ReviewSchema,
    ReviewVersionSchema,
)
from leaderjournal.reviews.periods.rules import Period

blueprint = Blueprint("monthly-api", __name__, url_prefix=PREFIX, description="Monthly reviews")


def parse_month(text: str) -> Period:
    """Return the month that an address names. Raises Problem (422)."""
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or period.month is None:
        raise_invalid({"month": ["Use a month like 2026-11, from 1900 on."]})
    return period


def require_begun(month: Period) -> Period:
    """Return `month`. Raises Problem (422) for a month that has not begun for the leader."""
    today = get_current_leader().today(clock.now())
    if month.first > today:
        raise_invalid({"month": [f"Use this month, {today:%Y-%m}, or an earlier one."]})
    return month


def represent_review(review: store.StoredReview) -> dict[str, Any]:
    """Return a review as the API shows it."""
    return {
        "id": review.id,
        "month": review.month,
        **review.content.to_document(),
        "version": review.version,
        "written_at": review.written_at,
        "saved_at": review.saved_at,
    }


def _report_conflict(error: store.ReviewChangedMeanwhile) -> Problem:
    current = ReviewSchema().dump(represent_review(error.current)) if error.current else None
    headers = {"ETag": f'"{error.current.etag}"'} if error.current else {}
    detail = "This review is not what you last saw. `current` holds what is stored."
    return Problem(412, detail, headers=headers, current=current)


def _report_missing(month: Period) -> Problem:
    return Problem(404, f"Nothing is written about {month.name}.")


@blueprint.get("/reviews")
@login_required
@blueprint.response(200, create_page_schema(ReviewSchema, "Reviews"))
def list_reviews() -> dict[str, Any]:
    """List the monthly reviews, the latest month first."""
    return format_page(
        [represent_review(review) for review in store.list_reviews(get_current_leader().cipher)]
    )


@blueprint.get("/reviews/<month>")
@login_required
@blueprint.response(200, ReviewSchema)
def read_review(month: str) -> Any:
    """Read the review of a month."""
    period = parse_month(month)
    review = store.get_review(get_current_leader().cipher, period)
    if review is None:
        raise _report_missing(period)
    return represent_review(review), 200, {"ETag": f'"{review.etag}"'}


@blueprint.put("/reviews/<month>")
@blueprint.doc(**{"x-problems": ["412"]})
@login_required
@blueprint.arguments(ReviewContentSchema)
@blueprint.response(200, ReviewSchema)
@blueprint.alt_response(201, schema=ReviewSchema, description="Created")
def put_review(values: dict[str, Any], month: str) -> Any:
    """Write the review of a month whole; next month's questions lean on the key it chooses."""
    period = require_begun(parse_month(month))
    try:
        review, created = store.save_review(
            get_current_leader(),
            period,
            ReviewContentSchema.to_content(values),
            now=clock.now(),
            expected=read_precondition(),
        )
    except store.ReviewChangedMeanwhile as error:
        raise _report_conflict(error) from error
    return represent_review(review), 201 if created else 200, {"ETag": f'"{review.etag}"'}


@blueprint.get("/reviews/<month>/revisions")
@login_required
@blueprint.response(200, create_page_schema(ReviewVersionSchema, "ReviewVersions"))
def list_review_revisions(month: str) -> dict[str, Any]:
    """List every earlier version of a review, newest first."""
    period = parse_month(month)
    versions = store.list_versions(get_current_leader().cipher, period)
    if versions is None:
        raise _report_missing(period)
    return format_page(
        [
            {"version": v.version, "saved_at": v.saved_at, **v.content.to_document()}
            for v in versions
        ]
    )
