"""Reads Markdown and plain texts: a vault of Obsidian, Logseq or Roam, a folder, or one file.

Our own days and reviews come in as they were (`own_markdown.py`). Every other text becomes the note
of its day, and the texts of one day are joined in the order of their times, or else their paths.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from hashlib import sha256

from leaderjournal.kernel.days import LocalDate, get_time_zone, to_instant
from leaderjournal.portability.exports.markdown import LOG_NAME
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.dates_in_names import Order, learn_orders
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.journal_format import (
    Found,
    Guide,
    JournalFormat,
    ReadingOptions,
)
from leaderjournal.portability.imports.note_texts import compose_words
from leaderjournal.portability.imports.notes import Note, UndatedNote, choose_day, read_note
from leaderjournal.portability.imports.own_markdown import (
    Cuts,
    add_to_note,
    has_own_fields,
    is_own_day,
    is_own_review,
    parse_content,
    parse_own_day,
    parse_review,
)
from leaderjournal.portability.imports.refusals import explain_refusal
from leaderjournal.portability.imports.rules import (
    Failure,
    InvalidEntry,
    JournalEntry,
    LeftBehind,
    explain_cut,
    get_known_zone,
    require_words,
)
from leaderjournal.portability.imports.uploads import Upload
from leaderjournal.portability.imports.vaults import (
    NOTE_ENDINGS,
    Vault,
    find_configured_order,
    list_vault,
)
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Writing

OTHER_JOURNALS = (".json", ".csv", ".html", ".htm", ".xml", ".db", ".sqlite")

UNDATED = (
    "None of these texts says which day it is of. Name each file by its date, such as "
    "2026-11-24.md, or begin it with front matter: a line of ---, the line date: 2026-11-24, "
    "and another line of ---."
)
SAME_DAY = "There are two files for this day. Keep only one."
LOG_ALONE = "What happened between reflections comes in with our JSON alone."
OTHER_MARKUP = "This is neither Markdown nor plain text. Export it as Markdown."
NOON = time(12)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of another journal: an entry, or a day of its own where it has our headings."""

    entry: JournalEntry
    whole: DayToImport | None


@dataclass(slots=True)
class _Findings:
    """What the notes of a vault hold, before the texts of one day are put together."""

    days: dict[LocalDate, DayToImport] = field(default_factory=dict)
    texts: list[_Text] = field(default_factory=list)
    others: list[Found] = field(default_factory=list)
    undated: int = 0
    embeds: Counter[tuple[str, str]] = field(default_factory=Counter)


def detect_markdown(upload: Upload) -> bool:
    """Tell whether an upload is a zip with texts in it, or a file with the ending of one."""
    if not upload.is_zip:
        return upload.name.casefold().endswith(NOTE_ENDINGS)
    return bool(list_vault(upload).notes)


def read_markdown(upload: Upload, options: ReadingOptions) -> Iterator[Found]:
    """Yield the days, entries and reviews of an upload, and a failure for each other text.

    Raises UnreadableJournal where no text has a date, and where none can be unpacked.
    """
    vault = list_vault(upload)
    notes, failures = _read_notes(upload, vault, options)
    yield from failures
    orders = learn_orders(date for note in notes for date in note.list_dates())
    otherwise = find_configured_order(upload)
    found = _Findings()
    for note in notes:
        try:
            _read_note(note, found, orders, options, otherwise=otherwise)
        except UndatedNote as why:
            found.undated += 1
            found.others.append(Failure(note.where, str(why)))
        except InvalidEntry as why:
            found.others.append(Failure(note.where, str(why)))
    if not failures and found.undated == len(notes):
        raise UnreadableJournal(_explain_undated(upload))
    yield from (Failure(member.label, OTHER_MARKUP) for member in vault.unread)
    yield from found.others
    yield from _join_texts(found)
    yield from _list_left_behind(vault, found)


def _read_notes(
    upload: Upload, vault: Vault, options: ReadingOptions
) -> tuple[list[Note], list[Failure]]:
    notes, failures, refusals = [], [], []
    for member in vault.notes:
        where = member.label
        if member.base_name == LOG_NAME:
            failures.append(Failure(where, LOG_ALONE))
            continue
        try:
            notes.append(read_note(member, decode_text(upload.read(member)), options))
        except InvalidEntry as why:
            failures.append(Failure(where, str(why)))
        except UnreadableJournal as error:
            failures.append(Failure(where, str(error)))
            refusals.append(error)
    if refusals and len(refusals) == len(vault.notes):
        raise refusals[0]
    return notes, failures


def _read_note(
    note: Note,
    found: _Findings,
    orders: dict[str, Order | None],
    options: ReadingOptions,
    *,
    otherwise: Order | None,
) -> None:
    """Add what a note holds to `found`. Raises InvalidEntry for one that cannot be read."""
    if is_own_review(note.front):
        review, cuts = parse_review(note.front, options.today)
        found.others += [review, *_report_cuts(note, review.month.last, cuts)]
    elif is_own_day(note.front):
        whole, cuts = parse_own_day(note.front, options)
        if whole.local_date in found.days:
            raise InvalidEntry(SAME_DAY)
        found.days[whole.local_date] = whole
        found.others += _report_cuts(note, whole.local_date, cuts)
    else:
        day, clock = choose_day(note, orders, options, otherwise=otherwise)
        found.texts.append(_read_text(note, day, clock, found, options))


def _read_text(
    note: Note, day: LocalDate, clock: time | None, found: _Findings, options: ReadingOptions
) -> _Text:
    named_zone = next(note.front.list_values("timezone"), None)
    zone = get_known_zone(named_zone, otherwise=options.zone)
    written_at = to_instant(datetime.combine(day, clock or NOON, tzinfo=get_time_zone(zone)))
    whole = None
    if has_own_fields(note.front):
        content, cuts = parse_content(note.front, is_escaped=False)
        if not cuts:
            writing = Writing(written_at, zone, options.day_starts_at)
            whole = DayToImport(day, content, writing)
    words, embeds = compose_words(note)
    found.embeds.update(embeds)
    words = require_words(words)
    source = f"{day} {sha256(words.encode()).hexdigest()}"
    entry = JournalEntry(note.where, source, day, written_at, zone, words)
    return _Text(entry, whole)


def _report_cuts(note: Note, day: LocalDate, cuts: Cuts) -> Iterator[Failure]:
    for length, left_out in cuts:
        yield Failure(note.where, explain_cut(day, length=length, left_out=left_out))


def _join_texts(found: _Findings) -> Iterator[Found]:
    """Yield the days, each with the other texts of its date in its note, and all other entries.

    Of several texts with our headings on one day, the first makes the day.
    """
    days, added = found.days, set()
    entries = []
    for text in found.texts:
        if text.whole is not None and text.whole.local_date not in days:
            days[text.whole.local_date] = text.whole
        else:
            entries.append(text.entry)
    for entry in sorted(entries, key=lambda one: one.written_at):
        if entry.local_date not in days:
            yield entry
        elif entry.source_id not in added:
            added.add(entry.source_id)
            day, length = entry.local_date, len(entry.text)
            days[day], beginning = add_to_note(days[day], entry.text)
            if left_out := length - len(beginning):
                yield Failure(entry.where, explain_cut(day, length=length, left_out=left_out))
    yield from days.values()


def _list_left_behind(vault: Vault, found: _Findings) -> Iterator[LeftBehind]:
    """Yield the attachments by kind: the zip's own, and what texts show that is not in it."""
    numbers = vault.left_behind
    numbers.update(kind for kind, name in found.embeds if name not in vault.attachments)
    for kind, number in sorted(numbers.items()):
        yield LeftBehind(kind, number)


def _explain_undated(upload: Upload) -> str:
    """Return why texts without any date are no journal.

    Beside files in which apps export journals, a text is more likely a note on them.
    """
    is_other = upload.is_zip and upload.list_members(*OTHER_JOURNALS)
    return explain_refusal(upload) if is_other else UNDATED


FORMAT = JournalFormat(
    "markdown",
    "Markdown files",
    detect_markdown,
    read_markdown,
    Guide(
        app="Obsidian, Logseq and other Markdown or text files",
        export=(
            "Put the folder into a zip: an Obsidian vault, the folder of a Logseq graph with "
            "journals and pages in it, Roam’s Markdown export, or any folder of .md, .markdown and "
            ".txt files. A Logseq graph in a database has to be exported as Markdown first. One "
            "text alone can come as it is. Each file needs a date: in its name, such as "
            "2026-11-24, in the folders it lies in, or in its front matter."
        ),
        brings=(
            "Every dated text as the note of its day; several of one day are joined in order. "
            "Tags and other fields of the front matter come as a line of words. Hidden folders, "
            "Obsidian’s trash and Logseq’s backups are left alone; attachments stay behind. "
            "Dates such as 05-03-2024 come in only where the other files make their order "
            "certain."
        ),
    ),
    is_general=True,
)
