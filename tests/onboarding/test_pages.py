"""The steps and hints of the first days, without script."""

from uuid import UUID

import pytest
from factories import csrf_token, sign_in

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import days_after


def post(client, token, path, **fields):
    return client.post(path, data={"csrf_token": token} | fields)


def test_three_steps_come_one_after_another_and_go_for_good(app, leader, client):
    token = sign_in(client, leader)
    assert "Step 1 of 3" in client.get("/").text
    form = {"score-let-go": "4"}
    assert post(client, token, "/", **form).status_code == 303
    page = client.get("/").text
    assert "Step 2 of 3" in page
    assert page.index('id="key-let-go"') < page.index("Step 2 of 3")
    assert post(client, token, "/tips/reminder/close").status_code == 303
    assert "Step 3 of 3" in client.get("/").text
    token = csrf_token(client, "/settings")
    reply = post(client, token, "/log/people", name=["Ana", "", "Ana", "x" * 81])
    assert reply.status_code == 303
    page = client.get("/").text
    assert "of 3</span>" not in page
    assert [person["name"] for person in leader.get("/people").json["items"]] == ["Ana"]
    assert (
        page.count('<p class="notice notice-problem"') == 2
    )  # a name that is there, and one that is too long


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/people", "Say how often you want to help"),
        ("/settings", "Everything about you"),
        ("/month/{month}", "Your days add up here"),
    ],
)
def test_a_part_says_once_what_it_is_for(app, leader, client, path, says):
    token = sign_in(client, leader)
    path = path.format(month=leader.today()[:7])
    page = client.get(path).text
    assert says in page
    action = page.split('class="page-hint" method="post" action="')[1].split('"')[0]
    reply = post(client, token, action, back=path)
    assert (reply.status_code, reply.location) == (303, path)
    assert says not in client.get(path).text


def test_nobody_is_led_to_another_site_or_closes_what_is_unknown(leader, client):
    token = sign_in(client, leader)
    for back in ("https://example.com", "//example.com", "/\\example.com", "/a\nb"):
        assert post(client, token, "/tips/me/close", back=back).location == "/"
    assert post(client, token, "/tips/else/close").status_code == 404
    assert client.post("/tips/me/close").status_code == 403


def test_a_leader_of_two_weeks_is_told_nothing(app, leader, client):
    with app.app_context(), write_transaction() as session:
        account = session.get_one(accounts_store.Account, UUID(leader.id))
        account.joined_on = days_after(account.joined_on, -14)
    sign_in(client, leader)
    assert "Step 1 of 3" not in client.get("/").text
    assert "page-hint" not in client.get("/people").text
