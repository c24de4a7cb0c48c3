"""The portrait of a month or a year: its passages without their texts, and the counts of its words.

A portrait covers the days up to one, and says which versions of them it was made of. So none is
ever wrong: one that was made of other versions, or with another team, is not read. The days after
it are counted anew each time.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from leaderjournal.kernel.days import LocalDate, iter_days
from leaderjournal.kernel.letters.folding.rules import FOLDING_VERSION
from leaderjournal.kernel.letters.words.rules import SPLITTING_VERSION, count_words
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reviews.highlights.rules import Passage
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.words.counting.rules import WordCounts, WrittenText

RULES = 2
"""Counts up with each change of how passages and words are counted."""
LETTERS = f"{FOLDING_VERSION} {SPLITTING_VERSION}"
"""By what words are told apart, which an upgrade of a library may change."""
SETTLED_AFTER = timedelta(days=7)
"""After how long a day is rarely written to, so that a portrait may cover it."""
WORTH_STORING = 7
"""So many days that no portrait covers are worth storing another one, until the period is over."""

DayVersion = tuple[LocalDate, str]
"""A local day and its version. No version of any day ever has two texts."""
Day = tuple[LocalDate, DayContent]


@dataclass(frozen=True, slots=True)
class PeriodTexts:
    """What is counted of texts, to which those of other days can be added."""

    passages: list[Passage] = field(default_factory=list)
    words: WordCounts = field(default_factory=WordCounts)

    def add_days(
        self, days: Collection[Day], team: Collection[str], *, with_words: bool = True
    ) -> None:
        """Add the texts of `days`, their words only if those are asked for."""
        self.passages.extend(list_passages(days))
        if with_words:
            self.words.add_texts(list_texts(days), team)


@dataclass(frozen=True, slots=True)
class Portrait:
    """A portrait as it is stored; without `words` those were not read."""

    period: Period
    passages: dict[str, Any]
    words: dict[str, Any] | None = None

    @property
    def through(self) -> LocalDate:
        """The last local day that it covers."""
        return LocalDate(date.fromisoformat(self.passages["through"]))

    def is_valid(self, versions: Iterable[DayVersion], team: Collection[str]) -> bool:
        """Return whether it is what today's rules make of the days and the team."""
        through = self.through
        covered = [version for version in versions if version[0] <= through]
        made_of = (self.passages.get(part) for part in ("rules", "letters", "source"))
        return tuple(made_of) == (RULES, LETTERS, _hash_source(covered, team))

    def add_to(self, texts: PeriodTexts) -> None:
        """Add what it counted to `texts`."""
        dates = list(iter_days(self.period.first, self.period.last))
        texts.passages.extend(
            Passage(dates[place], key, score, length)
            for place, key, score, length in self.passages["passages"]
        )
        if self.words is not None:
            texts.words.add_document(self.words)


def draw_portrait(
    period: Period,
    texts: PeriodTexts,
    versions: Iterable[DayVersion],
    team: Collection[str],
    *,
    through: LocalDate,
) -> Portrait:
    """Return the portrait of days of `period` up to `through`, of which `texts` were counted."""
    first = period.first.toordinal()
    passages = sorted(
        (
            [passage.date.toordinal() - first, passage.key, passage.score, passage.length]
            for passage in texts.passages
        ),
        key=lambda row: (row[0], row[1] or ""),
    )
    document = {
        "rules": RULES,
        "letters": LETTERS,
        "through": through.isoformat(),
        "source": _hash_source(versions, team),
        "passages": passages,
    }
    return Portrait(period, document, texts.words.to_document())


def find_settled_day(period: Period, today: LocalDate) -> LocalDate:
    """Return the last local day of `period` that a portrait may cover."""
    return min(period.last, LocalDate(today - SETTLED_AFTER))


def is_worth_storing(period: Period, settled: Sequence[DayVersion], today: LocalDate) -> bool:
    """Return whether `settled` days that no portrait covers are worth storing one."""
    is_over = find_settled_day(period, today) == period.last
    return len(settled) >= (1 if is_over else WORTH_STORING)


def list_passages(days: Iterable[Day]) -> Iterator[Passage]:
    """Yield every answer and every note; what a leader will do next is no passage."""
    for local_date, content in days:
        for answer in content.answers:
            yield Passage(local_date, answer.key, answer.score, count_words(answer.text))
        yield Passage(local_date, None, None, count_words(content.note))


def list_texts(days: Iterable[Day]) -> Iterator[WrittenText]:
    """Yield every text with its key."""
    for _, content in days:
        for answer in content.answers:
            yield WrittenText(answer.key, answer.text)
        yield WrittenText(None, content.note)
        yield WrittenText(None, content.commitment)


def _hash_source(versions: Iterable[DayVersion], team: Collection[str]) -> str:
    """Return a digest of what is counted. A portrait keeps no name that its texts don't have."""
    lines = (*sorted(team), "", *(version for _, version in sorted(versions)))
    return sha256("\n".join(lines).encode()).hexdigest()
