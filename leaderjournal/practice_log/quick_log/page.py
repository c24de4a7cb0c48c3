"""The page of the short forms, prepared for its template."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.numbers.period_options import choose_period, list_recent_periods
from leaderjournal.practice_log.numbers.rules import format_amount, format_period
from leaderjournal.practice_log.wording import Option, list_act_options, list_person_options


@dataclass(frozen=True, slots=True)
class PeriodOption:
    """A period to choose, with the number that it has already, as the API would write it."""

    value: str
    name: str
    is_chosen: bool
    path: str = ""
    etag: str = ""
    stored: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SubmittedActs:
    """What was sent of the form of someone helped, and why it could not be saved."""

    person_id: str
    acts: Collection[str]
    problem: str


@dataclass(frozen=True, slots=True)
class QuickLogPage:
    """The short forms."""

    people: tuple[Option, ...]
    helped: tuple[Option, ...]
    acts: tuple[Option, ...]
    acts_problem: str
    periods: tuple[PeriodOption, ...]
    unit: str


def build_quick_log_page(
    people: Sequence[Entry],
    numbers: Sequence[Entry],
    *,
    today: LocalDate,
    refused: SubmittedActs | None = None,
) -> QuickLogPage:
    """Return the short forms for a team and its `numbers`, the latest first."""
    latest = numbers[0].content if numbers else None
    return QuickLogPage(
        people=list_person_options(people),
        helped=list_person_options(people, refused.person_id if refused else None),
        acts=list_act_options(refused.acts if refused else ()),
        acts_problem=refused.problem if refused else "",
        periods=_list_periods(numbers, today, latest.period if latest else None),
        unit=latest.unit if latest else "",
    )


def _list_periods(
    numbers: Sequence[Entry], today: LocalDate, latest: str | None
) -> tuple[PeriodOption, ...]:
    chosen = choose_period(today, latest)
    stored = {number.content.period: number for number in numbers}
    return tuple(
        _build_period(period, stored.get(period), is_chosen=period == chosen)
        for period in list_recent_periods(today)
    )


def _build_period(period: str, number: Entry | None, *, is_chosen: bool) -> PeriodOption:
    name = format_period(period)
    if number is None:
        return PeriodOption(period, name, is_chosen)
    content = number.content
    amounts = {"target": format_amount(content.target), "actual": format_amount(content.actual)}
    return PeriodOption(
        period,
        name,
        is_chosen,
        path=f"/numbers/{number.id}",
        etag=number.etag,
        stored={"period": period, "unit": content.unit, **amounts},
    )
