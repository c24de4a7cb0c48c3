"""Which earlier days belong to a day: a week, a month, a quarter and a year ago."""

from calendar import monthrange
from datetime import timedelta

from leaderjournal.kernel.days import LocalDate

MONTHS_BACK = {"A month ago": 1, "A quarter ago": 3, "A year ago": 12}


def list_look_back_dates(day: LocalDate) -> dict[str, LocalDate]:
    """Return the local dates to look back at from `day`, by what they are called.

    A month ago is the same date of the month before, or its last day where it has none such.
    """
    found = {"A week ago": LocalDate(day - timedelta(days=7))}
    for name, months in MONTHS_BACK.items():
        year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
        last = monthrange(year, month + 1)[1]
        found[name] = LocalDate(day.replace(year=year, month=month + 1, day=min(day.day, last)))
    return found
