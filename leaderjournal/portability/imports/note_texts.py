"""The words of a note: its title, its text, and what its front matter says in words."""

import re
from collections import Counter

from leaderjournal.portability.imports.embeds import remove_embeds
from leaderjournal.portability.imports.front_matter import describe_fields, find_title
from leaderjournal.portability.imports.month_names import fold_words
from leaderjournal.portability.imports.notes import Note
from leaderjournal.portability.imports.outlines import flatten_outline, is_outline

LOGSEQ_JOURNALS = "journals"
ROAM_NAME = re.compile(r"[A-Z][a-z]+ \d{1,2}(?:st|nd|rd|th), \d{4}")


def compose_words(note: Note) -> tuple[str, Counter[tuple[str, str]]]:
    """Return a note's words, and the kind and name of each photo or file that it shows."""
    body = note.front.body
    if _is_daily_page(note) and is_outline(body):
        body = flatten_outline(body)
    body, embeds = remove_embeds(body)
    parts = (_find_new_title(note, body), body.strip(), describe_fields(note.front))
    return "\n".join(filter(None, parts)), embeds


def _is_daily_page(note: Note) -> bool:
    """Tell whether a note is a day's page of Logseq or Roam, by its folder or its name."""
    folders = note.path.split("/")[:-1]
    return folders[-1:] == [LOGSEQ_JOURNALS] or ROAM_NAME.fullmatch(note.stem) is not None


def _find_new_title(note: Note, body: str) -> str:
    """Return the front matter's title; nothing where the text begins with it or the name is it."""
    title = find_title(note.front)
    if not title:
        return ""
    first = body.strip().partition("\n")[0].strip("# ")
    is_repeated = fold_words(title) in (fold_words(first[:300]), fold_words(note.stem[:300]))
    return "" if is_repeated else title
