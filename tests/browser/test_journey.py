"""What a leader does on a phone, in a real Chromium."""

import re
import secrets
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import ON_BOTH_DATABASES
from browser.waiting import wait_until, wait_until_ready
from playwright.sync_api import Page, expect

PASSWORD = "look in the mirror"
KEYS = ("lead-from-front", "protect-and-serve", "let-go")


def register(page: Page, name: str = "Ann") -> str:
    """Send the form of registering as a browser without script does, and open Today."""
    email = f"{name.lower()}-{secrets.token_hex(6)}@example.com"
    form = page.request.get("/register").text()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
    fields = {"name": name, "email": email, "password": PASSWORD, "time_zone": "Europe/Berlin"}
    reply = page.request.post("/register", form=fields | {"csrf_token": token}, max_redirects=0)
    assert reply.status == 303, reply.text()
    page.goto("/")
    return email


def register_on_page(page: Page, name: str = "Ann") -> str:
    email = f"{name.lower()}-{secrets.token_hex(6)}@example.com"
    page.goto("/register")
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/")
    return email


def score(page: Page, key: str, value: int) -> None:
    page.locator(f"label:has([name=score-{key}][value='{value}'])").click()


KEPT_MEANWHILE = """async ({ changed, field }) => {
  const sleep = (ms) => new Promise((go) => setTimeout(go, ms));
  const line = document.getElementById("save-status");
  const area = document.querySelector(field);
  const read = new Promise((resolve) => {
    crypto.subtle.decrypt = async function (...asked) { // reading takes its time, once
      delete crypto.subtle.decrypt;
      const found = await crypto.subtle.decrypt(...asked);
      await sleep(700);
      resolve();
      return found;
    };
  });
  let sent = false;
  const { fetch } = window;
  window.fetch = (...asked) => {
    sent ||= asked[1]?.method === "PUT";
    return fetch(...asked);
  };
  new BroadcastChannel("journal").postMessage(changed);
  await sleep(100);
  area.value = "Round 2";
  area.dispatchEvent(new Event("input", { bubbles: true })); // kept after 250 ms
  const wrong = [];
  new MutationObserver(() => {
    if (line.textContent.startsWith("Saved") && !sent) wrong.push("called saved");
  }).observe(line, { childList: true });
  await read;
  await sleep(50);
  if (area.value !== "Round 2") wrong.push(`shows ${area.value}`);
  return wrong;
}"""
"""Types while the page reads what is kept on its device; returns what went wrong."""


def wait_until_saved(page: Page) -> None:
    """Wait until the page says so; after trouble a next try may be some seconds away."""
    expect(page.locator("#save-status")).to_have_text(re.compile(r"^Saved( everywhere)?$"))


def berlin_today() -> str:
    """Return the leader's local day in Berlin, which begins at three."""
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    from leaderjournal.kernel.days import get_local_day, to_instant

    return str(get_local_day(to_instant(now), "Europe/Berlin"))


@ON_BOTH_DATABASES
def test_a_leader_registers_writes_three_answers_keeps_a_streak_and_reads_the_month(page):
    register_on_page(page)
    for value, key in enumerate(KEYS, start=3):
        score(page, key, value)
        page.fill(f"[name=text-{key}]", f"Words for {key} and Ben.")
    page.keyboard.press("Control+Enter")
    wait_until_saved(page)
    page.reload()
    for value, key in enumerate(KEYS, start=3):
        expect(page.locator(f"[name=text-{key}]")).to_have_value(f"Words for {key} and Ben.")
        expect(page.locator(f"[name=score-{key}][value='{value}']")).to_be_checked()
    expect(page.locator("main")).to_contain_text(re.compile(r"\b1 day\b"))
    page.get_by_role("link", name="Review", exact=True).click()
    today = berlin_today()
    cell = page.locator(f"a[href='/day/{today}'], a[href='/']").filter(
        has_text=str(int(today[-2:]))
    )
    expect(cell.first).to_be_visible()
    expect(page.locator("main")).to_contain_text("After five days your averages appear here")
    cell.first.click()
    expect(page.locator("[name=text-let-go]")).to_have_value("Words for let-go and Ben.")


def test_the_zone_is_taken_from_the_browser(page):
    register_on_page(page)
    page.goto("/settings/account")
    expect(page.locator("select[name=time_zone]")).to_have_value("Europe/Berlin")


@ON_BOTH_DATABASES
def test_a_day_saves_itself_as_one_types_and_says_so(page):
    register(page)
    score(page, "let-go", 4)
    wait_until_saved(page)
    page.fill("[name=text-let-go]", "Stepped aside.")
    expect(page.locator("#save-status")).to_have_text("Saving…")
    wait_until_saved(page)
    page.reload()
    expect(page.locator("[name=text-let-go]")).to_have_value("Stepped aside.")
    expect(page.locator("[name=score-let-go][value='4']")).to_be_checked()


@ON_BOTH_DATABASES
def test_words_typed_while_a_score_is_being_saved_are_saved_too(page):
    register(page)
    for number in range(10):
        page.evaluate(
            """async (number) => {
              const form = document.getElementById("day");
              form.querySelector(`[name=score-let-go][value="${1 + number % 5}"]`).click();
              await new Promise((go) => setTimeout(go, 4 * number));
              form.elements.note.value = `Round ${number}`;
              form.elements.note.dispatchEvent(new Event("input", { bubbles: true }));
            }""",
            number,
        )
        wait_until_saved(page)
        stored = page.request.get(f"/api/v1/reflections/{berlin_today()}").json()
        assert stored["note"] == f"Round {number}"


def kept_meanwhile(page: Page, changed: dict, field: str) -> None:
    """Type "Round 2" while the page reads what changed on its device: it stays, and arrives."""
    assert page.evaluate(KEPT_MEANWHILE, {"changed": changed, "field": field}) == []
    wait_until_saved(page)


def test_words_kept_while_the_page_reads_what_it_keeps_stay_and_are_not_called_saved(page):
    register(page)
    page.fill("[name=note]", "Round 1")
    wait_until_saved(page)
    kept_meanwhile(page, {"type": "day", "local_date": berlin_today()}, "[name=note]")
    stored = page.request.get(f"/api/v1/reflections/{berlin_today()}").json()
    assert stored["note"] == "Round 2"


HAS_NO_ANSWER = """async (day) => {
  const { answers } = await (await fetch(`/api/v1/reflections/${day}`)).json();
  return answers.length === 0;
}"""


def test_a_score_is_chosen_by_keyboard_and_taken_back(page):
    register(page)
    page.locator("[name=score-let-go][value='2']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=score-let-go][value='3']")).to_be_checked()
    wait_until_saved(page)
    page.keyboard.press("Delete")
    expect(page.locator("[name=score-let-go][value='3']")).not_to_be_checked()
    wait_until_saved(page)
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator("[name=text-let-go]")).to_be_focused()
    score(page, "let-go", 2)
    wait_until_saved(page)
    page.wait_for_timeout(350)  # two taps of one finger are one
    score(page, "let-go", 2)
    expect(page.locator("#score-let-go :checked")).to_have_count(0)
    wait_until(page, HAS_NO_ANSWER, berlin_today())


@ON_BOTH_DATABASES
def test_what_cannot_be_sent_stays_on_the_page_and_goes_when_the_connection_is_back(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    score(page, "let-go", 4)
    wait_until_saved(page)
    page.context.set_offline(True)
    page.fill("[name=note]", "In the garage.")
    expect(page.locator("#save-status")).to_contain_text("Saved on this phone.")
    page.context.set_offline(False)
    wait_until_saved(page)
    page.reload()
    expect(page.locator("[name=note]")).to_have_value("In the garage.")


def sign_in(page: Page, email: str) -> None:
    page.goto("/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form[action='/login'] button[type=submit]").click()
    page.wait_for_url("**/")


@ON_BOTH_DATABASES
def test_a_day_changed_on_another_device_is_said_and_nothing_is_lost(new_page):
    phone, desk = new_page(), new_page(expects=["412"])
    email = register(phone)
    sign_in(desk, email)
    phone.fill("[name=note]", "from the phone")
    wait_until_saved(phone)
    desk.fill("[name=note]", "from the desk")
    wait_until_saved(desk)
    expect(desk.locator("#superseded-notice")).to_contain_text("Two devices wrote this day.")
    expect(desk.locator("[name=note]")).to_have_value("from the desk")
    desk.goto(f"/day/{berlin_today()}/versions")
    expect(desk.locator("main")).to_contain_text("from the phone")


@ON_BOTH_DATABASES
def test_everything_works_without_script(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/register")
    page.fill("[name=name]", "Ann")
    page.fill("[name=email]", f"plain-{secrets.token_hex(6)}@example.com")
    page.fill("[name=password]", PASSWORD)
    page.select_option("[name=time_zone]", "Europe/Berlin")
    page.locator("main form button[type=submit]").click()
    page.locator("label:has([name=score-let-go][value='5'])").click()
    page.fill("[name=text-let-go]", "Stepped aside.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[name=text-let-go]")).to_have_value("Stepped aside.")
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.locator("main")).to_contain_text("no score, no score, 5; 2 words.")


@ON_BOTH_DATABASES
def test_a_diary_is_brought_in_and_january_2016_is_read(page, diary):
    register(page)
    page.goto("/settings/moving")
    page.set_input_files("input[type=file]", diary)
    page.get_by_role("button", name="Preview import").click()
    expect(page.locator("h1")).to_have_text("We found a Day One export")
    page.get_by_role("button", name="Import 356 days").click()
    expect(page.locator("h1")).to_have_text("Import complete")
    page.goto("/month/2016-01")
    expect(page.locator("h1")).to_contain_text("January 2016")
    expect(page.locator("main a[href^='/day/2016-01-']")).not_to_have_count(0)
    page.locator("a[href='/day/2016-01-11']").first.click()
    expect(page.locator("[name=note]")).to_have_value(re.compile("This morning .* I rose"))


def test_without_a_connection_the_journal_says_so_instead_of_an_error(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    wait_until_ready(page)
    page.reload()
    page.context.set_offline(True)
    page.goto("/settings")
    expect(page.locator("main")).to_contain_text("connection")
    page.get_by_role("link", name="Help").click()
    expect(page.locator("h1")).to_have_text("How the journal works")
    page.get_by_role("heading", name="Streaks, freezes and steadiness").click()
    expect(page.locator("main")).to_contain_text("you can hold 2")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    expect(page.locator("h1")).to_contain_text("Today")
    page.context.set_offline(False)


PAGES = (
    "/",
    "/day/2026-01-05",
    "/month",
    "/month/2016-02",
    "/settings",
    "/settings/delete",
    "/settings/moving",
    "/settings/account",
    "/settings/security",
    "/settings/practice",
    "/questions",
    "/questions/new",
    "/questions/catalogue/let-go",
    "/questions/catalogue/let-go/celebrate",
    "/help",
    "/offline",
    "/offline/page",
    "/look-back",
    "/log/new",
    "/search",
    "/search?q=deck&key=let-go",
)


def write_months(page: Page) -> list[str]:
    """Write days of this and earlier months and a review; return the pages that show them."""
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    today = date.fromisoformat(berlin_today())
    for back in (0, 1, 2, 6, 7, 40, 75, 110, 200):
        day = today - timedelta(days=back)
        text = "Gave the deck to Ana, and told Tomas and the others why the deck was hers."
        answers = [
            {"key": key, "score": 1 + (back + place) % 5, "text": text, "behaviour": behaviour}
            for place, (key, behaviour) in enumerate(BEHAVIOURS.items())
        ]
        reply = page.request.put(
            f"/api/v1/reflections/{day}",
            data={"answers": answers, "note": "A long day."},
            headers={"X-CSRFToken": token},
        )
        assert reply.ok, reply.text()
    month = f"{today:%Y-%m}"
    page.request.put(
        f"/api/v1/reviews/{month}",
        data={"mirror": "I looked away.", "lean_on": "let-go"},
        headers={"X-CSRFToken": token},
    )
    review = f"/month/{month}/review"
    pages = (f"/month/{month}", review, f"{review}/versions", f"/year/{today.year}")
    return [*pages, f"/settings/document/{month}"]


BEHAVIOURS = {"lead-from-front": "inspect", "protect-and-serve": "coach", "let-go": "step-aside"}


@ON_BOTH_DATABASES
def test_the_look_back_comes_once_the_day_is_written_and_never_before(page):
    register(page)
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    week_ago = date.fromisoformat(berlin_today()) - timedelta(days=7)
    page.request.put(
        f"/api/v1/reflections/{week_ago}",
        data={"note": "A week ago I held on."},
        headers={"X-CSRFToken": token},
    )
    page.reload()
    expect(page.locator("#look-back")).to_be_empty()
    page.fill("[name=note]", "Today I let go.")
    page.locator("#look-back summary").click()
    expect(page.locator("#look-back")).to_contain_text("A week ago I held on.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(new_page, scheme):
    page = new_page(color_scheme=scheme, reduced_motion="reduce")
    for path in ("/register", "/login", "/forgot"):
        page.goto(path)
        assert_accessible(page, f"{path}, {scheme}")
    register(page)
    score(page, "let-go", 2)
    page.fill("[name=text-let-go]", "Held on to the deck, and said so to the team the next day.")
    wait_until_saved(page)
    versions = f"/day/{berlin_today()}/versions"
    months = write_months(page)
    for path in (*PAGES, *months, versions, f"{versions}/1"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert_accessible(page, f"{path}, {scheme}")


def assert_accessible(page: Page, where: str) -> None:
    found = Axe().run(page).response["violations"]
    told = [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]
    assert told == [], where


# A phone widens its view to what reaches past the screen, so innerWidth is no measure.
PAST_THE_EDGE = """(width) => {
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  const past = (element) => element.getBoundingClientRect().right > width + 0.5;
  return [...document.querySelectorAll("body *")]
    .filter((element) => past(element) && !element.closest(".visually-hidden, .skip"))
    .map((element) => `${element.tagName} ${element.className} ${element.textContent.trim()}`)
    .slice(0, 3);
}"""


SCALES_IN_SIGHT = """(size) => {
  document.documentElement.style.fontSize = size;
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  const isCut = (element) => element.scrollWidth > element.clientWidth + 1;
  return [...document.querySelectorAll(".day [data-key]")].flatMap((card) => {
    const { left, right } = card.getBoundingClientRect();
    const parts = [...card.querySelectorAll(
      "summary, .meaning p, .question, legend, .pane, .word, .score-foot, .prose",
    )];
    const past = parts.filter((part) => {
      const box = part.getBoundingClientRect();
      return box.left < left || box.right > right + 0.5 || isCut(part);
    });
    const panes = [...card.querySelectorAll(".pane")].map((pane) => pane.getBoundingClientRect());
    const overlapping = panes.some((one, at) => panes.slice(at + 1).some((other) => (
      one.right > other.left + 0.5 && other.right > one.left + 0.5
        && one.bottom > other.top + 0.5 && other.bottom > one.top + 0.5
    )));
    const small = panes.some(({ width, height }) => width < 48 || height < 48);
    const wrong = past.map((part) => `${part.className || part.tagName}: ${part.textContent}`);
    if (overlapping) wrong.push("panes overlap");
    if (small) wrong.push("a pane is small");
    return wrong;
  });
}"""
"""Opens all and returns what reaches past its card, is cut, overlaps or is too small to tap."""


@pytest.mark.parametrize("width", [320, 390])
def test_question_sentence_and_scale_fit_their_card_with_letters_twice_as_large(new_page, width):
    page = new_page(viewport={"width": width, "height": 700})
    register(page)
    for size in ("100%", "200%"):
        page.goto("/")
        assert page.evaluate(SCALES_IN_SIGHT, size) == [], size


def test_day_asks_the_question_then_the_score_then_words(page):
    register(page)
    asked = page.request.get("/api/v1/prompts/today").json()["questions"]
    keys = {key["slug"]: key for key in page.request.get("/api/v1/keys").json()["items"]}
    for question in asked:
        card = page.locator(f"[data-key={question['key']}]")
        tops = [
            card.locator(part).bounding_box()["y"] for part in (".question", "legend", ".prose")
        ]
        assert tops == sorted(tops)
        expect(card.locator(".question")).to_have_text(question["text"])
        name = f"{keys[question['key']]['name']}: {question['score_sentence']}"
        expect(card.get_by_role("group", name=name)).to_be_visible()
        behaviours = {each["slug"]: each for each in keys[question["key"]]["behaviours"]}
        meaning = card.get_by_text(behaviours[question["behaviour"]]["text"])
        expect(meaning).to_be_hidden()
        card.locator("summary").click()
        expect(meaning).to_be_visible()
        expect(card.locator(".meaning")).to_contain_text(keys[question["key"]]["text"])
        top = card.get_by_role("radio", name="fully")
        expect(top).to_have_accessible_description("my team would say so")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_reaches_past_the_edge_of_a_page(new_page, width):
    page = new_page(viewport={"width": width, "height": 700})
    register(page)
    for path in (*PAGES, *write_months(page)):
        page.goto(path)
        assert page.evaluate(PAST_THE_EDGE, width) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
