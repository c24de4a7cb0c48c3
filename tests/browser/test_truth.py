"""What a page says of itself is true: with script, without it, and before it has loaded."""

import re

import pytest
from browser.test_journey import KEYS, register, score, wait_until_saved
from playwright.sync_api import expect


def without_script(new_page, page):
    """Return the leader's page in a browser of theirs that runs no script."""
    other = new_page(java_script_enabled=False)
    other.context.add_cookies(page.context.cookies())
    return other


def shown_in(page) -> str:
    return page.locator("main").inner_text()


def test_without_script_nothing_claims_that_unsaved_words_are_saved(page, new_page):
    register(page)
    score(page, "let-go", 4)
    wait_until_saved(page)
    plain = without_script(new_page, page)
    plain.goto("/")
    expect(plain.locator("[name=score-let-go][value='4']")).to_be_checked()
    expect(plain.locator(".day-save")).to_contain_text("Press Save before you leave.")
    plain.fill("[name=text-let-go]", "Stepped aside.")
    assert not re.search(r"\bSaved\b(?! \d)", shown_in(plain))
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.locator(".notice-good")).to_have_text("Saved.")
    expect(plain.locator("#save-status")).to_be_empty()
    expect(plain.locator("[name=text-let-go]")).to_have_value("Stepped aside.")


def test_a_review_claims_nothing_without_script_either(page, new_page):
    register(page)
    score(page, "let-go", 4)
    wait_until_saved(page)
    plain = without_script(new_page, page)
    month = page.locator("#day").get_attribute("data-day")[:7]
    plain.goto(f"/month/{month}/review")
    plain.fill("[name=mirror]", "I saw it.")
    plain.get_by_role("button", name="Save", exact=True).click()
    plain.goto(f"/month/{month}/review")
    expect(plain.locator("[name=mirror]")).to_have_value("I saw it.")
    assert "Saved" not in shown_in(plain)
    expect(plain.locator(".save")).to_contain_text("Press Save before you leave.")


def test_the_line_claims_nothing_until_the_script_knows(page):
    register(page)
    score(page, "let-go", 4)
    wait_until_saved(page)
    html = page.request.get("/").text()
    line = re.search(r'id="save-status"[^>]*>(.*?)</p>', html, re.DOTALL)[1]
    assert line.strip() == ""
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)


@pytest.mark.parametrize("as_plain", [False, True])
def test_a_whole_day_is_written_with_and_without_script(page, new_page, as_plain):
    register(page)
    here = without_script(new_page, page) if as_plain else page
    here.goto("/")
    for value, key in enumerate(KEYS, start=3):
        score(here, key, value)
        here.fill(f"[name=text-{key}]", f"Words for {key}.")
    here.fill("[name=note]", "Calm.")
    if not as_plain:
        here.keyboard.press("Control+Enter")
        wait_until_saved(here)
    else:
        here.get_by_role("button", name="Save", exact=True).click()
        expect(here.locator(".notice-good")).to_have_text("Saved.")
    here.get_by_role("link", name="Review", exact=True).click()
    expect(here.locator("main")).to_contain_text(": 3, 4, 5; ")


def test_the_head_of_the_day_is_true_at_once_after_a_save(page):
    register(page)
    head = page.locator("details.steadiness summary")
    expect(head).to_contain_text("Your first day")
    expect(page.locator(".day-footer")).to_have_count(0)
    score(page, "let-go", 4)
    wait_until_saved(page)
    expect(head).to_contain_text("1 day in a row")
    expect(page.locator(".day-footer")).to_contain_text("Last saved")
    page.locator("details.steadiness summary").click()
    page.fill("[name=note]", "Calm.")
    wait_until_saved(page)
    expect(page.locator("details.steadiness")).to_have_attribute("open", "")
    expect(head).to_contain_text("1 day in a row")
