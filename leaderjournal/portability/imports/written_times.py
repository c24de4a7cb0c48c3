"""When an entry was written, of which its journal says only the date and the time on a clock."""

from datetime import UTC, date, datetime, time

from leaderjournal.kernel.days import (
    Instant,
    LocalDate,
    get_local_day,
    get_time_zone,
    to_instant,
    to_local_date,
)
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.rules import require_valid_date

LATEST_YEAR = 9000


def locate_entry(
    day: date, clock: time | None, options: ReadingOptions, *, zone: str | None = None
) -> tuple[LocalDate, Instant]:
    """Return the local day and the instant of a date and a time in `zone`, or else the leader's.

    An entry in the small hours belongs to the day before, as the leader's day starts; one without a
    time is of its date, and takes the instant of noon. Raises InvalidEntry for a day in the future
    and for one too long ago.
    """
    used = zone or options.zone
    if not EARLIEST_DATE.year <= day.year <= LATEST_YEAR:
        local_day = to_local_date(day)
        written_at = to_instant(datetime.combine(day, time(12), tzinfo=UTC))
    else:
        wall = datetime.combine(day, clock or time(12), tzinfo=get_time_zone(used))
        written_at = to_instant(wall)
        local_day = get_local_day(written_at, used, options.day_starts_at)
        if clock is None:
            local_day = to_local_date(day)
    require_valid_date(local_day, earliest=EARLIEST_DATE, today=options.today)
    return local_day, written_at
