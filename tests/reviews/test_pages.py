"""The month as a page."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import time_machine
from factories import create_leader, sign_in

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import LocalDate, iter_days
from leaderjournal.practice import catalogue
from leaderjournal.reflections.imports.store import DayToImport, import_days
from leaderjournal.reflections.rules import Answer, DayContent, Writing

MOST_BYTES = 40_000
"""Of HTML before it is compressed; half of it is what people read, and what is read out to them."""


def read_text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def write_days(leader, days, *answers):
    for day in days:
        leader.writes(day, *answers)


def test_month_page_shows_averages_sections_and_passages_from_five_days_on(app, client):
    """A fault: a newcomer's month had charts of one dot, and "1 days kept"."""
    words = "Sat in on the renewal call and kept quiet until asked."
    with time_machine.travel(datetime(2026, 3, 12, 12, tzinfo=UTC)):
        leader = create_leader(client, time_zone="UTC")
        browser = app.test_client()
        sign_in(browser, leader)
        assert browser.get("/month").location == "/month/2026-03"
        empty = read_text(browser.get("/month/2026-03").text)
        assert "After five days your averages appear." in empty
        write_days(leader, ["2026-03-09"], ("lead-from-front", 4, words))
        new = browser.get("/month/2026-03").text
        assert 'href="/day/2026-03-09"' in new
        assert "After five days your averages appear here: 4 to go." in read_text(new)
        assert "<details" not in new
        assert read_text(browser.get("/year/2026").text).count("After five days") == 1
        write_days(
            leader,
            ("2026-03-02", "2026-03-03", "2026-03-10", "2026-03-12"),
            ("lead-from-front", 3, words),
        )
        page = browser.get("/month/2026-03").text
        assert words in page
        assert re.findall(r'class="fold-body" id="([a-z-]+)"', page) == [
            "keys",
            "practice-section",
            "words",
            "reread",
        ]
        assert "<b>3.2</b>" in page
        assert "After five days" not in page
        assert 'href="/settings/document/2026-03"' in page
        assert 'href="/month/2026-02"' in page
        assert browser.get("/month/2026-02").status_code == 200
        assert "It can stay that way." in read_text(browser.get("/month/1900-01").text)


def test_past_month_of_few_days_shows_its_passages_without_averages(app, client):
    with time_machine.travel(datetime(2026, 3, 12, 12, tzinfo=UTC)):
        leader = create_leader(client, time_zone="UTC")
        leader.writes("2026-01-05", ("let-go", 4, "Let Ana present the deck without me."))
        browser = app.test_client()
        sign_in(browser, leader)
        page = browser.get("/month/2026-01").text
    assert "1 day in January. Averages begin at five." in page
    assert "Let Ana present the deck without me." in page
    assert 'id="keys"' not in page


def test_review_of_a_month_is_offered_at_once_in_the_first_days_of_the_next(app, client):
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC)) as clock:
        leader = create_leader(client, time_zone="UTC")
        write_days(leader, [f"2026-02-{day:02}" for day in range(2, 8)], ("let-go", 4, "Aside."))
        browser = app.test_client()
        sign_in(browser, leader)
        offer = 'class="review-offer"><a href="/month/2026-02/review"'
        assert offer in browser.get("/month/2026-03").text
        assert offer in browser.get("/month/2026-02").text
        clock.move_to(datetime(2026, 3, 12, 12, tzinfo=UTC))
        assert "review-offer" not in browser.get("/month/2026-03").text
        assert 'href="/month/2026-02/review"' in browser.get("/month/2026-02").text
        leader.call("PUT", "/reviews/2026-02", {"mirror": "I looked away."})
        clock.move_to(datetime(2026, 3, 3, 12, tzinfo=UTC))
        assert "review-offer" not in browser.get("/month/2026-03").text


def test_month_says_what_stood_out(app, client):
    """The rules are tested on their own: here the scores and the log reach the page."""
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC)) as clock:
        leader = create_leader(client, time_zone="UTC")
        leader.call("POST", "/people", {"name": "Tomas", "every_days": 14})
        ana = leader.call("POST", "/people", {"name": "Ana", "every_days": 14}).json["id"]
        clock.move_to(datetime(2026, 5, 4, 12, tzinfo=UTC))
        leader.call("PUT", f"/people/{ana}/acts/2026-04-07", {"acts": ["coach"]})
        for month, score in (("2026-03", 2), ("2026-04", 4)):
            write_days(leader, [f"{month}-{day:02}" for day in range(1, 13)], ("let-go", score, ""))
        browser = app.test_client()
        sign_in(browser, leader)
        page = browser.get("/month/2026-04").text
    told = re.findall("<p>([^<]+)</p>", page[page.index('class="findings"') :])[:2]
    assert told == [
        "Let go rose from 2.0 in March to 4.0 in April.",
        "You logged no help for Tomas in April; your plan is every 14 days.",
    ]
    assert "↑ 2.0" in page


def test_invalid_month_error_says_what_is_allowed(app, client):
    browser = app.test_client()
    sign_in(browser, create_leader(client))
    for period in ("2026-13", "2026", "soon"):
        shown = browser.get(f"/month/{period}")
        assert shown.status_code == 422
        assert "2026-11" in shown.text


def test_month_and_year_written_every_day_are_light(app, client):
    """Their charts are a few paths, and not an element for each day and score."""
    with time_machine.travel(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        leader = create_leader(client, time_zone="UTC")
        text = "I let Jonas decide, kept quiet until asked, and said so."
        content = DayContent(
            tuple(
                Answer(key.slug, key.behaviours[number % 8].slug, None, number % 5 + 1, text)
                for number, key in enumerate(catalogue.list_keys())
            )
        )
        with app.app_context():
            found = accounts_store.find_leader(UUID(leader.id))
            now = clock.now()
            writing = Writing(now, "UTC", found.day_starts_at)
            days = [
                DayToImport(day, content, writing)
                for day in iter_days(LocalDate(date(2026, 1, 1)), LocalDate(date(2026, 12, 31)))
            ]
            with write_transaction() as session:
                import_days(session, found.cipher, days, now=now)
        browser = app.test_client()
        sign_in(browser, leader)
        assert len(browser.get("/year/2026").data) <= MOST_BYTES
        assert len(browser.get("/month/2026-10").data) <= MOST_BYTES


def test_figures_say_what_they_count_and_mark_freezes(app, client):
    """A fault: "22 days kept of 21" lost its "of", and no freeze was shown among gaps."""
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC)) as clock:
        leader = create_leader(client, time_zone="UTC")
        for day in range(2, 15):
            clock.move_to(datetime(2026, 3, day, 12, tzinfo=UTC))
            if day not in {10, 13}:
                leader.writes(date(2026, 3, day), ("lead-from-front", 4, ""))
        browser = app.test_client()
        sign_in(browser, leader)
        streak = leader.get("/streak").json
        for period, where in (("2026-03", "March"), ("2026", "2026")):
            kind = "month" if "-" in period else "year"
            shown = read_text(browser.get(f"/{kind}/{period}").text)
            summary = leader.get(f"/summaries/{period}").json
            counts = tuple(summary[f"days_{name}"] for name in ("kept", "expected", "extra"))
            assert counts == (8, 10, 3)
            assert "practice days completedand 3 other days8 of 10" in shown
            assert f"longest streak in {where}{summary['streak_longest']}" in shown
            assert summary["streak_longest"] <= streak["longest"]
            assert "a freeze kept your streak" in shown
        assert "Tuesday 10 March, no entry, a freeze kept your streak" in read_text(
            browser.get("/month/2026-03").text
        )
        assert "Freezes used Tue 10 Mar".replace(" ", "") in read_text(
            browser.get("/year/2026").text
        ).replace(" ", "")
        assert "8 of 103" in shown
        today = read_text(browser.get("/").text)
        assert f"Longest ever{streak['longest']}" in today


def test_continued_streak_shows_its_length_in_the_month(app, client):
    """A fault: one streak had 27, 50 and 73 days, as if each were all of it."""
    with time_machine.travel(datetime(2026, 2, 23, 12, tzinfo=UTC)) as clock:
        leader = create_leader(client, time_zone="UTC")
        first = date(2026, 2, 23)
        for ahead in range(12):
            day = first + timedelta(days=ahead)
            clock.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
            leader.writes(day, ("lead-from-front", 4, ""))
        browser = app.test_client()
        sign_in(browser, leader)
        said = "The longest began on Monday 23 February 2026 and reached"
        assert "The longest began" not in read_text(browser.get("/month/2026-02").text)
        march = read_text(browser.get("/month/2026-03").text)
    assert f"{said} 12 days; 6 of them are in March." in march


def test_month_without_practice_days_counts_written_days(app, client):
    """A fault: who wrote on days off alone read "0 of 0, no practice day yet"."""
    with time_machine.travel(datetime(2026, 11, 30, 12, tzinfo=UTC)):
        leader = create_leader(client, time_zone="UTC")
        leader.call("PATCH", "/me", {"practice_days": [1]})
        write_days(
            leader, [f"2026-11-{day:02}" for day in range(24, 30)], ("lead-from-front", 4, "")
        )
        browser = app.test_client()
        sign_in(browser, leader)
        shown = read_text(browser.get("/month/2026-11").text)
    assert "days written,no practice day6" in shown.replace(" ,", ",")
    assert "0 of 0" not in shown
