"""Journals that come in: written as days, in one transaction, over nothing that is there."""

from dataclasses import dataclass
from typing import IO

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import Instant
from leaderjournal.portability.day_one import read_day_one
from leaderjournal.portability.rules import Failure, JournalEntry, days_of
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.rules import DayContent


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: days created, days that were there already, entries that failed."""

    created: int
    skipped: int
    failed: list[Failure]


def import_journal(leader: Leader, file: IO[bytes], *, now: Instant) -> Imported:
    """Bring in a Day One JSON zip: each entry's text becomes part of its day's note.

    Nothing is overwritten: a day that is there is skipped whole. Raises UnreadableJournal.
    """
    read = list(
        read_day_one(
            file,
            zone=leader.time_zone,
            day_starts_at=leader.day_starts_at,
            today=leader.today(now),
        )
    )
    failed = [entry for entry in read if isinstance(entry, Failure)]
    days, too_long = days_of([entry for entry in read if isinstance(entry, JournalEntry)])
    added = reflections_store.add_days(
        leader.sealer,
        (
            (
                day.local_date,
                DayContent(note=day.note),
                reflections_store.Writing(day.written_at, day.time_zone, leader.day_starts_at),
            )
            for day in days
        ),
        now=now,
    )
    return Imported(len(added), len(days) - len(added), failed + too_long)
