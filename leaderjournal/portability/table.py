"""A journal as a table: CSV (RFC 4180), a row a day, for spreadsheets."""

import csv
import io
from collections.abc import Iterator

from leaderjournal.accounts.store import Leader
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store

OF_A_KEY = ("score", "behaviour", "text")


def rows(leader: Leader) -> Iterator[str]:
    """Yield the lines of the table: a heading, then the days, newest first."""
    heading = ["date"]
    for key in catalogue.KEY_SLUGS:
        heading += [f"{key} {name}" for name in OF_A_KEY]
    yield "\ufeff" + _line([*heading, "note", "commitment", "words", "written_at", "time_zone"])
    for day in reflections_store.days(leader.sealer):
        content = day.content
        cells: list[object] = [day.local_date]
        for key in catalogue.KEY_SLUGS:
            answer = content.answer(key)
            cells += [answer.score, answer.behaviour, answer.text]
        cells += [content.note, content.commitment, content.words]
        yield _line([*cells, day.written_at.isoformat(), day.time_zone])


def _line(cells: list[object]) -> str:
    # The mark at the very beginning tells spreadsheets that this is UTF-8.
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
