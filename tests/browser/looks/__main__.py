"""`make looks`: takes every page in every state and size, and says what is wrong with it.

`--renew` writes the pictures that `test_looks.py` compares with instead.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from browser.conftest import BROWSER, FLAGS, ROOT, SHELL
from browser.looks.baselines import renew_baselines
from browser.looks.measures import Findings, list_axe_violations, measure
from browser.looks.pages import Address, UnknownPage, list_addresses, select
from browser.looks.sheets import Picture, write_sheets
from browser.looks.site import FrozenSite, open_context, serve_frozen_site
from browser.looks.states import STATES, State, View
from playwright.sync_api import Browser, Page, sync_playwright

from leaderjournal import create_app
from leaderjournal.kernel.settings import Settings

FOLDER = ROOT / "looks"
WIDTHS = (320, 390, 768, 1280)
HEIGHTS = {320: 640, 390: 844, 768: 1024, 1280: 800}
AXE_AT = (390, 1280)
"""Widths at which axe runs: what it tests changes with the bar, not with each width."""
LONGEST = 8_000
"""Pixels of a page in a picture."""
PASSING = re.compile(r'(csrf[-_]token"[^>]*|nonce="|/assets/)[^"\s>]*|[0-9a-f]{8}-[0-9a-f-]{27}')
"""What differs between two equal pages."""


@dataclass(slots=True)
class Run:
    """What is chosen, and what has been seen so far."""

    folder: Path
    pages: Sequence[str]
    states: Sequence[str]
    widths: Sequence[int]
    pictures: list[Picture] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make looks", description=__doc__)
    parser.add_argument("--pages", nargs="*", default=(), help="parts of endpoints, or addresses")
    names = [state.name for state in STATES]
    parser.add_argument("--states", nargs="*", default=names, choices=names)
    parser.add_argument("--widths", nargs="*", type=int, default=WIDTHS, choices=WIDTHS)
    parser.add_argument("--out", type=Path, default=FOLDER, help="where pictures and sheets go")
    parser.add_argument(
        "--renew", action="store_true", help="write what test_looks.py compares with"
    )
    return parser.parse_args()


def main() -> int:
    """Look at what is chosen; return 1 where something is wrong."""
    chosen = parse_arguments()
    if not chosen.renew:
        os.environ["FLASK_DEBUG"] = "1"  # has the style guide, which is looked at like a page
    with tempfile.TemporaryDirectory() as instance, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL or BROWSER, args=FLAGS)
        with serve_frozen_site(Path(instance)) as site:
            if chosen.renew:
                for file in renew_baselines(browser, site):
                    print(file.relative_to(ROOT))
                return 0
            shutil.rmtree(chosen.out, ignore_errors=True)
            chosen.out.mkdir(parents=True)
            run = Run(chosen.out, chosen.pages, chosen.states, chosen.widths)
            return look(browser, site, run)


def look(browser: Browser, site: FrozenSite, run: Run) -> int:
    """Look at everything that is chosen, write the sheets and print the sums."""
    started = time.monotonic()
    url_map = create_app(Settings.from_environment(site.environment, site.instance)).url_map
    for state in STATES:
        if state.name not in run.states:
            continue
        site.forget_tries()
        try:
            found = list_addresses(url_map, site.addresses, state.email)
        except UnknownPage as error:
            print(f"unknown page: {error}")
            return 1
        look_at_state(browser, site, run, state, select(found, run.pages))
    for file in write_sheets(run.folder, run.pictures) if run.pictures else ():
        print(file)
    print(f"{len(run.pictures)} pictures in {time.monotonic() - started:.0f} s")
    for kind, number in run.wrong.most_common():
        print(f"{number:5} × {kind}")
    return 1 if run.wrong else 0


def look_at_state(
    browser: Browser, site: FrozenSite, run: Run, state: State, found: Sequence[Address]
) -> None:
    """Take every page that differs in this state from those seen before."""
    context = open_context(browser, site, state.email, **state.options)
    state.prepare(context)
    page = context.new_page()
    complaints: list[str] = []
    if not state.expects_errors:
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in found:
        complaints.clear()
        for view in state.open_views(page, address):
            content = PASSING.sub("", page.content())
            if content not in run.seen:
                run.seen.add(content)
                take_sizes(run, state, view, complaints)
            page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
            emulate_colours(page, "light")
        site.forget_tries()
    context.close()


def take_sizes(run: Run, state: State, view: View, complaints: Sequence[str]) -> None:
    """Take a page at every width, light and dark, and with letters twice as large at 320 px."""
    page, console = view.page, list(dict.fromkeys(complaints))
    for width, scheme, text in list_sizes(run.widths):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        emulate_colours(page, scheme)
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", text)
        found = measure(page, width)
        is_tried = scheme == "light" or (scheme == "dark" and width == AXE_AT[0])
        tries_axe = width in AXE_AT and not text and is_tried
        if tries_axe and (violations := list_axe_violations(page)):
            found.wrong["axe"] = violations
        if console:
            found.wrong["console"] = console
        size = f"{width}-{scheme}{'-200' if text else ''}"
        file = run.folder / f"{view.name}.{state.name}.{size}.png"
        take(page, file)
        tell(view, state, size, found)
        run.wrong.update(f"{kind}: {view.name}" for kind in found.wrong)
        wrong = tuple(f"{kind}: {each}" for kind, all_ in found.wrong.items() for each in all_[:3])
        run.pictures.append(Picture(file, view.name, state.name, size, wrong))
        console = []
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")


def emulate_colours(page: Page, scheme: str) -> None:
    """Show the page in light, dark or forced colours."""
    forced = "active" if scheme == "forced" else "none"
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", forced_colors=forced)


def list_sizes(widths: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    for width in widths:
        yield width, "light", ""
        yield width, "dark", ""
        if width == AXE_AT[0]:
            yield width, "forced", ""
        if width == min(WIDTHS):
            yield width, "light", "200%"


def take(page: Page, file: Path) -> None:
    """Take the whole page in a window as high as it, so that bars cover nothing in the middle."""
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    page.set_viewport_size({"width": width, "height": min(height, LONGEST)})
    page.screenshot(path=file, animations="disabled", caret="hide")


def tell(view: View, state: State, size: str, found: Findings) -> None:
    print(f"{view.name:40} {state.name:12} {size:14} {found.width:5} x {found.height}", flush=True)
    for kind, all_ in found.wrong.items():
        for each in all_[:5]:
            print(f"    {kind}: {each}")


if __name__ == "__main__":
    sys.exit(main())
