"""What a monthly review asks and holds, and when it is offered."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from leaderjournal.accounts.practice_calendar.rules import PracticeCalendar
from leaderjournal.kernel.days import Instant, LocalDate, days_after, iter_days
from leaderjournal.reflections.versions.rules import ONE_SITTING
from leaderjournal.reviews.periods.rules import Period

QUESTIONS = {
    "mirror": "What did the mirror show you this month?",
    "grew": "Who grew because of you?",
    "let_go": "What did you let go of?",
}
"""The three questions of a review, by the field of the answer."""

OPEN_AFTER = 7
"""Days into the next month until which an unwritten review is offered."""


@dataclass(frozen=True, slots=True)
class ReviewContent:
    """The content of a review: three answers, and the key to lean on in the next month."""

    mirror: str = ""
    grew: str = ""
    let_go: str = ""
    lean_on: str | None = None

    @property
    def has_content(self) -> bool:
        """Whether anything was answered or chosen."""
        return bool((self.mirror + self.grew + self.let_go).strip()) or self.lean_on is not None

    def with_texts(self, change_text: Callable[[str], str]) -> "ReviewContent":
        """Return the review with `change_text` applied to every text."""
        return replace(
            self,
            mirror=change_text(self.mirror),
            grew=change_text(self.grew),
            let_go=change_text(self.let_go),
        )

    def to_document(self) -> dict[str, Any]:
        """Return the review as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReviewVersion:
    """A version of a review, as it was saved."""

    version: int
    saved_at: Instant
    content: ReviewContent


def is_step(earlier: ReviewContent, later: ReviewContent, *, between: timedelta) -> bool:
    """Tell whether `later`, saved `between` after `earlier`, continues the same writing.

    It does within one sitting if every text of `earlier` is part of `later`.
    """
    later_texts = later.to_document()
    texts = ((name, words.strip()) for name, words in earlier.to_document().items() if words)
    return between <= ONE_SITTING and all(
        words in (later_texts[name] or "") for name, words in texts
    )


def parse_begun_month(text: str, *, today: LocalDate) -> Period:
    """Return the month that `text` names, such as 2026-11.

    Raises ValueError for what is no month and for one that begins after `today`.
    """
    month = Period.parse_month(text)
    if month.first > today:
        raise ValueError(f"Use this month, {today:%Y-%m}, or an earlier one.")
    return month


def find_last_practice_day(month: Period, calendar: PracticeCalendar) -> LocalDate | None:
    """Return the last expected day of `month`; None where none is expected."""
    days = [day for day in iter_days(month.first, month.last) if calendar.is_expected(day)]
    return days[-1] if days else None


def find_month_to_review(today: LocalDate, calendar: PracticeCalendar) -> Period | None:
    """Return the month whose review is offered on `today`; None where none is.

    It is offered from the month's last practice day (or its last day, if it has none) until a week
    into the next month.
    """
    earliest, this = list_reviewable_months(today)
    if earliest != this:
        return earliest
    return this if today >= (find_last_practice_day(this, calendar) or this.last) else None


def list_reviewable_months(today: LocalDate) -> tuple[Period, Period]:
    """Return the month of a week ago and the present one: the same for most of a month."""
    week_ago = days_after(today, -OPEN_AFTER)
    return Period(week_ago.year, week_ago.month), Period(today.year, today.month)
