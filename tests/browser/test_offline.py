"""Writing that is never lost: without a connection, from a cold start, in every kind of fault."""

import gzip
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from browser.conftest import (
    BROWSER,
    FLAGS,
    ON_BOTH_DATABASES,
    PATIENCE,
    PHONE,
    ROOT,
    SHELL,
    Served,
    free_port,
)
from browser.test_journey import (
    assert_accessible,
    berlin_today,
    register,
    register_on_page,
    score,
    sign_in,
    wait_until_saved,
)
from browser.waiting import wait_until, wait_until_ready
from playwright.sync_api import BrowserContext, Page, expect

HERE = "Saved on this phone."
ONLY_SHELL = "async (release) => (await caches.keys()).join() === `shell-${release}`"
ON_DEVICE = """async () => {
  const found = {};
  for (const { name, version } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const store of database.objectStoreNames) {
      const rows = await new Promise((resolve) => {
        const request = database.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      const readable = (key, value) => (
        value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value
      );
      if (rows.length) found[`${name}.${store}`] = rows.map((row) => JSON.stringify(row, readable));
    }
    database.close();
  }
  const cached = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      cached.push(`${new URL(request.url).pathname} ${await (await cache.match(request)).text()}`);
    }
  }
  return { indexed: found, cached, stored: { ...localStorage }, session: { ...sessionStorage } };
}"""
OPENED = """async (date) => {
  const { openJournal, account } = await import(
    `${document.querySelector('script[type=module]').src.split('js/')[0]}js/offline/device-journal.js`);
  const { journal } = await openJournal();
  return journal.getDay(account ?? (await journal.getLeader()).account, date);
}"""


def pages_kept(page: Page, number: int) -> None:
    """Wait until the device has so many months with it."""
    rows = f"((await ({ON_DEVICE})()).indexed['journal.pages'] ?? [])"
    months = f"{rows}.filter((row) => JSON.parse(row).path.startsWith('/month'))"
    wait_until(page, f"async (number) => {months}.length >= number", number)


def page_kept(page: Page, path: str) -> None:
    """Wait until the device has the page at a path with it."""
    rows = f"((await ({ON_DEVICE})()).indexed['journal.pages'] ?? [])"
    wait_until(page, f"async (path) => {rows}.some((row) => JSON.parse(row).path === path)", path)


def words(page: Page, day: str) -> dict:
    reply = page.request.get(f"/api/v1/reflections/{day}")
    return reply.json() if reply.ok else {}


def arrives(page: Page, name: str, written: str) -> None:
    """Wait until the server has what was written today; the page must come to say so."""
    for _ in range(600):
        if words(page, berlin_today()).get(name) == written:
            break
        page.wait_for_timeout(100)
    else:
        raise AssertionError(f"{written!r} does not arrive")
    wait_until_saved(page)


def text(day: dict, key: str) -> str:
    return next((a["text"] for a in day.get("answers", []) if a["key"] == key), "")


@pytest.fixture
def phone(running_browser, tmp_path):
    """Open a browser with a folder of its own: closed and opened again, it is the same one."""
    opened: list[BrowserContext] = []

    def open_phone(address: str, **options) -> Page:
        context = running_browser.browser_type.launch_persistent_context(
            tmp_path / "phone",
            executable_path=SHELL or BROWSER,
            args=FLAGS,
            base_url=address,
            **(PHONE | options),
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    open_phone.folder = tmp_path / "phone"
    yield open_phone
    for context in opened:
        context.close()


@pytest.fixture
def release(tmp_path):
    """A server of a copy of the project, which can be replaced by another release."""
    copy = tmp_path / "release"
    for folder in ("leaderjournal", "static", "templates"):
        shutil.copytree(ROOT / folder, copy / folder)
    shutil.copy(ROOT / "app.py", copy)
    served = Served(f"sqlite:///{tmp_path / 'journal.db'}", tmp_path, free_port(), copy)
    served.start()
    yield Release(served)
    served.stop()


class Release:
    """What is served now, and how it is replaced."""

    def __init__(self, served: Served) -> None:
        self.address, self._served = served.address, served

    def name(self) -> str:
        with urllib.request.urlopen(f"{self.address}/sw.js") as reply:
            return re.search(r'SHELL_PREFIX \+ "([^"]+)"', reply.read().decode())[1]

    def replace(self, script: str, *, with_: Callable[[str], str], **environment: str) -> None:
        """Serve a release in which a script of `static/js` reads otherwise."""
        path = self._served.root / "static" / "js" / script
        path.write_text(with_(path.read_text()))
        self.restart(**environment)

    def stop(self) -> None:
        self._served.stop()

    def restart(self, **environment: str) -> None:
        self.stop()
        self._served.environment |= environment
        self._served.start()


# ---- a cold start


@ON_BOTH_DATABASES
def test_what_is_written_on_a_cold_start_without_a_connection_arrives_after_another(phone, proxy):
    page = phone(proxy.address)
    register(page)
    wait_until_ready(page)
    page.context.close()

    proxy.fault = "cut"
    page = phone(proxy.address)
    page.goto("/")
    expect(page.locator("h1")).to_contain_text("Today")
    expect(page.locator("#no-connection")).to_be_visible()
    score(page, "let-go", 4)
    page.fill("[name=text-let-go]", "Stepped aside in the lift.")
    page.fill("[name=note]", "Basement garage.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    page.context.close()

    proxy.fault = None
    page = phone(proxy.address)
    page.goto("/")
    arrives(page, "note", "Basement garage.")
    day = words(page, berlin_today())
    assert text(day, "let-go") == "Stepped aside in the lift."
    assert next(a["score"] for a in day["answers"] if a["key"] == "let-go") == 4


def test_words_typed_half_a_second_before_the_battery_died_are_there(phone, proxy):
    page = phone(proxy.address)
    email = register(page)
    wait_until_ready(page)
    proxy.fault = "cut"
    page.locator("[name=note]").press_sequentially("The last words", delay=10)
    page.wait_for_timeout(500)
    subprocess.run(["pkill", "--signal", "KILL", "--full", str(phone.folder)], check=True)
    proxy.fault = None
    page = phone(proxy.address)
    page.context.clear_cookies()  # which the browser may or may not have written down
    page.goto("/login")
    expect(page.locator("#unsent")).to_contain_text("One change on this phone is not sent yet.")
    sign_in(page, email)
    arrives(page, "note", "The last words")


@pytest.mark.parametrize("fault", [500, 503, 507, "cut"])
def test_while_the_server_is_in_trouble_the_words_wait_and_then_arrive(new_page, proxy, fault):
    page = new_page(base_url=proxy.address, expects=["500", "503", "507", "ERR_"])
    register(page)
    wait_until_ready(page)
    proxy.fault = fault
    page.goto("/")
    expect(page.locator("#no-connection")).to_be_visible()
    page.fill("[name=text-let-go]", "Written in trouble.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    page.reload()
    expect(page.locator("[name=text-let-go]")).to_have_value("Written in trouble.")
    proxy.fault = None
    wait_until_saved(page)
    assert text(words(page, berlin_today()), "let-go") == "Written in trouble."


@ON_BOTH_DATABASES
def test_a_page_that_is_open_sends_by_itself_once_the_trouble_is_over(new_page, proxy):
    page = new_page(base_url=proxy.address, expects=["503"])
    register(page)
    proxy.fault = 503
    page.fill("[name=note]", "In between.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    proxy.fault = None
    arrives(page, "note", "In between.")


# ---- the session


def session_ran_out(new_page, proxy) -> tuple[Page, str]:
    """Return a page with words that wait here, whose session ended meanwhile, and the email."""
    page = new_page(base_url=proxy.address, expects=["ERR_EMPTY_RESPONSE", "401"])
    email = register(page)
    wait_until_ready(page)
    pages_kept(page, 1)
    proxy.cut()  # an answer that is on its way would bring its cookie with it
    page.fill("[name=note]", "Before the session ran out.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    page.context.clear_cookies()
    proxy.fault = None
    expect(page.locator("#save-status")).to_contain_text("Needs you: sign in to send it")
    return page, email


@ON_BOTH_DATABASES
def test_a_session_that_expired_meanwhile_asks_to_sign_in_and_goes_on(new_page, proxy):
    page, email = session_ran_out(new_page, proxy)
    page.get_by_role("link", name="sign in to send it").click()
    page.wait_for_url("**/login**")
    expect(page.locator("#unsent")).to_contain_text("One change on this phone is not sent yet.")
    sign_in(page, email)
    arrives(page, "note", "Before the session ran out.")
    expect(page.locator("[name=note]")).to_have_value("Before the session ran out.")


def test_a_page_that_gets_the_focus_keeps_the_link_that_it_shows(new_page, proxy):
    page, _ = session_ran_out(new_page, proxy)
    link = page.get_by_role("link", name="sign in to send it").element_handle()
    for _ in range(3):
        with page.expect_response("**/api/v1/session"):
            page.evaluate("dispatchEvent(new Event('focus'))")
        page.wait_for_timeout(200)
        assert link.evaluate("(link) => link.isConnected")


def signed_out_elsewhere(new_page) -> tuple[Page, str]:
    """Return a page of a day that was seen and saved, whose session another device has ended."""
    page, desk = new_page(expects=["401"]), new_page()
    email = register(page)
    wait_until_ready(page)
    page.fill("[name=note]", "Seen here.")
    wait_until_saved(page)
    sign_in(desk, email)
    desk.goto("/settings/security")
    desk.get_by_role("button", name="Sign out of all other devices").click()
    desk.wait_for_load_state()
    return page, email


def test_signed_out_elsewhere_the_private_pages_leave_the_device(new_page):
    page, email = signed_out_elsewhere(new_page)
    page.fill("[name=commitment]", "Too late for this session.")
    page.wait_for_url("**/login**")
    expect(page.locator("#unsent")).to_contain_text("not sent yet")
    found = page.evaluate(ON_DEVICE)
    assert set(found["indexed"]) <= {"journal.outbox", "journal.keys"}
    sign_in(page, email)
    arrives(page, "commitment", "Too late for this session.")


def test_signed_out_elsewhere_with_nothing_unsent_nothing_stays(new_page):
    page, _ = signed_out_elsewhere(new_page)
    page.goto("/")
    page.wait_for_url("**/login**")
    wait_until(page, f"async () => !Object.keys((await ({ON_DEVICE})()).indexed).length")


def test_who_is_signing_in_goes_on_though_the_device_hears_of_a_session_that_ended(page):
    page.goto("/login")
    page.wait_for_load_state("networkidle")
    page.fill("[name=email]", "ann@example.com")
    page.evaluate("""async () => {
      new BroadcastChannel("journal").postMessage({ type: "left" });
      await new Promise((go) => setTimeout(go, 300));
    }""")
    expect(page.locator("[name=email]")).to_have_value("ann@example.com")


# ---- leaving


def nothing_of(email: str, page: Page) -> None:
    found = page.evaluate(ON_DEVICE)
    assert found["indexed"] == {}
    assert found["stored"] == {}
    assert found["session"] == {}
    everything = json.dumps(found)
    for private in (email, "Ann", "Ben"):
        assert private not in everything, private


@ON_BOTH_DATABASES
def test_after_signing_out_nothing_of_the_account_is_on_the_device(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    email = register_on_page(page)
    wait_until_ready(page)
    page.fill("[name=note]", "About Ben.")
    wait_until_saved(page)
    page.goto("/month")
    page.goto("/settings")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/login")
    nothing_of(email, page)
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert "Ben" not in page.content()
        assert page.locator("[name=email]").count() == 1
    page.context.set_offline(True)
    for path in ("/", "/month", f"/day/{berlin_today()}"):
        page.goto(path)
        expect(page.locator("h1")).to_have_text("You’re offline")


def test_signing_out_sends_first_what_is_unsent(new_page, proxy):
    page = new_page(base_url=proxy.address, expects=["503"])
    register(page)
    wait_until_ready(page)
    proxy.fault = 503
    page.fill("[name=note]", "Unsent until the end.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    proxy.fault = None
    page.goto("/settings")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/login")
    assert page.evaluate(ON_DEVICE)["indexed"] == {}


def test_signing_out_without_a_connection_warns_and_removes_only_on_the_leaders_word(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    email = register(page)
    wait_until_ready(page)
    page.goto("/settings")
    wait_until_ready(page)
    page.context.set_offline(True)
    page.evaluate(
        "(async () => { const { openJournal, account } = await import("
        "document.querySelector('script[type=module]').src.split('js/')[0]"
        " + 'js/offline/device-journal.js');"
        "const { journal } = await openJournal();"
        f"const day = {berlin_today()!r};"
        "const { content } = await journal.storeServerDay(account, day, null);"
        "await journal.writeDay(account, day, content, { ...content, note: 'Never sent.' });"
        "await journal.queueDay(account, day, new Date().toISOString()); })()"
    )
    page.get_by_role("button", name="Sign out", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("One change is on this phone alone.")
    assert_accessible(page, "signing out")
    dialog.get_by_role("button", name="Stay signed in").click()
    assert "journal.outbox" in page.evaluate(ON_DEVICE)["indexed"]
    page.get_by_role("button", name="Sign out", exact=True).click()
    dialog.get_by_role("button", name="Discard and sign out").click()
    page.wait_for_url("**/offline")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("You’re offline")
    page.context.set_offline(False)
    page.goto("/")
    page.wait_for_url("**/login")
    nothing_of(email, page)


def test_another_account_on_the_same_phone_sees_nothing_of_the_first(new_page, proxy):
    page = new_page(base_url=proxy.address, expects=["503", "401"])
    first = register(page, "Ann")
    wait_until_ready(page)
    page.fill("[name=note]", "About Ben, from Ann.")
    wait_until_saved(page)
    proxy.fault = 503
    page.fill("[name=commitment]", "Ann has not sent this.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    page.context.clear_cookies()
    proxy.fault = None
    register_on_page(page, "Zoe")
    expect(page.locator("[name=commitment]")).to_have_value("")
    saved_or_empty = page.locator("#save-status")
    expect(saved_or_empty).to_have_text("")
    proxy.fault = 503
    page.goto("/")
    expect(page.locator("#no-connection")).to_be_visible()
    expect(page.locator("[name=note]")).to_have_value("")
    proxy.fault = None
    assert "Ann" not in json.dumps(page.evaluate(ON_DEVICE))
    assert words(page, berlin_today()) == {}
    page.context.clear_cookies()
    sign_in(page, first)
    arrives(page, "commitment", "Ann has not sent this.")


def test_what_lies_on_the_device_is_encrypted(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    email = register(page)
    wait_until_ready(page)
    page.fill("[name=text-let-go]", "Zanzibar, with Ben.")
    wait_until_saved(page)
    page.goto("/month")
    pages_kept(page, 1)
    page.context.set_offline(True)
    page.goto("/")
    page.fill("[name=note]", "Zanzibar again.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    found = page.evaluate(ON_DEVICE)
    assert {"journal.days", "journal.outbox", "journal.pages"} <= set(found["indexed"])
    everything = json.dumps(found)
    assert "Zanzibar" not in everything
    assert email not in everything
    exported = page.evaluate("""async () => {
      const { idb } = globalThis;
      const keys = await (await idb.openDB("journal")).getAll("keys");
      const read = (key) => crypto.subtle.exportKey("raw", key).then(() => "read", () => "refused");
      return Promise.all(keys.map(read));
    }""")
    assert exported == ["refused"]


# ---- days and months without a connection


def test_days_seen_and_the_month_open_without_a_connection(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    wait_until_ready(page)
    page.goto("/day/2026-01-05")
    page.fill("[name=text-let-go]", "In January.")
    wait_until_saved(page)
    page.goto("/month/2026-01")
    page.goto("/")
    wait_until_ready(page)
    pages_kept(page, 3)
    page.context.set_offline(True)
    page.goto("/day/2026-01-05")
    expect(page.locator("h1")).to_contain_text("Monday")
    expect(page.locator("h1")).to_contain_text("5 January")
    expect(page.locator("[name=text-let-go]")).to_have_value("In January.")
    expect(page.locator("#question-let-go")).not_to_be_empty()
    page.goto("/month/2026-01")
    expect(page.locator("#saved-page-notice")).to_contain_text("This is how the page looked on")
    expect(page.locator("main")).to_contain_text("In January.")
    page.goto("/month")
    expect(page.locator("#saved-page-notice")).to_be_visible()
    page.goto("/month/2025-03")
    expect(page.locator("h1")).to_have_text("Month")
    expect(page.locator("main")).to_contain_text("this page needs a connection")
    page.goto("/day/2025-03-03")
    expect(page.locator("#not-seen")).to_be_visible()


def test_a_new_day_begins_without_a_connection_with_its_own_questions(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED", "422"])
    register(page)
    wait_until_ready(page)
    tomorrow = str(date.fromisoformat(berlin_today()) + timedelta(days=1))
    wait_until(page, f"async (day) => (await ({OPENED})(day))?.questions?.length === 3", tomorrow)
    questions = page.evaluate(OPENED, tomorrow)["questions"]
    page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("h1")).to_contain_text(f"{date.fromisoformat(tomorrow):%A}")
    for question in questions:
        expect(page.locator(f"#question-{question['key']}")).to_have_text(question["text"])
    for key in ("lead-from-front", "let-go"):
        page.fill(f"[name=text-{key}]", "Tomorrow's words.")
    page.clock.run_for(3000)
    expect(page.locator("#save-status")).to_contain_text(HERE)


def test_the_page_without_a_connection_is_accessible_and_fits(new_page):
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme, expects=["ERR_INTERNET_DISCONNECTED"])
        register(page)
        wait_until_ready(page)
        page.context.set_offline(True)
        page.goto("/")
        expect(page.locator("#no-connection")).to_be_visible()
        page.context.set_offline(False)
        assert_accessible(page, f"a day without a connection, {scheme}")


# ---- pages side by side


def test_two_pages_of_one_day_show_what_the_other_writes(new_page):
    page = new_page()
    register(page)
    other = page.context.new_page()
    other.goto("/")
    page.fill("[name=text-let-go]", "From the first page.")
    wait_until_saved(page)
    expect(other.locator("[name=text-let-go]")).to_have_value("From the first page.")
    other.fill("[name=note]", "From the second.")
    wait_until_saved(other)
    expect(page.locator("[name=note]")).to_have_value("From the second.")
    assert {"From the first page.", "From the second."} <= {
        text(words(page, berlin_today()), "let-go"),
        words(page, berlin_today())["note"],
    }


@ON_BOTH_DATABASES
def test_different_keys_written_on_two_devices_merge_without_a_word(new_page):
    phone, desk = new_page(expects=["ERR_", "412"]), new_page()
    email = register(phone)
    sign_in(desk, email)
    phone.context.set_offline(True)
    phone.fill("[name=text-let-go]", "On the phone.")
    expect(phone.locator("#save-status")).to_contain_text(HERE)
    desk.fill("[name=text-lead-from-front]", "At the desk.")
    wait_until_saved(desk)
    phone.context.set_offline(False)
    wait_until_saved(phone)
    expect(phone.locator("[name=text-lead-from-front]")).to_have_value("At the desk.")
    expect(phone.locator("#superseded-notice")).to_be_hidden()


# ---- releases


def open_while_a_newer_release_waits(phone, release) -> Page:
    page = phone(release.address)
    register(page)
    wait_until_ready(page)
    page.reload()
    release.replace("grow-textarea.js", with_=lambda script: f"{script}\nself.newer = true;\n")
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    return page


def test_a_new_release_takes_over_without_losing_what_is_being_typed(phone, release):
    page = open_while_a_newer_release_waits(phone, release)
    page.locator("[name=note]").press_sequentially("Being typed", delay=20)
    # The older worker ends first what it has in hand: a call into the restart waits 15 seconds.
    with page.expect_navigation():
        page.get_by_role("button", name="Update now").click()
    expect(page.locator("[name=note]")).to_have_value("Being typed")
    assert page.evaluate("self.newer") is True
    wait_until_saved(page)
    wait_until_ready(page)
    assert page.evaluate("caches.keys()") == [f"shell-{release.name()}"]


def test_month_opened_while_a_new_release_waits_leaves_what_that_one_opens_offline(phone, release):
    page = open_while_a_newer_release_waits(phone, release)
    expect(page.get_by_role("button", name="Update now")).to_be_visible()
    page.goto("/month/2026-01")
    page_kept(page, "/month/2026-01")
    with page.expect_navigation():
        page.get_by_role("button", name="Update now").click()
    wait_until(page, ONLY_SHELL, release.name())
    release.stop()
    page.goto("/day/2026-01-05")
    expect(page.locator("h1")).to_contain_text("Monday")
    expect(page.locator("#no-connection")).to_be_visible()


def test_what_was_written_before_a_new_release_arrives_after_it(phone, release):
    page = phone(release.address)
    register(page)
    wait_until_ready(page)
    release.stop()
    page.fill("[name=note]", "Written on the release before.")
    expect(page.locator("#save-status")).to_contain_text(HERE)
    page.context.close()
    release.replace("grow-textarea.js", with_=lambda script: f"{script}\nself.newer = true;\n")
    page = phone(release.address)
    page.goto("/")
    arrives(page, "note", "Written on the release before.")


def test_a_broken_release_is_undone_by_the_server_though_its_pages_do_nothing(phone, release):
    page = phone(release.address)
    register(page)
    wait_until_ready(page)
    release.replace("register-worker.js", with_=lambda _: "throw new Error('broken');")
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    page.get_by_role("button", name="Update now").click()
    wait_until(page, ONLY_SHELL, release.name())
    broken = release.name()
    page.goto("/")
    page.wait_for_timeout(4000)  # its worker has come to rest
    release.replace(
        "register-worker.js",
        with_=lambda _: (ROOT / "static/js/register-worker.js").read_text(),
        BROKEN_RELEASES=broken,
    )
    assert release.name() != broken
    page.goto("/")  # nothing on this page asks for a newer worker; the browser does
    wait_until(page, ONLY_SHELL, release.name())
    saved_or_empty = page.locator("#save-status")
    expect(saved_or_empty).to_have_text("")


# ---- the rest of an app


@pytest.mark.parametrize("connected", [True, False])
def test_text_shared_into_the_journal_lands_in_todays_note(new_page, connected):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    wait_until_ready(page)
    page.fill("[name=note]", "First.")
    wait_until_saved(page)
    page.reload()
    page.context.set_offline(not connected)
    page.evaluate("""() => {
      const form = Object.assign(document.createElement("form"), {
        method: "post", action: "/share", enctype: "multipart/form-data",
      });
      const shared = { title: "A talk", text: "Worth sharing with Ben", url: "" };
      for (const [name, value] of Object.entries(shared)) {
        form.append(Object.assign(document.createElement("textarea"), { name, value }));
      }
      document.body.append(form);
      form.submit();
    }""")
    page.wait_for_url("**/#note")
    expect(page.locator("[name=note]")).to_have_value("First.\n\nA talk\nWorth sharing with Ben")
    page.context.set_offline(False)
    arrives(page, "note", "First.\n\nA talk\nWorth sharing with Ben")


def test_the_browser_is_asked_to_keep_what_is_here_after_the_first_save(new_page):
    page = new_page()
    page.add_init_script("""
      self.persisted = 0;
      StorageManager.prototype.persisted = async () => false;
      StorageManager.prototype.persist = async () => { self.persisted += 1; return true; };
    """)
    register(page)
    assert page.evaluate("self.persisted") == 0
    score(page, "let-go", 3)
    wait_until_saved(page)
    page.wait_for_function("() => self.persisted === 1")


def test_a_device_that_is_nearly_full_says_so(new_page):
    page = new_page()
    page.add_init_script(
        "StorageManager.prototype.estimate = async () => ({ quota: 1e9, usage: 1e9 - 1e6 });"
    )
    register(page)
    expect(page.locator("#storage-low")).to_be_visible()


def test_a_device_that_is_full_sends_the_words_straight_to_the_server(new_page):
    page = new_page()
    register(page)
    expect(page.locator("#save-status")).to_have_text("")
    page.evaluate("""() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    }""")
    page.fill("[name=note]", "No room for this.")
    expect(page.locator("#save-status")).to_contain_text("Saved, but this device is full")
    assert words(page, berlin_today())["note"] == "No room for this."


def test_a_browser_that_keeps_nothing_still_saves_the_plain_form(new_page):
    page = new_page()
    page.add_init_script("Object.defineProperty(self, 'indexedDB', { value: undefined });")
    register(page)
    expect(page.locator("#save-status")).to_contain_text("press Save before you leave")
    page.fill("[name=note]", "Plainly.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".notice-good")).to_contain_text("Saved.")
    assert words(page, berlin_today())["note"] == "Plainly."


SCRIPTS = """() => performance.getEntriesByType("resource")
  .map(({ name }) => name).filter((name) => new URL(name).pathname.endsWith(".js"))"""


def test_the_script_of_today_stays_under_35_kb_compressed(page):
    register(page)
    wait_until_ready(page)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    scripts = set(page.evaluate(SCRIPTS))
    sizes = {each: len(gzip.compress(page.request.get(each).body())) for each in scripts}
    assert len(sizes) > 10
    assert sum(sizes.values()) < 35_000, sizes
