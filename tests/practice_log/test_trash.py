"""Deleting entries of the log: undone from the notice, hidden meanwhile, purged after 30 days."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from practice_log.undoing import read_undo

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db
from leaderjournal.practice_log import quotas
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.worker import run_chores

PURGED = "deleted log entries past keeping"
GONE = "This can’t be undone any more."


def count_rows(app):
    with app.app_context():
        return db.session.query(LogEntry).count()


@pytest.fixture
def today(leader):
    return date.fromisoformat(leader.today())


@pytest.mark.parametrize(
    ("collection", "values"),
    [
        ("commitments", {"text": "Ring Zanzibar", "due_on": "2999-01-01"}),
        ("hand-offs", {"text": "The Zanzibar deck", "person_id": True}),
        ("wins", {"text": "The Zanzibar tender", "person_id": True, "celebrated_how": "Cake"}),
        ("numbers", {"period": "2026-11", "target": 5, "unit": "Zanzibar"}),
    ],
)
def test_deleted_entry_is_gone_until_it_is_restored_as_it_was(leader, post, collection, values):
    ana = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    if "person_id" in values:
        values = values | {"person_id": ana}
    made = leader.call("POST", f"/{collection}", values)
    path = f"/log/{collection}/{made.json['id']}"
    page = post(f"{path}/delete")
    assert "Deleted." in page.text
    undo, fields = read_undo(page.text)
    for hidden in ("/", f"/log/{collection}", f"/people/{ana}", f"/month/{leader.today()[:7]}"):
        assert "Zanzibar" not in post.get(hidden).text, hidden
    assert "Zanzibar" not in leader.get("/export?format=json").text
    assert leader.get(f"/{collection}").json["items"] == []
    assert leader.get(f"/{collection}/{made.json['id']}").status_code == 404
    assert leader.call("DELETE", f"/{collection}/{made.json['id']}").status_code == 404
    assert post.get(path).status_code == 404
    for _ in ("pressed once", "pressed twice"):
        assert "Restored." in post(undo, **fields).text
        again = leader.get(f"/{collection}/{made.json['id']}")
        assert (again.json, again.headers["ETag"]) == (made.json, made.headers["ETag"])


def test_undo_expires_and_the_entry_is_purged_after_thirty_days(app, leader, post):
    win = leader.call("POST", "/wins", {"text": "A tender"}).json["id"]
    undo, _ = read_undo(post(f"/log/wins/{win}/delete").text)
    rows = count_rows(app)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        assert GONE in post(undo).text
        assert run_chores(app)[PURGED] == 0
    with time_machine.travel(clock.now() + timedelta(days=30, minutes=1), tick=False):
        assert run_chores(app)[PURGED] == 1
    assert count_rows(app) == rows - 1


def test_number_is_not_restored_over_another_of_its_period(leader, post):
    first = leader.call("POST", "/numbers", {"period": "2026-11", "target": 1}).json["id"]
    undo, _ = read_undo(post(f"/log/numbers/{first}/delete").text)
    leader.call("POST", "/numbers", {"period": "2026-11", "target": 2})
    assert "Something else has taken its place" in post(undo).text
    assert [n["target"] for n in leader.get("/numbers").json["items"]] == [2]


def test_id_of_a_deleted_entry_is_free_again(leader, post):
    win = leader.call("POST", "/wins", {"text": "A tender"}).json["id"]
    undo, _ = read_undo(post(f"/log/wins/{win}/delete").text)
    assert leader.call("PUT", f"/hand-offs/{win}", {"text": "A deck"}).status_code == 201
    assert GONE in post(undo).text
    assert leader.get("/wins").json["items"] == []


def test_acts_cleared_on_a_persons_page_are_restored(leader, post, today):
    ana = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    post(f"/people/{ana}/acts", acts=["coach", "help"], local_date=str(today))
    cleared = post(f"/people/{ana}/acts", local_date=str(today))
    assert leader.get(f"/people/{ana}").json["acts"] == 0
    undo, _ = read_undo(cleared.text)
    assert "Restored." in post(undo).text
    [done] = leader.get(f"/people/{ana}/acts").json["items"]
    assert done["acts"] == ["help", "coach"]
    assert "undo-notice" not in post(f"/people/{ana}/acts", acts=["coach"]).text


def test_forgetting_a_person_reaches_the_trash(app, leader, post):
    ana = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    deck = {"text": "The deck, to Ana", "person_id": ana}
    hand_off = leader.call("POST", "/hand-offs", deck).json["id"]
    post(f"/people/{ana}/acts", acts=["coach"])
    post(f"/people/{ana}/acts")
    undo, _ = read_undo(post(f"/log/hand-offs/{hand_off}/delete").text)
    assert "This can’t be undone." in post.get(f"/people/{ana}/forget").text
    page = post(f"/people/{ana}/forget", from_texts="1", replacement="someone")
    assert "undo-notice" not in page.text
    assert count_rows(app) == 1, "the acts in the trash are gone for good"
    post(undo)
    [restored] = leader.get("/hand-offs").json["items"]
    assert (restored["text"], restored["person_id"]) == ("The deck, to someone", None)


def test_merging_a_person_reaches_the_trash(leader, post):
    ana, anna = (
        leader.call("POST", "/people", {"name": name}).json["id"] for name in ("Ana", "Anna")
    )
    win = leader.call("POST", "/wins", {"text": "A tender", "person_id": anna}).json["id"]
    undo, _ = read_undo(post(f"/log/wins/{win}/delete").text)
    post(f"/people/{anna}/merge", into=ana)
    post(undo)
    assert [found["person_id"] for found in leader.get("/wins").json["items"]] == [ana]


def test_full_trash_erases_what_was_deleted_first(app, leader, monkeypatch):
    monkeypatch.setattr("leaderjournal.practice_log.trash.store.MAX_DELETED", 2)
    assert quotas.MAX_DELETED == 500
    for number in range(4):
        win = leader.call("POST", "/wins", {"text": f"Win {number}"}).json["id"]
        leader.call("DELETE", f"/wins/{win}")
    assert count_rows(app) == 2


def test_erasing_the_account_takes_the_trash_along(app, leader, post):
    win = leader.call("POST", "/wins", {"text": "A tender"}).json["id"]
    post(f"/log/wins/{win}/delete")
    assert count_rows(app) == 1
    assert leader.call("DELETE", "/me", {"password": "look in the mirror"}).status_code == 204
    assert count_rows(app) == 0
    with app.app_context():
        assert accounts_store.find_leader(UUID(leader.id)) is None
