"""Logging in short, without script: the page that script shows as a sheet."""

import json
import re
from datetime import date
from html import unescape

import pytest

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.numbers.period_options import (
    choose_period,
    list_recent_periods,
)


@pytest.fixture
def ana(leader, post):
    post("/people", name="Ana")
    [person] = leader.get("/people").json["items"]
    return person["id"]


def test_every_kind_is_logged_from_one_page(leader, post, ana):
    page = post.get("/log/new").text
    actions = re.findall(r'<form method="post" action="([^"]+)"', page)
    assert actions == [
        "/log/acts", "/log/wins", "/log/hand-offs", "/log/commitments", "/log/numbers",
    ]  # fmt: skip
    post("/log/acts", person_id=ana, acts=["coach"])
    post("/log/acts", person_id=ana, acts=["help"])
    post("/log/wins", text="A tender", person_id=ana, celebrated_how="")
    post("/log/hand-offs", text="The deck", person_id="")
    post("/log/commitments", text="Ring Ben", due_on="")
    post("/log/numbers", period="2026-11", unit="k€", target="120", actual="98,5")
    assert leader.get(f"/people/{ana}").json["acts"] == 2
    kinds = ("wins", "hand-offs", "commitments", "numbers")
    found = {kind: leader.get(f"/{kind}").json["items"] for kind in kinds}
    assert {kind: len(items) for kind, items in found.items()} == dict.fromkeys(kinds, 1)
    assert found["wins"][0]["person_id"] == ana
    assert found["hand-offs"][0]["person_id"] is None
    assert found["numbers"][0]["actual"] == 98.5


def test_acts_without_a_person_or_a_tick_are_refused_and_stay(leader, post, ana):
    nobody = post("/log/acts", person_id="", acts=["help", "coach"])
    assert nobody.status_code == 422
    assert "Choose who you helped." in nobody.text
    assert re.findall(r'value="(\w+)" checked', nobody.text) == ["help", "coach"]
    nothing = post("/log/acts", person_id=ana)
    assert nothing.status_code == 422
    assert "Tick what you did." in nothing.text
    assert f'<option value="{ana}" selected>' in nothing.text
    assert nothing.text.count('name="quick-log" open') == 1
    assert leader.get(f"/people/{ana}").json["acts"] == 0


def test_without_a_team_the_way_to_people_is_shown(browser):
    page = browser.get("/log/new").text
    assert 'First add someone under <a href="/people">People</a>' in page
    assert "person_id" not in page


def test_period_with_a_number_carries_it_so_that_it_can_be_completed(leader, browser):
    month = leader.today()[:7]
    number = {"period": month, "target": 12.5, "actual": None, "unit": "deals"}
    stored = leader.call("POST", "/numbers", number)
    page = browser.get("/log/new").text
    [option] = re.findall(rf'<option value="{month}" selected ([^>]+)>', page)
    held = dict(re.findall(r'data-(\w+)="([^"]*)"', option))
    assert held["path"] == f"/numbers/{stored.json['id']}"
    assert json.loads(unescape(held["stored"])) == {
        "period": month, "unit": "deals", "target": "12.5", "actual": "",
    }  # fmt: skip
    assert 'name="unit" maxlength="20" value="deals"' in page


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        ((2026, 1, 1), ["2026-01", "2025-12", "2026-W01", "2025-W52", "2026-Q1", "2025-Q4"]),
        ((2026, 11, 30), ["2026-11", "2026-10", "2026-W49", "2026-W48", "2026-Q4", "2026-Q3"]),
        ((2027, 1, 3), ["2027-01", "2026-12", "2026-W53", "2026-W52", "2027-Q1", "2026-Q4"]),
    ],
)
def test_this_and_the_last_month_week_and_quarter_are_offered(day, periods):
    today = LocalDate(date(*day))
    assert list(list_recent_periods(today)) == periods
    chosen = [choose_period(today, latest) for latest in (None, "2024-W01", "2024-Q1", "2024-05")]
    assert chosen == [periods[0], periods[2], periods[4], periods[0]]
