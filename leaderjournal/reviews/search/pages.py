"""Search as a page: each match is marked in its sentence."""

from flask import Blueprint, render_template, request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.forms import read_form
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.schemas import DayQuerySchema
from leaderjournal.reflections.search.store import Filters, find_matching_days
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.search.rules import (
    MatchingReview,
    SearchResult,
    build_matching_day,
    count_days_to_find,
    find_matching_reviews,
    list_names,
    paginate,
)

blueprint = Blueprint("search", __name__)

FILTERS = ("q", "key", "score", "person", "from", "to")


@blueprint.route("/search", methods=["GET", "POST"])
@login_required
def search() -> str | tuple[str, int]:
    """Show the days that match, newest first.

    The form posts, so that no word and no name that somebody searches for is left in an address, a
    history or the log of a proxy.
    """
    asked = {name: request.values.get(name, "").strip() for name in FILTERS}
    given = {name: value for name, value in asked.items() if value}
    values, errors = read_form(DayQuerySchema(), given)
    result = None
    if given and not errors:
        page = request.values.get("page", 1, type=int)
        result = _search(get_current_leader().cipher, DayQuerySchema.to_filters(values), page)
    shown = render_template(
        "search/search.html",
        asked=asked,
        given=given,
        is_narrowed=bool(given.keys() - {"q"}),
        errors=errors,
        keys=catalogue.list_keys(),
        mirror=list(catalogue.MIRROR_SCORES.items()),
        result=result,
        people=()
        if given
        else list_names(people_store.get_team_names(get_current_leader().cipher)),
    )
    return (shown, 422) if errors else shown


def _search(cipher: Cipher, filters: Filters, page: int) -> SearchResult:
    dates = find_matching_days(cipher, filters, limit=count_days_to_find(page))
    pagination, on_page = paginate(dates, page)
    query = filters.to_query()
    days = tuple(
        build_matching_day(
            day.local_date,
            day.content,
            query,
            keys=catalogue.list_keys(),
            only_key=filters.key,
        )
        for day in reflections_store.list_days_on(cipher, on_page)
    )
    return SearchResult(len(dates), days, _find_matching_reviews(cipher, filters), pagination)


def _find_matching_reviews(cipher: Cipher, filters: Filters) -> tuple[MatchingReview, ...]:
    query = filters.to_query()
    # A review has no key and no score that could match.
    if filters.key is not None or filters.score is not None or query.is_empty:
        return ()
    reviews = (
        (Period.parse(review.month), review.content)
        for review in monthly_store.list_reviews(cipher)
    )
    return find_matching_reviews(reviews, query, first=filters.first, last=filters.last)
