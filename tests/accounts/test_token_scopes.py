"""What an API token may do, for how long, and when it was used."""

import time

import pytest
import time_machine
from factories import PASSWORD


@pytest.fixture
def issue(client, leader):
    """Request a token; return the response."""

    def issue(**asked):
        credentials = {"email": leader.email, "password": PASSWORD, "label": "report"}
        return client.post("/api/v1/tokens", json=credentials | asked)

    return issue


@pytest.fixture
def call(app):
    """Call with a token; return the status."""

    def call(token, method, path, **kwargs):
        headers = {"Authorization": f"Bearer {token}"}
        return app.test_client().open(path, method=method, headers=headers, **kwargs)

    return call


def test_token_without_a_scope_named_may_do_everything(issue, call):
    issued = issue().json
    assert issued["scope"] == ["read", "write", "export"]
    token = issued["token"]
    assert call(token, "GET", "/api/v1/me").status_code == 200
    assert call(token, "PATCH", "/api/v1/me", json={"name": "Ada"}).status_code == 200
    assert call(token, "GET", "/api/v1/export?format=json").status_code == 200


@pytest.mark.parametrize(
    ("scope", "reads", "writes", "exports"),
    [
        (["read"], 200, 403, 403),
        (["write"], 403, 200, 403),
        (["export"], 403, 403, 200),
        (["export", "read", "read"], 200, 403, 200),
    ],
)
def test_token_does_what_its_scope_says_and_nothing_else(
    issue, call, scope, reads, writes, exports
):
    issued = issue(scope=scope).json
    assert issued["scope"] == [name for name in ("read", "write", "export") if name in scope]
    token = issued["token"]
    assert call(token, "GET", "/api/v1/me").status_code == reads
    assert call(token, "GET", "/api/v1/reflections").status_code == reads
    assert call(token, "GET", "/month/2026-11").status_code == reads
    changed = call(token, "PATCH", "/api/v1/me", json={"name": "Ada"})
    assert changed.status_code == writes
    for path in ("/api/v1/export?format=csv", "/settings/export/json"):
        assert call(token, "GET", path).status_code == exports


def test_refusal_names_the_scope_that_is_needed(issue, call):
    refused = call(issue(scope=["read"]).json["token"], "POST", "/api/v1/wins", json={})
    assert refused.status_code == 403
    assert refused.json["detail"] == (
        "This call needs a token with the scope write. This one has: read."
    )


@pytest.mark.parametrize("scope", [[], ["all"], ["read", "Write"], "read", None, [1]])
def test_unknown_scope_is_refused(issue, scope):
    answer = issue(scope=scope)
    assert answer.status_code == 422
    (field,) = answer.json["errors"]
    assert field.partition(".")[0] == "scope"


def test_token_lasts_as_long_as_asked(issue, call):
    issued = issue(expires_in_days=2).json
    with time_machine.travel(time.time() + 2 * 86_400 - 60):
        assert call(issued["token"], "GET", "/api/v1/me").status_code == 200
    with time_machine.travel(time.time() + 2 * 86_400 + 60):
        assert call(issued["token"], "GET", "/api/v1/me").status_code == 401
    for days in (0, 366, -1, "7", 1.5):
        assert "expires_in_days" in issue(expires_in_days=days).json["errors"]


def test_list_says_when_a_token_was_used(issue, call, leader):
    issued = issue().json

    def last_used():
        listed = leader.get("/tokens").json["items"]
        return next(token["last_used_at"] for token in listed if token["id"] == issued["id"])

    assert issued["last_used_at"] is None
    assert last_used() is None
    call(issued["token"], "GET", "/api/v1/me")
    first = last_used()
    assert first is not None
    call(issued["token"], "GET", "/api/v1/me")
    assert last_used() == first
    with time_machine.travel(time.time() + 660):
        call(issued["token"], "GET", "/api/v1/me")
        assert last_used() > first
