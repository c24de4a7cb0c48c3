"""Walks the site as somebody with a thumb does, and counts taps, fields, scrolls and seconds.

What is tapped is found by role and accessible name, from a list of names that it may have. A
scroll is counted where the target is not in sight, between the bars.

    PYTHONPATH=.:tests .venv/bin/python -m browser.ways            # prints the table
    PYTHONPATH=.:tests .venv/bin/python -m browser.ways --write    # puts it into README.md too
"""

import argparse
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from browser.conftest import BROWSER, FLAGS, SHELL
from browser.looks.frozen_time import TODAY
from browser.looks.journal import FILLED, WALKING
from browser.looks.site import FrozenSite, open_context, serve_frozen_site
from browser.looks.states import settle
from playwright.sync_api import Browser, Locator, Page, sync_playwright

README = Path(__file__).parent / "README.md"
PHONE = {"has_touch": True, "is_mobile": True}
WORDS = "Jonas ran the review, and ran it well."
TAPPED = ("link", "button", "tab", "menuitem", "radio", "switch")
SECONDS = {"taps": 1.2, "fields": 1.5, "scrolls": 1.0, "letters": 0.25, "pages": 1.5}
"""What each takes a person (after the keystroke-level model, with thumbs), a page with its load."""

IN_SIGHT = """(element) => {
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 24)];
  const hit = document.elementFromPoint(x, y);
  return Boolean(hit) && (element.contains(hit) || hit.contains(element)
    || Boolean(hit.closest("label")?.contains(element)));
}"""
"""Whether a thumb on the middle of an element meets it, and no bar that lies above."""

LEADS_ON = """(element) => {
  const link = element.closest("a[href]");
  return Boolean(link) && new URL(link.href).pathname !== location.pathname
    && !Object.keys(link.dataset).length;
}"""
"""Whether a tap opens another page, which takes a moment."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a way took."""

    taps: int = 0
    fields: int = 0
    scrolls: int = 0
    letters: int = 0
    pages: int = 0

    @property
    def seconds(self) -> int:
        """About how long it takes a person."""
        return round(sum(each * getattr(self, name) for name, each in SECONDS.items()))


class Walker:
    """A person with a phone: looks for names, scrolls to them, taps and types."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.effort = Effort(pages=1)

    def add(self, **more: int) -> None:
        counted = {name: getattr(self.effort, name) + number for name, number in more.items()}
        self.effort = replace(self.effort, **counted)

    def open(self, path: str) -> None:
        self.page.goto(path)
        settle(self.page)

    def find(self, names: Sequence[str], roles: Sequence[str] = TAPPED) -> Locator | None:
        """Return what can be tapped under the first of these names that is there."""
        for name in names:
            begins = re.compile(rf"^\W*{re.escape(name)}(\W|$)", re.IGNORECASE)
            for role in roles:
                for found in self.page.get_by_role(role, name=begins).all():
                    if found.is_visible():
                        return found
            for found in self.page.locator("summary").filter(has_text=begins).all():
                if found.is_visible():
                    return found
        return None

    def reach(self, target: Locator) -> None:
        """Scroll a screen at a time until the target is in sight."""
        screen = self.page.viewport_size["height"] * 0.8
        for _ in range(20):
            if target.evaluate(IN_SIGHT):
                return
            below = target.bounding_box()["y"] > 0
            self.page.evaluate("(by) => window.scrollBy(0, by)", screen if below else -screen)
            self.page.wait_for_timeout(50)
            self.add(scrolls=1)
        raise AssertionError(f"cannot be scrolled to: {target}")

    def tap(self, target: Locator) -> None:
        self.reach(target)
        before = self.page.url
        leads_on = target.evaluate(LEADS_ON)
        target.tap(force=True)  # it is in sight, and a label may lie above its field
        self.add(taps=1)
        # A link may be taken over by a script, which then opens something on the same page.
        for _ in range(60 if leads_on else 5):
            if self.page.url != before:
                break
            self.page.wait_for_timeout(50)
        settle(self.page)
        self.add(pages=int(self.page.url.partition("#")[0] != before.partition("#")[0]))

    def tap_name(self, *names: str) -> None:
        found = self.find(names)
        assert found is not None, f"none of {names} on {self.page.url}"
        self.tap(found)

    def type(self, target: Locator, text: str, *, is_at_hand: bool = False) -> None:
        """Fill a field in. One that has the focus already needs no tap."""
        if not is_at_hand:
            self.tap(target)
        self.page.keyboard.type(text)
        self.add(fields=1, letters=len(text))

    def list_radios(self, name: str) -> list[Locator]:
        return [one for one in self.page.get_by_role("radio", name=name).all() if one.is_enabled()]


@contextmanager
def walk(browser: Browser, site: FrozenSite, email: str | None) -> Iterator[Walker]:
    """Lend a phone of a leader, or of a stranger."""
    context = open_context(browser, site, email, **PHONE)
    yield Walker(context.new_page())
    context.close()


def label_of(radio: Locator) -> Locator:
    """Return what is tapped for a radio, whose own box may be hidden."""
    label = radio.locator("xpath=ancestor::label[1]")
    return label if label.count() else radio


def register(walker: Walker) -> Effort:
    """Answer the first question as a stranger, register, and return what it took until then.

    The reflection is saved at the end.
    """
    walker.open("/")
    page = walker.page
    walker.tap(label_of(walker.list_radios("mostly")[0]))
    walker.type(page.get_by_role("textbox").first, WORDS)
    walker.tap_name("Keep it in my journal", "Keep it", "Create my journal", "Start", "Get started")
    page.wait_for_url("**/register")
    before_account = walker.effort
    walker.type(page.get_by_label(re.compile("name", re.IGNORECASE)).first, "Ines")
    walker.type(page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).first, "walk@example.com")
    walker.type(
        page.get_by_label(re.compile("password", re.IGNORECASE)).first, "a quiet room with a mirror"
    )
    walker.tap_name("Create my journal", "Create account", "Start", "Create")
    page.wait_for_url(re.compile(r"/([?#].*)?$"))
    return before_account


def wait_until_written(page: Page) -> None:
    """Wait until the server has a reflection of today."""
    for _ in range(200):
        if page.request.get(f"/api/v1/reflections/{TODAY}").ok:
            return
        page.wait_for_timeout(100)
    raise AssertionError("nothing was saved")


def set_reminder(walker: Walker) -> None:
    """Go from Today to the reminders and choose half past six."""
    page = walker.page
    walker.tap_name("Me", "Settings", "You")
    walker.tap_name("Reminders", "Choose the times", "Set a reminder")
    field = page.locator("input[type=time]").first
    walker.reach(field)
    field.fill("18:30")
    walker.add(taps=1, fields=1, letters=4)
    walker.tap_name("Save times", "Save")
    for _ in range(100):
        if "18:30" in page.request.get("/api/v1/prompt-schedule").json()["times"]:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the reminder is not saved")


def write_evening(walker: Walker) -> None:
    """Write three texts and three scores on Today."""
    walker.open("/")
    page = walker.page
    groups = walker.list_radios("mostly")
    assert len(groups) == 3, "one score for each key"
    texts = page.get_by_role("textbox", name=re.compile("in your words", re.IGNORECASE))
    assert texts.count() == 3, "one text for each key"
    for radio, text in zip(groups, texts.all(), strict=True):
        parts = [(label_of(radio), None), (text, WORDS)]
        parts.sort(key=lambda part: part[0].bounding_box()["y"])
        for target, words in parts:
            walker.type(target, words) if words else walker.tap(target)
    wait_until_written(page)
    for _ in range(200):
        answers = page.request.get(f"/api/v1/reflections/{TODAY}").json()["answers"]
        if sum(bool(answer.get("text") and answer.get("score")) for answer in answers) == 3:
            return
        page.wait_for_timeout(100)
    raise AssertionError("not everything was saved")


@dataclass(frozen=True, slots=True)
class Goal:
    """Where one wants to get from Today, by one of these ways; `is_there` tells that one is."""

    name: str
    ways: tuple[tuple[str, ...], ...]
    is_there: Callable[[Page], bool]


def at(path: str) -> Callable[[Page], bool]:
    return lambda page: path in page.url


def can_write_win(page: Page) -> bool:
    names = re.compile("went well|win|succeed|happened", re.IGNORECASE)
    return any(box.is_visible() for box in page.get_by_role("textbox", name=names).all())


GOALS = (
    Goal("search", (("Search",), ("Review", "Search"), ("Month", "Search")), at("/search")),
    Goal(
        "log a win",
        (("Log something", "Win"), ("Log a win",), ("A win to celebrate",)),
        can_write_win,
    ),
    Goal(
        "team mirror",
        (("Team mirror",), ("People", "Team mirror"), ("People", "The team mirror")),
        at("/team-mirror"),
    ),
    Goal(
        "own questions",
        (("Me", "Your questions"), ("Me", "Questions"), ("Me", "See the questions")),
        at("/questions"),
    ),
    Goal(
        "export",
        (("Me", "Import and export"), ("Me", "Export"), ("Me", "Move in or out")),
        lambda page: "/settings/" in page.url and page.get_by_text("JSON").first.is_visible(),
    ),
    Goal("reminders", (("Me", "Reminders"), ("Me", "Choose the times")), at("/settings/prompts")),
    Goal("year", (("Year",), ("Review", "Year"), ("Month", "The year")), at("/year/")),
)


def reach_goal(walker: Walker, goal: Goal) -> None:
    """Go from Today to a goal by the first way whose names are there."""
    for way in goal.ways:
        walker.effort = Effort(pages=1)
        walker.open("/")
        for name in way:
            if (found := walker.find([name])) is None:
                break
            walker.tap(found)
        else:
            if goal.is_there(walker.page):
                return
    raise AssertionError(f"no way from Today to {goal.name}")


def walk_everywhere(browser: Browser, site: FrozenSite) -> dict[str, Effort]:
    """Return what each way took, by its name."""
    found = {}
    with walk(browser, site, None) as walker:
        found["welcome to the account"] = register(walker)
        wait_until_written(walker.page)
        found["welcome to the first reflection"] = walker.effort
        set_reminder(walker)
        found["welcome to a reminder"] = walker.effort
    with walk(browser, site, WALKING) as walker:
        write_evening(walker)
        found["an evening: three scores, three texts"] = walker.effort
    with walk(browser, site, FILLED) as walker:
        for goal in GOALS:
            reach_goal(walker, goal)
            found[f"Today to {goal.name}"] = walker.effort
    return found


def render_table(found: dict[str, Effort]) -> str:
    lines = ["| way | taps | fields | scrolls | about |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {each.taps} | {each.fields} | {each.scrolls} | {each.seconds} s |"
        for name, each in found.items()
    ]
    return "\n".join(lines)


BEGIN, END = "<!-- ways -->\n", "<!-- end of ways -->"


def write_readme(table: str) -> None:
    """Put the table in place of the one in README.md."""
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(f"{before}{BEGIN}{table}\n{END}{rest.partition(END)[2]}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="browser.ways", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into README.md")
    wants_write = parser.parse_args().write
    with tempfile.TemporaryDirectory() as instance, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL or BROWSER, args=FLAGS)
        with serve_frozen_site(Path(instance)) as site:
            table = render_table(walk_everywhere(browser, site))
    print(table)
    if wants_write:
        write_readme(table)


if __name__ == "__main__":
    main()
