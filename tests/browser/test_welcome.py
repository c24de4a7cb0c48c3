"""A visitor tries a question before they have an account, and finds the answer in their journal."""

import json
import re
import secrets
from datetime import date, timedelta

import pytest
from browser.conftest import ON_BOTH_DATABASES
from browser.test_journey import (
    PASSWORD,
    PAST_THE_EDGE,
    assert_accessible,
    berlin_today,
    register,
)
from browser.test_offline import ON_DEVICE, words
from browser.waiting import wait_until, wait_until_ready
from playwright.sync_api import Page, expect

WRITTEN = "Jonas sent the Quetzal offer himself."
STORED = f"async () => (await ({ON_DEVICE})()).indexed['journal.pages']?.length ?? 0"
AT_MOST_TAPS = 6
LONGEST = 3100
"""Pixels of the page on a phone: less than four screens."""


OVERLAPPING = """() => {
  const glasses = [...document.querySelectorAll(".glass")]
    .map((glass) => glass.getBoundingClientRect());
  const overlaps = (a, b) => (
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
  );
  return glasses.filter((one, place) => (
    glasses.slice(place + 1).some((other) => overlaps(one, other))
  )).map(({ left, top }) => [left, top]);
}"""


class Thumb:
    """Taps, and counts the taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, found) -> None:
        self.taps += 1
        found.tap()


def answer(page: Page, *, score: int = 4, text: str = WRITTEN) -> Thumb:
    """Open the start as a visitor, and answer the question there."""
    thumb = Thumb(page)
    page.goto("/")
    thumb.tap(page.locator(f"#try-question .pane-{score}"))
    thumb.tap(page.locator("#try-question textarea"))
    page.keyboard.type(text)
    wait_until_stored(page, text)
    return thumb


def wait_until_stored(page: Page, text: str) -> None:
    """Wait until this device holds the text, which a page that is opened next shows."""
    expect(page.locator("#try-status")).to_contain_text("is on this device")
    read = """async (text) => (await (await import(document.querySelector("script[src*=welcome]")
      .src.replace("try-question", "kept-answer"))).getKeptAnswer())?.text === text"""
    wait_until(page, read, text)


def fill_registration(page: Page) -> str:
    email = f"ines-{secrets.token_hex(6)}@example.com"
    page.fill("[name=name]", "Ines")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    return email


def create_journal(page: Page) -> None:
    page.goto("/register")
    expect(page.locator("#kept-answer")).to_be_visible()
    fill_registration(page)
    page.get_by_role("button", name="Create my journal").click()


def sign_in(page: Page, email: str) -> None:
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def find_answer(page: Page, day: str) -> dict:
    """Return the only answer that the server has of a day."""
    [found] = words(page, day)["answers"]
    return found


@ON_BOTH_DATABASES
def test_first_answer_is_in_the_journal_after_few_taps(new_page):
    page = new_page()
    sent = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    thumb = answer(page)
    card = page.locator("#try-question")
    question = card.get_attribute("data-question")
    thumb.tap(page.get_by_role("link", name="Keep it in my journal"))
    page.wait_for_url("**/register")
    assert thumb.taps <= AT_MOST_TAPS
    expect(page.locator("#kept-answer")).to_contain_text(WRITTEN)
    assert "Quetzal" not in "".join(sent), "nothing is sent before there is an account"
    fill_registration(page)
    page.get_by_role("button", name="Create my journal").tap()
    page.wait_for_url(re.compile(r"/$"))
    found = find_answer(page, berlin_today())
    assert (found["score"], found["text"], found["question"]) == (4, WRITTEN, question)
    expect(page.locator(f"[name=text-{found['key']}]")).to_have_value(WRITTEN)
    indexed = f"JSON.stringify((await ({ON_DEVICE})()).indexed)"
    wait_until(page, f"async () => !{indexed}.includes('visitor')")


def test_answer_is_there_when_the_visitor_comes_back_and_is_encrypted(new_page):
    page = new_page()
    answer(page, score=2)
    assert "Quetzal" not in json.dumps(page.evaluate(ON_DEVICE))
    page.goto("/login")
    page.goto("/")
    expect(page.locator("#try-question textarea")).to_have_value(WRITTEN)
    expect(page.locator("#try-question .pane-2 input")).to_be_checked()
    expect(page.locator("#try-status")).to_contain_text("from today")


@pytest.mark.parametrize("path", ["/", "/register", "/login"])
def test_clear_deletes_the_answer_from_the_device(new_page, path):
    page = new_page()
    answer(page)
    page.goto(path)
    page.get_by_role("button", name="Clear").last.click()
    wait_until(page, f"async () => !(await ({STORED})())")
    page.goto("/")
    expect(page.locator("#try-question textarea")).to_have_value("")
    expect(page.locator("#try-question input:checked")).to_have_count(0)
    expect(page.locator("#try-actions")).to_be_hidden()
    page.goto("/register")
    expect(page.locator("#kept-answer")).to_be_hidden()
    expect(page.locator("[name=first_answer]")).to_have_value("")


def test_answer_that_is_emptied_by_hand_is_deleted(new_page):
    page = new_page()
    page.goto("/")
    page.fill("#try-question textarea", "Said too much.")
    wait_until_stored(page, "Said too much.")
    page.fill("#try-question textarea", "")
    wait_until(page, f"async () => !(await ({STORED})())")
    expect(page.locator("#try-status")).to_have_text(
        "Your answer stays on this device. Nothing is sent."
    )


def test_answer_is_deleted_after_a_week(new_page):
    page = new_page(fresh=True)  # the clock stays with its context
    answer(page)
    in_six, in_eight = (
        f"{date.fromisoformat(berlin_today()) + timedelta(days=days)}T12:00" for days in (6, 8)
    )
    page.clock.set_fixed_time(in_six)
    page.goto("/")
    expect(page.locator("#try-question textarea")).to_have_value(WRITTEN)
    page.clock.set_fixed_time(in_eight)
    page.goto("/")
    expect(page.locator(".try-fields")).to_be_enabled()
    expect(page.locator("#try-question textarea")).to_have_value("")
    wait_until(page, f"async () => !(await ({STORED})())")


def test_answer_keeps_the_day_it_was_written_on(new_page):
    page = new_page(fresh=True)
    two_days_ago = date.fromisoformat(berlin_today()) - timedelta(days=2)
    page.clock.set_fixed_time(f"{two_days_ago}T21:00:00+01:00")
    answer(page)
    page.clock.set_fixed_time(f"{berlin_today()}T12:00:00+01:00")
    page.goto("/")
    expect(page.locator("#try-status")).to_contain_text(
        f"from {two_days_ago:%A} {two_days_ago.day}"
    )
    page.locator("#try-question textarea").press_sequentially(" Today I say so.")
    wait_until_stored(page, f"{WRITTEN} Today I say so.")
    create_journal(page)
    page.wait_for_url(f"**/day/{two_days_ago}")
    assert find_answer(page, str(two_days_ago))["text"] == f"{WRITTEN} Today I say so."


def test_answer_keeps_its_question_when_another_day_asks_another(new_page):
    page = new_page()
    page.goto("/")
    page.evaluate("""() => {
      const card = document.getElementById("try-question");
      Object.assign(card.dataset, {
        key: "protect-and-serve", keyName: "Protect & serve", behaviour: "teach",
        question: "teach-x",
      });
      card.querySelector(".question").textContent = "Who learned something from you today?";
      card.querySelector("[data-behaviour-name]").textContent = "Teach";
    }""")
    page.fill("#try-question textarea", "Ana, about margins.")
    wait_until_stored(page, "Ana, about margins.")
    page.goto("/")
    card = page.locator("#try-question")
    expect(card.locator(".question")).to_have_text("Who learned something from you today?")
    expect(card.locator(".key-name")).to_contain_text("Protect & serve")
    expect(card).to_have_class("card try key-protect-and-serve")


@ON_BOTH_DATABASES
def test_signing_in_offers_the_answer_and_joins_it_to_the_day(new_page):
    home = new_page()
    email = register(home)
    page = new_page()
    answer(page, score=2)
    card = page.locator("#try-question")
    key, question = card.get_attribute("data-key"), card.get_attribute("data-question")
    earlier = {"key": key, "score": 5, "text": "Written before."}
    token = home.locator("meta[name=csrf-token]").get_attribute("content")
    home.request.put(
        f"/api/v1/reflections/{berlin_today()}",
        data={"answers": [earlier], "note": "A note."},
        headers={"X-CSRFToken": token},
    )
    page.goto("/login?next=/people")
    expect(page.locator("#kept-answer")).to_contain_text("Sign in to add your first answer")
    expect(page.locator("#kept-answer")).not_to_contain_text("Quetzal")
    sign_in(page, email)
    expect(page.locator("#first-answer")).to_contain_text(WRITTEN)
    assert find_answer(page, berlin_today())["text"] == "Written before.", "it asks first"
    page.get_by_role("button", name="Add to my journal").click()
    page.wait_for_url("**/people")
    found = find_answer(page, berlin_today())
    assert (found["score"], found["text"]) == (5, f"Written before.\n\n{WRITTEN}")
    assert found["question"] != question
    assert words(page, berlin_today())["note"] == "A note."


def test_answer_can_be_deleted_instead_of_added(new_page):
    email = register(new_page())
    page = new_page()
    answer(page)
    page.goto("/login")
    expect(page.locator("#kept-answer")).to_be_visible()
    sign_in(page, email)
    page.get_by_role("button", name="Delete it").click()
    page.wait_for_url(re.compile(r"/$"))
    assert words(page, berlin_today()) == {}
    assert "Quetzal" not in json.dumps(page.evaluate(ON_DEVICE))
    page.goto("/first-answer")
    page.wait_for_url(re.compile(r"/$"))


def test_answer_cleared_before_signing_in_leaves_the_way_as_it_was(new_page):
    email = register(new_page())
    page = new_page()
    answer(page)
    page.goto("/login?next=/people")
    page.locator("#kept-answer button").click()
    expect(page.locator("#kept-answer-cleared")).to_be_visible()
    sign_in(page, email)
    page.wait_for_url("**/people")


def test_answer_leads_to_no_other_site(new_page):
    email = register(new_page())
    page = new_page()
    answer(page)
    page.goto("/login")
    sign_in(page, email)
    expect(page.locator("#first-answer")).to_be_visible()
    page.goto("/first-answer?next=//example.org/x")
    page.get_by_role("button", name="Delete it").click()
    page.wait_for_url(re.compile(r"/$"))


@ON_BOTH_DATABASES
def test_answer_added_without_a_connection_is_merged_later(new_page):
    home = new_page()
    email = register(home)
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED", "412"])
    answer(page)
    key = page.locator("#try-question").get_attribute("data-key")
    page.goto("/login")
    expect(page.locator("#kept-answer")).to_be_visible()
    sign_in(page, email)
    expect(page.locator("#first-answer")).to_be_visible()
    wait_until(page, "async () => Boolean(navigator.serviceWorker.controller)")
    token = home.locator("meta[name=csrf-token]").get_attribute("content")
    home.request.put(
        f"/api/v1/reflections/{berlin_today()}",
        data={"answers": [{"key": key, "score": 5, "text": "Written meanwhile."}]},
        headers={"X-CSRFToken": token},
    )
    page.context.set_offline(True)
    page.get_by_role("button", name="Add to my journal").click()
    expect(page.locator(f"[name=text-{key}]")).to_have_value(WRITTEN)
    page.context.set_offline(False)
    versions = f"/api/v1/reflections/{berlin_today()}/revisions"
    wait_until(
        page,
        """async ([path, texts]) => {
          const answer = await fetch(path);
          const all = answer.ok ? await answer.text() : "";
          return texts.every((text) => all.includes(text));
        }""",
        [versions, ["Written meanwhile.", WRITTEN]],
    )


def test_visitor_can_try_a_question_without_a_connection(new_page):
    page = new_page(fresh=True, expects=["ERR_INTERNET_DISCONNECTED"])
    page.goto("/")
    wait_until_ready(page)
    page.goto("/login")  # now the worker answers
    page.context.set_offline(True)
    for path in ("/welcome", "/"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "A private journal for people who lead"
        )
    answer(page)
    page.goto("/register")
    expect(page.locator("main")).to_contain_text("This page needs a connection")
    page.context.set_offline(False)
    create_journal(page)
    page.wait_for_url(re.compile(r"/$"))
    assert find_answer(page, berlin_today())["text"] == WRITTEN


def test_without_script_the_question_is_read_and_the_way_leads_on(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/")
    card = page.locator("#try-question")
    expect(card.locator(".question")).to_be_visible()
    expect(card.locator("textarea")).to_be_hidden()
    expect(card.locator(".panes")).to_be_hidden()
    expect(card.locator("noscript p")).to_be_visible()
    page.get_by_role("link", name="Create my journal").first.click()
    fill_registration(page)
    page.locator("[name=time_zone]").select_option("Europe/Berlin")
    page.get_by_role("button", name="Create my journal").click()
    page.wait_for_url(re.compile(r"/$"))
    expect(page.locator("#day")).to_be_visible()


def test_device_of_a_leader_goes_straight_to_sign_in_and_knows_the_way_back(new_page):
    page = new_page(expects=["401"])  # the page to sign in asks whose session it was
    register(page)
    page.context.clear_cookies(name="session")
    page.goto("/")
    page.wait_for_url("**/login")
    page.get_by_role("link", name="What is Leader Journal?").click()
    expect(page.locator("#try-question")).to_be_visible()
    page.get_by_role("link", name="Sign in").first.click()
    page.wait_for_url("**/login")


def test_browser_that_stores_nothing_says_so(new_page):
    page = new_page(fresh=True, service_workers="block")
    page.add_init_script("Object.defineProperty(self, 'indexedDB', { value: undefined })")
    page.goto("/")
    page.fill("#try-question textarea", "Only here.")
    expect(page.locator("#try-status")).to_contain_text("This browser stores nothing.")
    expect(page.locator("#try-actions")).to_be_visible()


def test_keyboard_alone_tries_a_question(new_page):
    page = new_page()
    page.goto("/")
    expect(page.locator(".try-fields")).to_be_enabled()
    page.locator("#try-question textarea").focus()
    page.keyboard.type("By hand.")
    wait_until_stored(page, "By hand.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Keep it in my journal")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/register")
    expect(page.locator("#kept-answer")).to_contain_text("By hand.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_for_visitors(new_page, scheme):
    email = register(new_page())
    page = new_page(color_scheme=scheme, reduced_motion="reduce")
    page.goto("/")
    assert_accessible(page, f"/, {scheme}")
    answer(page)
    for path in ("/", "/welcome", "/register", "/login"):
        page.goto(path)
        wait_until(page, "async () => document.readyState === 'complete'")
        if path in {"/register", "/login"}:
            expect(page.locator("#kept-answer")).to_be_visible()
        assert_accessible(page, f"{path} with an answer, {scheme}")
    sign_in(page, email)
    expect(page.locator("#first-answer")).to_be_visible()
    assert_accessible(page, f"/first-answer, {scheme}")


@pytest.mark.parametrize(("width", "text_size"), [(320, 100), (320, 200), (390, 100), (1280, 100)])
def test_nothing_of_the_welcome_page_reaches_past_the_edge(new_page, width, text_size):
    page = new_page(viewport={"width": width, "height": 844})
    for path in ("/", "/login", "/register"):
        page.goto(path)
        page.evaluate(
            "(size) => { document.documentElement.style.fontSize = `${size}%`; }", text_size
        )
        assert page.evaluate(PAST_THE_EDGE, width) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(OVERLAPPING) == [], path


def test_welcome_page_is_short_and_its_targets_are_large(new_page):
    page = new_page()
    page.goto("/")
    assert page.evaluate("document.documentElement.scrollHeight") <= LONGEST
    answer(page)
    small = page.evaluate("""() => [...document.querySelectorAll("main a, main button, .pane")]
      .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 24)
      .map((one) => one.textContent.trim())""")
    assert small == []
    for name in ("Keep it in my journal", "Sign in", "Create my journal"):
        assert page.get_by_role("link", name=name).first.bounding_box()["height"] >= 44


def test_headings_and_their_hints_do_not_touch_where_one_is_signed_out(new_page):
    page = new_page()
    for path in ("/", "/login", "/register", "/forgot", "/install"):
        page.goto(path)
        gaps = page.evaluate("""() => [...document.querySelectorAll("h1 + p, h2 + p")]
          .filter((one) => one.offsetParent)
          .map((one) => one.getBoundingClientRect().top
            - one.previousElementSibling.getBoundingClientRect().bottom)""")
        assert [gap for gap in gaps if gap < 4] == [], path
