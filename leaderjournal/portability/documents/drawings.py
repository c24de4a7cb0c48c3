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


LEVEL_COLOURS = {1: "#7f8174", 2: "#5f807a", 3: "#3c7e78", 4: "#17807a", 5: "#0d6862"}


def apply_print_styles(drawing: Markup | str) -> Markup:
    """Return a chart with its colours written into it."""
    attributes = {
        "rule": f'fill="none" stroke="{LINE}"',
        "mark-stroke": f'fill="none" stroke="{QUIET}" stroke-width="1.1" stroke-linecap="round"',
        "rule rule-foot": f'fill="none" stroke="{QUIET}"',
        "rule-name": f'fill="{QUIET}" font-size="9" font-family="Literata, serif"',
        "bar-none": f'fill="none" stroke="{QUIET}" stroke-width="1.5" stroke-linecap="round"',
        "slots": f'fill="none" stroke="{WRITTEN}" stroke-width="15" stroke-dasharray="9 1"',
    }
    for level, colour in LEVEL_COLOURS.items():
        attributes[f"level-{level}"] = f'fill="none" stroke="{colour}" stroke-width="9"'
    for slug, colour in KEY_COLOURS.items():
        attributes |= {
            f"shapes key-{slug}": f'fill="{colour}"',
            f"stroke key-{slug}": f'fill="none" stroke="{colour}" stroke-width="1.8"',
            f"bar key-{slug}": f'fill="{colour}" stroke="{colour}" stroke-width="4" {ROUND}',
        }
    # The class of the SVG itself stays: the style sheet sets its size.
    return Markup(CLASS.sub(lambda found: attributes.get(found[1], found[0]), str(drawing)))  # noqa: S704 - a template's own drawing
