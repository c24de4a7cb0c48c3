"""Which journal a file is, and what it holds as days."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from io import BytesIO
from typing import Any

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import summary_of
from leaderjournal.portability.archives import Archive, UnreadableJournal
from leaderjournal.portability.day_one import read_day_one
from leaderjournal.portability.daylio import looks_like_daylio, read_daylio, score_of
from leaderjournal.portability.journey import is_journey, read_journey
from leaderjournal.portability.json_reader import (
    WholeJournal,
    days_of_whole,
    looks_like_ours,
    read_whole,
)
from leaderjournal.portability.markdown import is_markdown, read_markdown
from leaderjournal.portability.rules import Failure, ImportedDay, JournalEntry, days_of
from leaderjournal.practice_log.rules import find_date_errors
from leaderjournal.practice_log.transfer.store import ImportedEntry
from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reflections.store import BroughtDay, Writing
from leaderjournal.reviews.monthly.store import ImportedReview
from leaderjournal.team_mirror.store import ClosedMirror

KINDS = {
    "ours": "a Leader Journal export",
    "day-one": "a Day One export",
    "journey": "a Journey export",
    "daylio": "a Daylio export",
    "markdown": "Markdown files",
}
"""What a file may be, as a leader is told."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What moods become: mirror scores by mood, given to `key`; none where no key is chosen."""

    key: str | None = None
    scores: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: days in order, what was not understood, and what stays behind.

    `photos` counts photos, videos and sounds, `moods` how often each mood comes up.
    """

    kind: str
    days: tuple[BroughtDay, ...]
    failures: tuple[Failure, ...]
    photos: int = 0
    moods: Mapping[str, int] = field(default_factory=dict)
    reviews: tuple[ImportedReview, ...] = ()
    log: tuple[ImportedEntry, ...] = ()
    team_mirrors: tuple[ClosedMirror, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files for a leader: their zone, when their days start, and their local day today."""

    zone: str
    day_starts_at: time
    today: LocalDate
    choices: Choices = field(default_factory=Choices)

    def read(self, content: bytes) -> Reading:
        """Return what a file holds. Raises UnreadableJournal where it is no journal known."""
        if content[:2] == b"PK":
            return self._read_zip(Archive(BytesIO(content)))
        if looks_like_ours(content):
            return self.read_ours(read_whole(content), questions={})
        return self._read_table(content)

    def read_ours(self, whole: WholeJournal, *, questions: Mapping[str, str]) -> Reading:
        """Return what an export of ours holds; `questions` holds what its question ids became."""
        days, failures = _in_order(
            days_of_whole(
                whole,
                day_starts_at=self.day_starts_at,
                questions=questions,
                today=self.today,
            )
        )
        log, impossible = _possible(whole.log, self.today)
        failures = (*whole.failures, *failures, *impossible)
        return Reading(
            "ours",
            days,
            failures,
            reviews=whole.reviews,
            log=log,
            team_mirrors=whole.team_mirrors,
        )

    def _read_zip(self, archive: Archive) -> Reading:
        if is_markdown(archive) and not archive.members(".json"):
            found = list(read_markdown(archive, **self._leader()))
            reviews = tuple(review for review in found if isinstance(review, ImportedReview))
            days, failures = _in_order(f for f in found if not isinstance(f, ImportedReview))
            return Reading("markdown", days, failures, reviews=reviews)
        if is_journey(archive):
            return self._entries("journey", read_journey(archive, **self._leader()))
        return self._entries("day-one", read_day_one(archive, **self._leader()))

    def _read_table(self, content: bytes) -> Reading:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
        if not looks_like_daylio(text):
            raise UnreadableJournal(
                "This is no journal that can be read. Choose our own JSON, a zip from Day One or "
                "Journey, a zip of Markdown files, or the CSV from Daylio."
            )
        return self._entries("daylio", read_daylio(text, **self._leader()))

    def _entries(self, kind: str, entries: Iterator[JournalEntry | Failure]) -> Reading:
        read = list(entries)
        found = [entry for entry in read if isinstance(entry, JournalEntry)]
        days, too_long = days_of(found)
        failures = [entry for entry in read if isinstance(entry, Failure)]
        return Reading(
            kind,
            tuple(self._brought(day) for day in days),
            (*failures, *too_long),
            photos=sum(entry.photos for entry in found),
            moods=Counter(entry.mood for entry in found if entry.mood),
        )

    def _brought(self, day: ImportedDay) -> BroughtDay:
        key = self.choices.key
        score = score_of(list(day.moods), self.choices.scores) if key else None
        answers = (Answer(key, score=score),) if key and score else ()
        return BroughtDay(
            day.local_date,
            DayContent(answers, note=day.note),
            Writing(day.written_at, day.time_zone, self.day_starts_at),
        )

    def _leader(self) -> dict[str, Any]:
        return {"zone": self.zone, "day_starts_at": self.day_starts_at, "today": self.today}


def _in_order(
    read: Iterable[BroughtDay | Failure],
) -> tuple[tuple[BroughtDay, ...], tuple[Failure, ...]]:
    """Return the days in order; of two of one local day the second is a failure, which is said."""
    days: dict[LocalDate, BroughtDay] = {}
    failures: list[Failure] = []
    for found in read:
        if isinstance(found, Failure):
            failures.append(found)
        elif found.local_date in days:
            failures.append(
                Failure(str(found.local_date), "Another file is of this day. Keep one of them.")
            )
        else:
            days[found.local_date] = found
    return tuple(days[day] for day in sorted(days)), tuple(failures)


def _possible(
    log: Iterable[ImportedEntry], today: LocalDate
) -> tuple[tuple[ImportedEntry, ...], list[Failure]]:
    """Return the entries of a log whose dates can be, and a failure for each other one."""
    possible, failures = [], []
    for entry in log:
        wrong = find_date_errors(entry.local_date, entry.content, today=today)
        if wrong:
            where = f"log, {entry.kind.value} of {entry.local_date}"
            failures.append(Failure(where, summary_of(wrong)))
        else:
            possible.append(entry)
    return tuple(possible), failures
