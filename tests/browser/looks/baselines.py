"""The pictures of the main pages that are stored, and how they are taken."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from browser.looks.comparison import reduce
from browser.looks.journal import EMPTY, FILLED, FRESH
from browser.looks.site import FrozenSite, open_context
from browser.looks.states import settle
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

FOLDER = Path(__file__).parent / "baselines"
LONGEST = 2_600
"""Pixels of a page that are stored: three screens of a phone."""
RENEW = "If the change is meant: make looks ARGS=--renew, look at the pictures, commit them."

SPECIMEN = """<!doctype html><meta charset="utf-8"><title>Specimen</title><style>
body { margin: 12px; width: 366px; background: #fff; color: #000 }
body { font: 16px/1.5 system-ui, sans-serif }
p { margin: 0 0 8px } .serif { font-family: serif } .heavy { font-weight: 700 }
</style><p>Handgloves 0123456789, äöü ß é ñ “quotes” · – … ✓ → ‹ ›</p>
<p class="heavy">Handgloves 0123456789 Wednesday November</p>
<p class="serif">Handgloves, what did you leave to somebody else today?</p>
<p><input type="text" value="A line" size="12"> <select><option>Choose</select>
<input type="checkbox" checked> <input type="radio" checked></p>
<p><input type="date" value="2026-11-25"> <input type="time" value="18:40"></p>"""
"""A page without anything of the journal's: where it is drawn otherwise, letters and fields are."""
SPECIMEN_NAME = "specimen"


@dataclass(frozen=True, slots=True)
class MainPage:
    """A page of which a picture is stored, and who sees it: a stranger for None."""

    name: str
    path: str
    email: str | None = FILLED


MAIN_PAGES = (
    MainPage("welcome", "/", None),
    MainPage("sign-in", "/login", None),
    MainPage("today-empty", "/", FRESH),
    MainPage("today-filled", "/"),
    MainPage("month", "/month/2026-11"),
    MainPage("year", "/year/2026"),
    MainPage("search-results", "/search?q=Ana"),
    MainPage("people", "/people"),
    MainPage("log", "/log"),
    MainPage("team-mirror", "/team-mirror"),
    MainPage("settings", "/settings"),
    MainPage("reminders", "/settings/prompts", EMPTY),
)


def take_main_pages(browser: Browser, site: FrozenSite) -> Iterator[tuple[str, Image.Image]]:
    """Take the main pages on a phone, in one browser for each leader."""
    contexts: dict[str | None, BrowserContext] = {}
    for page in MAIN_PAGES:
        if page.email not in contexts:
            contexts[page.email] = open_context(browser, site, page.email)
        yield page.name, take_page(contexts[page.email], page.path)
    for context in contexts.values():
        context.close()


def take_page(context: BrowserContext, path: str) -> Image.Image:
    page = context.new_page()
    page.goto(path)
    settle(page)
    picture = take(page)
    page.close()
    return picture


def take_specimen(browser: Browser) -> Image.Image:
    page = browser.new_page(viewport={"width": 390, "height": 300}, locale="en-GB")
    page.set_content(SPECIMEN)
    picture = take(page)
    page.close()
    return picture


def take(page: Page) -> Image.Image:
    """Return what the upper part of a page looks like, with no caret and nothing in motion.

    Its window becomes as high as the page, so that bars lie at its end and cover nothing.
    """
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    page.set_viewport_size({"width": width, "height": min(height, LONGEST)})
    taken = page.screenshot(animations="disabled", caret="hide")
    return Image.open(io.BytesIO(taken)).convert("RGB")


def open_baseline(name: str) -> Image.Image:
    """Return the stored picture of a page."""
    return Image.open(FOLDER / f"{name}.png").convert("RGB")


def renew_baselines(browser: Browser, site: FrozenSite) -> Iterator[Path]:
    """Store what the main pages look like now; yield each file."""
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.png"):
        file.unlink()
    yield store(SPECIMEN_NAME, take_specimen(browser))
    for name, picture in take_main_pages(browser, site):
        yield store(name, picture)


def store(name: str, picture: Image.Image) -> Path:
    file = FOLDER / f"{name}.png"
    reduce(picture).save(file, optimize=True)
    return file
