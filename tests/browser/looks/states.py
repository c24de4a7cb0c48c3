"""The states that a page has, and how a browser gets it into each of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from browser.looks.journal import EMPTY, FILLED, FRESH, LONG
from browser.looks.pages import Address
from browser.waiting import wait_until_ready
from playwright.sync_api import BrowserContext, Error, Page, Route

IS_PAGE = re.compile(r"text/html")
SETTLED = 5_000
"""Milliseconds after which a page counts as loaded, though something still asks."""

FORMS = """() => {
  const seen = new Set();
  const isNew = (form) => {
    const kind = form.action.replace(/[0-9a-f-]{36}/g, "id");
    return !seen.has(kind) && seen.add(kind);
  };
  return [...document.querySelectorAll("main form[method=post]")].flatMap((form, place) => (
  form.querySelector("input[type=text], input:not([type]), input[type=email], input[type=password],"
    + "input[type=number], input[type=date], input[type=time], input[type=month], input[type=url],"
    + "textarea") && !form.closest("dialog") && isNew(form) ? [place] : []
  ));
}"""
"""Which of a page's forms have something that can be typed wrong: one of each kind."""
SEND_WRONG = """(place) => {
  const form = document.querySelectorAll("main form[method=post]")[place];
  const wrong = { email: "no address", password: "x", number: "many", date: "never", time: "noon",
    month: "soon", url: "nowhere" };
  for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) {
    if (["checkbox", "radio", "submit", "file"].includes(field.type)) continue;
    const value = wrong[field.type] ?? (field.required ? "" : "W".repeat(40_000));
    if (field.tagName === "INPUT") field.type = "text";
    field.value = value;
  }
  HTMLFormElement.prototype.submit.call(form); // past the browser's own checks, as an old one does
}"""


@dataclass(frozen=True, slots=True)
class View:
    """A page in a browser, ready to be looked at; `name` tells several of one address apart."""

    page: Page
    name: str


@dataclass(frozen=True, slots=True)
class State:
    """A state that pages have: for whom, how a browser is made and a page opened in it."""

    name: str
    email: str | None
    open_views: Callable[[Page, Address], Iterator[View]]
    options: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[BrowserContext], None] = lambda context: None
    expects_errors: bool = False
    """Whether the browser logs what fails here by design."""


def open_plainly(page: Page, address: Address) -> Iterator[View]:
    """Open the page, if it is one: no file, no part of a page, no redirect, and found."""
    found = page.request.get(address.path, max_redirects=0)
    is_html = IS_PAGE.match(found.headers.get("content-type", ""))
    if found.status == 200 and is_html and "<html" in found.text():
        page.goto(address.path)
        settle(page)
        yield View(page, address.name)


def settle(page: Page) -> None:
    """Wait until nothing more comes."""
    try:
        page.wait_for_load_state("networkidle", timeout=SETTLED)
    except Error:
        return  # something goes on asking


def open_refused(page: Page, address: Address) -> Iterator[View]:
    """Send each form of the page wrong, and show those that are refused."""
    for _ in open_plainly(page, address):
        for place in page.evaluate(FORMS):
            page.goto(address.path)
            settle(page)
            with page.expect_navigation() as sent:
                page.evaluate(SEND_WRONG, place)
            settle(page)
            if sent.value is not None and sent.value.status >= 400:
                yield View(page, f"{address.name}-form-{place + 1}")


def keep_pages(context: BrowserContext) -> None:
    """Let the service worker keep what a leader opens most, then cut the connection."""
    page = context.new_page()
    for path in ("/", "/day/2026-11-24", "/month/2026-11"):
        page.goto(path)
        wait_until_ready(page)
        settle(page)
    page.close()
    context.set_offline(True)


def open_offline(page: Page, address: Address) -> Iterator[View]:
    """Open what the device shows in place of the page, if it is one a leader goes to."""
    if "/status" in address.path or address.path.endswith("/card"):
        return
    try:
        page.goto(address.path)
    except Error:
        return  # no page of ours, such as a probe: the browser says so itself
    page.wait_for_timeout(300)
    yield View(page, address.name)


def hold_back(context: BrowserContext) -> None:
    """Let scripts, fonts and images not arrive."""
    late = {"script", "font", "image", "fetch", "xhr"}

    def answer(route: Route) -> None:
        if route.request.resource_type in late:
            route.abort()
        else:
            route.continue_()

    context.route("**/*", answer)


STATES = (
    State("signed-out", None, open_plainly),
    State("filled", FILLED, open_plainly),
    State("first-use", FRESH, open_plainly),
    State("empty", EMPTY, open_plainly),
    State("long-words", LONG, open_plainly),
    State("slow", FILLED, open_plainly, prepare=hold_back, expects_errors=True),
    State(
        "offline",
        FILLED,
        open_offline,
        options={"service_workers": "allow"},
        prepare=keep_pages,
        expects_errors=True,
    ),
    State("error-signed-out", None, open_refused, expects_errors=True),
    State("error", FILLED, open_refused, expects_errors=True),
)
"""In this order: the last ones change what they are tried on."""
