"""The pages of versions, without script."""

import re

DAY = "2026-01-05"


def test_versions_page_groups_typing_steps(browser, leader):
    for note in ("Ann", "Ann led", "Ann led it.", "Nobody led."):
        leader.writes(DAY, note=note)
    page = browser.get(f"/day/{DAY}/versions").text
    folded = re.search(r"<details.*?</details>", page, re.DOTALL)[0]
    assert "2 steps of writing" in folded
    assert "Ann led it." not in folded
    assert "Ann led it." in page


def test_superseded_version_is_marked_and_never_grouped(browser, leader):
    leader.writes(DAY, note="from the phone")
    body = {"note": "from the phone, longer", "was": {"note": ""}}
    leader.call("POST", f"/reflections/{DAY}/merge", body)
    page = browser.get(f"/day/{DAY}/versions").text
    assert "<details" not in page.partition("<main")[2].partition("</main>")[0]
    assert "newer words from another device" in page
    assert "Two devices wrote this day" in browser.get(f"/day/{DAY}").text


def test_version_is_compared_with_the_current_day(browser, leader):
    leader.writes(DAY, ("let-go", 2, "I led the <call>."), commitment="Ask Ann.")
    leader.writes(DAY, ("let-go", 4, "Ann led the <call>."), note="Good.")
    page = browser.get(f"/day/{DAY}/versions/1").text
    assert re.search(r"<del>[^/]*</span>I ", page)
    assert re.search(r"<ins>[^/]*</span>Ann ", page)
    assert "led the &lt;call&gt;." in page
    assert "2 of 5" in page
    assert "4 of 5" in page
    assert re.search(r"<del>[^/]*</span>Ask Ann\.", page)
    assert re.search(r"<ins>[^/]*</span>Good\.", page)


def test_version_page_restores_and_keeps_the_replaced_version(browser, leader):
    leader.writes(DAY, note="first")
    leader.writes(DAY, note="second")
    form = {"csrf_token": browser.csrf}
    restored = browser.post(f"/day/{DAY}/versions/1/restore", data=form)
    assert (restored.status_code, restored.location) == (303, f"/day/{DAY}")
    assert "Version 1 stands again" in browser.get(f"/day/{DAY}").text
    assert leader.get(f"/reflections/{DAY}").json["note"] == "first"
    assert "second" in browser.get(f"/day/{DAY}/versions").text


def test_missing_version_returns_404(browser, leader):
    leader.writes(DAY, note="first")
    assert browser.get(f"/day/{DAY}/versions/1").status_code == 404
    assert browser.get("/day/2026-01-06/versions/1").status_code == 404
    form = {"csrf_token": browser.csrf}
    assert browser.post(f"/day/{DAY}/versions/1/restore", data=form).status_code == 404


def test_day_shows_the_answered_question(browser, leader):
    own = leader.call("POST", "/questions", {"key": "let-go", "text": "What did I hand to Ann?"})
    question = own.json["id"]
    answer = {"key": "let-go", "question": question, "text": "The offer."}
    leader.call("PUT", f"/reflections/{DAY}", {"answers": [answer]})
    assert "What did I hand to Ann?" in browser.get(f"/day/{DAY}").text
    leader.call("DELETE", f"/questions/{question}")
    assert browser.get(f"/day/{DAY}").status_code == 200
