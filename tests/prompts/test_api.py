"""The schedule, the snooze and the devices over the API."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from factories import A_BROWSER, create_leader, sign_in
from prompts.factories import EVERY_DAY, allow_push_host, build_schedule


def get_errors(reply):
    assert reply.status_code == 422, reply.text
    assert reply.mimetype == "application/problem+json"
    return reply.json["errors"]


def test_first_offer_is_the_last_writing_time(client):
    leader = create_leader(client, time_zone="Asia/Tokyo")
    offered = leader.get("/prompt-schedule").json
    assert (offered["chosen"], offered["enabled"]) == (False, False)
    assert (offered["times"], offered["weekdays"]) == (["17:45"], [1, 2, 3, 4, 5])
    with time_machine.travel(datetime(2026, 11, 24, 11, 32, tzinfo=UTC), tick=False):
        leader.writes("2026-11-24", ("let-go", 3, ""))
    assert leader.get("/prompt-schedule").json["times"] == ["20:30"]


def test_schedule_is_saved_as_chosen(client):
    leader = create_leader(client)
    chosen = {
        "enabled": True,
        "times": ["17:45", "07:30", "17:45"],
        "weekdays": [5, 1],
        "quiet_from": "22:00",
        "quiet_to": "06:30",
        "paused_until": "2027-01-04",
        "streak_at_risk": True,
        "by_mail": True,
    }
    reply = leader.call("PUT", "/prompt-schedule", chosen)
    assert reply.status_code == 200
    kept = leader.get("/prompt-schedule").json
    assert reply.json == kept
    expected = chosen | {"times": ["07:30", "17:45"], "weekdays": [1, 5], "chosen": True}
    assert {name: kept[name] for name in expected} == expected
    assert kept["next_due_at"] == "2027-01-04T06:30:00.000000Z"
    leader.call("PUT", "/prompt-schedule", build_schedule("07:30", enabled=False))
    assert leader.get("/prompt-schedule").json["next_due_at"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"times": ["7:30"]}, "times.0"),
        ({"times": ["25:00"]}, "times.0"),
        ({"times": ["07:30:30"]}, "times.0"),
        ({"times": ["0730Z"]}, "times.0"),
        ({"times": ["T0730"]}, "times.0"),
        ({"quiet_from": "07+01", "quiet_to": "22:00"}, "quiet_from"),
        ({"times": [f"0{hour}:00" for hour in range(7)]}, "times"),
        ({"times": []}, "times"),
        ({"times": None}, "times"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [0]}, "weekdays.0"),
        ({"weekdays": [8]}, "weekdays.0"),
        ({"weekdays": ["Monday"]}, "weekdays.0"),
        ({"quiet_from": "22:00"}, "quiet_to"),
        ({"quiet_to": "06:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_to"),
        ({"paused_until": "soon"}, "paused_until"),
        ({"enabled": "perhaps"}, "enabled"),
        ({"tiems": []}, "tiems"),
    ],
)
def test_invalid_schedule_is_reported_and_changes_nothing(client, wrong, field):
    leader = create_leader(client)
    leader.call("PUT", "/prompt-schedule", build_schedule("12:00"))
    before = leader.get("/prompt-schedule").json
    assert field in get_errors(
        leader.call("PUT", "/prompt-schedule", build_schedule("12:00") | wrong)
    )
    assert leader.get("/prompt-schedule").json == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"times": ["25:00"]},
        {"times": ["7:30"], "quiet_from": "20:00", "quiet_to": "08:00"},
        {"times": "12:00"},
        {"quiet_from": "25:00", "quiet_to": "08:00"},
        {"quiet_from": "20:00", "quiet_to": "8"},
        {"quiet_from": "late"},
    ],
)
def test_one_bad_time_is_one_error(client, wrong):
    errors = get_errors(
        create_leader(client).call("PUT", "/prompt-schedule", build_schedule("12:00") | wrong)
    )
    assert [len(messages) for messages in errors.values()] == [1], errors


def test_time_that_never_comes_is_warned_of(client):
    leader = create_leader(client)
    quiet = {"quiet_from": "20:00", "quiet_to": "08:00"}
    reply = leader.call("PUT", "/prompt-schedule", build_schedule("12:00", "21:00") | quiet)
    [warning] = reply.json["warnings"]
    assert warning == (
        "No reminder comes at 21:00. Your quiet hours last until 08:00, and your day ends before"
        " that, at 03:00. Choose a time before 20:00."
    )
    assert leader.get("/prompt-schedule").json == reply.json
    assert leader.call("PUT", "/prompt-schedule", build_schedule("12:00")).json["warnings"] == []


def test_read_schedule_can_be_put_back(client):
    leader = create_leader(client)
    leader.call("PUT", "/prompt-schedule", build_schedule("12:00"))
    read = leader.get("/prompt-schedule").json
    assert leader.call("PUT", "/prompt-schedule", read).json == read


def test_concurrent_first_calls_all_succeed(client, app):
    leader = create_leader(client)
    calls = [
        ("PUT", "/prompt-schedule", build_schedule("12:00")),
        ("POST", "/prompts/snooze", {"minutes": 60}),
        ("POST", "/push/subscriptions", A_BROWSER),
    ] * 4

    def call(asked):
        method, path, body = asked
        own = app.test_client()
        return own.open(f"/api/v1{path}", method=method, json=body, headers=leader.headers)

    with ThreadPoolExecutor(len(calls)) as threads:
        statuses = [reply.status_code for reply in threads.map(call, calls)]
    assert set(statuses) <= {200, 201}
    assert statuses.count(201) == 1
    assert len(leader.get("/push/subscriptions").json["items"]) == 1


@pytest.mark.parametrize("missing", ["enabled", "times", "weekdays"])
def test_schedule_needs_its_required_fields(client, missing):
    leader = create_leader(client)
    chosen = {name: value for name, value in build_schedule("12:00").items() if name != missing}
    assert missing in get_errors(leader.call("PUT", "/prompt-schedule", chosen))


@pytest.mark.parametrize(
    ("zone", "times", "now", "due"),
    [
        # 02:30 does not exist on this night: the first minute that does is 03:00 in summer time.
        ("America/New_York", ["02:30"], "2026-03-08T05:00Z", "2026-03-08T07:00"),
        # 02:30 comes twice on this night: the prompt comes the first time.
        ("Europe/Berlin", ["02:30"], "2026-10-24T22:00Z", "2026-10-25T00:30"),
        ("Pacific/Kiritimati", ["07:30"], "2026-11-24T20:00Z", "2026-11-25T17:30"),
    ],
)
def test_next_prompt_is_at_local_time(client, zone, times, now, due):
    leader = create_leader(client, time_zone=zone)
    with time_machine.travel(datetime.fromisoformat(now), tick=False):
        kept = leader.call("PUT", "/prompt-schedule", build_schedule(*times)).json
    assert kept["next_due_at"] == f"{due}:00.000000Z"


def test_time_zone_change_moves_the_next_prompt(client):
    leader = create_leader(client, time_zone="Europe/Berlin")
    with time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC), tick=False):
        leader.call("PUT", "/prompt-schedule", build_schedule("17:45"))
        leader.call("PATCH", "/me", {"time_zone": "America/New_York"})
    assert leader.get("/prompt-schedule").json["next_due_at"].startswith("2026-11-24T22:45")


def test_snooze_returns_the_new_due_time(client):
    leader = create_leader(client)
    with time_machine.travel(datetime(2026, 11, 24, 16, 50, 31, tzinfo=UTC), tick=False):
        leader.call("PUT", "/prompt-schedule", build_schedule("18:00"))
        snoozed = leader.call("POST", "/prompts/snooze", {"minutes": 60})
    assert snoozed.status_code == 200
    assert snoozed.json == {"due_at": "2026-11-24T17:50:00.000000Z"}
    kept = leader.get("/prompt-schedule").json
    assert kept["next_due_at"] == kept["snoozed_until"] == snoozed.json["due_at"]


def test_snooze_in_a_pause_is_a_conflict(client):
    leader = create_leader(client)
    leader.call("PUT", "/prompt-schedule", build_schedule("18:00", paused_until="2999-01-01"))
    refused = leader.call("POST", "/prompts/snooze", {"minutes": 60})
    assert refused.status_code == 409
    assert "2999-01-01" in refused.json["detail"]


@pytest.mark.parametrize("minutes", [0, -1, 1441, "an hour", 1.5, None])
def test_invalid_snooze_is_reported(client, minutes):
    leader = create_leader(client)
    assert "minutes" in get_errors(leader.call("POST", "/prompts/snooze", {"minutes": minutes}))


def test_push_key_is_a_valid_point(client):
    key = client.get("/api/v1/push/key").json["public_key"]
    point = base64.urlsafe_b64decode(key + "=")
    assert len(point) == 65
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def test_browser_subscribes_once_and_is_listed_by_name(client):
    leader = create_leader(client)
    created = leader.call("POST", "/push/subscriptions", A_BROWSER)
    assert created.status_code == 201
    assert created.json["device"] == "Chrome, Android"
    again = leader.call("POST", "/push/subscriptions", A_BROWSER)
    assert (again.status_code, again.json["id"]) == (200, created.json["id"])
    [listed] = leader.get("/push/subscriptions").json["items"]
    assert listed == again.json
    assert (listed["last_outcome"], listed["last_tried_at"]) == (None, None)
    assert A_BROWSER["keys"]["auth"] not in leader.get("/push/subscriptions").text
    assert A_BROWSER["endpoint"] not in leader.get("/push/subscriptions").text


def test_browser_belongs_to_the_account_that_subscribed_last(client):
    first, second = create_leader(client), create_leader(client)
    first.call("POST", "/push/subscriptions", A_BROWSER)
    assert second.call("POST", "/push/subscriptions", A_BROWSER).status_code == 201
    assert first.get("/push/subscriptions").json["items"] == []
    assert len(second.get("/push/subscriptions").json["items"]) == 1


@pytest.mark.parametrize("key", ["auth", "p256dh"])
def test_taking_over_an_endpoint_needs_its_keys(client, key):
    first, second = create_leader(client), create_leader(client)
    first.call("POST", "/push/subscriptions", A_BROWSER)
    listed = first.get("/push/subscriptions").json
    others = {
        "auth": "AAAAAAAAAAAAAAAAAAAAAA",
        "p256dh": "BOC-S7uOmaF0xjPI_VgLQDgsB-MLLbta9fRtQGMjzNv7pbbrBOa8zlXc5UFuLy_Nv72Wpcuu"
        "hLDcKgVEKndBAW4",
    }
    guessed = A_BROWSER | {"keys": A_BROWSER["keys"] | {key: others[key]}}
    refused = second.call("POST", "/push/subscriptions", guessed)
    assert refused.status_code == 409
    assert "not this browser's keys" in refused.json["detail"]
    assert first.get("/push/subscriptions").json == listed
    assert second.get("/push/subscriptions").json["items"] == []


def test_concurrent_takeovers_leave_one_owner(app, client):
    leaders = [create_leader(client) for _ in range(6)]
    first, *others = leaders
    first.call("POST", "/push/subscriptions", A_BROWSER)
    with ThreadPoolExecutor(5) as pool:
        replies = pool.map(lambda one: one.call("POST", "/push/subscriptions", A_BROWSER), others)
    assert {reply.status_code for reply in replies} <= {200, 201, 409}
    assert sum(len(one.get("/push/subscriptions").json["items"]) for one in leaders) == 1


def test_twenty_first_device_replaces_the_oldest(client):
    leader = create_leader(client)
    for number in range(22):
        device = A_BROWSER | {"endpoint": f"{A_BROWSER['endpoint']}/{number}"}
        assert leader.call("POST", "/push/subscriptions", device).status_code == 201
    assert len(leader.get("/push/subscriptions").json["items"]) == 20


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/fcm/send/abc",
        "https://user:password@fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com.evil.example/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://localhost/x",
        "file:///etc/passwd",
        "https://journal.example/x",
        "",
        "x" * 2001,
    ],
)
def test_endpoint_of_an_unknown_service_is_rejected(client, endpoint):
    leader = create_leader(client)
    refused = leader.call("POST", "/push/subscriptions", A_BROWSER | {"endpoint": endpoint})
    assert "endpoint" in get_errors(refused)
    assert leader.get("/push/subscriptions").json["items"] == []


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({}, "keys.p256dh"),
        ({"p256dh": "AAAA", "auth": A_BROWSER["keys"]["auth"]}, "keys.p256dh"),
        ({"p256dh": "B" + "A" * 86, "auth": A_BROWSER["keys"]["auth"]}, "keys.p256dh"),
        ({"p256dh": A_BROWSER["keys"]["p256dh"], "auth": "AAAA"}, "keys.auth"),
        ({"p256dh": A_BROWSER["keys"]["p256dh"], "auth": "not base64!"}, "keys.auth"),
    ],
)
def test_unusable_keys_are_rejected(client, keys, field):
    leader = create_leader(client)
    refused = leader.call("POST", "/push/subscriptions", A_BROWSER | {"keys": keys})
    assert field in get_errors(refused)


def test_only_the_owner_can_remove_a_device(client):
    leader, stranger = create_leader(client), create_leader(client)
    made = leader.call("POST", "/push/subscriptions", A_BROWSER).json
    address = f"/push/subscriptions/{made['id']}"
    assert stranger.call("DELETE", address).status_code == 404
    assert stranger.call("POST", f"{address}/test").status_code == 404
    assert leader.get(address).json == made
    assert leader.call("DELETE", address).status_code == 204
    assert leader.get(address).status_code == 410
    assert stranger.get(address).status_code == 404
    assert leader.call("DELETE", address).status_code == 404


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("accepted", {"outcome": "sent", "status": 201}),
        ("gone", {"outcome": "gone", "status": 410}),
        ("error", {"outcome": "later", "status": 500}),
        ("forbidden", {"outcome": "refused", "status": 403}),
    ],
)
def test_test_message_is_sent_at_once_and_returns_its_outcome(
    client, app, push_service, monkeypatch, kind, told
):
    allow_push_host(app, monkeypatch, push_service.host)
    leader = create_leader(client)
    device = push_service.create_subscription(kind)
    made = leader.call("POST", "/push/subscriptions", device).json
    reply = leader.call("POST", f"/push/subscriptions/{made['id']}/test")
    assert (reply.status_code, reply.json) == (200, told)
    assert [shown["tag"] for shown in push_service.list_shown(device)] == ["test"] * (
        kind == "accepted"
    )
    listed = leader.get("/push/subscriptions").json["items"]
    assert [d["last_outcome"] for d in listed] == ([] if kind == "gone" else [told["outcome"]])


def test_score_from_a_notification_keeps_the_text(client):
    leader = create_leader(client)
    day = leader.today()
    asked = {q["key"]: q for q in leader.get("/prompts/today").json["questions"]}
    address = f"/reflections/{day}/answers/let-go"
    created = leader.call("PUT", address, {"score": 4})
    assert created.status_code == 201
    [answer] = created.json["answers"]
    assert (answer["score"], answer["question"]) == (4, asked["let-go"]["question"])
    again = leader.call("PUT", address, {"score": 1})
    assert (again.status_code, again.json["answers"][0]["score"]) == (200, 4)
    assert again.headers["ETag"] == created.headers["ETag"]

    leader.writes(day, ("let-go", None, "Let Ana run it"), ("lead-from-front", 2, ""), note="calm")
    scored = leader.call("PUT", address, {"score": 1}).json
    by_key = {answer["key"]: answer for answer in scored["answers"]}
    assert (by_key["let-go"]["score"], by_key["let-go"]["text"]) == (1, "Let Ana run it")
    assert by_key["lead-from-front"]["score"] == 2
    assert scored["note"] == "calm"


def test_score_tapped_offline_counts_for_its_day(client):
    leader = create_leader(client, time_zone="UTC")
    today = datetime.fromisoformat(leader.today()).replace(tzinfo=UTC)
    tapped = today - timedelta(days=5, hours=-20)
    day = f"{tapped:%Y-%m-%d}"
    body = {"score": 4, "written_at": f"{tapped:%Y-%m-%dT%H:%M:%SZ}"}
    leader.call("PATCH", "/me", {"practice_days": EVERY_DAY})
    assert leader.call("PUT", f"/reflections/{day}/answers/let-go", body).status_code == 201
    assert leader.get("/streak").json["longest"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "score"), ({"score": 6}, "score"), ({"score": None}, "score"), ({"mood": 1}, "mood")],
)
def test_invalid_score_is_reported(client, body, field):
    leader = create_leader(client)
    reply = leader.call("PUT", f"/reflections/{leader.today()}/answers/let-go", body)
    assert field in get_errors(reply)


def test_unknown_key_takes_no_score(client):
    leader = create_leader(client)
    reply = leader.call("PUT", f"/reflections/{leader.today()}/answers/courage", {"score": 3})
    assert reply.status_code == 404
    assert "let-go" in reply.json["detail"]


def test_service_worker_gets_the_account_and_a_csrf_token(client, app):
    leader = create_leader(client)
    assert app.test_client().get("/api/v1/session").status_code == 401
    browser = app.test_client()
    sign_in(browser, leader)
    session = browser.get("/api/v1/session").json
    assert session["account_id"] == leader.id
    address = f"/api/v1/reflections/{leader.today()}/answers/let-go"
    assert browser.put(address, json={"score": 4}).status_code == 403
    allowed = browser.put(
        address, json={"score": 4}, headers={"X-CSRFToken": session["csrf_token"]}
    )
    assert allowed.status_code == 201
