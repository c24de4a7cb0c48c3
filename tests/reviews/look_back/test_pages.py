"""Looking back on today's page: after writing, never before."""

from datetime import date, timedelta


def test_look_back_appears_once_the_day_is_written(leader, browser):
    today = date.fromisoformat(leader.today())
    leader.writes(today - timedelta(days=7), ("let-go", 4, "Stood aside a week ago."))
    path = f"/day/{today}/look-back"
    assert "Stood aside a week ago." not in browser.get("/").text
    assert browser.get(path).text.strip() == ""
    leader.writes(today, ("let-go", 3, "Now."))
    for shown in (browser.get("/").text, browser.get(path).text):
        assert "A week ago" in shown
        assert "Stood aside a week ago." in shown
    assert "A month ago" not in browser.get("/").text


def test_look_back_has_a_page_that_does_not_wait_for_today(leader, browser):
    today = date.fromisoformat(leader.today())
    empty = browser.get("/look-back").text
    assert "Nothing to look back on today." in empty
    assert f'A week ago: <a href="/day/{today - timedelta(days=7)}">' in empty
    leader.writes(today - timedelta(days=7), ("let-go", 4, "Stood aside a week ago."))
    page = browser.get("/look-back").text
    assert "Stood aside a week ago." in page
    assert '<details class="card earlier-day" open>' in page
    assert "<h2>Looking back</h2>" not in page
