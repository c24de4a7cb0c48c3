"""The bar, the sheet to log with, the shortcuts, and what is left of them without a connection."""

import pytest
from browser.test_journey import PAST_THE_EDGE, assert_accessible, register
from browser.test_practice import FORMS_KEPT, arrives, called, items, open_form, wait_until_said
from browser.waiting import wait_until, wait_until_ready
from playwright.sync_api import Page, expect

ENLARGED = "document.documentElement.style.fontSize = '200%'"
BAR = ["Today", "Review", "Log something", "People", "Me"]


def main_links(page: Page):
    return page.get_by_role("navigation", name="Main").get_by_role("link")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sheet_is_opened_and_closed_by_keyboard_and_keeps_what_is_typed(new_page, scheme):
    page = new_page(color_scheme=scheme, reduced_motion="reduce")
    register(page)
    called(page, "POST", "/people", {"name": "Ana"})
    page.goto("/settings")
    opener = main_links(page).filter(has_text="Log something")
    opener.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="Log something")
    expect(sheet.get_by_role("heading", name="Log something")).to_be_focused()
    assert_accessible(page, f"the sheet, {scheme}")
    page.keyboard.press("Tab")
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    words = sheet.get_by_label("What went well?")
    expect(words).to_be_focused()
    expect(sheet.locator("summary:visible")).to_have_count(1)
    assert_accessible(page, f"a form in the sheet, {scheme}")
    page.keyboard.type("The tender")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(words).to_have_value("The tender")
    page.mouse.click(5, 5)  # beside it
    expect(sheet).to_be_hidden()
    opener.click()
    sheet.get_by_role("button", name="Log it").click()
    wait_until_said(page, "Logged.")
    assert page.url.endswith("/settings")
    assert arrives(page, "wins", 1)[0]["text"] == "The tender"
    assert_accessible(page, f"what was logged is said, {scheme}")


def test_number_is_logged_and_completed_without_a_connection(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    called(page, "POST", "/people", {"name": "Ana"})
    page.goto("/")
    wait_until_ready(page)
    wait_until(page, FORMS_KEPT, "Ana")
    page.goto("/people")
    page.context.set_offline(True)
    for label, value in (("Target", "120"), ("Result", "98,5")):
        form = open_form(page, "Number")
        form.get_by_label(label).fill(value)
        form.get_by_role("button", name="Log it").click()
        wait_until_said(page, "Sent as soon as it can be.")
    form = open_form(page, "Number")
    form.get_by_role("button", name="Log it").click()
    expect(form.locator("[data-status]")).to_have_text("Write the result or the target.")
    page.keyboard.press("Escape")
    page.context.set_offline(False)
    [number] = arrives(page, "numbers", 1)
    assert (number["target"], number["actual"]) == (120, 98.5)
    # Fresh forms know the number, and what is left empty of it stays.
    page.reload()
    form = open_form(page, "Number")
    wait_until(page, "async () => Boolean(document.querySelector('.sheet [data-stored]'))")
    form.get_by_label("Result").fill("101")
    form.get_by_role("button", name="Log it").click()
    wait_until_said(page, "Logged.")
    [changed] = items(page, "numbers")
    assert (changed["id"], changed["target"], changed["actual"]) == (number["id"], 120, 101)


def test_page_that_needs_a_connection_keeps_the_bar_and_its_section(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    wait_until_ready(page)
    page.reload()
    page.context.set_offline(True)
    for path, entry, shown in (
        ("/search", "Review", "Search"),
        ("/year/2025", "Review", "Year"),
        ("/people", "People", "People"),
        ("/log", "People", "Log"),
        ("/settings", "Me", ""),
    ):
        page.goto(path)
        expect(page.locator("h1")).to_have_text(shown or entry)
        expect(main_links(page).locator("visible=true")).to_have_text(BAR)
        expect(page.locator(".main-nav nav > ul > li > [aria-current]")).to_have_text(entry)
        if shown:
            header = page.get_by_role("navigation", name=entry)
            expect(header.locator("[aria-current=page]")).to_have_text(shown)
    assert_accessible(page, "a page without a connection")
    page.get_by_role("link", name="Write today").click()
    expect(page.locator("#no-connection")).to_be_visible()
    page.goto("/search")
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="Search")).to_be_visible()


def test_bar_section_and_sheet_fit_with_letters_twice_as_large(new_page):
    page = new_page(viewport={"width": 320, "height": 640})
    register(page)
    for path in ("/log/new", "/look-back", "/offline/page"):
        page.goto(path)
        page.evaluate(ENLARGED)
        assert page.evaluate(PAST_THE_EDGE, 320) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
        for name in BAR:
            box = main_links(page).filter(has_text=name).first.bounding_box()
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= 320, name
            assert min(box["width"], box["height"]) >= 44, name
        assert page.locator(".main-nav").bounding_box()["height"] <= 100
        names = [main_links(page).get_by_text(name, exact=True).count() for name in BAR]
        assert 0 not in names
    page.goto("/look-back")
    page.evaluate(ENLARGED)
    main_links(page).filter(has_text="Log something").click()
    sheet = page.get_by_role("dialog", name="Log something")
    sheet.locator("summary", has_text="Number").click()
    assert sheet.evaluate("(sheet) => sheet.scrollWidth <= sheet.clientWidth")


def test_bar_makes_room_while_one_writes_above_a_keyboard(new_page):
    page = new_page(viewport={"width": 390, "height": 500})
    register(page)
    page.goto("/")
    words = page.locator("[name=text-let-go]")
    expect(page.locator(".main-nav")).to_be_visible()
    words.focus()
    expect(page.locator(".main-nav")).to_be_hidden()
    words.blur()
    expect(page.locator(".main-nav")).to_be_visible()
    content = page.locator("meta[name=viewport]").get_attribute("content")
    assert "interactive-widget=resizes-content" in content


def test_shortcuts_lead_on_outside_fields_and_can_be_turned_off(new_page):
    page = new_page(viewport={"width": 1280, "height": 800})
    register(page)
    page.goto("/people")
    page.locator("[name=name]").press_sequentially("a/b?")
    expect(page.locator("[name=name]")).to_have_value("a/b?")
    page.locator("[name=name]").blur()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    assert_accessible(page, "the shortcuts")
    sheet.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(sheet).to_be_hidden()
    assert page.url.endswith("/people")
    page.get_by_role("link", name="Keyboard shortcuts").click()
    sheet.get_by_role("checkbox").check()
    sheet.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_side_bar_names_the_pages_of_every_section(new_page):
    page = new_page(viewport={"width": 1280, "height": 800})
    register(page)
    page.goto("/team-mirror")
    expect(main_links(page).locator("visible=true")).to_have_text([
        "Today", "Review", "Month", "Year", "Look back", "Search",
        "Log something", "People", "People", "Log", "Team mirror", "Me",
    ])  # fmt: skip
    expect(page.locator(".section-header")).to_be_hidden()
    assert_accessible(page, "the side bar")
