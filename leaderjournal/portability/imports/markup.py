"""The text of HTML, as a journal's editor wrote it.

The text is parsed by lexbor (through selectolax) as the HTML standard says, with two exceptions in
favour of what a person typed: a `<` that begins no whole tag stays a letter ("1 < 2", "a<b"), and
so does a lone word in angle brackets that is no element ("<grin>").
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from leaderjournal.portability.imports.rules import InvalidEntry, drop_invalid_characters

LONGEST_MARKUP = 2_000_000
"""Characters of a text with its tags: a hundred times what the text alone may have."""

MOST_NESTED = 256
"""Elements within one another. A browser stops at 512, and the parser's time is quadratic."""

LONGEST_ATTRIBUTES = 1_000
"""Characters of a tag's attributes; none of longer ones is read. The parser's time is quadratic in
their number, and no word of a text is in them."""

_DROPPED = (
    "audio canvas embed head iframe noembed noframes noscript object script style svg template "
    "title video"
)
_BLOCKS = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol optgroup "
    "option p pre section summary table tbody tfoot thead tr ul"
)
_VOID = "area base br col embed hr img input link meta param source track wbr"
_OTHERS = (
    "a abbr acronym b bdi bdo big button cite code colgroup data datalist del dfn em font html i "
    "ins kbd label map mark math meter output picture progress q rp rt ruby s samp select small "
    "span strike strong sub sup textarea time tt u var"
)
DROPPED = frozenset(_DROPPED.split())
BLOCKS = frozenset(_BLOCKS.split())
CELLS = frozenset({"td", "th"})
VOID = frozenset(_VOID.split())
CLOSED_BY_THE_NEXT = frozenset({"li", "p"})
ELEMENTS = DROPPED | BLOCKS | CELLS | VOID | frozenset(_OTHERS.split())

# Each quotation mark swaps two of three states, so no text makes this read a letter often.
_ATTRIBUTES = r"""[^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+"""
_NAME = r"[a-zA-Z][a-zA-Z0-9_-]*+(?::[a-zA-Z0-9_-]++)?"
TAG = re.compile(rf"<(?P<end>/?)(?P<name>{_NAME})(?=[\s/>])(?P<rest>{_ATTRIBUTES})>")
MARKUP = re.compile(
    rf"(?P<other><!--(?:(?!<!--).)*?-->|<![a-zA-Z\[][^<>]*+>|<\?[a-zA-Z][^<>]*+>)|{TAG.pattern}|<",
    re.DOTALL,
)
ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
DATA_ADDRESS = re.compile(r"data:[\w.+/;=-]{0,100}base64,[A-Za-z0-9+/=_%\s-]{500,}+")
SPACES = re.compile(r"[ \t\n\r\f]+")
LINE_ENDS = re.compile(r"\r\n?|\n")


def remove_data_addresses(text: str) -> str:
    """Return a text without the long addresses by which photos are written into it (RFC 2397)."""
    return DATA_ADDRESS.sub("data:,", text) if "base64," in text else text


def looks_like_html(text: str) -> bool:
    """Tell whether a text that does not say so is HTML: it has tags or entities of HTML.

    A lone opening tag within a sentence is none, since people write of `<b>` too.
    """
    if ENTITY.search(text):
        return True
    beginning = len(text) - len(text.lstrip())
    return any(
        found["name"].lower() in ELEMENTS
        and (bool(found["end"]) or found["name"].lower() in VOID or found.start() == beginning)
        for found in TAG.finditer(text)
    )


def html_to_text(text: str, *, keep_lines: bool = False) -> str:
    """Return the text of HTML: each block, list item and `<br>` on a line of its own.

    Scripts, styles, titles and comments are left out, and a no-break space becomes a plain one,
    as editors write it between any two words. Line ends of the source are kept with `keep_lines`,
    as Markdown with some HTML in it needs, and where nothing in it makes a line.

    Raises InvalidEntry for what is too long without the files that are written into it.
    """
    text = remove_data_addresses(drop_invalid_characters(text))
    if len(text) > LONGEST_MARKUP:
        raise InvalidEntry(f"Its text is longer than {LONGEST_MARKUP:,} characters.")
    keep_lines = keep_lines or not any(
        found["name"].lower() in BLOCKS or found["name"].lower() == "br"
        for found in TAG.finditer(text)
    )
    parser = LexborHTMLParser(f"<body>{_TagCleaner(text).clean()}")  # never read as a head
    lines = _Lines()
    _collect_lines(parser.root, lines, is_preformatted=keep_lines)
    return lines.join()


class _TagCleaner:
    """Escapes every `<` of a text that is no tag, and flattens what is nested too deeply."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self._closed: frozenset[str] | None = None

    def clean(self) -> str:
        """Return the text as it can be parsed."""
        return MARKUP.sub(self._clean, self._text)

    def _clean(self, found: re.Match[str]) -> str:
        if found["other"]:
            return found[0]
        name = (found["name"] or "").lower()
        tag = found[0]
        if name and len(found["rest"]) > LONGEST_ATTRIBUTES:
            tag = f"<{found['end']}{found['name']}>"
        if not name or not (found["end"] or self._is_element(name, found["rest"])):
            return f"&lt;{found[0][1:]}"
        if name in VOID or name in DROPPED or name in CLOSED_BY_THE_NEXT:
            return tag
        return self._limit_depth(tag, name, is_end=bool(found["end"]))

    def _limit_depth(self, tag: str, name: str, *, is_end: bool) -> str:
        if is_end:
            self._depth = max(0, self._depth - 1)
            return tag if self._depth < MOST_NESTED else ""
        self._depth += 1
        if self._depth <= MOST_NESTED:
            return tag
        return "<br>" if name in BLOCKS else ""

    def _is_element(self, name: str, attributes: str) -> bool:
        if name in ELEMENTS or attributes.strip() or "-" in name or ":" in name:
            return True
        if self._closed is None:
            self._closed = frozenset(
                one["name"].lower() for one in TAG.finditer(self._text) if one["end"]
            )
        return name in self._closed


class _Lines:
    """Lines of text as a browser would show them, without a second blank line in a row."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._current: list[str] = []

    def add(self, words: str, *, is_preformatted: bool) -> None:
        """Add a piece of text to the current line."""
        if not is_preformatted:
            words = SPACES.sub(" ", words)
            follows_a_space = not self._current or self._current[-1].endswith((" ", "\t"))
            words = words.lstrip(" ") if follows_a_space else words
            if words:
                self._current.append(words)
            return
        first, *others = LINE_ENDS.split(words)
        self._current.append(first)
        for line in others:
            self.end()
            self._current.append(line)

    def end_if_begun(self) -> None:
        """End the current line where it holds more than white space."""
        if "".join(self._current).strip(" \t\n\r\f"):
            self.end()
        else:
            self._current.clear()

    def end(self) -> None:
        """End the current line, also an empty one."""
        self._lines.append("".join(self._current))
        self._current.clear()

    def join(self) -> str:
        """Return all lines as one text."""
        self.end()
        result: list[str] = []
        for line in self._lines:
            words = line.replace("\u00a0", " ").rstrip()
            if words or (result and result[-1]):
                result.append(words)
        return "\n".join(result).strip("\n")


def _collect_lines(root: LexborNode | None, lines: _Lines, *, is_preformatted: bool) -> None:
    pres = 0
    for node, is_end in _walk(root):
        if node.is_text_node:
            words = node.text_content or ""
            lines.add(words, is_preformatted=is_preformatted or pres > 0)
            continue
        tag = node.tag
        if tag in BLOCKS:
            lines.end_if_begun()
        elif tag == "br" and not is_end:
            lines.end()
        elif tag in CELLS and is_end and node.next is not None:
            lines.add("\t", is_preformatted=True)
        if tag in ("pre", "textarea"):
            pres += -1 if is_end else 1


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode, bool]]:
    """Yield each node at its beginning and each element at its end, without recursion."""
    node, depth = root, 0
    while node is not None:
        yield node, False
        child = None if node.is_text_node or node.tag in DROPPED else node.first_child
        if child is not None:
            node, depth = child, depth + 1
            continue
        while node is not None:
            if not node.is_text_node:
                yield node, True
            if depth == 0:
                return
            if node.next is not None:
                node = node.next
                break
            node, depth = node.parent, depth - 1
