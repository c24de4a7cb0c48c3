"""When a mirror is closed, and when it can be opened again."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import time_machine
from factories import create_leader, sign_in
from team_mirror.answering import (
    answer,
    close_mirror,
    create_links,
    dump_database,
    get_mirror,
    get_team_means,
)

from leaderjournal.accounts import store as accounts_store
from leaderjournal.team_mirror import store
from leaderjournal.worker import run_chores


def test_two_answers_are_never_shown_and_are_deleted_on_closing(app, leader):
    links = create_links(leader)
    for link in links[:2]:
        answer(app, link, (1, 1, 1), ("Zanzibar", "", ""))
    assert get_mirror(leader)["shown"] is get_team_means(leader) is None
    assert close_mirror(leader).status_code == 204
    assert get_mirror(leader)["shown"] is get_team_means(leader) is None
    _, [document] = dump_database(app)
    assert "Zanzibar" not in document
    assert json.loads(document)["scores"] == {}
    assert answer(app, links[2]).status_code == 410, "nothing comes after the closing"


def test_mirror_closes_a_week_after_its_month(app, leader):
    links = create_links(leader, 4)
    for link in links[:3]:
        answer(app, link)
    mirror = get_mirror(leader)
    first = date.fromisoformat(f"{mirror['month']}-01")
    following = (first + timedelta(days=32)).replace(day=1)
    assert mirror["last_date"] == str(following + timedelta(days=6))
    with app.app_context():
        mine = accounts_store.find_leader(UUID(leader.id))
        last = date.fromisoformat(mirror["last_date"])
        assert store.find_mirror(mine, mirror["month"], today=last).shown is None
        after = store.find_mirror(mine, mirror["month"], today=last + timedelta(days=1))
        assert after.is_closed
        assert after.shown.answers == 3


def test_last_month_mirror_can_be_closed_in_the_next_month(app, leader):
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        fresh = create_leader(leader.client)
        links = create_links(fresh)
    with time_machine.travel(datetime(2026, 11, 3, 12, tzinfo=UTC), tick=False):
        browser = app.test_client()
        csrf = sign_in(browser, fresh)
        for link in links[:3]:
            answer(app, link, (5, 1, 3))
        page = browser.get("/team-mirror").text
        assert "October 2026’s team mirror is open" in page
        assert "Ask your team" in page, "November has not been asked about"
        closed = browser.post("/team-mirror/2026-10/close", data={"csrf_token": csrf})
        assert closed.status_code == 303
        page = browser.get("/team-mirror").text
        assert "mirror is open" not in page
        assert ">October 2026</a>" in page


def test_closed_mirror_stays_closed_when_the_leader_travels(app, leader):
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        fresh = create_leader(leader.client)
        links = create_links(fresh)
    with time_machine.travel(datetime(2026, 11, 7, 15, tzinfo=UTC), tick=False):
        for link in links[:3]:
            answer(app, link, (5, 1, 3))
        assert get_mirror(fresh)["is_closed"] is False
        fresh.call("PATCH", "/me", {"time_zone": "Pacific/Kiritimati"})
        assert get_mirror(fresh)["shown"]["answers"] == 3
        fresh.call("PATCH", "/me", {"time_zone": "Europe/Berlin"})
        assert answer(app, links[3], (1, 1, 1)).status_code == 410
        assert get_mirror(fresh)["shown"]["answers"] == 3


def test_ended_mirror_is_closed_by_the_worker(app, leader):
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        links = create_links(create_leader(leader.client))
        for link in links[:2]:
            answer(app, link, lines=("Zanzibar", "", ""))
    for day, over in ((7, 0), (8, 1), (9, 0)):
        with time_machine.travel(datetime(2026, 11, day, 12, tzinfo=UTC), tick=False):
            assert run_chores(app)["team mirrors that are over"] == over
    [document] = dump_database(app)[1]
    kept = json.loads(document)
    assert (kept["unused"], kept["scores"], kept["lines"]) == ([], {}, {})


def test_mirror_closed_with_too_few_answers_can_be_reopened_with_new_links(app, leader):
    first = create_links(leader)
    answer(app, first[0])
    again = leader.call("POST", "/team-mirrors", {"links": 4})
    assert again.status_code == 409
    close_mirror(leader)
    second = create_links(leader, 4)
    assert answer(app, first[1]).status_code == 410
    for link in second:
        answer(app, link, (3, 3, 3))
    assert get_mirror(leader)["shown"]["answers"] == 4
    assert leader.call("POST", "/team-mirrors", {"links": 4}).status_code == 409
