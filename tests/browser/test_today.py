"""Today in the hand: two screens, from key to key, and the moment that closes the day."""

from datetime import date

from browser.test_journey import (
    KEYS,
    assert_accessible,
    berlin_today,
    register,
    score,
    wait_until_saved,
)
from browser.waiting import wait_until_ready
from playwright.sync_api import expect

SCREEN, KEYBOARD = 844, 336
"""Pixels of a phone's screen, and of the keyboard on it."""

BOTTOM = "(element) => element.getBoundingClientRect().bottom"
IN_SIGHT = """(element) => {
  const { top, bottom } = element.getBoundingClientRect();
  const bar = document.querySelector(".main-nav").getBoundingClientRect();
  return top >= 0 && bottom <= (bar.height ? bar.top : innerHeight); // it hides above a keyboard
}"""


def close_the_steps(page) -> None:
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    for step in ("reflection", "reminder", "team", "today"):
        page.request.post(f"/tips/{step}/close", form={"csrf_token": token})
    page.reload()


def test_three_scores_and_texts_take_eight_taps_and_the_day_closes_in_place(new_page):
    page = new_page(viewport={"width": 390, "height": SCREEN}, has_touch=True, is_mobile=True)
    register(page)
    close_the_steps(page)
    expect(page.locator("#closing")).to_be_hidden()
    assert page.locator("#day").evaluate(BOTTOM) <= 2 * SCREEN
    for place, key in enumerate(KEYS):
        card = page.locator(f"[data-key={key}]")
        expect(card.locator(".question")).to_be_in_viewport()
        card.locator("label:has([value='4'])").tap()
        card.locator("textarea").tap()
        page.keyboard.type(f"Words for {key}.")
        if place < 2:
            card.get_by_role("button", name="Next").tap()
    wait_until_saved(page)
    closing = page.locator("#closing")
    expect(closing).to_contain_text("Your first day is written")
    expect(page.locator("details.steadiness summary")).to_contain_text("1 day in a row")
    page.get_by_role("button", name="Done").tap()
    expect(closing).to_be_focused()
    expect(closing).to_be_in_viewport()
    closing.get_by_role("link", name="One small thing for the next day?").tap()
    assert_accessible(page, "the day, closed")


def test_the_keyboard_never_covers_the_line_that_is_written(new_page):
    page = new_page(viewport={"width": 390, "height": SCREEN - KEYBOARD})
    register(page)
    for key in KEYS:
        area = page.locator(f"[name=text-{key}]")
        area.focus()
        page.keyboard.type("One line.\nAnd another.\nAnd a third.")
        assert area.evaluate(IN_SIGHT), key
        page.keyboard.press("Control+Enter")
    expect(page.locator("#closing")).to_be_focused()
    page.locator("[name=text-let-go]").press("Control+Enter")
    wait_until_saved(page)


def test_the_day_closes_without_a_connection_with_what_the_device_knows(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    wait_until_ready(page)
    close_the_steps(page)
    page.context.set_offline(True)
    for key in KEYS:
        score(page, key, 3)
    status = page.locator("#save-status")
    expect(status).to_contain_text("Saved on this phone.")
    expect(status).to_have_css("position", "fixed")
    expect(page.locator("#closing")).to_contain_text("Your first day is written")
    expect(page.locator("details.steadiness summary")).to_contain_text("1 day in a row")
    page.context.set_offline(False)
    wait_until_saved(page)
    expect(status).not_to_have_css("position", "fixed")


def test_a_passage_of_earlier_closes_the_day(page):
    register(page)
    close_the_steps(page)
    today = date.fromisoformat(berlin_today())
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    answers = [{"key": "let-go", "score": 2, "text": "Held on to the deck."}]
    page.request.put(
        f"/api/v1/reflections/{date.fromordinal(today.toordinal() - 7)}",
        data={"answers": answers},
        headers={"X-CSRFToken": token},
    )
    for key in KEYS[:2]:
        score(page, key, 3)
        wait_until_saved(page)
    expect(page.locator("#closing")).to_be_empty()
    score(page, KEYS[2], 3)
    expect(page.locator("#closing blockquote")).to_have_text("Held on to the deck.")
    expect(page.locator("#closing")).to_contain_text("A week ago")


def test_a_newcomer_is_led_in_three_steps_under_what_they_answered(new_page):
    page = new_page(viewport={"width": 390, "height": SCREEN})
    page.add_init_script("delete window.PushManager;")
    register(page)
    expect(page.locator("#next-step")).to_contain_text("Step 1 of 3")
    score(page, "lead-from-front", 4)
    ask = page.locator("#ask")
    expect(ask).to_contain_text("Step 2 of 3")
    expect(ask).to_be_in_viewport()
    assert_accessible(page, "the second step")
    ask.get_by_role("button", name="Skip this step").click()
    heading = page.get_by_role("heading", name="Who do you lead?")
    expect(heading).to_be_focused()
    page.get_by_label("Name 1").fill("Ana")
    page.get_by_label("Name 2").fill("Tom")
    page.get_by_label("Name 2").press("Enter")
    expect(page.locator("#next-step")).to_be_empty()
    expect(page.locator(".page-hint")).to_contain_text("Any earlier day")
    wait_until_saved(page)
    names = page.request.get("/api/v1/people").json()["items"]
    assert sorted(person["name"] for person in names) == ["Ana", "Tom"]
