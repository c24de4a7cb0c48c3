"""The pages of people and the log, and the follow-ups on today's page, without script."""

import io
import re
from datetime import date, timedelta

import pytest
from counting import count_statements
from practice_log.undoing import read_undo


@pytest.fixture
def today(leader):
    return date.fromisoformat(leader.today())


def get_only(leader, collection):
    [item] = leader.get(f"/{collection}").json["items"]
    return item


def test_people_are_added_and_shown(leader, post, today):
    shown = post("/people", name=" Ana  Berg ", every_days="7")
    assert "Ana Berg added to your team." in shown.text
    ana = get_only(leader, "people")
    assert (ana["name"], ana["every_days"]) == ("Ana Berg", 7)
    page = post(f"/people/{ana['id']}/acts", acts=["coach", "help"])
    assert 'value="coach" checked' in page.text
    leader.writes(today, ("let-go", 3, "Told ana berg it is hers."), note="Nothing of Anabel.")
    leader.call("POST", "/wins", {"text": "A tender", "person_id": ana["id"]})
    page = post.get(f"/people/{ana['id']}").text
    assert "Told ana berg it is hers." in page
    assert "A tender" in page
    assert "Nothing of Anabel." not in page
    saved = post(f"/people/{ana['id']}", name="Ana", every_days="", note="Likes it early")
    assert "Likes it early" in saved.text
    assert get_only(leader, "people")["every_days"] is None


def test_acts_of_an_earlier_day_are_logged_and_corrected(leader, post, today):
    post("/people", name="Ana")
    ana = get_only(leader, "people")["id"]
    day = today - timedelta(days=3)
    page = post(f"/people/{ana}/acts", acts=["coach", "help"], local_date=str(day)).text
    assert f"What you did on {day:%A} {day.day} {day:%B %Y}" in page
    assert 'value="coach" checked' in page
    assert 'value="coach" checked' not in post.get(f"/people/{ana}").text
    post(f"/people/{ana}/acts", acts=["teach"], local_date=str(day))
    [done] = leader.get(f"/people/{ana}/acts").json["items"]
    assert (done["local_date"], done["acts"]) == (str(day), ["teach"])
    assert f'?on={day}">' in post.get(f"/people/{ana}").text
    for no_day in ("x", str(today + timedelta(days=1))):
        assert "What you did today" in post.get(f"/people/{ana}?on={no_day}").text


def test_person_who_left_keeps_past_entries_and_is_not_offered(leader, post, today):
    for name in ("Ana", "Ben"):
        post("/people", name=name)
    ids = {person["name"]: person["id"] for person in leader.get("/people").json["items"]}
    yesterday = today - timedelta(days=1)
    win = {"text": "The tender", "person_id": ids["Ana"], "local_date": str(yesterday)}
    leader.call("POST", "/wins", win)
    leader.call("PATCH", f"/people/{ids['Ana']}", {"left_on": str(today)})
    for path in ("/log/new", "/log/wins"):
        page = post.get(path).text
        assert f'<option value="{ids["Ben"]}">Ben</option>' in page
        assert "<option>Ana" not in page
    assert ids["Ana"] not in post.get("/log/new").text
    assert "Ana had a win" in post.get("/").text


def test_log_entries_show_their_person_and_can_be_changed(leader, post, today):
    post("/people", name="Ana")
    ana = get_only(leader, "people")["id"]
    yesterday = str(today - timedelta(days=1))
    post("/log/wins", text="A tendr", person_id="", local_date=yesterday)
    post("/log/hand-offs", text="The deck", person_id=ana, local_date=yesterday)
    win, hand_off = get_only(leader, "wins"), get_only(leader, "hand-offs")
    page = post(
        f"/log/wins/{win['id']}",
        text="A tender",
        person_id=ana,
        local_date=yesterday,
        celebrated_how="Cake",
        celebrated_on="",
    ).text
    assert "A tender" in page
    assert "Ana · " in page
    assert "Ana · " in post.get("/log/hand-offs").text
    found = get_only(leader, "wins")
    assert (found["text"], found["person_id"], found["celebrated_how"]) == ("A tender", ana, "Cake")
    assert found["celebrated_on"] == str(today)
    post(
        f"/log/hand-offs/{hand_off['id']}",
        text="The deck",
        person_id="",
        local_date=yesterday,
        stepped_back_in_on=str(today),
        reason="A customer insisted",
    )
    found = get_only(leader, "hand-offs")
    assert (found["person_id"], found["reason"]) == (None, "A customer insisted")
    post("/log/numbers", period="2026-11", unit="k", target="12", actual="")
    number = get_only(leader, "numbers")["id"]
    post(f"/log/numbers/{number}", period="2026-Q4", unit="k€", target="12", actual="9.5")
    found = get_only(leader, "numbers")
    assert (found["period"], found["unit"], found["local_date"]) == ("2026-Q4", "k€", "2026-10-01")


def test_commitment_can_be_settled_in_the_log_long_after_its_due_day(leader, post, today):
    day = today - timedelta(days=40)
    leader.writes(day, ("let-go", 3, "Stood aside."), commitment="Ring Ana")
    [made] = leader.get("/commitments").json["items"]
    page = post(
        f"/log/commitments/{made['id']}", due_on=made["due_on"], state="missed", reason="Ill"
    )
    assert "Marked as not kept." in page.text
    assert "Not kept" in post.get("/log/commitments?show=closed").text
    [found] = leader.get("/commitments").json["items"]
    assert (found["text"], found["state"], found["reason"]) == ("Ring Ana", "missed", "Ill")
    assert leader.get(f"/reflections/{day}").json["commitment"] == "Ring Ana"


def test_invalid_change_shows_the_error_and_keeps_the_input(leader, browser, today):
    leader.call("POST", "/wins", {"text": "A tender"})
    win = get_only(leader, "wins")
    tomorrow = str(today + timedelta(days=1))
    form = {"csrf_token": browser.csrf, "text": "A bigger tender", "celebrated_on": tomorrow}
    refused = browser.post(f"/log/wins/{win['id']}", data=form)
    assert refused.status_code == 422
    assert f'href="#{win["id"]}-celebrated_on"' in refused.text
    assert f'id="{win["id"]}-celebrated_on-wrong"' in refused.text
    assert ">\nA bigger tender</textarea>" in refused.text
    assert f'value="{tomorrow}"' in refused.text
    assert get_only(leader, "wins")["text"] == "A tender"


def list_titles(page):
    return re.findall(r'class="row-text">([^<]*)<', page)


def test_log_shows_ten_entries_a_page_each_of_them_once(leader, post, today):
    for number in range(12):
        day = str(today - timedelta(days=number // 3))
        leader.call("POST", "/wins", {"text": f"Win {number:02}", "local_date": day})
        leader.call("POST", "/commitments", {"text": f"Own {number:02}", "local_date": day})
        leader.writes(today - timedelta(days=number), commitment=f"Day {number:02}")
    kept = next(c for c in leader.get("/commitments").json["items"] if c["text"] == "Day 05")
    post(f"/log/commitments/{kept['id']}", state="kept")
    for path, wanted in (
        ("/log/wins", {f"Win {n:02}" for n in range(12)}),
        (
            "/log/commitments",
            {f"{kind} {n:02}" for kind in ("Own", "Day") for n in range(12)} - {"Day 05"},
        ),
        ("/log/commitments?show=closed", {"Day 05"}),
    ):
        titles, address = [], path
        while address:
            page = post.get(address).text
            assert len(list_titles(page)) <= 10
            titles += list_titles(page)
            older = re.search(r'href="([^"]+)">Older', page)
            address = older and older[1].replace("&amp;", "&")
        assert sorted(titles) == sorted(wanted), path
    assert post.get("/log/wins?before=yesterday").status_code == 200
    assert post.get("/log/letters").status_code == 404


def test_ticking_a_commitment_off_can_be_undone(leader, post, today):
    leader.call("POST", "/commitments", {"text": "Ring Ben", "due_on": str(today)})
    before = get_only(leader, "commitments")
    for back in ({}, {"back": "today"}):
        page = post(f"/log/commitments/{before['id']}", state="kept", **back)
        assert "Marked as kept." in page.text
        assert get_only(leader, "commitments")["settled_on"] == str(today)
        assert list_titles(post.get("/log").text) == []
        action, fields = read_undo(page.text)
        assert post(action, **fields).request.path == ("/" if back else "/log/commitments")
        after = get_only(leader, "commitments")
        assert (after["state"], after["settled_on"], after["due_on"]) == ("open", None, str(today))
    assert list_titles(post.get("/log").text) == ["Ring Ben"]


def test_log_sends_as_few_statements_for_a_long_history(app, leader, browser, today):
    def count(path):
        browser.get(path)
        with count_statements(app) as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    def add(numbers):
        for number in numbers:
            day = today - timedelta(days=number)
            leader.call("POST", "/wins", {"text": f"Win {number}", "local_date": str(day)})
            leader.writes(day, commitment=f"Day {number} for Ana")

    ana = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    add(range(3))
    paths = ("/log", "/log?show=closed", "/log/wins", "/people", f"/people/{ana}")
    few = {path: count(path) for path in paths}
    add(range(3, 33))
    assert {path: count(path) for path in paths} == few


def test_invalid_person_shows_the_error_beside_the_field(leader, post, browser):
    post("/people", name="Ana")
    again = browser.post("/people", data={"csrf_token": browser.csrf, "name": "ana"})
    assert again.status_code == 422
    assert "There’s already someone with this name" in again.text
    wrong = browser.post(
        "/people", data={"csrf_token": browser.csrf, "name": "Ben", "every_days": "often"}
    )
    assert wrong.status_code == 422
    assert "Use a whole number of days" in wrong.text
    assert 'value="often"' in wrong.text
    assert get_only(leader, "people")["name"] == "Ana"


def test_people_are_merged_and_forgotten(leader, post, today):
    for name in ("Ana", "Anna"):
        post("/people", name=name)
    ids = {person["name"]: person["id"] for person in leader.get("/people").json["items"]}
    page = post(f"/people/{ids['Anna']}/merge", into=ids["Ana"])
    assert "Merged into Ana." in page.text
    leader.writes(today, note="Ana did it.")
    post(f"/people/{ids['Ana']}/forget", replacement="a colleague", from_texts="1")
    assert leader.get(f"/reflections/{today}").json["note"] == "a colleague did it."
    assert leader.get("/people").json["items"] == []


def test_today_follows_up_a_due_commitment(leader, post, today):
    leader.call("POST", "/commitments", {"text": "Ring the bank", "due_on": str(today)})
    assert "Ring the bank" in post.get("/").text
    commitment = get_only(leader, "commitments")
    address = f"/log/commitments/{commitment['id']}"
    later = str(today + timedelta(days=3))
    post(address, state="open", due_on=later, back="today")
    moved = get_only(leader, "commitments")
    assert (moved["due_on"], moved["moved"]) == (later, 1)
    assert "Ring the bank" not in post.get("/").text
    post(address, state="missed", reason="The bank was shut", back="today")
    missed = get_only(leader, "commitments")
    assert (missed["state"], missed["reason"], missed["due_on"]) == (
        "missed",
        "The bank was shut",
        later,
    ), "only moving moves it"
    assert missed["moved"] == 1


def test_today_follows_up_a_commitment_from_a_reflection(leader, post, today):
    for back in range(1, 5):
        leader.writes(today - timedelta(days=back), commitment=f"Number {back}")
    asked = post.get("/").text
    assert "Number 4" in asked
    commitment = leader.get("/commitments").json["items"][-1]
    page = post(f"/log/commitments/{commitment['id']}", state="kept", back="today")
    assert page.request.path == "/"
    assert leader.get(f"/commitments/{commitment['id']}").json["state"] == "kept"
    assert "Number 4" not in page.text
    page = post(f"/log/commitments/{commitment['id']}/delete")
    assert page.request.path.endswith(commitment["local_date"]), "its text is in the day"


def test_today_follows_up_a_win_the_next_day(leader, post, today):
    yesterday = str(today - timedelta(days=1))
    leader.call("POST", "/wins", {"text": "The tender", "local_date": yesterday})
    assert "How did you celebrate it?" in post.get("/").text
    win = get_only(leader, "wins")
    post(f"/log/wins/{win['id']}", celebrated_how="With cake", back="today")
    win = get_only(leader, "wins")
    assert (win["celebrated_how"], win["celebrated_on"]) == ("With cake", str(today))
    assert "How did you celebrate it?" not in post.get("/").text


def test_log_adds_and_shows_every_kind(leader, post, today):
    post("/log/commitments", text="Ring Ben", due_on="")
    post("/log/hand-offs", text="The deck", local_date=str(today - timedelta(days=2)))
    post("/log/numbers", period="2026-11", unit="k€", target="120", actual="")
    for collection, shown in (
        ("commitments", "Ring Ben"), ("hand-offs", "The deck"), ("numbers", "November 2026")
    ):  # fmt: skip
        assert shown in post.get(f"/log/{collection}").text
    hand_off = get_only(leader, "hand-offs")
    assert "I stepped back in" in post.get(f"/log/hand-offs/{hand_off['id']}").text
    page = post(f"/log/hand-offs/{hand_off['id']}", stepped_back_in_on=str(today))
    assert "stepped back in" in page.text
    number = get_only(leader, "numbers")
    assert 'value="120"' in post.get(f"/log/numbers/{number['id']}").text
    post(f"/log/numbers/{number['id']}", target="120", actual="98.5")
    assert get_only(leader, "numbers")["actual"] == 98.5
    post(f"/log/hand-offs/{hand_off['id']}/delete")
    assert leader.get("/hand-offs").json["items"] == []


def test_invalid_new_entry_keeps_the_input(browser, leader):
    form = {"csrf_token": browser.csrf, "text": "Ring Ben", "due_on": "2020-01-01"}
    refused = browser.post("/log/commitments", data=form)
    assert refused.status_code == 422
    assert "Ring Ben" in refused.text
    assert "Choose a due date on or after" in refused.text
    twice = {"csrf_token": browser.csrf, "period": "2026-11"}
    browser.post("/log/numbers", data=twice)
    refused = browser.post("/log/numbers", data=twice)
    assert "November 2026 already has a number" in refused.text
    assert browser.post("/log/letters", data=twice).status_code == 404


@pytest.mark.parametrize(
    "table",
    [
        "period,target,actual,unit\n2026-10,100,90,k€\n2026-11,120,,k€\n",
        "Period;Target;Actual;Unit\r\n2026-10;100;90,0;k€\r\n\r\n2026-11;120;;k€\r\n",
        "\ufeffperiod,unit,target,actual,remark\n2026-11,k€,120,,x\n2026-10,k€,100,90,\n",
    ],
)
def test_numbers_are_imported_from_csv(leader, browser, client, table):
    leader.call("POST", "/numbers", {"period": "2026-11", "target": 1, "actual": 7})
    form = {"csrf_token": browser.csrf, "file": (io.BytesIO(table.encode()), "numbers.csv")}
    page = browser.post("/log/numbers/import", data=form, follow_redirects=True)
    assert "Imported: 1 new, 1 updated." in page.text
    found = {
        n["period"]: (n["target"], n["actual"], n["unit"])
        for n in leader.get("/numbers").json["items"]
    }
    assert found == {"2026-10": (100, 90, "k€"), "2026-11": (120, 7, "k€")}
    again = client.post(
        "/api/v1/numbers/import",
        data={"file": (io.BytesIO(table.encode()), "numbers.csv")},
        headers=leader.headers,
    )
    assert again.json == {"created": 0, "changed": 0}


@pytest.mark.parametrize(("written", "amount"), [
    ("98,5", 98.5), ("98.5", 98.5), ("1.200,50", 1200.5), ("1,200.50", 1200.5),
    ("1.234.567", 1234567), ("-3,5", -3.5),
])  # fmt: skip
def test_amount_accepts_comma_and_point_decimals(leader, post, written, amount):
    post("/log/numbers", period="2026-11", unit="k€", target=written, actual="")
    assert get_only(leader, "numbers")["target"] == amount


def test_ambiguous_amount_is_rejected(leader, post, client):
    assert "Use a number" in post("/log/numbers", period="2026-11", target="1,200", actual="").text
    for table in ("period;target\n2026-11;1.234\n", 'period,target\n2026-11,"1,200"\n'):
        refused = client.post(
            "/api/v1/numbers/import",
            data={"file": (io.BytesIO(table.encode()), "numbers.csv")},
            headers=leader.headers,
        )
        assert list(refused.json["errors"]) == ["line 2, target"]
    assert leader.get("/numbers").json["items"] == []


def test_semicolon_csv_accepts_decimal_points(leader, client):
    table = "period;target;actual\n2026-11;120.5;99,25\n2026-10;1.234.567;2.000,5\n"
    reply = client.post(
        "/api/v1/numbers/import",
        data={"file": (io.BytesIO(table.encode()), "numbers.csv")},
        headers=leader.headers,
    )
    assert reply.json == {"created": 2, "changed": 0}
    found = [(n["target"], n["actual"]) for n in leader.get("/numbers").json["items"]]
    assert found == [(120.5, 99.25), (1234567, 2000.5)]


@pytest.mark.parametrize("digits", ["9" * 5000, "0", "366", "²"])
def test_invalid_rhythm_shows_the_error(leader, browser, digits):
    form = {"csrf_token": browser.csrf, "name": "Ana", "every_days": digits}
    assert browser.post("/people", data=form).status_code == 422


def test_settled_commitment_shows_its_date(leader, post, today):
    made = str(today - timedelta(days=9))
    leader.call("POST", "/commitments", {"text": "Ring Ben", "local_date": made})
    commitment = get_only(leader, "commitments")
    friday = str(today - timedelta(days=3))
    post(f"/log/commitments/{commitment['id']}", state="kept", settled_on=friday)
    assert get_only(leader, "commitments")["settled_on"] == friday
    page = post(f"/log/commitments/{commitment['id']}", state="kept", settled_on="2999-01-01").text
    assert "Use a day from" in page


def test_old_commitment_is_followed_up_when_it_falls_due(leader, post, today):
    long_ago = today - timedelta(days=200)
    values = {"text": "Renew the lease", "local_date": str(long_ago), "due_on": str(today)}
    leader.call("POST", "/commitments", values)
    leader.writes(long_ago, commitment="Ask for the budget")
    [of_day] = [c for c in leader.get("/commitments").json["items"] if c["of_day"]]
    leader.call("PATCH", f"/commitments/{of_day['id']}", {"due_on": str(today)})
    page = post.get("/").text
    assert "Renew the lease" in page
    assert "Ask for the budget" in page
    long = "x" * 5000
    leader.writes(today - timedelta(days=1), commitment=long)
    [asked] = [c for c in leader.get("/commitments").json["items"] if c["text"] == long]
    post(f"/log/commitments/{asked['id']}", state="kept", back="today")
    assert leader.get(f"/commitments/{asked['id']}").json["state"] == "kept"


@pytest.mark.parametrize(
    ("table", "field"),
    [
        (b"", "file"),
        (b"x" * 200_000, "file"),
        (b"period,target\n9999-W52,1\n", "line 2, period"),
        (b"month,sales\n2026-11,1\n", "file"),
        (b"\xff\xfe", "file"),
        (b"period,target\n2026-11,1\n2026-11,2\n", "file"),
        (b"period,target\n2026-10,1\n2026-13,2\n", "line 3, period"),
        (b"period,target\n2026-10,1\n2026-11,many\n", "line 3, target"),
    ],
)
def test_invalid_csv_names_the_line_and_changes_nothing(leader, client, table, field):
    refused = client.post(
        "/api/v1/numbers/import",
        data={"file": (io.BytesIO(table), "numbers.csv")},
        headers=leader.headers,
    )
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [field]
    assert leader.get("/numbers").json["items"] == []


def test_month_shows_the_log_and_omits_it_when_empty(leader, post, today):
    leader.writes(today, note="A day.")
    month = f"/month/{today:%Y-%m}"
    assert "From your log" not in post.get(month).text
    post("/people", name="Ana")
    ana = get_only(leader, "people")
    post("/log/acts", person_id=ana["id"], acts=["coach", "help"])
    post("/log/numbers", period=f"{today:%Y-%m}", target="1200", actual="900", unit="k€")
    page = post.get(month).text
    assert "From your log" in page
    assert "<span>Ana</span><span>2 times</span>" in page
    assert "900<small> of 1,200</small>" in page
    assert "one doesn’t necessarily explain the other" in page


def test_month_shows_the_quarter_number_beside_its_own(leader, post, today):
    leader.writes(today, note="A day.")
    quarter = f"{today:%Y}-Q{(today.month + 2) // 3}"
    post("/log/numbers", period=quarter, target="3600", actual="", unit="k€")
    page = post.get(f"/month/{today:%Y-%m}").text
    assert "the quarter’s number, k€, no result yet</dt><dd><small> of 3,600</small>" in page
    assert "one doesn’t necessarily explain the other" in page
    figures = leader.get(f"/summaries/{today:%Y-%m}/practice").json
    assert figures["number"] is None
    assert figures["quarter"] == {"target": 3600, "actual": None, "unit": "k€"}
    assert leader.get(f"/summaries/{today:%Y}/practice").json["quarter"] is None


def test_people_page_says_how_late_one_is_and_how_they_were_last_helped(leader, post, today):
    added = str(today - timedelta(days=20))
    ids = {}
    for name, every_days, ago in (("Ana", 7, 10), ("Ben", 7, 7), ("Cleo", 7, 6), ("Dan", 30, 1)):
        person = {"name": name, "every_days": every_days, "local_date": added}
        ids[name] = leader.call("POST", "/people", person).json["id"]
        day = today - timedelta(days=ago)
        leader.call("PUT", f"/people/{ids[name]}/acts/{day}", {"acts": ["coach", "help"]})
    leader.call("POST", "/people", {"name": "Eve"})
    page = post.get("/people").text
    assert "1 person is waiting longer than you planned." in page
    cards = re.findall(r'<span class="person-name">(.*?)</a>', page, re.DOTALL)
    said = [" ".join(re.sub(r"<[^>]+>", " ", card).split()) for card in cards]
    assert said == [
        "Ana 3 days later than you planned Helped 10 days ago: coach, help",
        "Ben Due today Helped 7 days ago: coach, help",
        "Cleo Due tomorrow Helped 6 days ago: coach, help",
        "Dan Due in 29 days Helped yesterday: coach, help",
        "Eve Nothing logged yet",
    ]
    assert page.count("due-late") == 1
    assert "The last 90 days" not in post.get(f"/people/{ids['Ana']}").text, "one day says nothing"


def test_empty_people_page_says_what_will_be_there(leader, post):
    page = post.get("/people").text
    assert "You’ll see who you helped last, and who you’ve lost touch with." in page
    assert '<details class="card add" open>' in page


def test_persons_page_shows_each_text_once_and_what_was_promised(leader, post, today):
    ana = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    for ago in (1, 2, 5, 9):
        day = today - timedelta(days=ago)
        leader.writes(day, ("let-go", 3, "Told Ana plainly."), note=f"Ana, {ago} days ago.")
    leader.writes(today, note="Words of a long day. " * 30 + "Then Ana spoke up.")
    leader.call("POST", "/commitments", {"text": "Give Ana the pricing"})
    leader.call("POST", "/commitments", {"text": "Ring Ana", "state": "kept"})
    leader.call("POST", "/commitments", {"text": "Ring Anabel"})
    deck = leader.call("POST", "/hand-offs", {"text": "The deck", "person_id": ana}).json["id"]
    page = post.get(f"/people/{ana}").text
    assert page.count("Told Ana plainly.") == 1
    assert page.count("Ana, 9 days ago.") == 1
    assert "Then Ana spoke up." in page
    assert page.count("Words of a long day.") < 5, "a long text begins near the name"
    assert 'name="person" value="Ana">and 3 more days</button>' in page
    assert page.count("<figure>") == page.count("<figcaption>") == 6, "each has its own day"
    assert 'href="#log-help">Log help</a>' in page
    assert list_titles(page) == ["Give Ana the pricing", "The deck"]
    assert f'href="/log/hand-offs/{deck}"' in page


def test_period_is_chosen_from_a_list_and_may_still_be_typed(leader, post, browser, today):
    page = post.get("/log/numbers").text
    assert f'<option value="{today:%Y-%m}" selected>{today:%B %Y}</option>' in page
    year, week, _ = today.isocalendar()
    assert f'<option value="{year}-W{week:02}">Week {week}, {year}</option>' in page
    for period, name in (("2009-Q1", "1st quarter 2009"), ("0001-01", "January 0001")):
        post("/log/numbers", period=period, target="5")
        page = post.get("/log/numbers").text
        assert f'class="row-text">{name}<' in page
        number = next(n for n in leader.get("/numbers").json["items"] if n["period"] == period)
        change = post.get(f"/log/numbers/{number['id']}").text
        assert f'<option value="{period}" selected>{name}</option>' in change
    form = {"csrf_token": browser.csrf, "period": "2026-13", "target": "5"}
    refused = browser.post("/log/numbers", data=form)
    assert refused.status_code == 422
    assert '<option value="2026-13" selected>2026-13</option>' in refused.text
