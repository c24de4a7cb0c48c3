"""The form of an entry, prepared for the macros of `practice_log/entry_forms.html`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.numbers.period_options import PeriodGroup, list_period_groups
from leaderjournal.practice_log.numbers.rules import format_amount
from leaderjournal.practice_log.wording import Option, list_person_options

FIELD_NAMES = {
    "text": "Text",
    "due_on": "Due",
    "state": "Status",
    "reason": "Reason",
    "settled_on": "Closed on",
    "period": "Period",
    "target": "Target",
    "actual": "Result",
    "unit": "Unit",
    "stepped_back_in_on": "Date you stepped back in",
    "celebrated_on": "Celebrated on",
    "celebrated_how": "How you celebrated it",
    "local_date": "Date",
    "person_id": "Who",
    "file": "File",
}
"""The names of fields in the summary of errors."""


@dataclass(frozen=True, slots=True)
class FailedSave:
    """A form that could not be saved: what was typed, and error messages by field."""

    submitted: Mapping[str, Any]
    errors: Errors


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The form of a new entry or of one to change; `id` begins the ids of its fields."""

    id: str
    values: Mapping[str, Any]
    errors: Errors = field(default_factory=dict)
    people: Sequence[Option] = ()
    is_new: bool = False
    of_day: bool = False

    @property
    def period_groups(self) -> tuple[PeriodGroup, ...]:
        """The periods that a number may be for."""
        return list_period_groups(self.values["local_date"], str(self.values["period"]))

    @property
    def field_ids(self) -> dict[str, str]:
        """The ids of the fields by their names."""
        return {name: f"{self.id}-{name}" for name in FIELD_NAMES} | {"file": "file"}


def build_new_form(
    kind: Kind, people: Sequence[Entry], *, today: LocalDate, failed: FailedSave | None = None
) -> EntryForm:
    """Return the form of a new entry, with what could not be saved."""
    values = {"period": f"{today:%Y-%m}"} | dict(failed.submitted if failed else {})
    return EntryForm(
        id=kind.value,
        values=_fill_empty(values, today),
        errors=failed.errors if failed else {},
        people=list_person_options(people, values.get("person_id")),
        is_new=True,
    )


def build_change_form(
    entry: Entry, people: Sequence[Entry], failed: FailedSave | None = None
) -> EntryForm:
    """Return the form of an entry, with a change that could not be saved."""
    values = asdict(entry.content) | {"local_date": entry.local_date}
    if entry.kind == Kind.NUMBER:
        values |= {name: format_amount(values[name]) for name in ("target", "actual")}
    if failed:
        values |= failed.submitted
    return EntryForm(
        id=str(entry.id),
        values=_fill_empty(values, entry.local_date),
        errors=failed.errors if failed else {},
        people=list_person_options(people, values.get("person_id")),
        of_day=getattr(entry.content, "of_day", False),
    )


def _fill_empty(values: Mapping[str, Any], day: LocalDate) -> dict[str, Any]:
    """Return values for every field: empty text for what is missing, `day` for an empty date."""
    filled = dict.fromkeys(FIELD_NAMES, "") | {
        name: value for name, value in values.items() if value is not None
    }
    return filled | {"local_date": filled["local_date"] or day}
