"""Photos and other files that a Markdown text shows, which stay behind.

`![[photo.png]]` is Obsidian's and `![words](photo.png)` Markdown's.
"""

import re
from collections import Counter
from urllib.parse import unquote

KINDS = {
    "photos": "jpg jpeg png gif webp heic heif avif bmp tif tiff svg",
    "videos": "mp4 mov m4v avi mkv webm ogv 3gp",
    "sounds": "mp3 m4a wav ogg oga opus aac flac aif aiff amr caf",
    "drawings": "canvas excalidraw",
    "files": "pdf",
}
KIND_BY_ENDING = {ending: kind for kind, endings in KINDS.items() for ending in endings.split()}
OTHER = "files"

WIKI_EMBED = re.compile(r"!\[\[([^\[\]|#\n]{1,300})(?:[|#][^\[\]\n]{0,300})?\]\]")
# Brackets within the words are excluded, so that a text of brackets alone takes linear time.
EMBED = re.compile(
    r"!\[([^\[\]\n]{0,1000})\]\(<?([^()<>\n]{1,1000}?)>?(?:\s+\"[^\"\n]{0,300}\")?\)"
)
ROAMS_HOST = "firebasestorage.googleapis.com"
"""Where Roam keeps what is put into it."""
SIZE = re.compile(r"\d+(?:x\d+)?")


def find_kind(name: str) -> str | None:
    """Return the kind of a photo, a sound or another attachment; None for any other file."""
    return KIND_BY_ENDING.get(name.rpartition(".")[2].casefold()) if "." in name else None


def remove_embeds(text: str) -> tuple[str, Counter[tuple[str, str]]]:
    """Return a text without the files it shows, and the kind and name of each, counted.

    The words beside a picture stay, and so do addresses on the web.
    """
    found: Counter[tuple[str, str]] = Counter()

    def drop(match: re.Match[str]) -> str:
        words, target = (match[1], match[2]) if match.re is EMBED else ("", match[1])
        name = unquote(target.partition("?")[0].strip()).replace("\\", "/").rpartition("/")[2]
        kind = find_kind(name)
        if ROAMS_HOST in target:
            kind = kind or "photos"
        elif kind is None or "://" in target:
            return match[0]
        found[kind, name] += 1
        caption = words.rpartition("|")[0] if SIZE.fullmatch(words.rpartition("|")[2]) else words
        return "" if find_kind(caption) else caption

    lines = []
    for line in text.split("\n"):
        left = EMBED.sub(drop, WIKI_EMBED.sub(drop, line)) if "![" in line else line
        if left.strip() or left == line:
            lines.append(left)
    return "\n".join(lines), found
