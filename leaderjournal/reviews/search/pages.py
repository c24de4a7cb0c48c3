"""Search as a page: what was sought stands marked in its sentence."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.forms import read_form
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.rules import StoredDay
from leaderjournal.reflections.schemas import DayQuerySchema
from leaderjournal.reflections.search.rules import (
    COMMITMENT,
    NOTE,
    Hit,
    find_hits,
    fold,
    get_texts_by_field,
)
from leaderjournal.reflections.search.store import Filters, find_matching_days
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import QUESTIONS
from leaderjournal.reviews.periods.rules import Period

blueprint = Blueprint("search", __name__)

DAYS_ON_A_PAGE = 20
SENTENCES_OF_A_DAY = 4
FILTERS = ("q", "key", "score", "person", "from", "to")


@dataclass(frozen=True, slots=True)
class MatchingDay:
    """A day that matches: its scores by key, the sentences found, and how many more there are."""

    date: LocalDate
    scores: dict[str, int]
    hits: tuple[Hit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class MatchingReview:
    """A monthly review that matches, and the sentences found in it."""

    month: Period
    hits: tuple[Hit, ...]


@blueprint.route("/search", methods=["GET", "POST"])
@login_required
def search() -> str | tuple[str, int]:
    """Show the days in which what is sought stands, newest first.

    Our own form posts, so that no word and no name that is sought stays in an address, a history or
    the log of a proxy.
    """
    asked = {name: request.values.get(name, "").strip() for name in FILTERS}
    given = {name: value for name, value in asked.items() if value}
    values, errors = read_form(DayQuerySchema(), given)
    shown = request.values.get("page", 1, type=int)
    names = [(key.slug, key.name) for key in catalogue.list_keys()]
    page = {
        "asked": asked,
        "errors": errors,
        "keys": catalogue.list_keys(),
        "mirror": list(catalogue.MIRROR_SCORES.items()),
        "names": dict([*names, (NOTE, "A note"), (COMMITMENT, "What will I do next?")]),
        "searched": bool(given),
    }
    if errors or not given:
        return render_template("search/search.html", **page), 422 if errors else 200
    filters = DayQuerySchema.to_filters(values)
    cipher = get_current_leader().cipher
    dates = find_matching_days(cipher, filters)
    pages = max(1, -(-len(dates) // DAYS_ON_A_PAGE))
    shown = min(max(1, shown), pages)
    here = dates[(shown - 1) * DAYS_ON_A_PAGE : shown * DAYS_ON_A_PAGE]
    found = [_to_matching_day(day, filters) for day in reflections_store.list_days_on(cipher, here)]
    return render_template(
        "search/search.html",
        **page,
        found=found,
        reviews=_find_matching_reviews(cipher, filters) if shown == 1 else [],
        total=len(dates),
        page=shown,
        pages=pages,
        given=given,
    )


def _find_matching_reviews(cipher: Cipher, filters: Filters) -> list[MatchingReview]:
    """Return the monthly reviews that match; they have no key and no score to be narrowed by."""
    sought = filters.to_query()
    if filters.key is not None or filters.score is not None or sought.is_empty:
        return []
    found = []
    for review in monthly_store.list_reviews(cipher):
        month = Period.parse(review.month)
        if (filters.first and month.last < filters.first) or (
            filters.last and month.first > filters.last
        ):
            continue
        document = review.content.to_document()
        texts = {field: document[field] for field in QUESTIONS}
        if sought.matches("\n".join(map(fold, texts.values()))):
            found.append(MatchingReview(month, tuple(find_hits(texts, sought))))
    return found


def _to_matching_day(day: StoredDay, filters: Filters) -> MatchingDay:
    every = list(find_hits(get_texts_by_field(day.content), filters.to_query(), field=filters.key))
    scores = {answer.key: answer.score for answer in day.content.answers if answer.score}
    return MatchingDay(
        day.local_date,
        scores,
        tuple(every[:SENTENCES_OF_A_DAY]),
        max(0, len(every) - SENTENCES_OF_A_DAY),
    )
