"""What an entry of Daylio becomes, whether it comes from its CSV or its backup."""

from collections.abc import Iterable

from leaderjournal.portability.imports.markup import html_to_text, looks_like_html


def join_words(title: str, note: str, mood: str, activities: Iterable[str]) -> str:
    """Return the words of an entry: title, note, then its mood and activities.

    Newer versions of the app write notes as HTML. Raises InvalidEntry for what is too long.
    """
    names = ", ".join(filter(None, map(str.strip, activities)))
    head = ": ".join(filter(None, (mood, names)))
    return "\n".join(filter(None, (convert_note(title), convert_note(note), head)))


def convert_note(note: str) -> str:
    """Return a note as plain text, whether it is HTML or not. Raises InvalidEntry."""
    return (html_to_text(note) if looks_like_html(note) else note).strip()
