"""Accounts in the API: registering, tokens, settings, pauses and erasing."""

import pytest
from factories import PASSWORD, create_leader

from leaderjournal.accounts import store
from leaderjournal.kernel.database import db
from leaderjournal.reflections.models import Reflection

NEW = {
    "email": "ann@example.com",
    "password": "a mirror for Ann",
    "name": "Ann",
    "time_zone": "Asia/Kolkata",
}


def test_registered_leader_can_read_their_settings(client):
    created = client.post("/api/v1/accounts", json=NEW)
    assert created.status_code == 201
    token = client.post(
        "/api/v1/tokens",
        json={"email": "ANN@example.com", "password": NEW["password"], "label": "phone"},
    ).json["token"]
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json
    assert me == {
        "id": created.json["id"],
        "email": "ann@example.com",
        "email_verified": False,
        "name": "Ann",
        "time_zone": "Asia/Kolkata",
        "day_starts_at": "03:00",
        "practice_days": [1, 2, 3, 4, 5],
        "language": "en",
    }


def test_email_is_taken_regardless_of_case(client):
    client.post("/api/v1/accounts", json=NEW)
    again = client.post("/api/v1/accounts", json=NEW | {"email": "Ann@Example.com"})
    assert again.status_code == 409
    assert "email" in again.json["errors"]


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        ({"email": "ann"}, "email", "name@example.com"),
        ({"password": "short"}, "password", "8 to 200"),
        ({"password": "x" * 201}, "password", "8 to 200"),
        ({"password": "password1"}, "password", "easy to guess"),
        ({"password": "\ud800" * 9}, "password", "aren’t text"),
        ({"name": "   "}, "name", "1 to 200"),
        ({"name": "x" * 201}, "name", "1 to 200"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Europe/Berlin"),
        ({"nickname": "A"}, "nickname", "Unknown"),
    ],
)
def test_invalid_registration_names_the_field(client, change, field, allowed):
    reply = client.post("/api/v1/accounts", json=NEW | change)
    assert reply.status_code == 422
    assert allowed in reply.json["errors"][field][0]
    retried = client.post("/api/v1/accounts", json=NEW)
    assert retried.status_code == 201


def test_tokens_can_be_listed_and_revoked(client):
    leader = create_leader(client)
    items = leader.get("/tokens").json["items"]
    assert [token["label"] for token in items] == ["tests"]
    assert "token" not in items[0]
    assert leader.call("DELETE", f"/tokens/{items[0]['id']}").status_code == 204
    refused = leader.get("/me")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_wrong_passwords_give_no_token_and_are_throttled(client):
    leader = create_leader(client)
    wrong = {"email": leader.email, "password": "not this one"}
    statuses = [client.post("/api/v1/tokens", json=wrong).status_code for _ in range(10)]
    assert statuses == [401] * 10
    refused = client.post("/api/v1/tokens", json={"email": leader.email, "password": PASSWORD})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    other = create_leader(client)
    assert other.get("/me").status_code == 200


def test_right_password_clears_earlier_failures(client):
    leader = create_leader(client)
    wrong = {"email": leader.email, "password": "not this one"}
    right = {"email": leader.email, "password": PASSWORD}
    for _ in range(3):
        assert [client.post("/api/v1/tokens", json=wrong).status_code for _ in range(6)] == [
            401
        ] * 6
        assert client.post("/api/v1/tokens", json=right).status_code == 201


def test_registrations_are_limited_by_network(client):
    for _ in range(100):
        client.post("/api/v1/accounts", json={})
    refused = client.post("/api/v1/accounts", json=NEW)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_settings_can_be_changed(client):
    leader = create_leader(client)
    changes = {
        "name": "Mira A.",
        "time_zone": "Pacific/Auckland",
        "day_starts_at": "04:30",
        "practice_days": [7, 1, 2],
    }
    assert leader.call("PATCH", "/me", changes).status_code == 200
    me = leader.get("/me").json
    assert {name: me[name] for name in changes} == changes | {"practice_days": [1, 2, 7]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": 3}, "time_zone"),
        ({"day_starts_at": "25:00"}, "day_starts_at"),
        ({"day_starts_at": "3am"}, "day_starts_at"),
        ({"day_starts_at": "13:00"}, "day_starts_at"),
        ({"day_starts_at": 3}, "day_starts_at"),
        ({"practice_days": []}, "practice_days"),
        ({"practice_days": [0]}, "practice_days.0"),
        ({"practice_days": ["Mo"]}, "practice_days.0"),
        ({"language": "tlh"}, "language"),
        ({"email": "new@example.com"}, "email"),
    ],
)
def test_invalid_setting_changes_nothing(client, change, field):
    leader = create_leader(client)
    before = leader.get("/me").json
    reply = leader.call("PATCH", "/me", {"name": "Other"} | change)
    assert reply.status_code == 422
    assert field in reply.json["errors"]
    assert leader.get("/me").json == before


def test_pauses_can_be_added_listed_and_removed(client):
    leader = create_leader(client)
    pause = {"first_date": "2026-07-01", "last_date": "2026-07-14"}
    added = leader.call("POST", "/pauses", pause)
    assert added.status_code == 201
    assert leader.get("/pauses").json["items"] == [pause | {"id": added.json["id"]}]
    assert leader.call("DELETE", f"/pauses/{added.json['id']}").status_code == 204
    assert leader.call("DELETE", f"/pauses/{added.json['id']}").status_code == 404
    upside_down = {"first_date": "2026-07-14", "last_date": "2026-07-01"}
    assert "last_date" in leader.call("POST", "/pauses", upside_down).json["errors"]


def test_erasing_needs_the_password_and_leaves_nothing(app, client):
    leader = create_leader(client)
    leader.writes(leader.today(), note="to be forgotten")
    assert leader.call("DELETE", "/me", {"password": "wrong"}).status_code == 403
    assert leader.get("/me").status_code == 200
    assert leader.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    assert leader.get("/me").status_code == 401
    with app.app_context():
        assert store.find_account_id(leader.email) is None
        assert db.session.query(Reflection).count() == 0
    assert client.post("/api/v1/accounts", json=NEW | {"email": leader.email}).status_code == 201


def test_token_takes_precedence_over_session(client):
    leader = create_leader(client)
    reply = client.get("/api/v1/me", headers={"Authorization": "Bearer lj_wrong"})
    assert reply.status_code == 401
    assert leader.get("/me").status_code == 200
    basic = client.get("/api/v1/me", headers={"Authorization": "Basic eDp5"})
    assert basic.status_code == 401
