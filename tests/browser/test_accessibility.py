"""Whole journeys without a pointer, and what holds on every main page for those who need it."""

import io
import re
import secrets
from dataclasses import dataclass

import pytest
from browser.looks.baselines import MAIN_PAGES
from browser.looks.comparison import find_difference
from browser.looks.frozen_time import TODAY
from browser.looks.journal import FILLED, PASSWORD
from browser.looks.measures import measure
from browser.looks.site import open_context
from browser.looks.states import settle
from browser.ways import wait_until_written
from PIL import Image
from playwright.sync_api import Page

MOST_STOPS = 160
"""Tab stops after which what is looked for is not on a page."""
NAMELESS_ROLES = {"generic", "none", "RootWebArea"}

FOCUS = """() => {
  const focused = document.activeElement;
  const onPage = focused && focused !== document.body;
  if (!onPage) return null;
  const boxes = [...focused.getClientRects(), ...[...(focused.labels ?? [])]
    .flatMap((label) => [...label.getClientRects()])];
  // Something of it must be seen (WCAG 2.4.11): a grid of points over it and its label is tried.
  const isSeen = boxes.some(({ left, top, width, height }) => [0.1, 0.5, 0.9].some((x) => (
    [0.1, 0.5, 0.9].some((y) => {
      const hit = document.elementFromPoint(left + x * width, top + y * height);
      return hit && (focused.contains(hit) || hit.contains(focused)
        || [...(focused.labels ?? [])].some((label) => label.contains(hit)));
    })
  )));
  // A link as large as its card has the outline around the card.
  const style = getComputedStyle(focused.closest(".results .card") ?? focused);
  return {
    isSeen,
    place: `${focused.tagName} ${focused.className} ${focused.name ?? ""}`.trim(),
    at: boxes.length ? Math.round(boxes[0].top) : null,
    first: focused === self.firstStop,
    // Parts of a date or time, which the browser marks by itself, have the focus one by one.
    outlined: style.outlineStyle !== "none" || style.boxShadow !== "none"
      || /^(date|time|month)$/.test(focused.type),
    mark: (self.firstStop ??= focused) && true,
  };
}"""


@dataclass(frozen=True, slots=True)
class Stop:
    """What has the focus, as the accessibility tree tells it."""

    role: str
    name: str


class Keyboard:
    """Somebody with a keyboard and a screen reader: no pointer, and nothing but roles and names."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.devtools = page.context.new_cdp_session(page)

    def read_focus(self) -> Stop:
        """Return role and name of what has the focus."""
        found = self.devtools.send("Runtime.evaluate", {"expression": "document.activeElement"})
        tree = self.devtools.send(
            "Accessibility.getPartialAXTree",
            {"objectId": found["result"]["objectId"], "fetchRelatives": False},
        )
        node = tree["nodes"][0]
        name = node.get("name", {}).get("value", "")
        return Stop(node.get("role", {}).get("value", ""), " ".join(name.split()))

    def go_to(self, role: str, *names: str) -> None:
        """Press Tab until the focus is on one of the names; each stop on the way has a name."""
        wanted = re.compile("|".join(names), re.IGNORECASE)
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop = self.read_focus()
            if stop.role in NAMELESS_ROLES:
                continue  # the end of the page, from where Tab begins anew
            assert stop.name, f"a {stop.role} without a name on {self.page.url}"
            seen = self.page.evaluate(FOCUS)
            assert seen["isSeen"], f"{stop} is hidden on {self.page.url}"
            if stop.role == role and wanted.search(stop.name):
                return
        raise AssertionError(f"no {role} named {names} on {self.page.url}")

    def follow(self, *names: str) -> None:
        """Open a link of the page."""
        self.go_to("link", *names)
        before = self.page.url
        self.page.keyboard.press("Enter")
        for _ in range(100):
            if self.page.url != before:
                break
            self.page.wait_for_timeout(50)
        settle(self.page)

    def type(self, role: str, name: str, text: str) -> None:
        self.go_to(role, name)
        self.page.keyboard.type(text)

    def press(self, name: str) -> None:
        self.go_to("button", name)
        self.page.keyboard.press("Enter")


def test_keyboard_and_names_lead_from_registering_to_signing_out(running_browser, frozen_site):
    context = open_context(running_browser, frozen_site, None)
    page = context.new_page()
    keyboard = Keyboard(page)
    page.goto("/register")
    keyboard.type("textbox", "name", "Ines")
    keyboard.type("textbox", "mail", f"ines-{secrets.token_hex(6)}@example.com")
    keyboard.type("textbox", "password", PASSWORD + " every evening")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/([?#].*)?$"))
    settle(page)

    keyboard.go_to("radio", "not at all")
    page.keyboard.press("ArrowRight")
    assert keyboard.read_focus().name.lower().startswith("a little")
    page.goto("/")
    settle(page)
    keyboard.type("textbox", "in your words", "Jonas ran the review.")
    wait_until_written(page)

    log_win(keyboard)

    page.goto("/")
    settle(page)
    keyboard.follow("^Month", "^Review")
    assert "/month" in page.url
    page.goto("/settings")
    settle(page)
    keyboard.press("Sign out")
    page.wait_for_url(re.compile(r"/(login|welcome)?([?#].*)?$"))
    for _ in range(100):
        if page.request.get("/api/v1/me").status == 401:
            break
        page.wait_for_timeout(50)
    assert page.request.get("/api/v1/me").status == 401
    context.close()


def log_win(keyboard: Keyboard) -> None:
    """Log a win in the sheet that every page has."""
    page = keyboard.page
    page.goto("/")
    settle(page)
    keyboard.go_to("link", "^Log something")
    page.keyboard.press("Enter")
    settle(page)
    keyboard.go_to("DisclosureTriangleGrouped", "^Win")
    page.keyboard.press("Enter")
    keyboard.go_to("textbox", "went well")
    page.keyboard.type("The first deal without me in the room")
    keyboard.press("^(Note it|Log it|Save|Add)")
    for _ in range(100):
        if page.request.get("/api/v1/wins").json()["items"]:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the win was not saved")


@pytest.mark.parametrize("signed_in", [True, False], ids=["leader", "stranger"])
def test_main_pages_hide_no_focus_and_bear_a_thumb(running_browser, frozen_site, signed_in):
    context = open_context(running_browser, frozen_site, FILLED if signed_in else None)
    page = context.new_page()
    wrong = []
    for path in dict.fromkeys(one.path for one in MAIN_PAGES if bool(one.email) == signed_in):
        page.goto(path)
        settle(page)
        wrong += [f"{path}: {kind}: {each}" for kind, each in measure(page, 390).wrong.items()]
        running = page.evaluate(
            "document.getAnimations().filter((one) => one.playState === 'running').length"
        )
        wrong += [f"{path}: moves though less motion is asked for"] * bool(running)
        wrong += [f"{path}: {each}" for each in list_hidden_stops(page)]
    context.close()
    assert wrong == []


def list_hidden_stops(page: Page) -> list[str]:
    """Return the Tab stops of a page, forwards and then backwards, that lie behind something."""
    hidden = []
    for key, most in (("Tab", MOST_STOPS), ("Shift+Tab", 25)):
        page.evaluate("() => { delete self.firstStop; }")
        for _ in range(most):
            page.keyboard.press(key)
            stop = page.evaluate(FOCUS)
            if stop is None or stop["first"]:
                break  # all of them were seen
            if not stop["isSeen"]:
                hidden.append(f"{stop['place']} at {stop['at']} lies behind something ({key})")
            if not stop["outlined"]:
                hidden.append(f"{stop['place']} does not show that it has the focus")
    return hidden


def test_chosen_score_is_seen_in_forced_colours(running_browser, frozen_site):
    context = open_context(running_browser, frozen_site, FILLED, forced_colors="active")
    page = context.new_page()
    page.goto(f"/day/{TODAY}")
    settle(page)
    page.evaluate("() => document.activeElement.blur()")
    radios = page.get_by_role("radio")
    group = page.get_by_role("group").filter(has=radios).first
    pictures = []
    for name in ("not at all", "fully"):
        group.get_by_role("radio", name=name).check(force=True)
        page.evaluate("() => document.activeElement.blur()")
        file = group.screenshot(animations="disabled")
        pictures.append(Image.open(io.BytesIO(file)))
    context.close()
    assert find_difference(*pictures), "the same whatever is chosen"
