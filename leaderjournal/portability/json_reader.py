"""Reads our own JSON export back: see `whole_journal` for what it holds."""

import json
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
from leaderjournal.kernel.days import ZONE_NAMES, Instant, LocalDate, instant
from leaderjournal.kernel.fields import CLOCK_TIME, Day
from leaderjournal.kernel.problems import flat, summary_of
from leaderjournal.portability.archives import MOST_VALUES, UnreadableJournal, holds_too_many_values
from leaderjournal.portability.rules import Failure, NoEntry
from leaderjournal.portability.whole_journal import FORMAT
from leaderjournal.practice.rules import Asked
from leaderjournal.practice_log.rules import CONTENT_TYPES, Kind, parse_period
from leaderjournal.practice_log.schemas import EXPORT_SCHEMAS
from leaderjournal.practice_log.transfer.store import ImportedEntry
from leaderjournal.questions.schemas import QuestionSchema
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reflections.schemas import ContentSchema
from leaderjournal.reflections.store import BroughtDay, DayVersion, History, Writing
from leaderjournal.reviews.monthly.schemas import ReviewContentSchema
from leaderjournal.reviews.monthly.store import ImportedReview, ReviewVersion
from leaderjournal.reviews.summaries.rules import Period
from leaderjournal.team_mirror.rules import Tally, close_tally
from leaderjournal.team_mirror.schemas import TallySchema
from leaderjournal.team_mirror.store import ClosedMirror

MOST_VERSION = 2**31 - 1

NOT_AS_WRITTEN = (
    NoEntry,
    ValidationError,
    AttributeError,
    KeyError,
    OverflowError,
    TypeError,
    ValueError,
)
"""What reading a row raises where somebody changed the file by hand."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an export says of its account; it is taken over where nothing is written yet."""

    name: str
    time_zone: str
    day_starts_at: time
    language: str
    joined_on: LocalDate
    calendar: PracticeCalendar
    hidden_questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WholeJournal:
    """An export as it was read. Questions are by the id that they had, days still to be read."""

    settings: Settings | None
    questions: Mapping[str, dict[str, Any]]
    asked: tuple[Asked, ...]
    reviews: tuple[ImportedReview, ...]
    log: tuple[ImportedEntry, ...]
    team_mirrors: tuple[ClosedMirror, ...]
    reflections: tuple[Any, ...]
    failures: tuple[Failure, ...]


def looks_like_ours(content: bytes) -> bool:
    """Tell whether a file begins as a JSON object does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def read_whole(content: bytes) -> WholeJournal:
    """Return the journal that an export holds. Raises UnreadableJournal."""
    if holds_too_many_values(content):
        raise UnreadableJournal(
            f"This file holds more than {MOST_VALUES:,} values, the most it may."
        )
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableJournal("This file is no JSON that can be read.") from error
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise UnreadableJournal(f"This JSON is no journal of ours: its format is not {FORMAT!r}.")
    if not isinstance(read.get("reflections"), list):
        raise UnreadableJournal("This JSON is no journal of ours: it has no list of reflections.")
    failures: list[Failure] = []

    def every(name: str, reader: Callable[[Any], Any]) -> list[Any]:
        found = []
        rows = read.get(name, [])
        for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
            try:
                found.append(reader(row))
            except NOT_AS_WRITTEN as error:
                failures.append(Failure(f"{name}, number {number}", _why(error)))
        return found

    settings = None
    try:
        settings = _settings(read)
    except NOT_AS_WRITTEN as error:
        failures.append(Failure("account", _why(error)))
    return WholeJournal(
        settings=settings,
        questions=dict(every("questions", _question)),
        asked=tuple(every("asked_questions", _asked)),
        reviews=tuple(every("reviews", _review)),
        log=tuple(every("log", _entry)),
        team_mirrors=tuple(every("team_mirrors", _team_mirror)),
        reflections=tuple(read["reflections"]),
        failures=tuple(failures),
    )


def days_of_whole(
    journal: WholeJournal, *, day_starts_at: time, questions: Mapping[str, str], today: LocalDate
) -> Iterator[BroughtDay | Failure]:
    """Yield the days of an export; `questions` holds what the ids of own questions have become."""
    for number, row in enumerate(journal.reflections, start=1):
        try:
            yield _day(row, day_starts_at, questions, today)
        except NOT_AS_WRITTEN as error:
            yield Failure(f"reflections, number {number}", _why(error))


def _day(
    row: Any, day_starts_at: time, questions: Mapping[str, str], today: LocalDate
) -> BroughtDay:
    date = _date(row["local_date"])
    if date > today:
        raise NoEntry(f"Its local_date, {date}, has not come yet.")
    content = _content(row, questions)
    zone = row["time_zone"]
    if zone not in ZONE_NAMES:
        raise NoEntry("Its time_zone is no IANA time zone.")
    writing = Writing(_instant(row, "written_at"), zone, day_starts_at)
    version = _version_number(row)
    versions = tuple(
        DayVersion(
            _version_number(kept, below=version),
            _instant(kept, "saved_at"),
            _content(kept, questions),
            set_aside=kept.get("set_aside") is True,
        )
        for kept in row.get("revisions", [])
    )
    if len({kept.version for kept in versions}) < len(versions):
        raise NoEntry("Two of its revisions have one version.")
    history = History(
        version=version,
        saved_at=_instant(row, "saved_at"),
        in_time=row.get("in_time") is True,
        answers_in_time=[str(key) for key in row.get("answers_in_time", [])],
        written={str(field): _instant(row["written"], field) for field in row.get("written", {})},
        versions=versions,
    )
    return BroughtDay(date, content, writing, history)


def _content(row: Any, questions: Mapping[str, str]) -> DayContent:
    given = {
        **row,
        "answers": [
            {**answer, "question": questions.get(answer["question"], answer["question"])}
            if answer.get("question")
            else answer
            for answer in row["answers"]
        ],
    }
    return ContentSchema.content(ContentSchema().load(given, unknown=EXCLUDE))


def _question(row: Any) -> tuple[str, dict[str, Any]]:
    values = QuestionSchema(exclude=("id",)).load(row, unknown=EXCLUDE)
    return str(row["id"]), dict(values)


def _asked(row: Any) -> Asked:
    key, question = row["key"], row["question"]
    if not isinstance(key, str) or not isinstance(question, str):
        raise NoEntry("Its key and question are not text.")
    return Asked(question, key, None, _date(row["local_date"]))


def _review(row: Any) -> ImportedReview:
    month = Period.parse(row["month"])
    if month.month is None:
        raise NoEntry("Its month is none, such as 2026-11.")
    version = _version_number(row)
    return ImportedReview(
        month=month,
        content=_review_content(row),
        version=version,
        written_at=_instant(row, "written_at"),
        saved_at=_instant(row, "saved_at"),
        versions=tuple(
            ReviewVersion(
                _version_number(kept, below=version),
                _instant(kept, "saved_at"),
                _review_content(kept),
            )
            for kept in row.get("revisions", [])
        ),
    )


def _review_content(row: Any) -> Any:
    return ReviewContentSchema.to_content(ReviewContentSchema().load(row, unknown=EXCLUDE))


def _entry(row: Any) -> ImportedEntry:
    kind = Kind(row["kind"])
    values = EXPORT_SCHEMAS[kind]().load(row, unknown=EXCLUDE)
    names = {field.name for field in fields(CONTENT_TYPES[kind])}
    said = {name: value for name, value in values.items() if name in names}
    if kind == Kind.ACTS:
        said["acts"] = tuple(said["acts"])
    local_date = _date(row["local_date"])
    if kind == Kind.NUMBER:
        local_date, _ = parse_period(said["period"])
    return ImportedEntry(
        id=UUID(row["id"]),
        kind=kind,
        local_date=local_date,
        content=CONTENT_TYPES[kind](**said),
        version=_version_number(row),
        saved_at=_instant(row, "saved_at"),
    )


def _team_mirror(row: Any) -> ClosedMirror:
    month = Period.parse(row["month"])
    if month.month is None:
        raise NoEntry("Its month is none, such as 2026-11.")
    loaded = TallySchema().load(row, unknown=EXCLUDE)
    return ClosedMirror(
        month.name, loaded.pop("last_date"), close_tally(Tally(unused=(), **loaded))
    )


def _settings(read: Any) -> Settings:
    account = read["account"]
    if account["time_zone"] not in ZONE_NAMES:
        raise NoEntry("Its time_zone is no IANA time zone.")
    if not CLOCK_TIME.fullmatch(account["day_starts_at"]):
        raise NoEntry("Its day_starts_at is no time like 03:00.")
    return Settings(
        name=str(account["name"])[:80],
        time_zone=account["time_zone"],
        day_starts_at=time.fromisoformat(account["day_starts_at"]),
        language=str(account["language"])[:20],
        joined_on=_date(account["joined_on"]),
        calendar=PracticeCalendar(
            changes=tuple(
                (_date(change["effective_from"]), parse_practice_days(change["weekdays"]))
                for change in account["practice_days"]
            ),
            pauses=tuple(
                Pause(
                    _date(pause["first_date"]),
                    _date(pause["last_date"]) if pause["last_date"] is not None else None,
                )
                for pause in read.get("pauses", [])
            ),
            short_days=frozenset(_date(day) for day in account["short_days"]),
        ),
        hidden_questions=tuple(str(question) for question in read.get("hidden_questions", [])),
    )


def _version_number(row: Any, *, below: int = MOST_VERSION) -> int:
    number = row["version"]
    if type(number) is not int or not 1 <= number <= MOST_VERSION or number > below:
        raise NoEntry("Its version is no number that a version may have.")
    return number


def _date(given: Any) -> LocalDate:
    day: LocalDate = Day().deserialize(given)
    return day


def _instant(row: Any, field: str) -> Instant:
    try:
        moment = datetime.fromisoformat(row[field])
        if not 1850 <= moment.year <= 9000:
            raise NoEntry(f"Its {field} is out of range.")
        return instant(moment)
    except (TypeError, ValueError):
        raise NoEntry(f"Its {field} is no time like 2026-11-24T18:30:00Z.") from None


def _why(error: Exception) -> str:
    """Return what is wrong with an entry, without a word of what it says."""
    if isinstance(error, NoEntry):
        return str(error)
    if isinstance(error, ValidationError):
        return summary_of(flat(error.messages))
    if isinstance(error, KeyError):
        return f"It has no {error.args[0]}."
    return "It is not as the journal writes it."
