"""Render the icons of the app from their drawings; run it after changing one."""

from pathlib import Path

from playwright.sync_api import sync_playwright
from take_screenshots import CHROMIUM_ARGUMENTS

STATIC = Path(__file__).resolve().parents[1] / "static"
PAPER = "#FAF7F2"
MARK, SMALL_MARK = "img/mark.svg", "img/favicon.svg"
# The bits of the key hang to the right of its shaft: this frame has the whole mark in its middle.
FRAMES = {MARK: ("0 0 512 512", "-28 -3 512 512")}
# name: (drawing, pixels, part of the height that the drawing fills, radius of the corners).
# A maskable icon may be cut to a circle 80 % wide, so its drawing stays within that, and systems
# that cut the corners themselves get the paper to the edge. A badge is a shape without paper.
RENDERED = {
    "icon-192.png": (MARK, 192, 0.84, "22%"),
    "icon-512.png": (MARK, 512, 0.84, "22%"),
    "maskable-512.png": (MARK, 512, 0.74, "0"),
    "apple-touch-icon.png": (MARK, 180, 0.8, "0"),
    "favicon-32.png": (SMALL_MARK, 32, 0.84, "22%"),
    "shortcut-today.png": ("icons/shortcut-today.svg", 96, 1, "50%"),
    "shortcut-log.png": ("icons/shortcut-log.svg", 96, 1, "50%"),
    "shortcut-search.png": ("icons/shortcut-search.svg", 96, 1, "50%"),
    "shortcut-month.png": ("icons/shortcut-month.svg", 96, 1, "50%"),
    "badge-96.png": ("icons/badge.svg", 96, 1, None),
}


def main() -> None:
    """Write every PNG into static/icons."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_ARGUMENTS
        )
        for name, (drawing, pixels, share, radius) in RENDERED.items():
            page = browser.new_page(viewport={"width": pixels, "height": pixels})
            svg = (STATIC / drawing).read_text().replace(*FRAMES.get(drawing, ("", "")))
            paper = PAPER if radius else "none"
            page.set_content(
                "<style>*{margin:0} html,body{background:none}"
                f"div{{display:grid;place-content:center;width:{pixels}px;height:{pixels}px;"
                f"background:{paper};border-radius:{radius or 0}}}"
                f"svg{{height:{pixels * share}px;max-width:{pixels}px}}</style><div>{svg}</div>"
            )
            page.screenshot(path=STATIC / "icons" / name, omit_background=radius != "0")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
