"""A month between reflections on a phone: people, commitments, hand-offs, wins, the number."""

import re
from datetime import date, timedelta
from math import inf

import pytest
from browser.conftest import ON_BOTH_DATABASES
from browser.test_journey import (
    PAST_THE_EDGE,
    assert_accessible,
    berlin_today,
    register,
    score,
    wait_until_saved,
)
from browser.test_offline import HERE, phone
from browser.waiting import wait_until, wait_until_ready
from playwright.sync_api import Locator, Page, expect

__all__ = ["phone"]


def items(page: Page, collection: str) -> list:
    return page.request.get(f"/api/v1/{collection}").json()["items"]


def arrives(page: Page, collection: str, number: int) -> list:
    for _ in range(600):
        if len(found := items(page, collection)) == number:
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"{collection} does not come to {number}")


def people(page: Page, *names: tuple[str, str]) -> None:
    page.goto("/people")
    for name, every in names:
        if not page.locator("[name=name]").is_visible():
            page.get_by_text("Add someone").click()
        page.fill("[name=name]", name)
        page.fill("[name=every_days]", every)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator(".team")).to_contain_text(name)


FORMS_KEPT = """async (name) => {
  const journal = await openLocalJournal();
  const page = await journal.getPage((await journal.getLeader()).account, "/log/new");
  return Boolean(page?.body.includes(name));
}"""


def open_form(page: Page, name: str) -> Locator:
    """Open the sheet and one of its forms, from whatever page is open."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Log something").click()
    sheet = page.get_by_role("dialog", name="Log something")
    sheet.locator("summary", has_text=name).click()
    return sheet.locator("details[open] form")


def serve(page: Page, name: str, *acts: str) -> None:
    form = open_form(page, "Helped someone")
    form.get_by_label("Who did you help?").select_option(label=name)
    for act in acts:
        form.get_by_label(act, exact=True).check()
    form.get_by_role("button", name="Log it").click()


def log_win(page: Page, text: str) -> None:
    form = open_form(page, "Win")
    form.get_by_label("What went well?").fill(text)
    form.get_by_role("button", name="Log it").click()


def wait_until_said(page: Page, words: str) -> None:
    """Wait until the sheet is closed and the page says what became of what was logged."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#toast")).to_contain_text(words)


def called(page: Page, method: str, path: str, body: dict) -> dict:
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    reply = page.request.fetch(
        f"/api/v1{path}", method=method, data=body, headers={"X-CSRFToken": token}
    )
    assert reply.ok, reply.text()
    return reply.json() if reply.status != 204 else {}


ACTS_LOGGED = """async (number) => {
  const { items } = await (await fetch("/api/v1/people")).json();
  return items.reduce((sum, { acts }) => sum + acts, 0) === number;
}"""


def notes_what_today_offers(page: Page) -> dict:
    """Log acts, a win and a hand-off, and write what comes next; return the people."""
    page.goto("/")
    serve(page, "Ana", "Coach", "Help")
    wait_until_said(page, "Logged.")
    serve(page, "Ben", "Teach")
    wait_until(page, ACTS_LOGGED, 3)
    ids = {person["name"]: person for person in items(page, "people")}
    assert {name: person["acts"] for name, person in ids.items()} == {"Ana": 2, "Ben": 1, "Cleo": 0}

    form = open_form(page, "Win")
    form.get_by_label("What went well?").fill("Ana won the tender")
    form.get_by_label("Whose win was it?").select_option(label="Ana")
    form.get_by_label("How did you celebrate it?").fill("Cake")
    form.get_by_role("button", name="Log it").click()
    arrives(page, "wins", 1)
    form = open_form(page, "Hand-off")
    form.get_by_label("What did you hand over?").fill("The weekly deck")
    form.get_by_label("Who to?").select_option(label="Ben")
    form.get_by_role("button", name="Log it").click()
    arrives(page, "hand-offs", 1)
    page.fill("[name=commitment]", "Ask Cleo first.")
    wait_until_saved(page)
    return ids


def settles_and_counts(page: Page, ids: dict, month: str, today: str) -> dict:
    """Settle commitments, step back in, and write the number; return the hand-off taken back."""
    back = called(page, "POST", "/hand-offs", {"text": "Pricing", "person_id": ids["Cleo"]["id"]})
    for text, state in (("One", "kept"), ("Two", "kept"), ("Three", "missed")):
        called(page, "POST", "/commitments", {"text": text, "state": state})
    due = called(page, "POST", "/commitments", {"text": "Ring Ben", "due_on": today})
    page.reload()
    asked = page.locator(f"[data-entry='{due['id']}']")
    expect(asked).to_contain_text("Ring Ben")
    asked.get_by_role("button", name="Kept").click()
    expect(asked).to_contain_text("Kept.")
    expect(asked.locator("[data-status]")).to_have_text("")
    page.goto("/log/hand-offs")
    page.get_by_role("link", name="Pricing").click()
    page.get_by_role("button", name="I stepped back in").click()
    expect(page.locator("li", has_text="Pricing")).to_contain_text("stepped back in")
    page.get_by_role("link", name="Number", exact=True).click()
    page.get_by_text("Add a target or result").click()
    expect(page.get_by_label("Period")).to_have_value(month)
    page.get_by_label("Unit").fill("deals")
    page.get_by_label("Target").fill("12")
    page.get_by_label("Result").fill("9")
    page.get_by_role("button", name="Log it").click()
    named = date.fromisoformat(f"{month}-01").strftime("%B %Y")
    expect(page.locator(".log-row")).to_contain_text(f"{named}9 of 12 deals")
    return back


def asks_the_team(new_page, page: Page) -> None:
    """Score the leader's own day, give out five links, and answer each as one of the team."""
    page.goto("/")
    for key, value in (("lead-from-front", 4), ("protect-and-serve", 2), ("let-go", 2)):
        score(page, key, value)
    for _ in range(600):
        day = page.request.get(f"/api/v1/reflections/{berlin_today()}").json()
        if [answer["score"] for answer in day["answers"]] == [4, 2, 2]:
            break
        page.wait_for_timeout(100)
    page.goto("/team-mirror")
    page.get_by_label("How many people do you want to ask?").fill("5")
    page.get_by_role("button", name="Create links").click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link 2").click()
    expect(page.locator(".link-list li").nth(1)).to_contain_text("Copied")
    # No page of the journal may read the clipboard, so that it is pasted as a person would.
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('textarea'), {id: 'pasted'}))"
    )
    page.locator("#pasted").press("ControlOrMeta+V")
    expect(page.locator("#pasted")).to_have_value(page.locator("#link-2").input_value())
    page.evaluate("document.getElementById('pasted').remove()")
    assert_accessible(page, "the links of the team mirror")
    links = [field.input_value() for field in page.locator(".link-list input").all()]
    for number, link in enumerate(links):
        member = new_page(expects=["410"], java_script_enabled=number % 2 == 0)
        member.goto(link)
        for key, value in (
            ("lead-from-front", 3),
            ("protect-and-serve", 2),
            ("let-go", number + 1),
        ):
            member.locator(f"label:has([name=score-{key}][value='{value}'])").click()
        member.fill("[name=line-let-go]", f"Line {number}.")
        if number == 0:
            assert_accessible(member, "the page on which the team answers")
        member.get_by_role("button", name="Send my answer").click()
        expect(member.locator("h1")).to_have_text("Thank you")
        assert member.context.cookies() == []
        member.go_back()
        member.reload()
        expect(member.locator("h1")).to_have_text("This link has expired")


@ON_BOTH_DATABASES
def test_a_month_of_practice_is_in_the_months_figures(new_page):
    page = new_page()
    register(page)
    today = berlin_today()
    month = today[:7]
    people(page, ("Ana", "7"), ("Ben", "3"), ("Cleo", ""))
    ids = notes_what_today_offers(page)
    back = settles_and_counts(page, ids, month, today)
    asks_the_team(new_page, page)
    page.goto(f"/month/{month}")
    rows = page.locator(".side-by-side tbody tr")
    expect(rows).to_have_text([
        re.compile(r"Lead from the front\s*4.0\s*3.0\s*· 5 answers"),
        re.compile(r"Protect & serve\s*2.0\s*2.0\s*· 5 answers"),
        re.compile(r"Let go\s*2.0\s*3.0\s*· 5 answers"),
    ])  # fmt: skip
    expect(page.locator(".score-gaps li")).to_have_text([
        "Lead from the front: your team scored you 1.0 lower than you did.",
        "Protect & serve: you and your team agree.",
        "Let go: your team scored you 1.0 higher than you did.",
    ])  # fmt: skip
    shown = page.locator("section.practice:has(#practice)")
    for figure in (
        "commitments kept (75% of completed), 1 open3 of 5",
        "wins celebrated1 of 1",
        "handed over, you stepped back in 1 time2",
        "hand-off theirs since today1",
        "your number, deals9 of 12",
    ):
        expect(shown).to_contain_text(figure)
    expect(shown.locator(".people-acts li")).to_have_text(["Ana2 times", "Ben1 time"])
    assert_accessible(page, "the month with what was noted")
    assert page.request.get(f"/api/v1/hand-offs/{back['id']}").json()["stepped_back_in_on"]


def test_a_person_is_read_before_a_one_to_one(page):
    register(page)
    people(page, ("Ana", "7"))
    page.goto("/")
    page.fill("[name=text-let-go]", "Left the review to Ana.")
    wait_until_saved(page)
    serve(page, "Ana", "Coach")
    wait_until_said(page, "Logged.")
    page.goto("/people")
    page.get_by_role("link", name="Ana").click()
    expect(page.locator("main")).to_contain_text("Last helped today · due in 7 days · every 7 days")
    expect(page.locator("main")).to_contain_text("Left the review to Ana.")
    expect(page.locator("[name=acts][value=coach]")).to_be_checked()


def test_a_name_is_completed_after_an_at(page):
    register(page)
    people(page, ("Ana Berg", ""), ("Ángel", ""), ("Ben", ""))
    page.goto("/")
    words = page.locator("[name=text-let-go]")
    words.press_sequentially("Gave it to @an")
    offered = page.get_by_role("group", name="People to name").get_by_role("button")
    expect(offered).to_have_text(["Ana Berg", "Ángel"])
    offered.first.click()
    expect(words).to_have_value("Gave it to @Ana Berg ")
    expect(words).to_be_focused()
    words.press_sequentially("and mailed a@b")
    expect(offered).to_have_count(0)
    words.press_sequentially(" @B")
    expect(offered).to_have_text(["Ben"])
    words.press("Escape")
    expect(offered.first).to_be_hidden()
    wait_until_saved(page)
    day = page.request.get(f"/api/v1/reflections/{berlin_today()}").json()
    assert "@Ana Berg" in day["answers"][0]["text"]


def test_what_the_page_first_needs_without_a_connection_is_there(new_page):
    """A fault that could be: the page loads modules when they are needed, and finds none then."""
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED"])
    register(page)
    people(page, ("Ana Berg", "7"))
    page.goto("/")
    wait_until_ready(page)
    page.reload()
    wait_until(page, FORMS_KEPT, "Ana")
    page.context.set_offline(True)
    words = page.locator("[name=text-let-go]")
    words.press_sequentially("Left it to @An")
    page.get_by_role("button", name="Ana Berg", exact=True).click()
    expect(words).to_have_value("Left it to @Ana Berg ")
    log_win(page, "The pilot, without us.")
    wait_until_said(page, HERE)
    page.context.set_offline(False)
    arrives(page, "wins", 1)


def test_the_card_of_a_win_holds_nothing_private_unless_it_is_chosen(page):
    register(page)
    ana = called(page, "POST", "/people", {"name": "Ana"})["id"]
    wins = [
        called(page, "POST", "/wins", {"text": text, "person_id": ana})["id"]
        for text in ("Zanzibar signed", "The renewal that three of us had given up")
    ]
    drawn = "document.querySelector('canvas').toDataURL()"
    pictures = {}
    for win in wins:
        page.goto(f"/log/wins/{win}/card")
        expect(page.locator("[data-save]")).to_be_visible()
        pictures[win] = [page.evaluate(drawn)]
        for box in ("words", "name"):
            page.check(f"[name={box}]")
            pictures[win].append(page.evaluate(drawn))
    one, other = pictures.values()
    assert one[0] == other[0], "without a choice every win of a day looks the same"
    assert len({*one, *other}) == 5
    assert_accessible(page, "the card of a win")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save image").click()
    assert download.value.suggested_filename == "win.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


@ON_BOTH_DATABASES
def test_what_is_logged_without_a_connection_arrives_once(phone, proxy):
    page = phone(proxy.address)
    register(page)
    wait_until_ready(page)
    people(page, ("Ana", "7"))
    page.goto("/")
    wait_until_ready(page)
    wait_until(page, FORMS_KEPT, "Ana")
    proxy.cut()
    log_win(page, "In the basement")
    wait_until_said(page, HERE)
    serve(page, "Ana", "Coach", "Guide")
    wait_until_said(page, HERE)
    page.context.close()

    proxy.fault = None
    page = phone(proxy.address)
    page.goto("/month")
    page.goto("/")
    [win] = arrives(page, "wins", 1)
    assert win["text"] == "In the basement"
    for _ in range(600):
        if items(page, "people")[0]["acts"] == 2:
            break
        page.wait_for_timeout(100)
    assert items(page, "people")[0]["acts"] == 2
    page.reload()
    assert len(items(page, "wins")) == 1


OPEN_AGAIN = """async (text) => {
  const { items } = await (await fetch("/api/v1/commitments")).json();
  return items.find((each) => each.text === text).state === "open";
}"""


def test_what_today_asks_is_answered_without_a_connection(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED", "412"])
    register(page)
    today = date.fromisoformat(berlin_today())
    before = str(today - timedelta(days=4))
    called(page, "PUT", f"/reflections/{before}", {"commitment": "Ring Ben"})
    own = called(page, "POST", "/commitments", {"text": "Ring Ana", "due_on": str(today)})
    yesterday = str(today - timedelta(days=1))
    win = called(page, "POST", "/wins", {"text": "A tender", "local_date": yesterday})
    wait_until_ready(page)  # what shows an answer as given comes from it
    page.reload()
    page.context.set_offline(True)
    of_day = page.locator(".follow-up", has_text="Ring Ben")
    of_day.get_by_role("button", name="Kept").click()
    expect(of_day.locator("[data-status]")).to_contain_text(HERE)
    asked = page.locator(".follow-up", has_text="Ring Ana")
    asked.get_by_text("Not kept").click()
    asked.get_by_label("What got in the way?").fill("A strike")
    asked.get_by_role("button", name="Mark as missed").click()
    expect(asked.locator("[data-status]")).to_contain_text(HERE)
    of_day.get_by_role("button", name="Undo").click()
    of_day.get_by_role("button", name="Kept").click()
    page.locator(".follow-up", has_text="A tender").get_by_label("How did you celebrate it?").fill(
        "Cake"
    )
    page.locator(".follow-up", has_text="A tender").get_by_role("button", name="Log it").click()
    page.context.set_offline(False)
    expect(page.locator(".follow-up:not(.is-settled)")).to_have_count(0)
    expect(asked.locator("[data-status]")).to_have_text("")
    expect(of_day).to_contain_text("Kept.")
    found = {c["text"]: c for c in items(page, "commitments")}
    assert found["Ring Ben"]["state"] == "kept"
    assert (found["Ring Ana"]["state"], found["Ring Ana"]["reason"]) == ("missed", "A strike")
    assert found["Ring Ana"]["id"] == own["id"]
    [celebrated] = items(page, "wins")
    assert (celebrated["id"], celebrated["celebrated_how"]) == (win["id"], "Cake")
    assert celebrated["celebrated_on"] == str(today)
    asked.get_by_role("button", name="Undo").click()  # what the server has taken already
    expect(asked.locator("[data-status]")).to_have_text("")
    wait_until(page, OPEN_AGAIN, "Ring Ana")
    page.reload()
    expect(page.locator(".follow-up")).to_contain_text("Ring Ana")


def test_log_and_follow_ups_work_from_a_cold_start_without_a_connection(phone, proxy):
    page = phone(proxy.address)
    register(page)
    today = date.fromisoformat(berlin_today())
    people(page, ("Ana", "7"))
    called(page, "POST", "/commitments", {"text": "Ring Ben", "due_on": str(today)})
    page.goto("/")
    wait_until_ready(page)
    account = page.locator("meta[name=journal-account]").get_attribute("content")
    kept = "async (account) => (await openLocalJournal()).getPage(account, 'today-panel')"
    wait_until(page, kept, account)
    wait_until(page, FORMS_KEPT, "Ana")
    page.context.close()

    proxy.fault = "cut"
    page = phone(proxy.address)
    page.goto("/")
    expect(page.locator("#no-connection")).to_be_visible()
    serve(page, "Ana", "Coach")
    wait_until_said(page, HERE)
    asked = page.locator(".follow-up", has_text="Ring Ben")
    asked.get_by_text("Not kept").click()
    asked.get_by_label("What got in the way?").fill("A strike")
    asked.get_by_label("What got in the way?").press("Enter")
    expect(asked.locator("[data-status]")).to_contain_text(HERE)
    assert_accessible(page, "today without a connection")
    page.goto(f"/day/{today - timedelta(days=1)}")
    expect(page.locator("#today-panel")).to_be_empty()
    page.context.close()

    proxy.fault = None
    page = phone(proxy.address)
    page.goto("/")
    for _ in range(600):
        [missed] = items(page, "commitments")
        if missed["state"] == "missed" and items(page, "people")[0]["acts"] == 1:
            break
        page.wait_for_timeout(100)
    assert (missed["reason"], missed["settled_on"]) == ("A strike", str(today))
    assert items(page, "people")[0]["acts"] == 1


CORRECTED = """async () => {
  const journal = await openLocalJournal("corrected");
  const given = { etag: "0-1", was: { state: "open", reason: "" }, once: true };
  await journal.saveDraft("a", "/it", { ...given, content: { state: "kept", reason: "" } });
  const [sent] = await journal.listUnsentDrafts("a");
  const missed = { state: "missed", reason: "A strike" };
  await journal.saveDraft("a", "/it", { ...given, content: missed, words: "it" });
  const taken = { state: "kept", reason: "" };
  await journal.recordDraftSent(sent, { sent: taken, etag: "0-2", content: taken, aside: false });
  const [left] = await journal.listUnsentDrafts("a");
  const { etag, content, words } = await journal.decryptDraft(left);
  await journal.recordDraftSent(left, { sent: missed, etag: "0-3", content: missed, aside: false });
  return { etag, ...content, words, left: (await journal.listUnsentDrafts("a")).length };
}"""


def test_what_is_corrected_while_it_is_on_its_way_is_sent_too(new_page):
    page = new_page()
    register(page)
    page.goto("/")
    wait_until(page, "async () => Boolean(self.openLocalJournal)")
    assert page.evaluate(CORRECTED) == {
        "etag": "0-2", "state": "missed", "reason": "A strike", "words": "it", "left": 0,
    }  # fmt: skip


def test_a_button_that_is_tapped_twice_logs_one(new_page):
    page = new_page()
    register(page)
    page.goto("/")
    form = open_form(page, "Win")
    form.get_by_label("What went well?").fill("A tender")
    form.evaluate("(form) => { form.requestSubmit(); form.requestSubmit(); }")
    wait_until_said(page, "Logged.")
    assert len(items(page, "wins")) == 1


def test_what_was_not_taken_is_said_and_can_be_left_out(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED", "404"])
    register(page)
    people(page, ("Ana", "7"))
    ana = items(page, "people")[0]["id"]
    page.goto("/")
    wait_until_ready(page)
    wait_until(page, FORMS_KEPT, "Ana")
    page.context.set_offline(True)
    serve(page, "Ana", "Coach")
    wait_until_said(page, HERE)
    called(page, "DELETE", f"/people/{ana}", {})
    page.context.set_offline(False)
    page.goto("/")
    refusal = page.locator("#today-panel [data-refused]")
    expect(refusal).to_contain_text("“Coach: Ana” was not logged. There is no such person.")
    log_win(page, "A tender")
    wait_until_said(page, "Logged.")
    refusal.get_by_role("button", name="Discard it").click()
    expect(refusal).to_be_hidden()
    assert page.evaluate("async () => (await openLocalJournal()).countAllUnsent()") == 0


NOTES_HERE = """async (dates) => {
  const journal = await openLocalJournal();
  const { account } = await journal.getLeader();
  const kept = await Promise.all(dates.map((date) => journal.getDay(account, date)));
  return kept.map(({ content }) => content.note);
}"""


@ON_BOTH_DATABASES
def test_a_forgotten_name_leaves_the_devices_too_and_what_is_unsent_arrives(new_page):
    page = new_page(expects=["ERR_INTERNET_DISCONNECTED", "412"])
    register(page)
    people(page, ("Ana", ""))
    ana = items(page, "people")[0]["id"]
    today = date.fromisoformat(berlin_today())
    days = [str(today - timedelta(days=ago)) for ago in (40, 41)]
    for day in days:
        page.goto(f"/day/{day}")
        page.fill("[name=note]", "Told Ana.")
        wait_until_saved(page)
    page.context.set_offline(True)
    page.fill("[name=note]", "Told Ana and all.")
    expect(page.locator("#save-status")).to_contain_text(HERE)

    other = new_page(storage_state=page.context.storage_state())
    other.goto("/people")
    called(other, "POST", f"/people/{ana}/forget", {"replacement": "someone"})
    assert page.evaluate(NOTES_HERE, days) == ["Told Ana.", "Told Ana and all."]
    page.context.set_offline(False)
    page.goto("/")
    wait_until(page, f'async (dates) => (await ({NOTES_HERE})(dates))[0] === ""', days)
    for _ in range(600):
        if "and all." in page.request.get(f"/api/v1/reflections/{days[1]}").json()["note"]:
            return
        page.wait_for_timeout(100)
    raise AssertionError("what was written without a connection did not arrive")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_practice(new_page, scheme):
    page = new_page(color_scheme=scheme, reduced_motion="reduce")
    for path in pages_with_something(page):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert_accessible(page, f"{path}, {scheme}")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_reaches_past_the_edge_of_the_pages_of_practice(new_page, width):
    page = new_page(viewport={"width": width, "height": 700})
    for path in pages_with_something(page):
        page.goto(path)
        if width == 390:
            height = page.evaluate("document.documentElement.scrollHeight")
            assert height <= get_most_height(path), path
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert page.evaluate(PAST_THE_EDGE, width) == [], path


def get_most_height(path: str) -> float:
    """Return how many pixels a page may be high on a phone, with its details closed."""
    heights = {"people": 1_800, "log": 1_500, "team-mirror": 2_400}
    return heights.get(path.split("?", maxsplit=1)[0].split("/")[1], inf)


def called_commitment(page: Page) -> str:
    """Return the address of an open commitment."""
    [found] = [c for c in items(page, "commitments") if c["state"] == "open"]
    return f"/log/commitments/{found['id']}"


def pages_with_something(page: Page) -> list[str]:
    register(page)
    today = date.fromisoformat(berlin_today())
    ana = called(page, "POST", "/people", {"name": "Ana-Maria von der Heide", "every_days": 7})
    called(page, "PUT", f"/people/{ana['id']}/acts/{today}", {"acts": ["coach", "help"]})
    called(page, "POST", "/people", {"name": "Ben"})
    yesterday = str(today - timedelta(days=1))
    for path, values in (
        ("/commitments", {"text": "Ring Ben", "due_on": str(today)}),
        ("/commitments", {"text": "Ring Ana", "state": "kept"}),
        ("/wins", {"text": "A tender", "local_date": yesterday, "person_id": ana["id"]}),
        ("/hand-offs", {"text": "The deck", "person_id": ana["id"]}),
        ("/numbers", {"period": f"{today:%Y-%m}", "target": 120, "actual": 98.5, "unit": "k€"}),
    ):
        called(page, "POST", path, values)
    for number in range(11):
        called(page, "POST", "/wins", {"text": f"The renewal of contract number {number}, signed"})
    called(page, "PUT", f"/reflections/{today}", {"note": "Ana-Maria von der Heide did it."})
    month = f"/month/{today:%Y-%m}"
    pages = ["/", "/people", f"/people/{ana['id']}", f"/people/{ana['id']}/forget"]
    pages += ["/log", "/log?show=closed", "/log/hand-offs", "/log/wins", "/log/numbers"]
    pages += ["/team-mirror", "/team-mirror/preview", "/mirror"]
    pages += [f"/log/wins/{items(page, 'wins')[0]['id']}", called_commitment(page)]
    return [*pages, month, f"/year/{today.year}"]
