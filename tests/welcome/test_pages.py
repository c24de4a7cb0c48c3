"""The start page for somebody who is signed out, and what follows from trying a question."""

import re
from dataclasses import replace

import pytest
from factories import create_leader, csrf_token, sign_in

from leaderjournal.kernel.setting_values import Registration
from leaderjournal.practice import catalogue
from leaderjournal.welcome import start_page

MOST_BYTES = 40_000
NEW = {
    "name": "Ines Roth",
    "email": "ines@example.com",
    "password": "four green kettles sing",
    "time_zone": "Europe/Lisbon",
}


@pytest.fixture
def set_registration(app, monkeypatch):
    """Set who may register."""

    def set_registration(registration):
        chosen = replace(app.extensions["settings"], registration=Registration(registration))
        monkeypatch.setitem(app.extensions, "settings", chosen)

    return set_registration


@pytest.fixture
def visitor(app):
    """A browser that has never been here."""
    return app.test_client()


def register(visitor, **changes):
    form = NEW | {"csrf_token": csrf_token(visitor, "/register")} | changes
    return visitor.post("/register", data=form)


def read_headings(page):
    return re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page)


def test_visitor_gets_the_welcome_page_at_the_start(visitor):
    page = visitor.get("/")
    assert page.status_code == 200
    assert read_headings(page.text)[0] == "A private journal for people who lead"
    assert len(page.data) < MOST_BYTES
    for key in catalogue.list_keys():
        assert key.name.replace("&", "&amp;") in page.text
        assert key.text in page.text


def test_welcome_page_leaves_nothing_on_the_device_and_holds_no_token(visitor):
    for path in ("/", "/welcome"):
        page = visitor.get(path)
        assert "Set-Cookie" not in page.headers
        assert "csrf" not in page.text
        assert "<form" not in page.text, "what is tried is never sent"


def test_welcome_page_loads_nothing_from_another_host(visitor):
    page = visitor.get("/").text
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', page)
    assert addresses
    assert [address for address in addresses if not address.startswith(("/", "#"))] == []
    assert not re.search(r"<script(?![^>]*src=)|<style|style=|\son[a-z]+=", page)


def test_welcome_page_asks_one_of_the_catalogues_questions(visitor):
    page = visitor.get("/").text
    question = catalogue.get_question(re.search(r'data-question="([^"]+)"', page)[1])
    assert question.text.replace("'", "&#39;") in page
    assert f'data-key="{question.key}" data-key-name=' in page
    assert f'data-behaviour="{question.behaviour}"' in page


@pytest.mark.parametrize(
    ("registration", "may_register", "says"),
    [
        ("open", True, "Create my journal"),
        ("invite", False, "You need an invitation to join"),
        ("closed", False, "This journal takes no new accounts"),
    ],
)
def test_welcome_page_says_who_may_register(
    visitor, set_registration, registration, may_register, says
):
    set_registration(registration)
    page = visitor.get("/").text
    assert says in page
    assert ('href="/register"' in page) is may_register
    assert ("Create my journal" in page) is may_register
    assert 'href="/login"' in page


def test_invited_visitor_may_register_from_the_welcome_page(app, visitor, set_registration):
    set_registration("invite")
    arguments = ["accounts", "invite", "ines@example.com", "--print"]
    printed = app.test_cli_runner().invoke(args=arguments).output
    visitor.get(re.search(r"http://localhost(/register/\S+)", printed)[1])
    assert 'href="/register"' in visitor.get("/").text


def test_device_of_a_leader_gets_sign_in_at_the_start(visitor, client):
    leader = create_leader(client)
    sign_in(visitor, leader)
    assert visitor.get("/").status_code == 200
    visitor.post("/logout", data={"csrf_token": csrf_token(visitor, "/settings")})
    start = visitor.get("/")
    assert (start.status_code, start.location) == (303, "/login")
    assert visitor.get("/login").status_code == 200, "no loop"


def test_device_where_a_session_expired_gets_sign_in(visitor, client):
    sign_in(visitor, create_leader(client))
    visitor.delete_cookie("session")
    assert visitor.get("/").location == "/login"


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "|||", "1" * 3900])
def test_malformed_device_cookie_counts_as_a_new_device(visitor, value):
    visitor.set_cookie("device", value)
    assert visitor.get("/").status_code == 200


def test_sign_in_and_the_welcome_page_lead_to_each_other(visitor, client):
    sign_in(visitor, create_leader(client))
    visitor.delete_cookie("session")
    assert 'href="/welcome"' in visitor.get("/login").text
    page = visitor.get("/welcome")
    assert page.status_code == 200
    assert 'href="/login"' in page.text


def test_welcome_page_leads_a_signed_in_leader_to_today(browser):
    assert browser.get("/welcome").location == "/"


def test_links_with_a_destination_still_ask_to_sign_in(visitor):
    assert visitor.get("/month/2027-02").location == "/login?next=/month/2027-02"


def test_a_wrong_method_at_the_start_is_refused_as_before(visitor):
    assert visitor.post("/", data={}).status_code == 303
    assert visitor.head("/").status_code == 200


def test_registering_leads_to_today_if_nothing_was_tried(visitor):
    assert register(visitor).location == "/"
    assert "data-agreed" not in visitor.get("/first-answer").text


def test_registering_with_an_answer_leads_to_the_page_that_adds_it_once(visitor):
    assert register(visitor, first_answer="1").location == "/first-answer"
    assert "data-agreed" in visitor.get("/first-answer").text
    assert "data-agreed" not in visitor.get("/first-answer").text


def test_refused_registration_agrees_to_nothing(visitor, client):
    assert register(visitor, first_answer="1", password="short").status_code == 422
    sign_in(visitor, create_leader(client))
    assert "data-agreed" not in visitor.get("/first-answer").text


def test_messages_wait_behind_the_page_that_adds_an_answer(visitor, client):
    sign_in(visitor, create_leader(client))
    with visitor.session_transaction() as session:
        session["_flashes"] = [("good", "We sent a link.")]
    assert "We sent a link." not in visitor.get("/first-answer").text
    assert "We sent a link." in visitor.get("/").text


def test_page_that_adds_an_answer_asks_to_sign_in(visitor):
    assert visitor.get("/first-answer").location == "/login?next=/first-answer"


def test_throttled_sign_in_keeps_the_address_and_the_destination(visitor, client):
    leader = create_leader(client)
    form = {"email": leader.email, "password": "wrong", "next": "/log"}
    form["csrf_token"] = csrf_token(visitor)
    for _ in range(10):
        assert visitor.post("/login", data=form).status_code == 422
    refused = visitor.post("/login", data=form | {"password": "one more green kettle"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Too many attempts. Try again in" in refused.text
    assert f'value="{leader.email}"' in refused.text
    assert 'name="next" value="/log"' in refused.text
    assert "green kettle" not in refused.text


def test_worker_keeps_the_welcome_page(client):
    worker = client.get("/sw.js").text
    assert 'const WELCOME = "/welcome";' in worker
    files = client.get("/welcome").text
    for address in re.findall(r'(?:<script[^>]*src|<link rel="stylesheet" href)="([^"]+)"', files):
        assert f'"{address}"' in worker


def test_month_is_drawn_once_for_all_visitors():
    assert start_page._draw_month() is start_page._draw_month()
