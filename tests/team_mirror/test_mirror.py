"""The team mirror: opening it, answering, and its result."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from factories import create_leader, sign_in
from team_mirror.answering import answer, create_links, get_mirror, get_team_means

from leaderjournal.practice.catalogue import KEY_SLUGS


def test_month_shows_leader_and_team_scores_side_by_side(app, leader, post):
    today = leader.today()
    leader.writes(
        today, *((key, score, "") for key, score in zip(KEY_SLUGS, (4, 2, 2), strict=True))
    )
    links = create_links(leader)
    assert len(set(links)) == 5
    page = app.test_client().get(links[0])
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    name = leader.get("/me").json["name"]
    assert f"How far did {name} lead from the front in " in page.text
    assert "my team would say so" not in page.text, "that is the leader's own measure"
    for number, link in enumerate(links):
        reply = answer(app, link, (3, number % 2 + 2, 4), (f"Line {number}", "", ""))
        assert reply.status_code == 200
        assert "Set-Cookie" not in reply.headers
    mirror = get_mirror(leader)
    assert mirror["is_closed"] is True, "the last token closes it"
    assert mirror["shown"]["scores"]["lead-from-front"] == {"mean": 3, "n": 5}
    assert sorted(mirror["shown"]["lines"]["lead-from-front"]) == [f"Line {n}" for n in range(5)]
    assert get_team_means(leader) == {
        "lead-from-front": {"mean": 3, "n": 5},
        "protect-and-serve": {"mean": 2.4, "n": 5},
        "let-go": {"mean": 4, "n": 5},
    }
    month = post.get(f"/month/{today[:7]}").text
    assert "Lead from the front: your team scored you 1.0 lower than you did." in month
    assert "Protect &amp; serve: your team scored you 0.4 higher than you did." in month
    assert "Let go: your team scored you 2.0 higher than you did." in month


def test_key_with_fewer_than_three_scores_is_not_shown(app, leader):
    links = create_links(leader, 3)
    for number, link in enumerate(links):
        form = {"score-let-go": "4"} | ({"score-lead-from-front": "1"} if number else {})
        assert app.test_client().post(link, data=form).status_code == 200
    assert get_team_means(leader) == {"let-go": {"mean": 4, "n": 3}}


def test_month_has_one_mirror_private_to_its_leader(leader, client):
    create_links(leader)
    assert leader.call("POST", "/team-mirrors", {"links": 3}).status_code == 409
    other = create_leader(client)
    month = get_mirror(leader)["month"]
    assert other.call("POST", f"/team-mirrors/{month}/close").status_code == 404
    assert other.get("/team-mirrors").json["items"] == []
    assert get_mirror(leader)["is_closed"] is False


@pytest.mark.parametrize("links", [2, 51, "five", None, 3.5])
def test_fewer_than_three_links_are_rejected(leader, links):
    refused = leader.call("POST", "/team-mirrors", {"links": links})
    assert list(refused.json["errors"]) == ["links"]


@pytest.mark.parametrize(
    "addresses",
    [
        "a@example.com\nb@example.com",
        "a@example.com\nno address\nc@example.com",
        "a@example.com, A@example.com, b@example.com",
    ],
)
def test_invalid_addresses_show_the_error_and_stay_in_the_form(browser, leader, addresses):
    refused = browser.post(
        "/team-mirror", data={"csrf_token": browser.csrf, "addresses": addresses}
    )
    assert refused.status_code == 422
    assert "a@example.com" in refused.text
    assert leader.get("/team-mirrors").json["items"] == []


def test_invalid_answer_is_returned_and_the_link_stays_valid(app, leader):
    [link, *_] = create_links(leader)
    for form in (
        {"line-let-go": "Only words"},
        {"score-let-go": "6"},
        {"score-let-go": "3", "line-let-go": "x" * 501},
    ):
        refused = app.test_client().post(link, data=form)
        assert refused.status_code == 422
        assert form.get("line-let-go", "") in refused.text
    assert answer(app, link).status_code == 200


def test_forgetting_a_person_replaces_the_name_in_team_lines(app, leader):
    for link in create_links(leader):
        answer(app, link, lines=("Ana runs it now", "", ""))
    ana = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    leader.call("POST", f"/people/{ana}/forget", {"replacement": "someone"})
    assert set(get_mirror(leader)["shown"]["lines"]["lead-from-front"]) == {"someone runs it now"}


def test_leader_sees_the_team_page_before_asking_and_has_a_message_to_paste(leader, post):
    page = post.get("/team-mirror").text
    assert "This link is only for you and works once:</textarea>" in page
    preview = post.get("/team-mirror/preview")
    assert "Nothing can be sent from here." in preview.text
    assert 'class="whole" disabled' in preview.text
    assert 'method="post"' not in preview.text
    assert leader.get("/team-mirrors").json["items"] == []


def test_results_become_a_trend_and_each_month_has_a_page(app, leader):
    months = [(2026, 7, 3), (2026, 9, 4), (2026, 10, 5)]
    fresh = None
    for year, month, score in months:
        with time_machine.travel(datetime(year, month, 20, 12, tzinfo=UTC), tick=False):
            fresh = fresh or create_leader(leader.client)
            for link in create_links(fresh):
                answer(app, link, (score, 3, 3), (f"Said in {month}", "", ""))
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False):
        browser = app.test_client()
        sign_in(browser, fresh)
        page = browser.get("/team-mirror").text
        assert "1.0 up on September 2026" in page
        assert "same as September 2026" in page
        rows = re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a></th><td>([^<]+)<', page)
        assert rows == [
            ("/team-mirror/2026-10", "October 2026", "5.0 · 5 answers"),
            ("/team-mirror/2026-09", "September 2026", "4.0 · 5 answers"),
            ("/team-mirror/2026-07", "July 2026", "3.0 · 5 answers"),
        ]
        assert "Said in 10" in page
        assert "Said in 9" not in page, "only the latest month is shown in full"
        assert "Said in 9" in browser.get("/team-mirror/2026-09").text
        for nothing in ("2026-08", "2026-11", "soon"):
            assert browser.get(f"/team-mirror/{nothing}").status_code == 404
