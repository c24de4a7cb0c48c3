"""Several devices that write the log of one leader at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from leaderjournal.practice_log.entries.rules import ACTS


@pytest.fixture
def at_once(app, leader):
    """Make calls of the API at the same time, each on a connection of its own."""

    def send(calls):
        def one(call):
            method, path, body = call
            with app.test_client() as client:
                reply = client.open(
                    f"/api/v1{path}", method=method, json=body, headers=leader.headers
                )
                return reply.status_code

        with ThreadPoolExecutor(len(calls)) as devices:
            return list(devices.map(one, calls))

    return send


def test_acts_that_come_together_are_all_there(leader, at_once):
    person = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    day = leader.today()
    paths = [f"/people/{person}/acts/{day}/{act}" for act in ACTS]
    assert set(at_once([("PUT", path, {}) for path in paths])) == {204}
    [found] = leader.get(f"/people/{person}/acts").json["items"]
    assert found["acts"] == list(ACTS)


def test_changes_of_different_fields_are_both_there(leader, at_once):
    person = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    changes = [{"note": "Likes it early"}, {"every_days": 7}, {"name": "Ana Berg"}] * 2
    assert set(at_once([("PATCH", f"/people/{person}", change) for change in changes])) == {200}
    found = leader.get(f"/people/{person}").json
    assert (found["name"], found["every_days"], found["note"]) == ("Ana Berg", 7, "Likes it early")


def test_of_one_id_sent_twice_and_one_period_there_is_one(leader, at_once):
    path = "/wins/01a2f3c4-0000-7000-8000-000000000001"
    written = at_once([("PUT", path, {"text": "A tender"})] * 6)
    assert sorted(written) == [200] * 5 + [201]
    numbers = at_once([("POST", "/numbers", {"period": "2026-11", "target": 1})] * 6)
    assert sorted(numbers) == [201] + [409] * 5
    assert len(leader.get("/numbers").json["items"]) == 1


def test_acts_for_somebody_who_is_being_forgotten_break_nothing(leader, at_once):
    for _ in range(5):
        person = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
        act = ("PUT", f"/people/{person}/acts/{leader.today()}/coach", {})
        forget = ("POST", f"/people/{person}/forget", {"replacement": None})
        assert set(at_once([act, forget, act])) <= {204, 404}
        assert leader.get(f"/summaries/{leader.today()[:7]}").status_code == 200
        assert leader.get("/export?format=json").status_code == 200
