"""Charts as they are printed, with their styles written into their attributes.

WeasyPrint styles an SVG by its attributes alone and does not apply the page's style sheet to it.
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
    """Return a chart with its colours written into it; its lines get the colour of `key`."""
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
    # The class of the SVG itself stays: the style sheet sets its size.
    return Markup(CLASS.sub(lambda found: attributes.get(found[1], found[0]), str(drawing)))  # noqa: S704 - a template's own drawing
