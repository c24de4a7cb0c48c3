"""What backups are called, and which of them are kept. Days, weeks and months are those of UTC."""

import re
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leaderjournal.kernel.days import Instant

SUFFIX = ".backup"
DATA, KEYS = "journal", "keys"
KINDS = (DATA, KEYS)
_NAME = re.compile(r"(journal|keys)-(\d{4}-\d\d-\d\dT\d{6}\.\d{3})Z\.backup", re.ASCII)
_STAMP = "%Y-%m-%dT%H%M%S.%f"


class BackupFailed(Exception):
    """A backup is not made, verified or restored. The message is a sentence for the operator."""


class UnreadableBackup(BackupFailed):
    """A file is no backup, is damaged or cut short, or was encrypted with another key."""


def format_name(kind: str, at: Instant) -> str:
    """Return the name of a backup's file: its kind and its instant, to the millisecond."""
    stamp = at.astimezone(UTC).strftime(_STAMP)[:-3]
    return f"{kind}-{stamp}Z{SUFFIX}"


def parse_name(name: str, kind: str) -> Instant | None:
    """Return the instant in the name of a backup of this kind; None for every other name."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] != kind:
        return None
    try:
        return Instant(datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC))
    except ValueError:  # such as the 31st of February
        return None


@dataclass(frozen=True, slots=True)
class Retention:
    """Which backups are kept: so many of the newest, and the newest of so many periods.

    `days` is the greatest age, whatever the others would keep. Without any, all are kept.
    """

    newest: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    days: int = 0


def choose_obsolete(
    made: Collection[Instant], retention: Retention, *, now: Instant
) -> set[Instant]:
    """Return the instants of the backups to remove. The newest one is never among them."""
    newest_first = sorted(set(made), reverse=True)
    if not newest_first:
        return set()
    kept = set(newest_first)
    if retention.newest or retention.daily or retention.weekly or retention.monthly:
        kept = set(_iter_kept(newest_first, retention))
    if retention.days:
        kept = {at for at in kept if now - at <= timedelta(days=retention.days)}
    return set(newest_first) - kept - {newest_first[0]}


def _iter_kept(newest_first: list[Instant], retention: Retention) -> Iterator[Instant]:
    yield from newest_first[: retention.newest]
    periods = (
        (retention.daily, lambda at: at.date()),
        (retention.weekly, lambda at: at.isocalendar()[:2]),
        (retention.monthly, lambda at: (at.year, at.month)),
    )
    for count, get_period in periods:
        newest: dict[Hashable, Instant] = {}
        for at in newest_first:
            newest.setdefault(get_period(at.astimezone(UTC)), at)
        yield from list(newest.values())[:count]
