"""What a format of a journal is: how to recognize and to read it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.rules import Failure, JournalEntry, LeftBehind
from leaderjournal.portability.imports.uploads import Upload
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reviews.monthly.imports.store import ImportedReview

Found = JournalEntry | DayToImport | ImportedReview | Failure | LeftBehind
"""What a format may yield: entries to be merged into days, or whole days and reviews of ours."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """A leader's IANA zone, their day's start and their local day today."""

    zone: str
    day_starts_at: time
    today: LocalDate


@dataclass(frozen=True, slots=True)
class Guide:
    """For a leader who comes from `app`: how to export there, and what comes along from it."""

    app: str
    export: str
    brings: str


@dataclass(frozen=True, slots=True)
class JournalFormat:
    """A format by which journals come in.

    `name` is what a leader sees, with its article, and `guide` how to get such a file. `detect`
    tells whether an upload is of it; it raises nothing. `read` yields all that is found, a failure
    for each part that cannot be read, and raises UnreadableJournal only where nothing can.
    `is_general` formats, such as plain texts, are tried after all others.
    """

    kind: str
    name: str
    detect: Callable[[Upload], bool]
    read: Callable[[Upload, ReadingOptions], Iterator[Found]]
    guide: Guide
    is_general: bool = False
