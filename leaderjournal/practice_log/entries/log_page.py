"""The page of the log, prepared for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice_log import store
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.row_details import format_details
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.numbers.rules import format_amount
from leaderjournal.practice_log.wording import Option, format_day, list_person_options

INITIAL_ROWS = 20

FIELD_NAMES = {
    "text": "Text",
    "due_on": "Due on",
    "state": "What became of it",
    "reason": "Why",
    "settled_on": "Settled on",
    "period": "Period",
    "target": "Target",
    "actual": "Actual",
    "unit": "Unit",
    "stepped_back_in_on": "Stepped back in on",
    "celebrated_on": "Celebrated on",
    "celebrated_how": "How",
    "local_date": "Day",
    "person_id": "Who",
    "file": "The file",
}
"""The names of fields in the summary of errors."""


@dataclass(frozen=True, slots=True)
class FailedSave:
    """A form that could not be saved, of a new entry of the kind or of `changed`."""

    kind: Kind
    submitted: Mapping[str, Any]
    errors: Errors
    changed: Entry | None = None


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The form of a new entry or of one to change; `id` begins the ids of its fields."""

    id: str
    values: Mapping[str, Any]
    errors: Errors = field(default_factory=dict)
    people: Sequence[Option] = ()
    is_new: bool = False
    of_day: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in a list, with the form to change it.

    `reflection_date` and `reflection_day` lead to the reflection that holds its text, if one does.
    """

    id: str
    title: str
    details: str
    form: EntryForm
    is_form_open: bool
    is_settled: bool = False
    can_step_back_in: bool = False
    reflection_date: LocalDate | None = None
    reflection_day: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one kind, and the form to add one."""

    rows: Sequence[Row]
    total: int
    form: EntryForm
    is_form_open: bool
    errors: Errors
    field_ids: Mapping[str, str]

    @property
    def has_more(self) -> bool:
        """Whether there are more entries than rows."""
        return self.total > len(self.rows)

    @property
    def open_rows(self) -> list[Row]:
        """The commitments that are still open."""
        return [row for row in self.rows if not row.is_settled]

    @property
    def settled_rows(self) -> list[Row]:
        """The commitments that were kept or missed."""
        return [row for row in self.rows if row.is_settled]

    @property
    def is_settled_form_open(self) -> bool:
        """Whether a settled commitment is being changed."""
        return any(row.is_form_open for row in self.settled_rows)


@dataclass(frozen=True, slots=True)
class LogPage:
    """The page of the log."""

    commitments: Section
    hand_offs: Section
    wins: Section
    numbers: Section
    today: LocalDate
    field_names: Mapping[str, str]


def build_log_page(
    cipher: Cipher, *, today: LocalDate, shows_all: bool, failed: FailedSave | None
) -> LogPage:
    """Return the page of the log, with the latest entries or all of them."""
    people = entries_store.list_stored_entries(cipher, Kind.PERSON)

    def build(kind: Kind) -> Section:
        entries = store.list_entries(cipher, kind)
        rows = entries if shows_all else entries[:INITIAL_ROWS]
        failed_here = failed if failed and failed.kind == kind else None
        return _build_section(kind, rows, people, len(entries), today=today, failed=failed_here)

    return LogPage(
        commitments=build(Kind.COMMITMENT),
        hand_offs=build(Kind.HAND_OFF),
        wins=build(Kind.WIN),
        numbers=build(Kind.NUMBER),
        today=today,
        field_names=FIELD_NAMES,
    )


def _build_section(
    kind: Kind,
    entries: Sequence[Entry],
    people: Sequence[Entry],
    total: int,
    *,
    today: LocalDate,
    failed: FailedSave | None,
) -> Section:
    changed = failed.changed if failed else None
    if changed and changed.id not in {entry.id for entry in entries}:
        entries = [*entries, changed]
    rows = [_build_row(entry, people, today=today, failed=failed) for entry in entries]
    is_form_open = failed is not None and changed is None
    values: Mapping[str, Any] = {"period": f"{today:%Y-%m}"}
    if failed and is_form_open:
        values = failed.submitted
    form = EntryForm(
        id=kind.value,
        values=_fill_empty(values, today),
        errors=failed.errors if failed and is_form_open else {},
        people=list_person_options(people, values.get("person_id")),
        is_new=True,
    )
    form_id = str(changed.id) if changed else kind.value
    field_ids = {name: f"{form_id}-{name}" for name in FIELD_NAMES} | {"file": "file"}
    errors = failed.errors if failed else {}
    return Section(rows, total, form, is_form_open, errors, field_ids)


def _build_row(
    entry: Entry, people: Sequence[Entry], *, today: LocalDate, failed: FailedSave | None
) -> Row:
    names = {person.id: person.content.name for person in people}
    content = entry.content
    of_day = getattr(content, "of_day", False)
    is_form_open = bool(failed and failed.changed and failed.changed.id == entry.id)
    values = _get_values(entry)
    if failed and is_form_open:
        values |= failed.submitted
    form = EntryForm(
        id=str(entry.id),
        values=_fill_empty(values, entry.local_date),
        errors=failed.errors if failed and is_form_open else {},
        people=list_person_options(people, values.get("person_id")),
        of_day=of_day,
    )
    return Row(
        id=form.id,
        title=content.period if entry.kind == Kind.NUMBER else content.text,
        details=format_details(entry, names, today=today),
        form=form,
        is_form_open=is_form_open,
        is_settled=getattr(content, "state", "open") != "open",
        can_step_back_in=entry.kind == Kind.HAND_OFF and content.stepped_back_in_on is None,
        reflection_date=entry.local_date if of_day else None,
        reflection_day=format_day(entry.local_date, today) if of_day else "",
    )


def _get_values(entry: Entry) -> dict[str, Any]:
    values = asdict(entry.content) | {"local_date": entry.local_date}
    if entry.kind == Kind.NUMBER:
        amounts = {name: format_amount(values[name]) for name in ("target", "actual")}
        values |= amounts
    return values


def _fill_empty(values: Mapping[str, Any], day: LocalDate) -> dict[str, Any]:
    """Return values for every field: empty text for what is missing, `day` for an empty date."""
    filled = dict.fromkeys(FIELD_NAMES, "") | {
        name: value for name, value in values.items() if value is not None
    }
    return filled | {"local_date": filled["local_date"] or day}
