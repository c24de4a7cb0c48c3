"""A month or a year of local dates, and how addresses, the API and pages name it."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from leaderjournal.kernel.days import LocalDate

FIRST_YEAR, LAST_YEAR = 1900, 9998


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, or a whole year where `month` is None, of local dates."""

    year: int
    month: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Return the period that `text` names: a month such as 2026-11, or a year such as 2026.

        Raises ValueError with a sentence that says what is allowed.
        """
        period = cls._find(text)
        if period is None:
            raise ValueError(f"Use a month like 2026-11 or a year like 2026, from {FIRST_YEAR} on.")
        return period

    @classmethod
    def parse_month(cls, text: str) -> "Period":
        """Return the month that `text` names, such as 2026-11. Raises ValueError like `parse`."""
        period = cls._find(text)
        if period is None or period.is_year:
            raise ValueError(f"Use a month like 2026-11, from {FIRST_YEAR} on.")
        return period

    @classmethod
    def parse_year(cls, text: str) -> "Period":
        """Return the year that `text` names, such as 2026. Raises ValueError like `parse`."""
        period = cls._find(text)
        if period is None or not period.is_year:
            raise ValueError(f"Use a year like 2026, from {FIRST_YEAR} on.")
        return period

    @classmethod
    def _find(cls, text: str) -> "Period | None":
        named = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?", text)
        if named is None or not FIRST_YEAR <= int(named[1]) <= LAST_YEAR:
            return None
        return cls(int(named[1]), int(named[2]) if named[2] else None)

    @property
    def is_year(self) -> bool:
        """Whether the period is a whole year."""
        return self.month is None

    @property
    def name(self) -> str:
        """The period as addresses and the API write it: 2026-11 or 2026."""
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"

    @property
    def title(self) -> str:
        """The period as a heading names it: November 2026 or 2026."""
        return self.name if self.month is None else self.first.strftime("%B %Y")

    @property
    def short_title(self) -> str:
        """The period where its year is clear: November or 2026."""
        return self.name if self.month is None else self.first.strftime("%B")

    @property
    def first(self) -> LocalDate:
        """The first local date of the period."""
        return LocalDate(date(self.year, self.month or 1, 1))

    @property
    def last(self) -> LocalDate:
        """The last local date of the period."""
        month = self.month or 12
        return LocalDate(date(self.year, month, monthrange(self.year, month)[1]))

    @property
    def previous(self) -> "Period":
        """The month before a month, the year before a year."""
        return self._move(-1)

    @property
    def next(self) -> "Period":
        """The month after a month, the year after a year."""
        return self._move(1)

    @property
    def months(self) -> "tuple[Period, ...]":
        """The month itself, or the twelve months of a year."""
        return (self,) if self.month else tuple(Period(self.year, month) for month in range(1, 13))

    def __contains__(self, day: LocalDate) -> bool:
        return day.year == self.year and self.month in (None, day.month)

    def _move(self, by: int) -> "Period":
        if self.month is None:
            return Period(self.year + by)
        year, month = divmod(self.year * 12 + self.month - 1 + by, 12)
        return Period(year, month + 1)


def list_months_until(last: Period, number: int) -> tuple[Period, ...]:
    """Return `number` months in order, ending with the month `last`."""
    months = [last]
    while len(months) < number:
        months.append(months[-1].previous)
    return tuple(reversed(months))


def list_charted_months(period: Period) -> tuple[Period, ...]:
    """Return the twelve months that the chart of `period` shows: a year's, or those up to it."""
    return period.months if period.is_year else list_months_until(period, 12)
