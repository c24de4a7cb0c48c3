"""Recognizes the format of a file and reads it as days."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import summarize_errors
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.full_export import (
    FullExport,
    is_own_export,
    read_days,
    read_full_export,
)
from leaderjournal.portability.imports.journal_format import Found, ReadingOptions
from leaderjournal.portability.imports.moods import score_moods
from leaderjournal.portability.imports.refusals import (
    add_readable,
    explain_refusal,
    find_sign,
)
from leaderjournal.portability.imports.registry import find_format
from leaderjournal.portability.imports.rules import (
    Failure,
    JournalEntry,
    LeftBehind,
    MergedDay,
    merge_entries,
)
from leaderjournal.portability.imports.uploads import Upload
from leaderjournal.practice_log.imports.store import ImportedEntry
from leaderjournal.practice_log.rules import find_date_errors
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reviews.monthly.imports.store import ImportedReview
from leaderjournal.team_mirror.imports.store import ClosedMirror


@dataclass(frozen=True, slots=True)
class MoodChoices:
    """Which mirror score each mood becomes, under `key`; none where no key is chosen."""

    key: str | None = None
    scores: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file holds: days in order, and the entries that cannot be read.

    `left_behind` counts what is not imported by its kind, such as photos; `moods` counts each mood.
    """

    kind: str
    days: tuple[DayToImport, ...]
    failures: tuple[Failure, ...]
    left_behind: Mapping[str, int] = field(default_factory=dict)
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

    def read(self, content: bytes, *, name: str = "") -> FileContent:
        """Return what a file called `name` holds. Raises UnreadableJournal for no known format."""
        if is_own_export(content):
            return self.read_own_export(read_full_export(content), questions={})
        upload = Upload(content, name)
        found = find_format(upload)
        if found is None:
            raise UnreadableJournal(explain_refusal(upload))
        options = ReadingOptions(self.zone, self.day_starts_at, self.today)
        try:
            return self._collect(found.kind, found.read(upload, options))
        except UnreadableJournal as error:
            if not found.is_general or upload.is_zip:
                raise
            raise UnreadableJournal(add_readable(find_sign(upload) or str(error))) from None

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

    def _collect(self, kind: str, found: Iterator[Found]) -> FileContent:
        everything = list(found)
        entries = [one for one in everything if isinstance(one, JournalEntry)]
        merged, too_long = merge_entries(entries)
        whole = [one for one in everything if isinstance(one, DayToImport)]
        days, failures = _sort_days([*whole, *map(self._to_imported_day, merged)])
        left_behind: Counter[str] = Counter()
        for one in everything:
            if isinstance(one, LeftBehind):
                left_behind[one.kind] += one.number
        return FileContent(
            kind,
            days,
            (*(one for one in everything if isinstance(one, Failure)), *too_long, *failures),
            left_behind=dict(+left_behind),
            moods=Counter(entry.mood for entry in entries if entry.mood),
            reviews=tuple(one for one in everything if isinstance(one, ImportedReview)),
        )

    def _to_imported_day(self, day: MergedDay) -> DayToImport:
        key = self.choices.key
        score = score_moods(list(day.moods), self.choices.scores) if key else None
        answers = (Answer(key, score=score),) if key and score else ()
        return DayToImport(
            day.local_date,
            DayContent(answers, note=day.note),
            Writing(day.written_at, day.time_zone, self.day_starts_at),
            parts=day.parts,
        )


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
                Failure(str(found.local_date), "There are two files for this day. Keep only one.")
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
