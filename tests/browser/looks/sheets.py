"""Contact sheets: every picture of a run as a thumbnail, for a browser and as one image a width."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

THUMBNAIL = (150, 330)
COLUMNS = 16
CAPTION = 24
PAPER, INK = "#e8e4dc", "#1f1b16"

STYLE = """body{font:14px system-ui;margin:1rem;background:#e8e4dc;color:#1f1b16}
ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:1rem;padding:0}
li{list-style:none}img{width:100%;height:360px;object-fit:cover;object-position:top;
border:1px solid #8a8377}.wrong img{outline:4px solid #c0392b}small{display:block;color:#a02016}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A screenshot, where it is, and what is wrong on it."""

    file: Path
    page: str
    state: str
    size: str
    """Width, colours and size of text, such as "390-dark"."""
    wrong: tuple[str, ...]


def write_sheets(folder: Path, pictures: Sequence[Picture]) -> list[Path]:
    """Write `index.html` and an image for each size; return their files."""
    (folder / "index.html").write_text(render_index(folder, pictures))
    files = [folder / "index.html"]
    by_size = sorted(pictures, key=lambda each: each.size)
    for size, group in groupby(by_size, key=lambda each: each.size):
        file = folder / f"sheet-{size}.png"
        draw_sheet(list(group)).save(file)
        files.append(file)
    return files


def render_index(folder: Path, pictures: Sequence[Picture]) -> str:
    """Return a page with a thumbnail of each picture, by page."""
    parts = [f"<!doctype html><meta charset=utf-8><title>Looks</title><style>{STYLE}</style>"]
    for page, group in groupby(
        sorted(pictures, key=lambda each: each.page), lambda each: each.page
    ):
        items = "".join(render_item(folder, each) for each in group)
        parts.append(f"<h2>{html.escape(page)}</h2><ul>{items}</ul>")
    return "\n".join(parts)


def render_item(folder: Path, picture: Picture) -> str:
    source = html.escape(picture.file.relative_to(folder).as_posix())
    wrong = html.escape(" · ".join(picture.wrong))
    name = html.escape(f"{picture.state} {picture.size}")
    mark = ' class="wrong"' if picture.wrong else ""
    return (
        f'<li{mark}><a href="{source}"><img src="{source}" alt="{name}" loading="lazy"></a>'
        f"{name}<small>{wrong}</small></li>"
    )


def draw_sheet(pictures: Sequence[Picture]) -> Image.Image:
    """Return one image with the upper part of each picture and its name."""
    font = ImageFont.load_default(10)
    wide, high = THUMBNAIL[0] + 8, THUMBNAIL[1] + CAPTION + 8
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (wide * min(COLUMNS, len(pictures)), high * rows), PAPER)
    pen = ImageDraw.Draw(sheet)
    for place, picture in enumerate(pictures):
        left, top = place % COLUMNS * wide + 4, place // COLUMNS * high + 4
        with Image.open(picture.file) as opened:
            opened.draft("RGB", THUMBNAIL)
            scale = THUMBNAIL[0] / opened.width
            whole = opened.convert("RGB")
            part = whole.crop((0, 0, whole.width, min(whole.height, int(THUMBNAIL[1] / scale))))
            sheet.paste(part.resize((THUMBNAIL[0], max(1, int(part.height * scale)))), (left, top))
        colour = "#a02016" if picture.wrong else INK
        pen.text((left, top + THUMBNAIL[1]), f"{picture.page}\n{picture.state}"[:60], colour, font)
    return sheet
