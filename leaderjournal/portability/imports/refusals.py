"""Why a file of no known format cannot be read, what can, and how to export it from its app."""

import re
from dataclasses import dataclass

from leaderjournal.portability.imports.archives import ENCRYPTED
from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.registry import list_guides
from leaderjournal.portability.imports.rules import InvalidEntry, has_words
from leaderjournal.portability.imports.tables import DELIMITERS
from leaderjournal.portability.imports.uploads import Upload, parse_json

BEGINNING = 4_096
MOST_BROKEN = 100
"""Files of a zip that are tried to name one that is broken."""

LONGEST_LINE = 10_000

VIA_OBSIDIAN = (
    "The free Importer of Obsidian turns it into Markdown: "
    "put the folder it makes into a zip and choose that."
)
AS_DATED_TEXTS = (
    "Put your texts into files named by their dates, such as 2026-11-24.md, "
    "and choose a zip of them."
)
AGAIN = "Export it again and choose the new file."


@dataclass(frozen=True, slots=True)
class Sign:
    """What gives an app or a kind of file away, and what to do then.

    One of these is enough: how the file begins, what stands near its beginning, its name, or the
    name of a file within it.
    """

    advice: str
    begins: tuple[bytes, ...] = ()
    holds: tuple[bytes, ...] = ()
    name: str = ""
    member: str = ""


SIGNS = (
    Sign(
        "This seems to come from Day One Classic. Open it in today’s Day One, "
        "and export there as JSON.",
        holds=(b"<key>Entry Text</key>", b"<key>Creation Date</key>"),
        name=r"\.doentry$|\.dayone(?:-zip)?$",
        member=r"\.doentry$|\.dayone/",
    ),
    Sign(
        f"This comes from Evernote. {VIA_OBSIDIAN}",
        holds=(b"<en-export", b"evernote-export"),
        name=r"\.enex$",
        member=r"\.enex$",
    ),
    Sign(
        f"This is a Takeout of Google Keep. {VIA_OBSIDIAN}",
        member=r"(?:^|/)Takeout/.*(?:Keep|Notizen|Notas)/|(?:^|/)Keep/[^/]+\.(?:html|json)$",
    ),
    Sign(
        "This comes from Notion as HTML. Export it there as Markdown & CSV, with a date in the "
        "name of each page.",
        member=r"[ -][0-9a-f]{32}\.html?$",
    ),
    Sign(
        f"This comes from Penzu, which exports no entries that can be read. {AS_DATED_TEXTS}",
        holds=(b"penzu.com",),
        name=r"penzu",
        member=r"penzu",
    ),
    Sign(
        "This is jrnl’s encrypted journal. Decrypt it with jrnl --decrypt, or export it with "
        "jrnl --format json --file journal.json.",
        begins=(b"gAAAAA",),
    ),
    Sign(
        "This comes from DailyTxT, and its entries are encrypted. Make a backup there with the "
        "encryption off, or export as HTML.",
        holds=(b'"enc_enc_key"',),
    ),
    Sign(
        "This is a Joplin archive. Export there as Markdown, and choose a zip of that folder.",
        name=r"\.jex$",
    ),
    Sign(
        "This comes from Diaro. Export there as text files, and choose a zip of them with a date "
        "in each name.",
        name=r"diaro",
        member=r"diaro",
    ),
    Sign(
        "This is a Word document. " + AS_DATED_TEXTS,
        begins=(b"\xd0\xcf\x11\xe0",),
        name=r"\.docx?$",
        member=r"^word/document\.xml$|\.docx?$",
    ),
    Sign(
        "This is an Excel workbook. Save it there as CSV and choose the CSV.",
        name=r"\.xlsx?$",
        member=r"^xl/workbook\.(?:xml|bin)$",
    ),
    Sign(
        "This is an office document. Save tables as CSV. " + AS_DATED_TEXTS,
        name=r"\.(?:odt|ods|pages|numbers|epub)$",
        member=r"^META-INF/manifest\.xml$|^META-INF/container\.xml$|^Index/Document\.iwa$",
    ),
    Sign(
        "This is a PDF, in which entries cannot be told apart. "
        "Export from the app as JSON, CSV, HTML or Markdown instead.",
        begins=(b"%PDF",),
        name=r"\.pdf$",
        member=r"\.pdf$",
    ),
    Sign("This is an RTF document. " + AS_DATED_TEXTS, begins=(b"{\\rtf",), name=r"\.rtfd?$"),
    Sign(
        "This is an app’s database and not its export. "
        "Look for Export or Backup in the app’s settings.",
        begins=(b"SQLite format 3\0", b"bplist00"),
        name=r"\.(?:sqlite3?|db|realm)$",
        member=r"\.(?:sqlite3?|db|realm)$",
    ),
    Sign(
        "This file is packed in another way than zip. Unpack it, and choose what is in it or a zip "
        "of that.",
        begins=(
            *(b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd"),
            b"\x04\x22\x4d\x18",
        ),
        holds=(b"\0ustar",),
        name=r"\.(?:7z|rar|tar|tgz|gz|bz2|xz)$",
    ),
    Sign(
        "This is a picture. Choose the file that the app exported.",
        begins=(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"),
        holds=(b"ftypheic", b"ftypmif1", b"ftypavif"),
        name=r"\.(?:png|jpe?g|gif|webp|heic|heif|tiff?|bmp)$",
    ),
    Sign(
        "This is a sound or a video. Choose the file that the app exported.",
        begins=(b"ID3", b"OggS", b"RIFF", b"fLaC", b"\x1aE\xdf\xa3"),
        holds=(b"ftypmp4", b"ftypisom", b"ftypqt", b"ftypM4"),
        name=r"\.(?:mp3|m4a|wav|ogg|opus|flac|mp4|mov|avi|mkv|webm)$",
    ),
    Sign(
        "This zip holds another zip. Unpack it and choose the inner one.",
        member=r"\.zip$",
    ),
)


def explain_refusal(upload: Upload) -> str:
    """Return sentences that say why an upload is no journal, what to do, and which files are."""
    return add_readable(_explain(upload))


def add_readable(why: str) -> str:
    """Return why a file cannot be read, with what can."""
    apps = ", ".join(guide.app for guide in list_guides())
    return f"{why} What can be read: exports of {apps}, and our own JSON."


def _explain(upload: Upload) -> str:
    if any(one.info and one.info.flag_bits & ENCRYPTED for one in upload.list_members()):
        return "This zip is encrypted. Export it without a password."
    advice = find_sign(upload)
    if advice is not None:
        return advice
    return _explain_zip(upload) if upload.is_zip else _explain_file(upload.content)


def find_sign(upload: Upload) -> str | None:
    """Return what to do with a file that gives its app or kind away; None for any other."""
    members = [member.name for member in upload.list_members()] if upload.is_zip else []
    beginning = b"" if upload.is_zip else upload.content[:BEGINNING]
    for sign in SIGNS:
        if (
            beginning.startswith(sign.begins)
            or any(piece in beginning for piece in sign.holds)
            or (upload.content and sign.name and re.search(sign.name, upload.name, re.IGNORECASE))
            or (sign.member and any(re.search(sign.member, one, re.IGNORECASE) for one in members))
        ):
            return sign.advice
    return None


def _explain_zip(upload: Upload) -> str:
    if not upload.list_members():
        return f"This zip is empty. {AGAIN}"
    for member in upload.list_members(".json")[:MOST_BROKEN]:
        try:
            upload.load_json(member)
        except InvalidEntry as why:
            return f"{member.label} in this zip cannot be read. {why} {AGAIN}"
    return "There’s no journal we can read in this zip."


def _explain_file(content: bytes) -> str:
    try:
        text = decode_text(content)
    except InvalidEntry:
        return "This file isn’t text, and no app we know exports files like it."
    if not has_words(text):
        return f"This file is empty: there’s no journal in it. {AGAIN}"
    return _explain_text(text)


def _explain_text(text: str) -> str:
    text = text.lstrip("\ufeff \t\r\n")
    line = text[:LONGEST_LINE].split("\n", 1)[0].split("\r", 1)[0]
    if text.startswith(("{", "[")):
        return _explain_json(text)
    if text.startswith("<"):
        return "This is a web page or XML. Export from the app as JSON, CSV or Markdown instead."
    if len(line) < LONGEST_LINE and any(line.count(delimiter) > 1 for delimiter in DELIMITERS):
        return (
            "This is a table, but not Daylio’s: "
            "its first line names no columns full_date, mood and note."
        )
    return (
        "We can’t read this as a journal: it’s a text without a date at its beginning. "
        f"{AS_DATED_TEXTS}"
    )


def _explain_json(text: str) -> str:
    try:
        parse_json(text.encode(errors="replace"))
    except InvalidEntry as why:
        return f"This file begins like JSON. {why} {AGAIN}"
    return "We can’t read this JSON as a journal."
