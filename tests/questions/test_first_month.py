"""The thirty days of questions for a leader's first month."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue_file import CatalogueError, read_first_month


@pytest.fixture
def today(leader):
    return date.fromisoformat(leader.today())


def questions(leader, day):
    """Return what a day of the past or today asks, by opening its prompts ahead."""
    ahead = {item["local_date"]: item for item in leader.get("/prompts/ahead").json["items"]}
    return {q["key"]: q["text"] for q in ahead[str(day)]["questions"]}


def test_first_month_serves_thirty_questions_on_practice_days(leader, today):
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


def test_first_month_question_is_served_on_its_day(leader, today):
    first = date.fromisoformat(leader.call("POST", "/first-month").json["days"][0]["local_date"])
    with time_machine.travel(datetime.combine(first, time(11), tzinfo=UTC), tick=False):
        asked = {q["key"]: q for q in leader.get("/prompts/today").json["questions"]}
        ours = catalogue.list_first_month_questions()[0]
        assert asked[ours.key]["text"] == ours.text
        assert asked[ours.key]["behaviour"] == ours.behaviour


def test_first_month_can_be_skipped_and_begun_again(leader, post):
    leader.call("POST", "/first-month")
    assert "It ends on" in post.get("/questions").text
    assert "You’re back to the regular questions." in post("/questions/first-month/skip").text
    assert leader.get("/first-month").json == {"days": [], "is_running": False}
    assert "It begins on" in post("/questions/first-month").text
    assert leader.get("/first-month").json["is_running"] is True
    assert leader.call("DELETE", "/first-month").status_code == 204
    assert leader.get("/first-month").json["days"] == []


def test_first_month_needs_practice_days(leader, today, post):
    leader.call("POST", "/pauses", {"first_date": str(today), "last_date": None})
    assert leader.call("POST", "/first-month").status_code == 409
    assert "enough practice days" in post("/questions/first-month").text


def test_first_month_is_offered_after_joining(leader, post):
    assert "New to leading a team?" in post.get("/").text
    leader.call("POST", "/first-month")
    assert "New to leading a team?" not in post.get("/").text


def test_first_month_questions_are_not_in_the_rotation(leader):
    ids = {question["id"] for question in leader.get("/questions/catalogue").json["items"]}
    assert not ids & {question.id for question in catalogue.list_first_month_questions()}


@pytest.mark.parametrize(("toml", "why"), [
    ("", "needs its days"),
    ('[[day]]\nbehaviour = "inspect"\ntext = "x"', "it needs 30"),
    ('[[day]]\nbehaviour = "juggle"\ntext = "%s"\n' % ("x" * 50) * 30, "no behaviour"),
    ('[[day]]\nbehaviour = "inspect"\ntext = "short"\n' * 30, "40 to 160"),
])  # fmt: skip
def test_invalid_first_month_file_is_rejected(toml, why):
    with pytest.raises(CatalogueError, match=why):
        read_first_month(toml, catalogue.list_keys())
