"""The thirty days of questions for a leader's first month."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue import CatalogueError, read_first_month


@pytest.fixture
def today(leader):
    return date.fromisoformat(leader.today())


def questions(leader, day):
    """Return what a day of the past or today asks, by opening its prompts ahead."""
    ahead = {item["local_date"]: item for item in leader.get("/prompts/ahead").json["items"]}
    return {q["key"]: q["text"] for q in ahead[str(day)]["questions"]}


def test_thirty_days_are_asked_in_order_on_practice_days_and_end_by_themselves(leader, today):
    begun = leader.call("POST", "/first-month")
    assert begun.status_code == 201
    days = [date.fromisoformat(day["local_date"]) for day in begun.json["days"]]
    assert [day["number"] for day in begun.json["days"]] == list(range(1, 31))
    assert days == sorted(set(days))
    assert days[0] > today
    assert all(day.isoweekday() <= 5 for day in days)
    between = (days[-1] - days[0]).days + 1
    weekdays = [days[0] + timedelta(days=n) for n in range(between)]
    assert days == [day for day in weekdays if day.isoweekday() <= 5], "no practice day is left out"
    for number, day in enumerate(days[:8]):
        ours = catalogue.list_first_month_questions()[number]
        asked = questions(leader, day)
        assert asked[ours.key] == ours.text
        assert len(asked) == 3
    assert leader.get("/first-month").json["is_running"] is True


def test_the_first_days_question_is_asked_when_its_day_has_come(leader, today):
    first = date.fromisoformat(leader.call("POST", "/first-month").json["days"][0]["local_date"])
    with time_machine.travel(datetime.combine(first, time(11), tzinfo=UTC), tick=False):
        asked = {q["key"]: q for q in leader.get("/prompts/today").json["questions"]}
        ours = catalogue.list_first_month_questions()[0]
        assert asked[ours.key]["text"] == ours.text
        assert asked[ours.key]["behaviour"] == ours.behaviour


def test_what_is_still_to_come_is_skipped_and_can_be_begun_again(leader, post):
    leader.call("POST", "/first-month")
    assert "It ends by itself on" in post.get("/questions").text
    assert "The ordinary questions go on." in post("/questions/first-month/skip").text
    assert leader.get("/first-month").json == {"days": [], "is_running": False}
    assert "It begins on" in post("/questions/first-month").text
    assert leader.get("/first-month").json["is_running"] is True
    assert leader.call("DELETE", "/first-month").status_code == 204
    assert leader.get("/first-month").json["days"] == []


def test_an_open_pause_leaves_no_days_for_it(leader, today, post):
    leader.call("POST", "/pauses", {"first_date": str(today), "last_date": None})
    assert leader.call("POST", "/first-month").status_code == 409
    assert "too few practice days" in post("/questions/first-month").text


def test_today_offers_it_to_who_has_just_joined(leader, post):
    assert "New to leading?" in post.get("/").text
    leader.call("POST", "/first-month")
    assert "New to leading?" not in post.get("/").text


def test_its_questions_are_no_part_of_the_rotation(leader):
    ids = {question["id"] for question in leader.get("/questions/catalogue").json["items"]}
    assert not ids & {question.id for question in catalogue.list_first_month_questions()}


@pytest.mark.parametrize(("toml", "why"), [
    ("", "needs its days"),
    ('[[day]]\nbehaviour = "inspect"\ntext = "x"', "it needs 30"),
    ('[[day]]\nbehaviour = "juggle"\ntext = "%s"\n' % ("x" * 50) * 30, "no behaviour"),
    ('[[day]]\nbehaviour = "inspect"\ntext = "short"\n' * 30, "40 to 160"),
])  # fmt: skip
def test_a_slip_of_the_pen_is_said(toml, why):
    with pytest.raises(CatalogueError, match=why):
        read_first_month(toml, catalogue.list_keys())
