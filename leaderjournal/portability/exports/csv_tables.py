"""A journal as CSV tables (RFC 4180) for spreadsheets.

Every text is guarded, the leader's own too: a line such as "- listened" is a formula to a
spreadsheet, and what a leader wrote down may be somebody else's. JSON is the lossless export.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.formulas.rules import guard_cell
from leaderjournal.practice import catalogue
from leaderjournal.practice_log import store as log_store
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Kind, to_document
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import QUESTIONS
from leaderjournal.team_mirror import store as team_mirror_store

ANSWER_COLUMNS = ("score", "behaviour", "text")

Row = Iterable[object]


def stream_table(leader: Leader, table: str, *, today: LocalDate) -> Iterator[str]:
    """Yield the lines of one of TABLES, its heading first, as of the leader's local day `today`."""
    heading, list_entries = TABLES[table]
    # The byte order mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + _format_line(heading)
    for row in list_entries(leader, today):
        yield _format_line(row)


def _list_days(leader: Leader, _today: LocalDate) -> Iterator[Row]:
    for day in reflections_store.iter_days(leader.cipher):
        content = day.content
        cells: list[object] = [day.local_date]
        for key in catalogue.KEY_SLUGS:
            answer = content.get_answer(key)
            cells += [answer.score, answer.behaviour, answer.text]
        cells += [content.note, content.commitment, content.word_count]
        yield [*cells, day.written_at.isoformat(), day.time_zone]


def _list_reviews(leader: Leader, _today: LocalDate) -> Iterator[Row]:
    for review in monthly_store.list_reviews(leader.cipher):
        document = review.content.to_document()
        texts = [document[field] for field in QUESTIONS]
        yield [review.month, *texts, document["lean_on"], review.written_at.isoformat()]


def _make_log_lister(
    kind: Kind, columns: Iterable[str]
) -> Callable[[Leader, LocalDate], Iterator[Row]]:
    """Return a function that yields a kind's entries, the latest first, with people's names."""

    def list_entries(leader: Leader, _today: LocalDate) -> Iterator[Row]:
        people = entries_store.list_stored_entries(leader.cipher, Kind.PERSON)
        names = {str(person.id): person.content.name for person in people}
        for entry in log_store.list_entries(leader.cipher, kind):
            document: dict[str, Any] = to_document(entry.content) | {"date": entry.local_date}
            document["person"] = names.get(document.get("person_id") or "", "")
            yield [document[column] for column in columns]

    return list_entries


def _list_team_mirrors(leader: Leader, today: LocalDate) -> Iterator[Row]:
    for mirror in team_mirror_store.list_mirrors(leader, today=today):
        if mirror.shown is None:
            continue
        for key in catalogue.KEY_SLUGS:
            scores, lines = mirror.shown.scores.get(key), mirror.shown.lines.get(key, ())
            figures = (f"{scores.mean:.2f}", scores.n) if scores else (None, None)
            yield [mirror.month, key, *figures, "\n".join(lines)]


def _make_log_table(
    kind: Kind, *columns: str
) -> tuple[tuple[str, ...], Callable[..., Iterator[Row]]]:
    return columns, _make_log_lister(kind, columns)


TABLES: Mapping[str, tuple[tuple[str, ...], Callable[[Leader, LocalDate], Iterator[Row]]]] = {
    "days": (
        (
            "date",
            *(f"{key} {name}" for key in catalogue.KEY_SLUGS for name in ANSWER_COLUMNS),
            *("note", "commitment", "words", "written_at", "time_zone"),
        ),
        _list_days,
    ),
    "reviews": (("month", *QUESTIONS, "lean_on", "written_at"), _list_reviews),
    "commitments": _make_log_table(
        Kind.COMMITMENT, "date", "text", "due_on", "state", "reason", "settled_on", "moved"
    ),
    "people": _make_log_table(Kind.PERSON, "name", "date", "every_days", "left_on", "note"),
    "acts": _make_log_table(Kind.ACTS, "date", "person", "acts"),
    "hand-offs": _make_log_table(
        Kind.HAND_OFF, "date", "text", "person", "stepped_back_in_on", "reason"
    ),
    "wins": _make_log_table(Kind.WIN, "date", "text", "person", "celebrated_on", "celebrated_how"),
    "numbers": _make_log_table(Kind.NUMBER, "period", "target", "actual", "unit"),
    "team-mirrors": (("month", "key", "mean", "answers", "lines"), _list_team_mirrors),
}
"""The heading and the rows of each table, by its name."""

TABLE_TITLES: Mapping[str, str] = {
    name: name.capitalize() if name == "hand-offs" else name.replace("-", " ").capitalize()
    for name in TABLES
}


def _format_line(cells: Row) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(map(_format_cell, cells))
    return line.getvalue()


def _format_cell(value: object) -> object:
    """Return a value as it is written; no text is a formula, whoever wrote it."""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list):
        value = " ".join(value)
    return guard_cell(value) if isinstance(value, str) else value
