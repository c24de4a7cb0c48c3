"""Concurrent writes to the log of one leader."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from leaderjournal.practice_log.entries.rules import ACTS


@pytest.fixture
def call_concurrently(app, leader):
    """Call the API several times at once, each call on its own connection."""

    def send_all(calls):
        def send(call):
            method, path, body = call
            with app.test_client() as client:
                reply = client.open(
                    f"/api/v1{path}", method=method, json=body, headers=leader.headers
                )
                return reply.status_code

        with ThreadPoolExecutor(len(calls)) as devices:
            return list(devices.map(send, calls))

    return send_all


def test_concurrent_acts_are_all_saved(leader, call_concurrently):
    person = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    day = leader.today()
    paths = [f"/people/{person}/acts/{day}/{act}" for act in ACTS]
    assert set(call_concurrently([("PUT", path, {}) for path in paths])) == {204}
    [found] = leader.get(f"/people/{person}/acts").json["items"]
    assert found["acts"] == list(ACTS)


def test_concurrent_changes_to_different_fields_are_both_saved(leader, call_concurrently):
    person = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    changes = [{"note": "Likes it early"}, {"every_days": 7}, {"name": "Ana Berg"}] * 2
    assert set(
        call_concurrently([("PATCH", f"/people/{person}", change) for change in changes])
    ) == {200}
    found = leader.get(f"/people/{person}").json
    assert (found["name"], found["every_days"], found["note"]) == ("Ana Berg", 7, "Likes it early")


def test_concurrent_writes_of_one_id_or_period_create_one_entry(leader, call_concurrently):
    path = "/wins/01a2f3c4-0000-7000-8000-000000000001"
    written = call_concurrently([("PUT", path, {"text": "A tender"})] * 6)
    assert sorted(written) == [200] * 5 + [201]
    numbers = call_concurrently([("POST", "/numbers", {"period": "2026-11", "target": 1})] * 6)
    assert sorted(numbers) == [201] + [409] * 5
    assert len(leader.get("/numbers").json["items"]) == 1


def test_acts_for_a_person_being_forgotten_do_not_fail(leader, call_concurrently):
    for _ in range(5):
        person = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
        act = ("PUT", f"/people/{person}/acts/{leader.today()}/coach", {})
        forget = ("POST", f"/people/{person}/forget", {"replacement": None})
        assert set(call_concurrently([act, forget, act])) <= {204, 404}
        assert leader.get(f"/summaries/{leader.today()[:7]}").status_code == 200
        assert leader.get("/export?format=json").status_code == 200
