"""What the page of search shows, ready to be written down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.letters.folding.rules import fold
from leaderjournal.practice.rules import Key
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reflections.search.rules import (
    COMMITMENT,
    NOTE,
    Hit,
    SearchQuery,
    find_hits,
    get_texts_by_field,
)
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent
from leaderjournal.reviews.periods.rules import Period

DAYS_PER_PAGE = 20
MOST_PAGES = 20_000
"""More than the days of a thousand years fill."""
SENTENCES_PER_DAY = 3
FIELD_NAMES = {NOTE: "Note", COMMITMENT: "What I planned next"}
MOST_NAMES = 12
"""Names that are offered as searches: more would be a page of their own."""


@dataclass(frozen=True, slots=True)
class Pagination:
    """A page, and the numbers of the pages beside it; None where there is none.

    `pages` counts those that are known: after this one, the next at most.
    """

    page: int
    pages: int

    @property
    def newer(self) -> int | None:
        """The page before."""
        return self.page - 1 if self.page > 1 else None

    @property
    def older(self) -> int | None:
        """The page after."""
        return self.page + 1 if self.page < self.pages else None


@dataclass(frozen=True, slots=True)
class DayHit:
    """A sentence of a day that matches, under a key or in a field of another `name`."""

    key: Key | None
    name: str
    passage: Hit


@dataclass(frozen=True, slots=True)
class MatchingDay:
    """A day that matches: its scores, the sentences found, and how many more there are."""

    date: LocalDate
    scores: tuple[tuple[Key, int], ...]
    hits: tuple[DayHit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class MatchingReview:
    """A monthly review that matches, and the sentences found in it."""

    month: Period
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of the days that match, newest first.

    `found` counts the days up to its end, and one more if there is another page: older days are not
    searched before somebody asks for them. `reviews` are all that match, whatever the page.
    """

    found: int
    days: tuple[MatchingDay, ...]
    reviews: tuple[MatchingReview, ...]
    pagination: Pagination

    @property
    def has_more(self) -> bool:
        """Whether more days match than those up to the end of this page."""
        return self.pagination.older is not None

    @property
    def count_title(self) -> str:
        """What was found, in words."""
        results = self.counted + len(self.reviews)
        counted = f"{results:,} {'result' if results == 1 else 'results'}"
        pages = self.pagination
        if self.has_more:
            return f"More than {counted}{f', page {pages.page}' if pages.page > 1 else ''}"
        return f"{counted}{f', page {pages.page} of {pages.pages}' if pages.pages > 1 else ''}"

    @property
    def shown_reviews(self) -> tuple[MatchingReview, ...]:
        """The reviews, on the first page alone: they stand before all days."""
        return self.reviews if self.pagination.page == 1 else ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing matches."""
        return not (self.counted or self.reviews)

    @property
    def counted(self) -> int:
        """How many days match up to the end of this page: all, unless there are more."""
        return self.found - 1 if self.has_more else self.found


def list_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in alphabetical order, a dozen at most."""
    return tuple(sorted(names, key=fold)[:MOST_NAMES])


def count_days_to_find(page: int) -> int:
    """Return how many days tell what is on a page, and whether there is another one after it."""
    return min(max(1, page), MOST_PAGES) * DAYS_PER_PAGE + 1


def paginate(dates: Sequence[LocalDate], page: int) -> tuple[Pagination, Sequence[LocalDate]]:
    """Return the page nearest to `page` that exists, and the dates on it.

    `dates` are the first `count_days_to_find(page)` that match, or all if there are not so many.
    """
    pages = max(1, -(-len(dates) // DAYS_PER_PAGE))
    page = min(max(1, page), pages)
    return Pagination(page, pages), dates[(page - 1) * DAYS_PER_PAGE : page * DAYS_PER_PAGE]


def build_matching_day(
    date: LocalDate,
    content: DayContent,
    query: SearchQuery,
    *,
    keys: Sequence[Key],
    only_key: str | None,
) -> MatchingDay:
    """Return a day that matches, with the sentences under `only_key` where it is given."""
    by_slug = {key.slug: key for key in keys}
    hits = list(find_hits(get_texts_by_field(content), query, field=only_key))
    scores = {answer.key: answer.score for answer in content.answers if answer.score}
    return MatchingDay(
        date,
        tuple((key, scores[key.slug]) for key in keys if key.slug in scores),
        tuple(_name_hit(hit, by_slug) for hit in hits[:SENTENCES_PER_DAY]),
        max(0, len(hits) - SENTENCES_PER_DAY),
    )


def find_matching_reviews(
    reviews: Iterable[tuple[Period, ReviewContent]],
    query: SearchQuery,
    *,
    first: LocalDate | None,
    last: LocalDate | None,
) -> tuple[MatchingReview, ...]:
    """Return the monthly reviews that match and whose month has a day from `first` to `last`."""
    found = []
    for month, content in reviews:
        if (first and month.last < first) or (last and month.first > last):
            continue
        document = content.to_document()
        texts = {field: document[field] for field in QUESTIONS}
        if query.matches("\n".join(map(fold, texts.values()))):
            found.append(MatchingReview(month, tuple(find_hits(texts, query))))
    return tuple(found)


def _name_hit(hit: Hit, keys: Mapping[str, Key]) -> DayHit:
    key = keys.get(hit.field)
    return DayHit(key, key.name if key else FIELD_NAMES[hit.field], hit)
