"""A journal as tables: CSV (RFC 4180) for spreadsheets, one table for each thing there is."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice_log import store as log_store
from leaderjournal.practice_log.rules import Kind, to_document
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import QUESTIONS
from leaderjournal.team_mirror import store as team_mirror_store

OF_A_KEY = ("score", "behaviour", "text")
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = Iterable[object]


def rows(leader: Leader, table: str, *, today: LocalDate) -> Iterator[str]:
    """Yield the lines of one of TABLES: a heading, then what there is on the leader's `today`."""
    heading, found = TABLES[table]
    # The mark at the very beginning tells spreadsheets that this is UTF-8.
    yield "\ufeff" + _line(heading)
    for row in found(leader, today):
        yield _line(row)


def _days(leader: Leader, _today: LocalDate) -> Iterator[Row]:
    for day in reflections_store.days(leader.cipher):
        content = day.content
        cells: list[object] = [day.local_date]
        for key in catalogue.KEY_SLUGS:
            answer = content.answer(key)
            cells += [answer.score, answer.behaviour, answer.text]
        cells += [content.note, content.commitment, content.words]
        yield [*cells, day.written_at.isoformat(), day.time_zone]


def _reviews(leader: Leader, _today: LocalDate) -> Iterator[Row]:
    for review in monthly_store.list_reviews(leader.cipher):
        said = review.content.as_document()
        texts = [said[field] for field in QUESTIONS]
        yield [review.month, *texts, said["lean_on"], review.written_at.isoformat()]


def _log(kind: Kind, columns: Iterable[str]) -> Callable[[Leader, LocalDate], Iterator[Row]]:
    """Return what yields the entries of a kind, the latest first, with people by their names."""

    def found(leader: Leader, _today: LocalDate) -> Iterator[Row]:
        people = log_store.list_stored_entries(leader.cipher, Kind.PERSON)
        names = {str(person.id): person.content.name for person in people}
        for entry in log_store.list_entries(leader.cipher, kind):
            said: dict[str, Any] = to_document(entry.content) | {"date": entry.local_date}
            said["person"] = names.get(said.get("person_id") or "", "")
            yield [_cell(said[column]) for column in columns]

    return found


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.15g}"
    return " ".join(value) if isinstance(value, list) else value


def _team_mirrors(leader: Leader, today: LocalDate) -> Iterator[Row]:
    for mirror in team_mirror_store.list_mirrors(leader, today=today):
        if mirror.shown is None:
            continue
        for key in catalogue.KEY_SLUGS:
            scores, lines = mirror.shown.scores.get(key), mirror.shown.lines.get(key, ())
            figures = (f"{scores.mean:.2f}", scores.n) if scores else (None, None)
            yield [mirror.month, key, *figures, "\n".join(map(_harmless, lines))]


def _harmless(line: str) -> str:
    """Return a line by somebody else so that a spreadsheet shows it and does not run it (OWASP)."""
    return f"'{line}" if line.startswith(STARTS_A_FORMULA) else line


def _of_the_log(kind: Kind, *columns: str) -> tuple[tuple[str, ...], Callable[..., Iterator[Row]]]:
    return columns, _log(kind, columns)


TABLES: Mapping[str, tuple[tuple[str, ...], Callable[[Leader, LocalDate], Iterator[Row]]]] = {
    "days": (
        (
            "date",
            *(f"{key} {name}" for key in catalogue.KEY_SLUGS for name in OF_A_KEY),
            *("note", "commitment", "words", "written_at", "time_zone"),
        ),
        _days,
    ),
    "reviews": (("month", *QUESTIONS, "lean_on", "written_at"), _reviews),
    "commitments": _of_the_log(
        Kind.COMMITMENT, "date", "text", "due_on", "state", "reason", "settled_on", "moved"
    ),
    "people": _of_the_log(Kind.PERSON, "name", "date", "every_days", "left_on", "note"),
    "acts": _of_the_log(Kind.ACTS, "date", "person", "acts"),
    "hand-offs": _of_the_log(
        Kind.HAND_OFF, "date", "text", "person", "stepped_back_in_on", "reason"
    ),
    "wins": _of_the_log(Kind.WIN, "date", "text", "person", "celebrated_on", "celebrated_how"),
    "numbers": _of_the_log(Kind.NUMBER, "period", "target", "actual", "unit"),
    "team-mirrors": (("month", "key", "mean", "answers", "lines"), _team_mirrors),
}
"""The headings and the rows of each table, by its name."""


def _line(cells: Row) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
