"""Entries of another journal as plain values, and how they become days."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from leaderjournal.kernel.days import Instant, LocalDate

LONGEST_NOTE = 20_000
BETWEEN_TEXTS = "\n\n"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry that was read: where it stood, its local day, when and in which zone written."""

    where: str
    source_id: str
    local_date: LocalDate
    written_at: Instant
    time_zone: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An entry that cannot be brought in, and why; it never quotes what was written."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportedDay:
    """The entries of one local day as one note; written when the first of them was."""

    local_date: LocalDate
    written_at: Instant
    time_zone: str
    note: str


def days_of(entries: Iterable[JournalEntry]) -> tuple[list[ImportedDay], list[Failure]]:
    """Return the days that `entries` make, in order, and the entries that do not fit.

    Entries of one day are joined in the order they were written; one that comes twice counts
    once. A text that would make its day's note longer than 20,000 characters is left out and named.
    """
    by_day: defaultdict[LocalDate, list[JournalEntry]] = defaultdict(list)
    seen: set[str] = set()
    for entry in entries:
        if entry.source_id not in seen:
            seen.add(entry.source_id)
            by_day[entry.local_date].append(entry)
    days: list[ImportedDay] = []
    failures: list[Failure] = []
    for local_date, of_day in sorted(by_day.items()):
        first, *others = sorted(of_day, key=_written_at)
        note = first.text
        for entry in others:
            longer = note + BETWEEN_TEXTS + entry.text
            if len(longer) > LONGEST_NOTE:
                failures.append(Failure(entry.where, _too_long_together(local_date)))
            else:
                note = longer
        days.append(ImportedDay(local_date, first.written_at, first.time_zone, note))
    return days, failures


def _written_at(entry: JournalEntry) -> Instant:
    return entry.written_at


def _too_long_together(day: LocalDate) -> str:
    return f"With it, {day} would hold more than {LONGEST_NOTE:,} characters, the most a note may."
