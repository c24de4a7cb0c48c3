"""Whether two pictures of a page look the same to a person, however letters are smoothed."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

PALETTES = (64, 256)
"""Colours of a stored picture, which keep a page below about 60 kB."""
NEIGHBOURHOOD = 3
"""Pixels across. Edges may lie one pixel beside where they were, as with other anti-aliasing."""
TOLERANCE = 40
"""How far a colour's part may lie outside of what is around it, of 255. A palette takes some."""
FORGIVEN = 12
"""Pixels that may differ all the same."""
TILE = 24
"""Pixels that differ within so many of each other are one place."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two pictures differ: boxes of left, top, right and bottom, and a picture of it."""

    places: tuple[tuple[int, int, int, int], ...]
    picture: Image.Image

    def describe(self) -> str:
        """Return the places in words, the first ones."""
        named = [f"{left},{top} to {right},{bottom}" for left, top, right, bottom in self.places]
        rest = f" and {len(named) - 6} more" if len(named) > 6 else ""
        return f"differs at (pixels) {'; '.join(named[:6])}{rest}"


def reduce(picture: Image.Image) -> Image.Image:
    """Return the picture with as few colours as look the same, as it is stored."""
    for colours in PALETTES:
        reduced = picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        if find_difference(reduced, picture) is None:
            return reduced
    return picture


def find_difference(stored: Image.Image, actual: Image.Image) -> Difference | None:
    """Return where two pictures differ for a person; None where they look the same.

    A pixel differs if its colour lies outside of all colours around its place in the other picture.
    What is only in one of them, because a page became longer, differs too.
    """
    size = (max(stored.width, actual.width), max(stored.height, actual.height))
    one, other = (extend(picture, size) for picture in (stored, actual))
    outside = ImageChops.lighter(measure_outside(one, other), measure_outside(other, one))
    red, green, blue = outside.split()
    most = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    differs = most.point(lambda value: 255 if value > TOLERANCE else 0)
    if differs.histogram()[255] <= FORGIVEN:
        return None
    shown = Image.composite(
        Image.new("RGB", size, "red"), other.point(lambda v: 128 + v // 2), differs
    )
    return Difference(list_places(differs), shown)


def extend(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture with what it lacks of a size in a colour of no page."""
    extended = Image.new("RGB", size, "magenta")
    extended.paste(picture.convert("RGB"), (0, 0))
    return extended


def measure_outside(one: Image.Image, other: Image.Image) -> Image.Image:
    """Return how far each part of a colour lies outside of those around it in the other picture."""
    lowest = other.filter(ImageFilter.MinFilter(NEIGHBOURHOOD))
    highest = other.filter(ImageFilter.MaxFilter(NEIGHBOURHOOD))
    return ImageChops.lighter(ImageChops.subtract(one, highest), ImageChops.subtract(lowest, one))


def list_places(differs: Image.Image) -> tuple[tuple[int, int, int, int], ...]:
    """Return boxes around what differs, from the top: tiles next to each other are one."""
    columns, rows = -(-differs.width // TILE), -(-differs.height // TILE)
    tiles = {
        (column, row)
        for row in range(rows)
        for column in range(columns)
        if differs.crop(box_of(column, row)).getbbox()
    }
    places = []
    while tiles:
        group, edge = set(), [min(tiles, key=lambda tile: (tile[1], tile[0]))]
        while edge:
            tile = edge.pop()
            if tile in tiles:
                tiles.remove(tile)
                group.add(tile)
                edge += [(tile[0] + x, tile[1] + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        boxes = [box_of(*tile) for tile in group]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
        inner = differs.crop((left, top, right, bottom)).getbbox()
        places.append((left + inner[0], top + inner[1], left + inner[2], top + inner[3]))
    return tuple(places)


def box_of(column: int, row: int) -> tuple[int, int, int, int]:
    return column * TILE, row * TILE, (column + 1) * TILE, (row + 1) * TILE


def write_mismatch(folder: Path, name: str, actual: Image.Image, difference: Difference) -> Path:
    """Write what the page looks like now and where it differs; return the second file."""
    folder.mkdir(parents=True, exist_ok=True)
    actual.save(folder / f"{name}.actual.png")
    shown = folder / f"{name}.difference.png"
    difference.picture.save(shown)
    return shown
