"""Drawings of pages, as they are printed: what styles say of their parts is written into them.

WeasyPrint styles a drawing by attributes alone; the page's style sheet ends at its edge.
"""

import re

from markupsafe import Markup

QUIET, LINE, PAPER = "#645b50", "#ddd4c5", "#ffffff"
KEY_COLOURS = {
    "lead-from-front": "#b06d08",
    "protect-and-serve": "#17807a",
    "let-go": "#7a4fb5",
}
CLASS = re.compile(r'class="([^"]*)"')


def apply_print_styles(drawing: Markup | str, key: str = "") -> Markup:
    """Return a drawing of a page with its colours in it, those of `key` for what is the key's."""
    of_key = KEY_COLOURS.get(key, QUIET)
    attributes = {
        "rule": f'fill="none" stroke="{LINE}"',
        "mark-stroke": f'fill="none" stroke="{QUIET}" stroke-width="1.1" stroke-linecap="round"',
        "rule rule-foot": f'fill="none" stroke="{QUIET}"',
        "rule-name": f'fill="{QUIET}" font-size="9" font-family="Literata, serif"',
        "stroke": f'fill="none" stroke="{of_key}" stroke-width="1.8"',
        "dot": f'fill="{of_key}" stroke="{PAPER}" stroke-width="0.8"',
        "bar-none": f'fill="{QUIET}"',
        "year-kept": 'fill="#efe8db"',
        "year-open": 'fill="#cfc6b8"',
        **{f"bar-of-{slug}": f'fill="{colour}"' for slug, colour in KEY_COLOURS.items()},
    }
    # A class of the drawing itself is left to the style sheet, which sets its size.
    return Markup(CLASS.sub(lambda found: attributes.get(found[1], found[0]), str(drawing)))  # noqa: S704 - a template's own drawing
