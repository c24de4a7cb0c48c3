"""Recognizes the format of a file and reads it as days."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from io import BytesIO
from typing import Any

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import summarize_errors
from leaderjournal.portability.imports.archives import Archive, UnreadableJournal
from leaderjournal.portability.imports.day_one import read_day_one
from leaderjournal.portability.imports.daylio import is_daylio, read_daylio, score_moods
from leaderjournal.portability.imports.full_export import (
    FullExport,
    is_own_export,
    read_days,
    read_full_export,
)
from leaderjournal.portability.imports.journey import is_journey, read_journey
from leaderjournal.portability.imports.markdown import is_markdown, read_markdown
from leaderjournal.portability.imports.rules import Failure, JournalEntry, MergedDay, merge_entries
from leaderjournal.practice_log.imports.store import ImportedEntry
from leaderjournal.practice_log.rules import find_date_errors
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reviews.monthly.imports.store import ImportedReview
from leaderjournal.team_mirror.imports.store import ClosedMirror

KIND_NAMES = {
    "ours": "a Leader Journal export",
    "day-one": "a Day One export",
    "journey": "a Journey export",
    "daylio": "a Daylio export",
    "markdown": "Markdown files",
}
"""The names of the formats, as a leader sees them."""


@dataclass(frozen=True, slots=True)
class MoodChoices:
    """Which mirror score each mood becomes, under `key`; none where no key is chosen."""

    key: str | None = None
    scores: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file holds: days in order, and the entries that cannot be read.

    `photos` counts photos, videos and sounds, which are not imported; `moods` counts each mood.
    """

    kind: str
    days: tuple[DayToImport, ...]
    failures: tuple[Failure, ...]
    photos: int = 0
    moods: Mapping[str, int] = field(default_factory=dict)
    reviews: tuple[ImportedReview, ...] = ()
    log: tuple[ImportedEntry, ...] = ()
    team_mirrors: tuple[ClosedMirror, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads files for a leader, given their zone, their day's start and their local day today."""

    zone: str
    day_starts_at: time
    today: LocalDate
    choices: MoodChoices = field(default_factory=MoodChoices)

    def read(self, content: bytes) -> FileContent:
        """Return what a file holds. Raises UnreadableJournal for a file of an unknown format."""
        if content[:2] == b"PK":
            return self._read_zip(Archive(BytesIO(content)))
        if is_own_export(content):
            return self.read_own_export(read_full_export(content), questions={})
        return self._read_table(content)

    def read_own_export(self, whole: FullExport, *, questions: Mapping[str, str]) -> FileContent:
        """Return what a full export holds; `questions` maps own questions' old ids to new ones."""
        days, failures = _sort_days(
            read_days(
                whole,
                day_starts_at=self.day_starts_at,
                questions=questions,
                today=self.today,
            )
        )
        log, impossible = _filter_valid(whole.log, self.today)
        failures = (*whole.failures, *failures, *impossible)
        return FileContent(
            "ours",
            days,
            failures,
            reviews=whole.reviews,
            log=log,
            team_mirrors=whole.team_mirrors,
        )

    def _read_zip(self, archive: Archive) -> FileContent:
        if is_markdown(archive) and not archive.list_members(".json"):
            found = list(read_markdown(archive, **self._get_options()))
            reviews = tuple(review for review in found if isinstance(review, ImportedReview))
            days, failures = _sort_days(f for f in found if not isinstance(f, ImportedReview))
            return FileContent("markdown", days, failures, reviews=reviews)
        if is_journey(archive):
            return self._collect_entries("journey", read_journey(archive, **self._get_options()))
        return self._collect_entries("day-one", read_day_one(archive, **self._get_options()))

    def _read_table(self, content: bytes) -> FileContent:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
        if not is_daylio(text):
            raise UnreadableJournal(
                "This is no journal that can be read. Choose our own JSON, a zip from Day One or "
                "Journey, a zip of Markdown files, or the CSV from Daylio."
            )
        return self._collect_entries("daylio", read_daylio(text, **self._get_options()))

    def _collect_entries(self, kind: str, entries: Iterator[JournalEntry | Failure]) -> FileContent:
        read = list(entries)
        found = [entry for entry in read if isinstance(entry, JournalEntry)]
        days, too_long = merge_entries(found)
        failures = [entry for entry in read if isinstance(entry, Failure)]
        return FileContent(
            kind,
            tuple(self._to_imported_day(day) for day in days),
            (*failures, *too_long),
            photos=sum(entry.photos for entry in found),
            moods=Counter(entry.mood for entry in found if entry.mood),
        )

    def _to_imported_day(self, day: MergedDay) -> DayToImport:
        key = self.choices.key
        score = score_moods(list(day.moods), self.choices.scores) if key else None
        answers = (Answer(key, score=score),) if key and score else ()
        return DayToImport(
            day.local_date,
            DayContent(answers, note=day.note),
            Writing(day.written_at, day.time_zone, self.day_starts_at),
        )

    def _get_options(self) -> dict[str, Any]:
        return {"zone": self.zone, "day_starts_at": self.day_starts_at, "today": self.today}


def _sort_days(
    read: Iterable[DayToImport | Failure],
) -> tuple[tuple[DayToImport, ...], tuple[Failure, ...]]:
    """Return the days in order; a second day of the same date becomes a failure."""
    days: dict[LocalDate, DayToImport] = {}
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


def _filter_valid(
    log: Iterable[ImportedEntry], today: LocalDate
) -> tuple[tuple[ImportedEntry, ...], list[Failure]]:
    """Return the entries of a log with valid dates, and a failure for each other one."""
    possible, failures = [], []
    for entry in log:
        wrong = find_date_errors(entry.local_date, entry.content, today=today)
        if wrong:
            where = f"log, {entry.kind.value} of {entry.local_date}"
            failures.append(Failure(where, summarize_errors(wrong)))
        else:
            possible.append(entry)
    return tuple(possible), failures
