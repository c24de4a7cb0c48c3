"""Month, year and search on a phone; a review on it, sent when it can be and written on two."""

from datetime import date, timedelta
from json import dumps

from browser.conftest import ON_BOTH_DATABASES
from browser.test_journey import (
    BEHAVIOURS,
    berlin_today,
    kept_meanwhile,
    register,
    sign_in,
    wait_until_saved,
)
from browser.test_offline import HERE, ON_DEVICE, pages_kept, phone
from browser.waiting import wait_until, wait_until_ready
from playwright.sync_api import Page, expect

__all__ = ["phone"]

FIRST_STORES = """async () => {
  const older = await idb.openDB("older", 1, { upgrade(database) {
    database.createObjectStore("here");
    database.createObjectStore("keys");
    database.createObjectStore("days", { keyPath: ["account", "local_date"] });
    database.createObjectStore("outbox", { keyPath: "place", autoIncrement: true })
      .createIndex("account", "account");
    database.createObjectStore("pages", { keyPath: ["account", "path"] });
  } });
  await older.put("here", { account: "a", time_zone: "UTC", day_starts_at: 0 }, "leader");
  older.close();
  const journal = await openLocalJournal("older");
  const draft = { etag: null, was: { mirror: "" }, content: { mirror: "Newer." } };
  await journal.saveDraft("a", "/reviews/2026-11", draft);
  const stored = await journal.getDraft("a", "/reviews/2026-11");
  return [await journal.getLeader(), stored.content.mirror];
}"""


OVERFLOWING = """() => [...document.querySelectorAll("main *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
  .filter((element) => !element.closest(".visually-hidden"))
  .map((element) => `${element.tagName} ${element.textContent.trim()}`).slice(0, 3)"""
HEIGHT = "document.documentElement.scrollHeight"
WIDTH = "document.documentElement.scrollWidth"


def month() -> str:
    return berlin_today()[:7]


def opened(page: Page) -> Page:
    page.goto(f"/month/{month()}/review")
    return page


def review(page: Page) -> dict:
    reply = page.request.get(f"/api/v1/reviews/{month()}")
    return reply.json() if reply.ok else {}


def reaches(page: Page, field: str, written: str) -> None:
    """Wait until the server has what was written, without the page saying so."""
    for _ in range(600):
        if review(page).get(field) == written:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{written!r} does not arrive")


@ON_BOTH_DATABASES
def test_a_review_is_saved_as_it_is_written_and_shown_with_the_month(page):
    register(page)
    opened(page)
    page.fill("[name=mirror]", "I looked away.")
    page.get_by_text("Let go", exact=True).click()
    wait_until_saved(page)
    page.fill("[name=grew]", "Ana.")
    wait_until_saved(page)
    page.reload()
    expect(page.locator("[name=grew]")).to_have_value("Ana.")
    expect(page.locator("[name=lean_on][value=let-go]")).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#review")).to_contain_text(": Let go")


def test_words_of_a_review_kept_while_the_page_reads_what_it_keeps_stay(page):
    register(page)
    opened(page)
    page.fill("[name=mirror]", "Round 1")
    wait_until_saved(page)
    kept_meanwhile(page, {"type": "draft", "path": f"/reviews/{month()}"}, "[name=mirror]")
    assert review(page)["mirror"] == "Round 2"


def test_a_review_without_a_connection_waits_on_the_device_and_arrives_by_itself(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    opened(page)
    page.context.set_offline(True)
    page.fill("[name=mirror]", "In the lift.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    page.context.set_offline(False)
    wait_until_saved(page)
    page.reload()
    expect(page.locator("[name=mirror]")).to_have_value("In the lift.")


def test_save_without_a_connection_stays_with_the_words(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    opened(page)
    page.context.set_offline(True)
    page.fill("[name=mirror]", "In the garage.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#save-status")).to_contain_text(HERE)
    expect(page.locator("[name=mirror]")).to_have_value("In the garage.")


def test_words_of_a_review_that_the_battery_cut_off_arrive_from_another_page(phone, proxy):
    page = phone(proxy.address)
    register(page)
    wait_until_ready(page)
    opened(page)
    proxy.fault = "cut"
    page.fill("[name=mirror]", "Before the battery died.")
    page.wait_for_timeout(500)
    page.context.close()

    page = phone(proxy.address)
    proxy.fault = None
    page.goto("/")
    reaches(page, "mirror", "Before the battery died.")


def test_a_review_opens_and_is_written_on_a_cold_start_without_a_connection(phone, proxy):
    page = phone(proxy.address)
    register(page)
    wait_until_ready(page)
    opened(page)
    page.fill("[name=mirror]", "Seen before.")
    wait_until_saved(page)
    pages_kept(page, 2)
    page.context.close()

    proxy.fault = "cut"
    page = phone(proxy.address)
    opened(page)
    expect(page.locator("#saved-page-notice")).to_be_visible()
    # Newer than the page that was kept: the device knows what it has sent since.
    expect(page.locator("[name=mirror]")).to_have_value("Seen before.")
    page.fill("[name=grew]", "Ben, in the basement.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    page.reload()
    expect(page.locator("[name=grew]")).to_have_value("Ben, in the basement.")
    proxy.fault = None
    reaches(page, "grew", "Ben, in the basement.")
    assert review(page)["mirror"] == "Seen before."


@ON_BOTH_DATABASES
def test_two_devices_write_a_review_and_no_word_of_either_is_lost(new_page):
    phone, desk = new_page(expects=["ERR_", "412"]), new_page()
    email = register(phone)
    opened(phone)
    phone.fill("[name=mirror]", "First.")
    wait_until_saved(phone)
    sign_in(desk, email)
    opened(desk)
    phone.context.set_offline(True)
    phone.fill("[name=grew]", "Ben, says the phone.")
    phone.fill("[name=mirror]", "On the phone.")
    expect(phone.locator("#save-status")).to_contain_text(HERE)
    desk.fill("[name=mirror]", "At the desk.")
    desk.fill("[name=let_go]", "The deck, says the desk.")
    wait_until_saved(desk)
    phone.context.set_offline(False)
    wait_until_saved(phone)
    expect(phone.locator("[name=let_go]")).to_have_value("The deck, says the desk.")
    expect(phone.locator("#superseded-notice")).to_contain_text("on two devices")
    stands = review(phone)
    assert (stands["mirror"], stands["grew"]) == ("On the phone.", "Ben, says the phone.")
    phone.get_by_role("link", name="See earlier versions").click()
    expect(phone.locator("main")).to_contain_text("At the desk.")
    version = phone.locator(".version", has_text="At the desk.").first
    version.get_by_role("button", name="Restore").click()
    expect(phone.locator("#review")).to_contain_text("At the desk.")


@ON_BOTH_DATABASES
def test_an_answer_that_was_lost_on_its_way_is_no_second_version(new_page):
    page = new_page(expects=["ERR_", "412"])
    register(page)
    opened(page)

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/api/v1/reviews/*", lose, times=1)
    page.fill("[name=mirror]", "Once.")
    wait_until_saved(page)
    assert review(page)["version"] == 1
    expect(page.locator("#superseded-notice")).to_be_hidden()


def test_what_the_server_cannot_take_is_said_and_kept(new_page):
    page = new_page(expects=["422"])
    register(page)
    opened(page)
    page.fill("[name=mirror]", "x" * 20_001)
    expect(page.locator("#save-status")).to_contain_text("Needs you:")
    page.reload()
    expect(page.locator("[name=mirror]")).to_have_value("x" * 20_001)
    page.fill("[name=mirror]", "Shorter.")
    wait_until_saved(page)


def test_a_review_that_is_not_sent_is_counted_when_signing_out_and_then_gone(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    wait_until_ready(page)
    opened(page)
    page.goto("/settings")
    settings = page
    review_page = page.context.new_page()
    opened(review_page)
    page.context.set_offline(True)
    review_page.fill("[name=mirror]", "About Zoe.")
    expect(review_page.locator("#save-status")).to_contain_text(HERE)
    assert "journal.drafts" in review_page.evaluate(ON_DEVICE)["indexed"]
    settings.get_by_role("button", name="Sign out", exact=True).click()
    expect(settings.locator("#not-sent")).to_contain_text("One change is on this phone alone")
    settings.locator("#not-sent button[value=leave]").click()
    settings.wait_for_url("**/offline")
    assert set(settings.evaluate(ON_DEVICE)["indexed"]) <= {"journal.here"}
    page.context.set_offline(False)


def test_a_device_of_an_earlier_release_keeps_what_it_holds(page):
    register(page)
    wait_until(page, "async () => Boolean(self.openLocalJournal)")
    leader, words = page.evaluate(FIRST_STORES)
    assert (leader["account"], words) == ("a", "Newer.")


TYPED_BEFORE_THE_PAGE_HEARS = """async () => {
  const journal = await openLocalJournal("raced");
  const seen = { etag: "0-1", was: { mirror: "", grew: "" } };
  await journal.saveDraft("a", "/it", { ...seen, content: { mirror: "One.", grew: "" } });
  const [sent] = await journal.listUnsentDrafts("a");
  const content = { mirror: "One.", grew: "Ana." };
  await journal.recordDraftSent(sent, { sent: content, etag: "0-2", content, aside: false });
  await journal.saveDraft("a", "/it", { ...seen, content: { mirror: "One. Two.", grew: "" } });
  const [left] = await journal.listUnsentDrafts("a");
  return journal.decryptDraft(left);
}"""


def test_words_typed_before_the_page_hears_of_what_was_sent_go_on_top_of_it(page):
    register(page)
    wait_until(page, "async () => Boolean(self.openLocalJournal)")
    kept = page.evaluate(TYPED_BEFORE_THE_PAGE_HEARS)
    assert kept["etag"] == "0-2"
    assert kept["was"] == {"mirror": "One.", "grew": "Ana."}
    assert kept["content"] == {"mirror": "One. Two.", "grew": "Ana."}


def test_a_review_that_was_sent_leaves_nothing_to_send(page):
    register(page)
    opened(page)
    page.fill("[name=mirror]", "Sent.")
    wait_until_saved(page)
    assert page.evaluate("async () => (await openLocalJournal()).countAllUnsent()") == 0


def write_year(page: Page) -> date:
    """Import a day for each practice day of a year; return the first of the last whole month."""
    last = date.fromisoformat(berlin_today()).replace(day=1) - timedelta(days=1)
    text = "Gave the deck to Ana, kept quiet until asked, and told the others why it was hers."
    reflections = [
        {
            "local_date": str(day),
            "time_zone": "Europe/Berlin",
            "version": 1,
            "written_at": f"{day}T16:00:00Z",
            "saved_at": f"{day}T16:00:00Z",
            "note": "",
            "commitment": "",
            "answers": [
                {"key": key, "score": 1 + (back + place) % 5, "text": text, "behaviour": behaviour}
                for place, (key, behaviour) in enumerate(BEHAVIOURS.items())
            ],
        }
        for back in range(365)
        if (day := last - timedelta(days=back)).isoweekday() <= 5
    ]
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    document = {"format": "leader-journal/1", "reflections": reflections}
    file = {
        "name": "journal.json",
        "mimeType": "application/json",
        "buffer": dumps(document).encode(),
    }
    reply = page.request.post(
        "/api/v1/imports", multipart={"file": file}, headers={"X-CSRFToken": token}
    )
    assert reply.json()["created"] == len(reflections)
    return last.replace(day=1)


def test_month_year_and_search_of_a_year_are_short_and_fit_a_small_phone(new_page):
    """A fault: a month was seven screens long, and a field was covered by its button."""
    page = new_page(viewport={"width": 390, "height": 844})
    register(page)
    first = write_year(page)
    a_month = f"/month/{first:%Y-%m}"
    page.goto(a_month)
    assert page.evaluate(HEIGHT) <= 2400
    expect(page.locator(".fold[open]")).to_have_count(0)
    tiles = page.locator(".key-tiles").bounding_box()
    assert tiles["y"] + tiles["height"] <= 844, "calendar and averages are the first screen"
    page.goto(f"{a_month}#keys")
    expect(page.locator(".chart-days")).to_be_visible()
    expect(page.locator(".chart-months")).to_be_hidden()
    page.get_by_text("12 months", exact=True).click()
    expect(page.locator(".chart-months")).to_be_visible()
    expect(page.locator(".chart-days")).to_be_hidden()
    page.get_by_text("Practice", exact=True).click()
    page.wait_for_url("**#practice-section")
    page.goto(f"/year/{first.year}")
    assert page.evaluate(HEIGHT) <= 2400
    rows = page.locator(".year-map li a").evaluate_all(
        "(links) => links.map((link) => link.getBoundingClientRect().height)"
    )
    assert min(rows) >= 24
    page.locator(f".year-map a[href='{a_month}']").click()
    expect(page.locator("h1")).to_contain_text(f"{first:%B %Y}")
    page.goto("/search?q=deck")
    expect(page.locator(".results > li")).to_have_count(20)
    card = page.locator(".results > li").nth(1)
    day = card.locator("a").get_attribute("href")
    card.locator(".hit").last.click(force=True)
    page.wait_for_url(f"**{day}")
    page.set_viewport_size({"width": 320, "height": 640})
    for path in (f"{a_month}#keys", f"/year/{first.year}#keys", "/search", "/search?q=deck"):
        page.goto("about:blank")
        page.goto(path)
        assert page.evaluate(WIDTH) <= 320, path
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(OVERFLOWING) == [], path
    field = page.locator("#q").bounding_box()
    button = page.locator(".search-line button").bounding_box()
    assert field["width"] >= 160
    assert button["y"] >= field["y"] + field["height"] or button["x"] >= field["x"] + field["width"]
