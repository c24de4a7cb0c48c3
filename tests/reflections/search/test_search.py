"""Searching over the API and the page."""

import re
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.store import find_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.search import store
from leaderjournal.reflections.search.segments.closing.store import close_months


def write_days(leader):
    leader.writes("2026-01-05", ("let-go", 2, "Ana took the review. Überraschend gut."))
    leader.writes("2026-02-05", ("let-go", 5, "Quiet."), ("lead-from-front", 2, "A review of Ana."))
    leader.writes("2026-03-05", ("protect-and-serve", 4, "Coached Tomas."), note="review later")


def search_dates(leader, query):
    return [item["local_date"] for item in leader.get(f"/reflections?{query}").json["items"]]


def test_filters_narrow_a_search(leader):
    write_days(leader)
    every = ["2026-03-05", "2026-02-05", "2026-01-05"]
    assert search_dates(leader, "") == every
    assert search_dates(leader, "q=review") == every
    assert search_dates(leader, 'q="review of"') == ["2026-02-05"]
    assert search_dates(leader, "q=uberraschend GUT") == ["2026-01-05"]
    assert search_dates(leader, "q=review&key=let-go") == ["2026-01-05"]
    assert search_dates(leader, "score=2") == ["2026-02-05", "2026-01-05"]
    assert search_dates(leader, "score=2&key=let-go") == ["2026-01-05"]
    assert search_dates(leader, "person=ana") == ["2026-02-05", "2026-01-05"]
    assert search_dates(leader, "person=An") == []
    assert search_dates(leader, "q=review&from=2026-02-01&to=2026-02-28") == ["2026-02-05"]
    assert leader.get("/reflections?score=6").status_code == 422


def test_search_results_are_paged(leader):
    write_days(leader)
    first = leader.get("/reflections?q=review&limit=2").json
    assert len(first["items"]) == 2
    rest = leader.get(f"/reflections?q=review&limit=2&cursor={first['next_cursor']}").json
    assert [item["local_date"] for item in rest["items"]] == ["2026-01-05"]
    assert rest["next_cursor"] is None


def test_first_page_opens_few_of_many_days(leader, monkeypatch):
    """Reading stops once the page is full, with words and without; all pages together hold all."""
    first_day = date(2025, 1, 1)
    days = [(first_day + timedelta(days=number)).isoformat() for number in range(40)]
    for day in days:
        leader.writes(day, ("let-go", 3, "A review."))
    monkeypatch.setattr(store, "FIRST_PAGE", 8)
    monkeypatch.setattr(store, "PAGE_SIZE", 8)
    opened = []
    read = store.decrypt_searchable_text
    monkeypatch.setattr(
        store, "decrypt_searchable_text", lambda *row: opened.append(row) or read(*row)
    )
    assert search_dates(leader, "q=review&limit=5") == days[:-6:-1]
    assert len(opened) == 6  # one more tells whether there is a next page
    assert search_dates(leader, "q=review") == days[:-31:-1]
    opened.clear()
    assert search_dates(leader, "limit=5") == days[:-6:-1]
    assert opened == []
    found, cursor = [], ""
    while cursor is not None:
        page = leader.get(f"/reflections?q=review&limit=7{cursor and f'&cursor={cursor}'}").json
        found += [item["local_date"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == days[::-1]


def test_day_without_searchable_text_is_found(app, leader):
    write_days(leader)
    with app.app_context(), write_transaction() as session:
        session.execute(sa.update(Reflection).values(search_encrypted=None))
    assert search_dates(leader, "q=uberraschend") == ["2026-01-05"]


def test_searchable_text_is_encrypted(app, leader):
    write_days(leader)
    with app.app_context():
        for encrypted in db.session.scalars(sa.select(Reflection.search_encrypted)):
            assert b"review" not in encrypted


def test_search_page_marks_the_match_in_its_sentence(leader, browser):
    write_days(leader)
    shown = browser.get("/search?q=uberraschend").text
    assert "<mark>Überraschend</mark> gut." in shown
    assert 'href="/day/2026-01-05"' in shown
    assert ">1 result<" in shown
    assert "No results." in browser.get("/search?q=xyzzy").text
    assert "<mark>&lt;b&gt;</mark>" in _write_markup(leader, browser)


def _write_markup(leader, browser):
    leader.writes("2026-04-05", ("let-go", 3, "It said <b> here."))
    return browser.get("/search", query_string={"q": "<b>"}).text


def test_search_form_posts_to_keep_words_out_of_urls(leader, browser, post):
    write_days(leader)
    page = browser.get("/search").text
    assert '<form class="search" method="post"' in page
    assert "<mark>Überraschend</mark>" in post("/search", q="uberraschend").text
    assert "person=" not in browser.get("/month/2026-02").text


def test_search_offers_names_before_it_searches(leader, browser):
    leader.call("POST", "/people", {"name": "Zoe"})
    leader.call("POST", "/people", {"name": "Ana & Söhne"})
    shown = browser.get("/search").text
    names = re.findall(r'name="person" value="([^"]+)"', shown)
    assert names == ["Ana &amp; Söhne", "Zoe"]
    assert 'name="person" value="Zoe">' not in browser.get("/search?q=zoe").text


def test_full_page_of_results_is_light(leader, browser):
    text = "I said it again, and then again, in a sentence of a usual length. " * 6
    for day in range(1, 24):
        answers = [(key, 3, text) for key in ("lead-from-front", "protect-and-serve", "let-go")]
        leader.writes(f"2026-05-{day:02}", *answers, note=text)
    page = browser.get("/search?q=again")
    assert page.text.count('class="card"') == 20
    assert len(page.data) <= 40_000


def test_invalid_filter_is_named_and_input_is_kept(leader, browser):
    shown = browser.get("/search?q=review&score=9&from=tomorrow")
    assert shown.status_code == 422
    assert "1 to 5" in shown.text
    assert 'value="review"' in shown.text


def test_search_page_is_paged(leader, browser):
    for day in range(1, 24):
        leader.writes(f"2026-05-{day:02}", ("let-go", 3, "again"))
    first = browser.get("/search?q=again").text
    assert "More than 20 results<" in first
    assert "/day/2026-05-23" in first
    assert "/day/2026-05-01" not in first
    for number in (2, 99, 10**30):
        last = browser.get(f"/search?q=again&page={number}").text
        assert "23 results, page 2 of 2" in last
        assert "/day/2026-05-01" in last


def test_search_page_counts_the_days_that_just_fill_it(leader, browser):
    for day in range(1, 21):
        leader.writes(f"2026-05-{day:02}", ("let-go", 3, "again"))
    shown = browser.get("/search?q=again").text
    assert ">20 results<" in shown
    assert "Older" not in shown


def test_search_page_reads_no_further_than_its_days(leader, browser, monkeypatch):
    for day in range(1, 29):
        leader.writes(f"2026-05-{day:02}", ("let-go", 3, "again"))
    opened = []
    read = store.decrypt_searchable_text
    monkeypatch.setattr(
        store, "decrypt_searchable_text", lambda *row: opened.append(row) or read(*row)
    )
    browser.get("/search?q=again")
    assert len(opened) == 21  # one more tells whether there is an older page


def test_search_finds_monthly_reviews(leader, browser):
    leader.call("PUT", "/reviews/2026-01", {"grew": "Ana grew. So did the Übergabe."})
    shown = browser.get("/search?q=ubergabe").text
    assert "Review of January 2026" in shown
    assert "So did the <mark>Übergabe</mark>." in shown
    assert ">1 result<" in shown
    assert 'visually-hidden">Monthly reviews<' in shown, "nothing stands beside them"
    leader.writes("2026-01-09", ("let-go", 3, "Noch eine Übergabe."))
    both = browser.get("/search?q=ubergabe").text
    assert ">2 results<" in both
    assert re.findall(r"results-heading\">(.*?)<", both) == ["Monthly reviews", "Days"]
    assert "Review of" not in browser.get("/search?q=ubergabe&from=2026-02-01").text
    assert "Review of" not in browser.get("/search?q=ubergabe&key=let-go").text


LETTERS = {
    "2026-05-01": "Søren Łukasz Æsa met O’Brien and Anna‑Lena.",
    "2026-05-02": "Zoe\u0308 trusts Ma\u00adria\u200b, and Jean\nLuc nods.",
    "2026-05-03": "今天王小明来了，パリの話をした。 각",
    "2026-05-04": "вчера Андрей; किताब",
    "2026-05-05": "Our 👨\u200d👩\u200d👧 grows. 사람 김민수가 왔다",
    "2026-05-06": "วันนี้คุยกับสมชายเรื่องงาน",
}


def test_search_finds_every_spelling_of_a_word(app, leader):
    for day, text in LETTERS.items():
        leader.writes(day, note=text)
    assert_spellings_are_found(leader)
    with app.app_context():
        assert close_months(find_leader(UUID(leader.id)).cipher, now=clock.now()) == 1
    assert_spellings_are_found(leader)


def assert_spellings_are_found(leader):
    found = {
        "soren": "01", "LUKASZ": "01", "aesa": "01", "o'brien": "01", "O`Brien": "01",
        "anna-lena": "01", "anna—lena": "01", "zoë": "02", "ZOE": "02", "maria": "02",
        '"jean luc"': "02", "王小明": "03", "小明": "03", "パ": "03", "ﾊﾟﾘ": "03", "각": "03",
        "андрей": "04", "किताब": "04", "👨\u200d👩\u200d👧": "05", "สมชาย": "06",
    }  # fmt: skip
    for query, day in found.items():
        assert search_dates(leader, f"q={query}") == [f"2026-05-{day}"], query
    for query in ("ハリ", "ハ", "가나", "андреи", "क", "कताब", "👨", "jonas"):
        assert search_dates(leader, f"q={query}") == [], query
    people = {
        "Søren": "01",
        "O'Brien": "01",
        "@zoe": "02",
        "王小明": "03",
        "김민수": "05",
        "สมชาย": "06",
    }
    for person, day in people.items():
        assert search_dates(leader, f"person={person}") == [f"2026-05-{day}"], person
    for person in ("Anna-Len", "Sør", "김민", "ana", "Андре"):
        assert search_dates(leader, f"person={person}") == [], person


def test_mark_ends_with_the_marks_of_its_last_letter(leader, browser):
    leader.writes("2026-05-02", note="With Zoe\u0308 and 👨\u200d👩\u200d👧 at home.")
    assert "<mark>Zoe\u0308</mark> and" in browser.get("/search?q=zoe").text
    assert "<mark>👨\u200d👩\u200d👧</mark>" in browser.get("/search?q=👨\u200d👩\u200d👧").text
