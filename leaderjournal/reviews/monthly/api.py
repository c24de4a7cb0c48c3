"""Monthly reviews in the API."""

from typing import Any

from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.preconditions import read_precondition
from leaderjournal.kernel.problems import Problem, parse_or_refuse
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.reviews.monthly import store
from leaderjournal.reviews.monthly.rules import parse_begun_month
from leaderjournal.reviews.monthly.schemas import (
    ReviewContentSchema,
    ReviewSchema,
    ReviewVersionSchema,
)
from leaderjournal.reviews.periods.rules import Period

blueprint = Blueprint("monthly-api", __name__, url_prefix=PREFIX, description="Monthly reviews")


@blueprint.get("/reviews")
@login_required
@blueprint.response(200, create_page_schema(ReviewSchema, "Reviews"))
def list_reviews() -> dict[str, Any]:
    """List the monthly reviews, the latest month first."""
    return format_page(
        [_represent_review(review) for review in store.list_reviews(get_current_leader().cipher)]
    )


@blueprint.get("/reviews/<month>")
@login_required
@blueprint.response(200, ReviewSchema)
def read_review(month: str) -> Any:
    """Read the review of a month."""
    period = parse_or_refuse("month", Period.parse_month, month)
    review = store.get_review(get_current_leader().cipher, period)
    if review is None:
        raise _report_missing(period)
    return _represent_review(review), 200, {"ETag": f'"{review.etag}"'}


@blueprint.put("/reviews/<month>")
@blueprint.doc(**{"x-problems": ["412"]})
@login_required
@blueprint.arguments(ReviewContentSchema)
@blueprint.response(200, ReviewSchema)
@blueprint.alt_response(201, schema=ReviewSchema, description="Created")
def put_review(values: dict[str, Any], month: str) -> Any:
    """Write the review of a month whole; next month's questions lean on the key it chooses."""
    period = _parse_begun_month(month)
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
    return _represent_review(review), 201 if created else 200, {"ETag": f'"{review.etag}"'}


@blueprint.get("/reviews/<month>/revisions")
@login_required
@blueprint.response(200, create_page_schema(ReviewVersionSchema, "ReviewVersions"))
def list_review_revisions(month: str) -> dict[str, Any]:
    """List every earlier version of a review, newest first."""
    period = parse_or_refuse("month", Period.parse_month, month)
    versions = store.list_versions(get_current_leader().cipher, period)
    if versions is None:
        raise _report_missing(period)
    return format_page(
        [
            {"version": v.version, "saved_at": v.saved_at, **v.content.to_document()}
            for v in versions
        ]
    )


def _parse_begun_month(text: str) -> Period:
    today = get_current_leader().today(clock.now())
    return parse_or_refuse("month", lambda month: parse_begun_month(month, today=today), text)


def _represent_review(review: store.StoredReview) -> dict[str, Any]:
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
    current = ReviewSchema().dump(_represent_review(error.current)) if error.current else None
    headers = {"ETag": f'"{error.current.etag}"'} if error.current else {}
    detail = "This review is not what you last saw. `current` holds what is stored."
    return Problem(412, detail, headers=headers, current=current)


def _report_missing(month: Period) -> Problem:
    return Problem(404, f"Nothing is written about {month.name}.")
