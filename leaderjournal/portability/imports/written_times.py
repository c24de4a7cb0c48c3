"""When an entry was written, of which its journal says only the date and the time on a clock."""

from datetime import date, datetime, time

from leaderjournal.kernel.days import get_local_day, get_time_zone, to_instant, to_local_date
from leaderjournal.kernel.fields import EARLIEST_DATE
from leaderjournal.portability.imports.journal_format import ReadingOptions
from leaderjournal.portability.imports.moments import Moment
from leaderjournal.portability.imports.rules import require_valid_date

LATEST_YEAR = 9000
"""Years are limited so that every zone's offset fits."""


def locate_entry(day: date, clock: time | None, options: ReadingOptions) -> Moment:
    """Return the moment of a date and a time, which are taken to be in the leader's zone.

    An entry in the small hours belongs to the day before, as the leader's day starts; one without a
    time is of its date, and takes the instant of noon. Raises InvalidEntry for a day in the future
    and for one too long ago.
    """
    written_on = require_valid_date(to_local_date(day), earliest=EARLIEST_DATE, today=options.today)
    noon_or_time = datetime.combine(day, clock or time(12), tzinfo=get_time_zone(options.zone))
    written_at = to_instant(noon_or_time)
    if clock is None:
        return Moment(written_on, written_at, options.zone)
    local_day = get_local_day(written_at, options.zone, options.day_starts_at)
    require_valid_date(local_day, earliest=EARLIEST_DATE, today=options.today)
    return Moment(local_day, written_at, options.zone)
