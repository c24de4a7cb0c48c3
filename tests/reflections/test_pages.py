"""The day's page, without script."""

import re
from datetime import date, timedelta

KEYS = ("lead-from-front", "protect-and-serve", "let-go")


def save_form(browser, path="/", **fields):
    fields = {name.replace("__", "-"): value for name, value in fields.items()}
    return browser.post(path, data=fields | {"csrf_token": browser.csrf})


def test_plain_form_saves_today(browser, leader):
    shown = browser.get("/").text
    for question in leader.get("/prompts/today").json["questions"]:
        assert question["question"] in shown
    saved = save_form(
        browser,
        **{f"score-{KEYS[0]}": "4", f"text-{KEYS[0]}": "Sat in on <Ben's> call."},
        note="Calm.",
        commitment="Call Ana.",
    )
    assert (saved.status_code, saved.location) == (303, "/")
    shown = browser.get("/").text
    assert "Sat in on &lt;Ben&#39;s&gt; call." in shown
    stored = leader.get(f"/reflections/{leader.today()}").json
    assert stored["answers"][0]["score"] == 4
    assert (stored["note"], stored["commitment"]) == ("Calm.", "Call Ana.")


def test_earlier_day_can_be_written_and_edited(browser, leader):
    day = str(date.fromisoformat(leader.today()) - timedelta(days=3))
    assert save_form(browser, f"/day/{day}", note="late").location == f"/day/{day}"
    etag = leader.get(f"/reflections/{day}").headers["ETag"].strip('"')
    assert save_form(browser, f"/day/{day}", note="corrected", etag=etag).status_code == 303
    assert "corrected" in browser.get(f"/day/{day}").text
    assert "late" in browser.get(f"/day/{day}/versions").text


def test_future_day_cannot_be_opened_or_written(browser, leader):
    tomorrow = date.fromisoformat(leader.today()) + timedelta(days=1)
    for reply in (
        browser.get(f"/day/{tomorrow}"),
        save_form(browser, f"/day/{tomorrow}", note="x"),
    ):
        assert reply.status_code == 422
        assert "an earlier day" in reply.text


def test_invalid_form_names_the_field_and_keeps_the_input(browser, leader):
    shown = save_form(
        browser,
        **{f"score-{KEYS[1]}": "6", f"text-{KEYS[1]}": "helped Ana", "note": "x" * 20_001},
    )
    assert shown.status_code == 422
    assert "Use a score from 1 to 5." in shown.text
    assert "20,000" in shown.text
    assert "helped Ana" in shown.text
    assert "x" * 20_001 in shown.text
    assert leader.get("/reflections").json["items"] == []


def test_outdated_form_is_merged(browser, leader):
    shown = re.search(r'name="etag" value="([^"]*)"', browser.get("/").text)[1]
    leader.writes(leader.today(), note="from the phone", commitment="call Ann")
    assert save_form(browser, note="from the desk", etag=shown).status_code == 303
    assert "Another device wrote this day too" in browser.get("/").text
    stored = leader.get(f"/reflections/{leader.today()}").json
    assert stored["note"] == "from the desk"
    assert stored["commitment"] == "call Ann"
    assert "from the phone" in browser.get(f"/day/{leader.today()}/versions").text


def test_day_can_be_deleted_and_restored(browser, leader):
    today = leader.today()
    leader.writes(today, note="once")
    assert save_form(browser, f"/day/{today}/delete").status_code == 303
    page = browser.get("/").text
    notice = page.partition("The day is deleted.")[2].partition("</form>")[0]
    assert f'action="/day/{today}/restore"' in notice
    assert save_form(browser, f"/day/{today}/delete").status_code == 404
    assert browser.get(f"/day/{today}/versions").status_code == 404
    assert save_form(browser, f"/day/{today}/restore").status_code == 303
    assert leader.get(f"/reflections/{today}").json["note"] == "once"
    assert save_form(browser, f"/day/{today}/restore").status_code == 404


def test_invalid_date_shows_an_error_page(browser):
    shown = browser.get("/day/2026-02-30")
    assert shown.status_code == 422
    assert "2026-11-24" in shown.text
