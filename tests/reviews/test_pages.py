"""The month as a page."""

from datetime import date, timedelta

from factories import a_leader, sign_in


def test_a_month_shows_each_day_the_figures_and_what_to_reread(app, client):
    leader = a_leader(client)
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


def test_a_month_that_does_not_exist_is_answered_with_what_is_allowed(app, client):
    browser = app.test_client()
    sign_in(browser, a_leader(client))
    for period in ("2026-13", "2026", "soon"):
        shown = browser.get(f"/month/{period}")
        assert shown.status_code == 422
        assert "2026-11" in shown.text
