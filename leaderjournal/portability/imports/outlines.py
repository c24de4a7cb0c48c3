"""Outlines, whose every line is a bullet, as plain text: what Logseq and Roam write.

Logseq's properties that are for the app alone, and its drawers, are those of its own parser
(logseq/logseq, deps/graph-parser/src/logseq/graph_parser/property.cljs). Roam writes tasks as
`{{[[TODO]]}}` (obsidianmd/obsidian-importer, tests/roam/shapes.json).
"""

import re

BULLET = re.compile(r"([ \t]*)[-*](?:[ \t]+(.*))?\Z")
APP_PROPERTY = re.compile(
    r"(?:id|custom-id|collapsed|heading|background[-_]color|created[-_]at|updated-at"
    r"|last[-_]modified[-_]at|public|icon|filters|exclude-from-graph-view"
    r"|logseq\.[\w.-]+|ls-type|hl-[a-z]+|card-[a-z-]+|query-[a-z-]+):: ?.*",
    re.IGNORECASE,
)
DRAWER_BEGINS = re.compile(r":(?:LOGBOOK|PROPERTIES):\Z", re.IGNORECASE)
DRAWER_ENDS = ":end:"
TASK = re.compile(r"\{\{(?:\[\[)?(TODO|DONE)(?:\]\])?\}\}")
IMAGE_SIZE = re.compile(r"(?<=\))\{:(?:height|width)[^{}\n]*\}")
INDENT = "  "


def is_outline(text: str) -> bool:
    """Tell whether a text's first words are a bullet, as in every file of Logseq and Roam."""
    for line in text.split("\n"):
        plain = line.strip()
        if plain and ":: " not in plain:
            return BULLET.match(line) is not None
    return False


def flatten_outline(text: str) -> str:
    """Return an outline without its bullets, each line indented by its level."""
    lines: list[str] = []
    indents: list[int] = []
    in_drawer = False
    for line in text.expandtabs(2).split("\n"):
        bullet = BULLET.match(line)
        content = (bullet[2] or "") if bullet else line.strip()
        if in_drawer or DRAWER_BEGINS.match(content.strip()):
            in_drawer = content.strip().lower() != DRAWER_ENDS
            continue
        if bullet is not None:
            indent = len(bullet[1])
            while indents and indents[-1] >= indent:
                indents.pop()
            indents.append(indent)
        elif indents:
            # A block's further lines keep their own indentation, such as that of code.
            content = line.removeprefix(" " * (indents[-1] + 2)).rstrip()
        if APP_PROPERTY.fullmatch(content.strip()) or (bullet and not content.strip()):
            continue
        lines.append(INDENT * (len(indents) - 1) + clean_block(content) if content else "")
    return "\n".join(lines)


def clean_block(text: str) -> str:
    """Return a block's text with tasks in plain letters and without the sizes of images."""
    return IMAGE_SIZE.sub("", TASK.sub(r"\1", text))
