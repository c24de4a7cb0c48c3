"""How the days of a month are packed for searching, and which of them match a query.

Packed are the different words of the month and its searchable days, both as UTF-8. A look at the
words, a quarter of the bytes, tells that a month has no day that matches. The days are a line with
the number and the figures of each, newest first, then their texts in that order.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leaderjournal.kernel.days import Instant, LocalDate, get_month_start
from leaderjournal.reflections.rules import find_last_settled_day
from leaderjournal.reflections.search.rules import SearchQuery

END_OF_FIGURES = b"\n"
END_OF_TEXT = b"\x1e"
"""White space to `fold`, and so in no searchable text."""

NOT_ANSWERED, WITHOUT_SCORE = "-", "0"


@dataclass(frozen=True, slots=True)
class SearchableDay:
    """A day to be packed: its local date, its figures and its searchable text."""

    local_date: LocalDate
    figures: str
    text: str


@dataclass(frozen=True, slots=True)
class PackedMonth:
    """The days of a month, packed for searching."""

    words: bytes
    days: bytes


@dataclass(frozen=True, slots=True)
class PackedQuery:
    """A query for packed months.

    If `query` is limited to a key's line, this key must be answered. With `score`, that key must
    have it, or any key if the query is not limited.
    """

    query: SearchQuery
    score: int | None = None
    _terms: Sequence[bytes] = field(init=False, repr=False, compare=False)
    _words: Sequence[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        terms = [term for term in (*self.query.terms, self.query.person) if term]
        object.__setattr__(self, "_terms", _encode(terms))
        object.__setattr__(self, "_words", _encode(word for term in terms for word in term.split()))

    def may_match(self, words: bytes) -> bool:
        """Return whether a month with these words may have a day that matches."""
        return all(word in words for word in self._words)

    def find_days(self, days: bytes, month: LocalDate) -> list[LocalDate]:
        """Return which of the packed days of a month, given its first, match, newest first."""
        start = days.index(END_OF_FIGURES) + len(END_OF_FIGURES)
        if any(days.find(term, start) < 0 for term in self._terms):
            return []
        figures = days[:start].decode().split()
        return [
            LocalDate(month.replace(day=int(of_day[:2])))
            for of_day, text in zip(figures, days[start:].split(END_OF_TEXT), strict=False)
            if self._has_answer(of_day[2:])
            and all(term in text for term in self._terms)
            and self.query.matches(text.decode())
        ]

    def _has_answer(self, figures: str) -> bool:
        key = self.query.line
        wanted = figures if key is None else figures[key]
        if self.score is not None:
            return str(self.score) in wanted
        return key is None or wanted != NOT_ANSWERED


def _encode(words: Iterable[str]) -> Sequence[bytes]:
    """Return words in UTF-8, the longest first: it is in the fewest texts.

    A lone surrogate is in no text, and neither are the bytes that stand for it here.
    """
    encoded = {word.encode(errors="surrogatepass") for word in words}
    return sorted(encoded, key=len, reverse=True)


def pack_month(days: Sequence[SearchableDay]) -> PackedMonth:
    """Return the days of a month, given newest first, packed for searching."""
    words = dict.fromkeys(word for day in days for word in day.text.split())
    figures = " ".join(f"{day.local_date.day:02}{day.figures}" for day in days)
    texts = END_OF_TEXT.join(day.text.encode() for day in days)
    return PackedMonth(" ".join(words).encode(), figures.encode() + END_OF_FIGURES + texts)


def format_figures(scores: Mapping[str, int | None], keys: Sequence[str]) -> str:
    """Return a character for each of `keys`: its score, if any, where it is answered.

    `scores` holds the keys that are answered.
    """
    return "".join(
        str(scores[key] or WITHOUT_SCORE) if key in scores else NOT_ANSWERED for key in keys
    )


def get_month_end(month: LocalDate) -> LocalDate:
    """Return the last day of a month, given its first."""
    return LocalDate(month.replace(day=monthrange(month.year, month.month)[1]))


def find_newest_settled_month(now: Instant) -> LocalDate:
    """Return the first day of the newest month that hardly changes any more."""
    return get_month_start(find_last_settled_day(LocalDate(now.date())))
