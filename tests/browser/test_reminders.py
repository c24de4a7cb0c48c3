"""Where reminders cannot be turned on, none is claimed and what works here is offered, in Chromium.

The server of these tests sends no mail, so no page may offer one.
"""

import pytest
from browser.conftest import IN_WHOLE_CHROMIUM
from browser.test_journey import assert_accessible, register, score, wait_until_saved
from browser.test_prompts import PUSH_SERVICE, new_phone, turned_on  # noqa: F401
from browser.test_truth import without_script
from playwright.sync_api import expect

pytestmark = IN_WHOLE_CHROMIUM

UNKNOWN_SERVICE = PUSH_SERVICE.replace("https://fcm.googleapis.com", "https://push.example.com")
DENIED = """
let told = 'default';
Object.defineProperty(Notification, 'permission', { get: () => told });
Notification.requestPermission = async () => { told = 'denied'; return told; };
"""
UNANSWERED = "Notification.requestPermission = async () => 'default';"
INSECURE = "Object.defineProperty(self, 'isSecureContext', { get: () => false });"
MISSING = "delete window.PushManager; delete window.Notification;"
BROKEN_WORKER = """
Object.defineProperty(
  ServiceWorkerContainer.prototype, 'ready', { get: () => new Promise(() => {}) },
);
const wait = self.setTimeout;
self.setTimeout = (act, time, ...rest) => wait(act, time === 10_000 ? 100 : time, ...rest);
"""
"""A worker that never starts; the ten seconds that a page gives it pass at once."""


def has_nothing_on(page):
    schedule = page.request.get("/api/v1/prompt-schedule").json()
    assert (schedule["enabled"], schedule["reaches"]) == (False, [])
    assert page.request.get("/api/v1/push/subscriptions").json()["items"] == []


def offers_no_mail(text: str):
    assert "mail" not in text.lower()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (PUSH_SERVICE + DENIED, "Notifications are blocked here"),
        (PUSH_SERVICE + UNANSWERED, "The browser got no answer, so nothing has changed."),
        ("", "This browser cannot reach its push service"),
        (UNKNOWN_SERVICE, "does not know this browser’s push service"),
        (PUSH_SERVICE + BROKEN_WORKER, "Notifications did not start in this browser"),
    ],
    ids=["denied", "dismissed", "subscribe-rejects", "unknown-service", "no-worker"],
)
def test_a_yes_that_does_not_work_turns_nothing_on_and_says_why(new_page, script, says):
    page = new_page(expects=["422", "incognito"])
    page.context.grant_permissions(["notifications"])
    page.add_init_script(script)
    register(page)
    score(page, "let-go", 4)
    wait_until_saved(page)
    card = page.locator("#ask")
    card.get_by_role("button", name="Turn on reminders").click()
    expect(card).to_contain_text(says)
    expect(card.get_by_role("heading", name="Reminders are on")).to_be_hidden()
    offers_no_mail(card.inner_text())
    assert_accessible(page, says)
    has_nothing_on(page)
    assert page.evaluate("localStorage.subscription") is None
    page.goto("/settings/prompts")
    expect(page.locator("#reminders-state")).to_contain_text("Reminders can’t reach you yet.")
    expect(page.locator("#this-device")).to_be_visible()
    assert "Reminders are on" not in page.locator("main").inner_text()
    offers_no_mail(page.locator("#this-device").inner_text())


def test_a_browser_without_a_push_service_says_so_on_the_page_of_reminders(new_page):
    page = new_page(expects=["incognito"])
    page.context.grant_permissions(["notifications"])
    register(page)
    page.goto("/settings/prompts")
    page.get_by_role("button", name="Get reminders on this").click()
    expect(page.locator("#this-device [role=status]")).to_contain_text(
        "This browser cannot reach its push service, so nothing was turned on."
    )
    has_nothing_on(page)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (INSECURE, "Notifications need a secure address"),
        (MISSING, "This browser shows no notifications."),
    ],
    ids=["insecure", "missing"],
)
def test_a_browser_that_cannot_notify_offers_what_works_here(new_page, script, says):
    page = new_page()
    page.add_init_script(script)
    register(page)
    score(page, "let-go", 4)
    wait_until_saved(page)
    card = page.locator("#ask")
    expect(card).to_contain_text(says)
    expect(card).to_contain_text("A calendar entry can remind you instead.")
    card.get_by_role("link", name="See the ways").click()
    says = says.replace("shows no", "can’t show")
    expect(page.locator("#this-device")).to_contain_text(says)
    offers_no_mail(page.locator("#this-device").inner_text())


def test_permission_that_chromium_refuses_is_said_where_reminders_were_on(new_phone):  # noqa: F811
    phone = new_phone()
    device = turned_on(phone)
    state = phone.page.locator("#reminders-state")
    expect(state).to_contain_text("Reminders come to one device.")
    browser = phone.page.context.browser.new_browser_cdp_session()
    contexts = browser.send("Target.getBrowserContexts")["browserContextIds"]
    target = phone.devtools.send("Target.getTargetInfo")["targetInfo"]
    assert target["browserContextId"] in contexts
    browser.send(
        "Browser.setPermission",
        {
            "permission": {"name": "notifications"},
            "setting": "denied",
            "browserContextId": target["browserContextId"],
        },
    )
    phone.page.goto("/settings/prompts")
    expect(phone.page.locator("#this-device")).to_contain_text("Notifications are blocked")
    row = phone.page.locator(f"[data-device='{device}']")
    row.get_by_role("button", name="Remove").click()
    expect(state).to_contain_text("Reminders can’t reach you yet.")
    # That they are blocked here is said alone, not beside "turn them on".
    expect(phone.page.get_by_text("Notifications are blocked")).to_be_visible()
    expect(state).to_be_hidden()
    expect(phone.page.get_by_text("No device has reminders yet")).to_be_hidden()
    phone.page.goto("/")
    expect(phone.page.locator("#no-reminder")).to_contain_text("this journal sends no email")


def test_a_device_that_is_ready_while_reminders_are_off_is_not_called_on(new_phone):  # noqa: F811
    phone = new_phone()
    turned_on(phone)
    phone.page.locator("#enabled").uncheck()
    phone.page.get_by_role("button", name="Save times").click()
    here = phone.page.locator("#this-device")
    expect(here).to_contain_text("is ready, but reminders are off.")
    here.get_by_role("button", name="Turn reminders on").click()
    expect(here).to_contain_text("Reminders are on for this")
    expect(phone.page.locator("#reminders-state")).to_contain_text("Reminders come to one device.")
    assert phone.schedule()["enabled"] is True


def test_without_script_only_the_calendar_turns_reminders_on(page, new_page):
    register(page)
    plain = without_script(new_page, page)
    plain.goto("/settings/prompts")
    expect(plain.locator("[name=by_mail], [name=letter]")).to_have_count(0)
    expect(plain.locator("main")).to_contain_text("A calendar entry can remind you instead.")
    plain.get_by_role("button", name="Save times").click()
    expect(plain.locator("main")).to_contain_text("Saved.")
    expect(plain.locator("main")).to_contain_text("Reminders can’t reach you yet.")
    has_nothing_on(page)
    plain.get_by_role("button", name="Create a calendar link").click()
    expect(plain.locator("main")).to_contain_text("Reminders come in your calendar.")
    address = plain.get_by_label("Private calendar link").input_value()
    assert "BEGIN:VEVENT" in plain.request.get(address).text()
    plain.get_by_role("button", name="Turn off").click()
    expect(plain.locator("main")).to_contain_text("Reminders can’t reach you yet.")
