"""The pages of the settings in Chromium: what fits, what can be tapped, and installing."""

from datetime import date, timedelta

from browser.test_journey import PAST_THE_EDGE, register
from playwright.sync_api import expect

PAGES = (
    "/settings",
    "/settings/account",
    "/settings/security",
    "/settings/prompts",
    "/settings/practice",
    "/questions",
    "/questions/new",
    "/questions/catalogue/let-go",
    "/settings/moving",
)
OFFER = """
() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => { self.asked = true; };
  offer.userChoice = Promise.resolve({ outcome: "accepted" });
  dispatchEvent(offer);
  return offer.defaultPrevented;
}
"""
OVERLAPPING = """
() => {
  const boxes = [...document.querySelectorAll("main input:is([type=date], [type=time])")]
    .filter((input) => input.offsetParent)
    .map((input) => [input, input.closest(".card")].map((part) => part.getBoundingClientRect()));
  const leaves = boxes.some(([own, card]) => own.left < card.left || own.right > card.right);
  const overlaps = boxes.some(([one], at) => boxes.slice(at + 1).some(([other]) => (
    one.right > other.left && other.right > one.left
      && one.bottom > other.top && other.bottom > one.top
  )));
  return leaves || overlaps;
}
"""


def list_sizes(page, selector):
    return page.locator(selector).evaluate_all(
        """all => all.map((each) => each.getBoundingClientRect())
          .map((box) => [box.width, box.height])"""
    )


def test_settings_fit_small_screens_and_large_letters_and_can_be_tapped(new_page):
    page = new_page(viewport={"width": 390, "height": 844})
    register(page)
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    first = date(2030, 7, 1)
    page.request.post(
        "/settings/pauses",
        form={
            "csrf_token": token,
            "first_date": f"{first}",
            "last_date": f"{first + timedelta(days=9)}",
        },
    )
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for path in PAGES:
            page.goto(path)
            assert page.evaluate(OVERLAPPING) is False, (path, width)
            for size in ("100%", "200%"):
                page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
                within = PAST_THE_EDGE.replace("body *", "main *")
                assert page.evaluate(within, width) == [], (path, width, size)
    page.goto("/settings/practice")
    for width, height in list_sizes(page, ".weekdays label"):
        assert width == height == 44
    page.goto("/settings")
    assert all(height >= 44 for _, height in list_sizes(page, ".settings-list a"))


def test_journal_is_installed_from_me_and_from_its_own_page(page):
    register(page)
    for path in ("/settings", "/install"):
        page.goto(path)
        button = page.get_by_role("button", name="Install", exact=True)
        expect(button).to_have_count(0)
        assert page.evaluate(OFFER), "the browser's own bar would come as well"
        button.click()
        assert page.evaluate("self.asked")
        expect(button).to_have_count(0)
        expect(page.locator("main")).to_contain_text("nstalled")
