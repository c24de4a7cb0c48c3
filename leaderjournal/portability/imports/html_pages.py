"""Pages of HTML whose parts have names, by which a journal's entries are found in them."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from leaderjournal.portability.imports.markup import (
    CLOSED_BY_THE_NEXT,
    LONGEST_MARKUP,
    MOST_NESTED,
    TAG,
    VOID,
)
from leaderjournal.portability.imports.rules import InvalidEntry

UNNESTED = VOID | CLOSED_BY_THE_NEXT


def parse_page(text: str) -> LexborHTMLParser:
    """Return a page as its elements.

    Raises InvalidEntry for what is too long, and for elements that are nested deeper than any app
    writes them: the parser's time would be quadratic.
    """
    if len(text) > LONGEST_MARKUP:
        raise InvalidEntry(f"It is longer than {LONGEST_MARKUP:,} characters.")
    depth = 0
    for found in TAG.finditer(text):
        if found["name"].lower() not in UNNESTED:
            depth = max(0, depth - 1) if found["end"] else depth + 1
        if depth > MOST_NESTED:
            raise InvalidEntry("There’s no page from an app here.")
    return LexborHTMLParser(text)


def find_text(node: LexborNode | LexborHTMLParser, selector: str) -> str:
    """Return the text of the first element that a CSS selector names; nothing without one."""
    found = node.css_first(selector)
    return found.text(strip=True) if found is not None else ""
