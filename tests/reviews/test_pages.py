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


def test_month_page_shows_days_figures_and_passages(app, client):
    leader = create_leader(client)
    today = leader.today()
    words = "Sat in on the renewal call and kept quiet until asked."
    leader.writes(today, ("lead-from-front", 4, words), ("let-go", 5, ""))
    browser = app.test_client()
    sign_in(browser, leader)
    assert browser.get("/month").location == f"/month/{today[:7]}"
    shown = browser.get(f"/month/{today[:7]}").text
    assert f"/day/{today}" in shown
    assert words in shown
    last = date.fromisoformat(today).replace(day=1) - timedelta(days=1)
    assert f"/month/{last:%Y-%m}" in shown
    assert browser.get(f"/month/{last:%Y-%m}").status_code == 200
    assert browser.get("/month/1900-01").status_code == 200


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
        print(len(browser.get("/year/2026").data), len(browser.get("/month/2026-10").data))
        assert len(browser.get("/year/2026").data) <= MOST_BYTES
        assert len(browser.get("/month/2026-10").data) <= MOST_BYTES


def read_text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_figures_say_what_they_count_and_mark_freezes(app, client):
    """A fault: "22 days kept of 21" lost its "of", and no freeze was shown in a row with gaps."""
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
            assert "practice days keptand 3 other days8 of 10" in shown
            assert f"longest row in {where}{summary['streak_longest']}" in shown
            assert summary["streak_longest"] <= streak["longest"]
            assert "a freeze was spent, so the row went on" in shown
        assert "Tuesday 10 March, no entry, a freeze was spent" in read_text(
            browser.get("/month/2026-03").text
        )
        assert "Freezes spent Tue 10 Mar".replace(" ", "") in read_text(
            browser.get("/year/2026").text
        ).replace(" ", "")
        assert "8 of 103" in shown
        today = read_text(browser.get("/").text)
        assert f"Longest ever{streak['longest']}" in today


def test_continued_streak_shows_its_length_in_the_month(app, client):
    """A fault: one row had 27, 50 and 73 days, as if each were all of it."""
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
    assert f"{said} 12 days in March. 6 of these fall in March." in march


def test_month_without_practice_days_counts_written_days(app, client):
    """A fault: who began on a Sunday read "0 of 0, no practice day yet"."""
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC)):
        leader = create_leader(client, time_zone="UTC")
        leader.writes(date(2026, 11, 29), ("lead-from-front", 4, ""))
        browser = app.test_client()
        sign_in(browser, leader)
        shown = read_text(browser.get("/month/2026-11").text)
    assert "day written,no practice day to keep1" in shown.replace(" ,", ",")
    assert "0 of 0" not in shown
