"""Reads our own full export back; `exports/full_export.py` writes it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, ValidationError

from leaderjournal.accounts.practice_calendar.rules import (
    Pause,
    PracticeCalendar,
    parse_practice_days,
)
from leaderjournal.kernel.days import ZONE_NAMES, Instant, LocalDate, to_instant
from leaderjournal.kernel.fields import CLOCK_TIME_PATTERN, Day
from leaderjournal.kernel.problems import flatten_messages, summarize_errors
from leaderjournal.portability.exports.full_export import FORMAT
from leaderjournal.portability.imports.archives import (
    MOST_VALUES,
    UnreadableJournal,
    has_too_many_values,
)
from leaderjournal.portability.imports.rules import Failure, InvalidEntry
from leaderjournal.practice.rules import DayQuestion
from leaderjournal.practice_log.entries.rules import CONTENT_TYPES, Kind
from leaderjournal.practice_log.imports.store import ImportedEntry
from leaderjournal.practice_log.numbers.rules import parse_period
from leaderjournal.practice_log.schemas import EXPORT_SCHEMAS
from leaderjournal.questions.schemas import QuestionSchema
from leaderjournal.reflections.imports.store import DayHistory, DayToImport
from leaderjournal.reflections.rules import DayContent, DayVersion, Writing
from leaderjournal.reflections.schemas import ContentSchema
from leaderjournal.reviews.monthly.imports.store import ImportedReview
from leaderjournal.reviews.monthly.rules import ReviewVersion
from leaderjournal.reviews.monthly.schemas import ReviewContentSchema
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.team_mirror.imports.store import ClosedMirror
from leaderjournal.team_mirror.rules import Tally, close_tally
from leaderjournal.team_mirror.schemas import TallySchema

MOST_VERSION = 2**31 - 1

INVALID_ROW_ERRORS = (
    InvalidEntry,
    ValidationError,
    AttributeError,
    KeyError,
    OverflowError,
    TypeError,
    ValueError,
)
"""What reading a row raises where somebody edited the file."""


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The settings of an exported account, which are imported into an empty journal only."""

    name: str
    time_zone: str
    day_starts_at: time
    language: str
    joined_on: LocalDate
    calendar: PracticeCalendar
    hidden_questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FullExport:
    """An export as it was read; questions are by their old id, and the days are not parsed yet."""

    settings: AccountSettings | None
    questions: Mapping[str, dict[str, Any]]
    asked: tuple[DayQuestion, ...]
    reviews: tuple[ImportedReview, ...]
    log: tuple[ImportedEntry, ...]
    team_mirrors: tuple[ClosedMirror, ...]
    reflections: tuple[Any, ...]
    failures: tuple[Failure, ...]


OWN_EXPORT = re.compile(rb'"format"\s{0,9}:\s{0,9}"leader-journal/|"reflections"\s{0,9}:\s{0,9}\[')


def is_own_export(content: bytes) -> bool:
    """Tell whether a file is a JSON object that names our format or holds reflections.

    Within a text these names would be escaped, so other journals never look like ours.
    """
    begins_as_object = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    return begins_as_object and OWN_EXPORT.search(content) is not None


def read_full_export(content: bytes) -> FullExport:
    """Return the journal that an export holds. Raises UnreadableJournal."""
    if has_too_many_values(content):
        raise UnreadableJournal(
            f"This file holds more than {MOST_VALUES:,} values, the most it may."
        )
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableJournal("This file is no JSON that can be read.") from error
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise UnreadableJournal(
            f"This JSON isn’t a Leader Journal export: its format is not {FORMAT!r}."
        )
    if not isinstance(read.get("reflections"), list):
        raise UnreadableJournal(
            "This JSON isn’t a Leader Journal export: it has no list of reflections."
        )
    failures: list[Failure] = []

    def read_rows(name: str, reader: Callable[[Any], Any]) -> list[Any]:
        found = []
        rows = read.get(name, [])
        for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
            try:
                found.append(reader(row))
            except INVALID_ROW_ERRORS as error:
                failures.append(Failure(f"{name}, number {number}", _explain(error)))
        return found

    settings = None
    try:
        settings = _read_settings(read)
    except INVALID_ROW_ERRORS as error:
        failures.append(Failure("account", _explain(error)))
    return FullExport(
        settings=settings,
        questions=dict(read_rows("questions", _read_question)),
        asked=tuple(read_rows("asked_questions", _read_served_question)),
        reviews=tuple(read_rows("reviews", _read_review)),
        log=tuple(read_rows("log", _read_entry)),
        team_mirrors=tuple(read_rows("team_mirrors", _read_team_mirror)),
        reflections=tuple(read["reflections"]),
        failures=tuple(failures),
    )


def read_days(
    journal: FullExport, *, day_starts_at: time, questions: Mapping[str, str], today: LocalDate
) -> Iterator[DayToImport | Failure]:
    """Yield the days of an export; `questions` maps old ids of own questions to new ones."""
    for number, row in enumerate(journal.reflections, start=1):
        try:
            yield _read_day(row, day_starts_at, questions, today)
        except INVALID_ROW_ERRORS as error:
            yield Failure(f"reflections, number {number}", _explain(error))


def _read_day(
    row: Any, day_starts_at: time, questions: Mapping[str, str], today: LocalDate
) -> DayToImport:
    date = _read_date(row["local_date"])
    if date > today:
        raise InvalidEntry(f"Its local_date, {date}, has not come yet.")
    content = _read_content(row, questions)
    zone = row["time_zone"]
    if zone not in ZONE_NAMES:
        raise InvalidEntry("Its time_zone isn’t an IANA time zone.")
    writing = Writing(_read_instant(row, "written_at"), zone, day_starts_at)
    version = _read_version_number(row)
    versions = tuple(
        DayVersion(
            _read_version_number(revision, below=version),
            _read_instant(revision, "saved_at"),
            _read_content(revision, questions),
            superseded=revision.get("set_aside") is True,
        )
        for revision in row.get("revisions", [])
    )
    if len({revision.version for revision in versions}) < len(versions):
        raise InvalidEntry("Two of its revisions have one version.")
    history = DayHistory(
        version=version,
        saved_at=_read_instant(row, "saved_at"),
        in_time=row.get("in_time") is True,
        answers_in_time=[str(key) for key in row.get("answers_in_time", [])],
        write_times={
            str(field): _read_instant(row["written"], field) for field in row.get("written", {})
        },
        versions=versions,
    )
    return DayToImport(date, content, writing, history)


def _read_content(row: Any, questions: Mapping[str, str]) -> DayContent:
    given = {
        **row,
        "answers": [
            {**answer, "question": questions.get(answer["question"], answer["question"])}
            if answer.get("question")
            else answer
            for answer in row["answers"]
        ],
    }
    return ContentSchema.to_content(ContentSchema().load(given, unknown=EXCLUDE))


def _read_question(row: Any) -> tuple[str, dict[str, Any]]:
    values = QuestionSchema(exclude=("id",)).load(row, unknown=EXCLUDE)
    return str(row["id"]), dict(values)


def _read_served_question(row: Any) -> DayQuestion:
    key, question = row["key"], row["question"]
    if not isinstance(key, str) or not isinstance(question, str):
        raise InvalidEntry("Its key and question are not text.")
    return DayQuestion(question, key, None, _read_date(row["local_date"]))


def _read_review(row: Any) -> ImportedReview:
    month = Period.parse(row["month"])
    if month.month is None:
        raise InvalidEntry("Its month is no month, such as 2026-11.")
    version = _read_version_number(row)
    return ImportedReview(
        month=month,
        content=_read_review_content(row),
        version=version,
        written_at=_read_instant(row, "written_at"),
        saved_at=_read_instant(row, "saved_at"),
        versions=tuple(
            ReviewVersion(
                _read_version_number(revision, below=version),
                _read_instant(revision, "saved_at"),
                _read_review_content(revision),
            )
            for revision in row.get("revisions", [])
        ),
    )


def _read_review_content(row: Any) -> Any:
    return ReviewContentSchema.to_content(ReviewContentSchema().load(row, unknown=EXCLUDE))


def _read_entry(row: Any) -> ImportedEntry:
    kind = Kind(row["kind"])
    values = EXPORT_SCHEMAS[kind]().load(row, unknown=EXCLUDE)
    names = {field.name for field in fields(CONTENT_TYPES[kind])}
    fields_of_content = {name: value for name, value in values.items() if name in names}
    if kind == Kind.ACTS:
        fields_of_content["acts"] = tuple(fields_of_content["acts"])
    local_date = _read_date(row["local_date"])
    if kind == Kind.NUMBER:
        local_date, _ = parse_period(fields_of_content["period"])
    return ImportedEntry(
        id=UUID(row["id"]),
        kind=kind,
        local_date=local_date,
        content=CONTENT_TYPES[kind](**fields_of_content),
        version=_read_version_number(row),
        saved_at=_read_instant(row, "saved_at"),
    )


def _read_team_mirror(row: Any) -> ClosedMirror:
    month = Period.parse(row["month"])
    if month.month is None:
        raise InvalidEntry("Its month is no month, such as 2026-11.")
    loaded = TallySchema().load(row, unknown=EXCLUDE)
    return ClosedMirror(
        month.name, loaded.pop("last_date"), close_tally(Tally(unused=(), **loaded))
    )


def _read_settings(read: Any) -> AccountSettings:
    account = read["account"]
    if account["time_zone"] not in ZONE_NAMES:
        raise InvalidEntry("Its time_zone isn’t an IANA time zone.")
    if not CLOCK_TIME_PATTERN.fullmatch(account["day_starts_at"]):
        raise InvalidEntry("Its day_starts_at is no time like 03:00.")
    return AccountSettings(
        name=str(account["name"])[:80],
        time_zone=account["time_zone"],
        day_starts_at=time.fromisoformat(account["day_starts_at"]),
        language=str(account["language"])[:20],
        joined_on=_read_date(account["joined_on"]),
        calendar=PracticeCalendar(
            changes=tuple(
                (_read_date(change["effective_from"]), parse_practice_days(change["weekdays"]))
                for change in account["practice_days"]
            ),
            pauses=tuple(
                Pause(
                    _read_date(pause["first_date"]),
                    _read_date(pause["last_date"]) if pause["last_date"] is not None else None,
                )
                for pause in read.get("pauses", [])
            ),
            short_days=frozenset(_read_date(day) for day in account["short_days"]),
        ),
        hidden_questions=tuple(str(question) for question in read.get("hidden_questions", [])),
    )


def _read_version_number(row: Any, *, below: int = MOST_VERSION) -> int:
    number = row["version"]
    if type(number) is not int or not 1 <= number <= MOST_VERSION or number > below:
        raise InvalidEntry("Its version is no number that a version may have.")
    return number


def _read_date(given: Any) -> LocalDate:
    day: LocalDate = Day().deserialize(given)
    return day


def _read_instant(row: Any, field: str) -> Instant:
    try:
        moment = datetime.fromisoformat(row[field])
        if not 1850 <= moment.year <= 9000:
            raise InvalidEntry(f"Its {field} is out of range.")
        return to_instant(moment)
    except (TypeError, ValueError):
        raise InvalidEntry(f"Its {field} is no time like 2026-11-24T18:30:00Z.") from None


def _explain(error: Exception) -> str:
    """Return what is wrong with an entry, without quoting its text."""
    if isinstance(error, InvalidEntry):
        return str(error)
    if isinstance(error, ValidationError):
        return summarize_errors(flatten_messages(error.messages))
    if isinstance(error, KeyError):
        return f"It has no {error.args[0]}."
    return "It doesn’t match the Leader Journal format."
