"""The formats of an export, each produced while it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from zipstream import ZIP_DEFLATED, ZipStream

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.exports import csv_tables, markdown
from leaderjournal.portability.exports.full_export import stream_full_export
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.exports import store as log_exports_store
from leaderjournal.questions.own import store as own_questions_store
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.team_mirror import store as team_mirror_store

FULL_FORMATS = ("json", "markdown", "csv")
FORMATS = (*FULL_FORMATS, "pdf")


@dataclass(frozen=True, slots=True)
class Export:
    """A file that is produced while it is sent: its pieces, its media type and its name."""

    pieces: Iterator[bytes]
    media_type: str
    name: str


def export(leader: Leader, wanted: str, *, table_of: str = "days", today: LocalDate) -> Export:
    """Return the leader's journal in one of FULL_FORMATS; of CSV, the table named `table_of`."""
    stem = f"leader-journal-{today}"
    if wanted == "json":
        return Export(
            _encode(stream_full_export(leader, today=today)), "application/json", f"{stem}.json"
        )
    if wanted == "csv":
        name = f"{stem}.csv" if table_of == "days" else f"{stem}-{table_of}.csv"
        lines = csv_tables.stream_table(leader, table_of, today=today)
        return Export(_encode(lines), "text/csv; charset=utf-8", name)
    return Export(_stream_markdown_zip(leader, today), "application/zip", f"{stem}.zip")


def wrap_pdf(period: Period, content: bytes) -> Export:
    """Return the finished PDF of a month or a year as an export."""
    return Export(iter([content]), "application/pdf", f"leader-journal-{period.name}.pdf")


def _encode(texts: Iterator[str]) -> Iterator[bytes]:
    return (text.encode() for text in texts)


def _stream_markdown_zip(leader: Leader, today: LocalDate) -> Iterator[bytes]:
    questions = {question.id: question.text for question in catalogue.list_all_questions()}
    own = own_questions_store.list_own_questions(leader.cipher)
    questions |= {str(question.id): question.text for question in own}
    packing = ZipStream(compress_type=ZIP_DEFLATED)
    for day in reflections_store.iter_days(leader.cipher):
        name, text = markdown.format_day(day, questions)
        packing.add(text.encode(), name)
        yield from packing.all_files()
    for review in monthly_store.list_reviews(leader.cipher):
        name, text = markdown.format_review(review)
        packing.add(text.encode(), name)
    log = log_exports_store.list_entries_for_export(leader.cipher)
    mirrors = team_mirror_store.list_mirrors(leader, today=today)
    if log or mirrors:
        packing.add(markdown.format_log(log, mirrors).encode(), markdown.LOG_NAME)
    yield from packing.finalize()
