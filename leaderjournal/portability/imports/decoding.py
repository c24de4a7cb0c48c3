"""The text of a file whose encoding nobody names."""

from leaderjournal.portability.imports.rules import InvalidEntry


def decode_text(content: bytes) -> str:
    """Return the text of a file. Raises InvalidEntry for what is no text."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidEntry("It is no text in UTF-8.") from None
