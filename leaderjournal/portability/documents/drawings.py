"""Charts as they are printed, with their styles written into their attributes.

WeasyPrint styles an SVG by its attributes alone and does not apply the page's style sheet to it.
"""

import re

from markupsafe import Markup

QUIET, LINE, WRITTEN = "#645b50", "#ddd4c5", "#efe8db"
ROUND = 'stroke-linejoin="round"'
KEY_COLOURS = {
    "lead-from-front": "#b06d08",
    "protect-and-serve": "#17807a",
    "let-go": "#7a4fb5",
}
CLASS = re.compile(r'class="([^"]*)"')


def apply_print_styles(drawing: Markup | str, key: str = "") -> Markup:
    """Return a chart with its colours written into it; its lines get the colour of `key`."""
    of_key = KEY_COLOURS.get(key, QUIET)
    attributes = {
        "rule": f'fill="none" stroke="{LINE}"',
        "mark-stroke": f'fill="none" stroke="{QUIET}" stroke-width="1.1" stroke-linecap="round"',
        "rule rule-foot": f'fill="none" stroke="{QUIET}"',
        "rule-name": f'fill="{QUIET}" font-size="9" font-family="Literata, serif"',
        "stroke": f'fill="none" stroke="{of_key}" stroke-width="1.8"',
        "dots": f'fill="none" stroke="{of_key}" stroke-linecap="round"',
        "bar-none": f'fill="none" stroke="{QUIET}" stroke-width="1.5" stroke-linecap="round"',
        "year-kept": f'fill="{WRITTEN}" stroke="{WRITTEN}" stroke-width="3" {ROUND}',
        "year-open": 'fill="none" stroke="#cfc6b8" stroke-width="2"',
    }
    for slug, colour in KEY_COLOURS.items():
        attributes |= {
            f"shapes key-{slug}": f'fill="{colour}"',
            f"bar key-{slug}": f'fill="{colour}" stroke="{colour}" stroke-width="4" {ROUND}',
            f"year-band key-{slug}": f'fill="none" stroke="{colour}" stroke-width="5"',
        }
    # The class of the SVG itself stays: the style sheet sets its size.
    return Markup(CLASS.sub(lambda found: attributes.get(found[1], found[0]), str(drawing)))  # noqa: S704 - a template's own drawing
