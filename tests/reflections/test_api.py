"""Reflections over the API: a day is written, versioned, guarded, found, deleted, restored."""

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import create_leader

LEAD, SERVE, LET_GO = "lead-from-front", "protect-and-serve", "let-go"


def test_put_creates_then_replaces_a_day_and_is_idempotent(client):
    leader = create_leader(client)
    today = leader.today()
    body = {
        "answers": [{"key": LEAD, "behaviour": "inspect", "score": 4, "text": "Looked closely."}],
        "note": "A calm day.",
        "commitment": "Call Ben.",
    }
    created = leader.call("PUT", f"/reflections/{today}", body)
    again = leader.call("PUT", f"/reflections/{today}", body)
    body["note"] = "A calm evening."
    replaced = leader.call("PUT", f"/reflections/{today}", body)
    assert [created.status_code, again.status_code, replaced.status_code] == [201, 200, 200]
    assert created.headers["ETag"] == again.headers["ETag"] != replaced.headers["ETag"]
    shown = leader.get(f"/reflections/{today}")
    assert shown.headers["ETag"] == replaced.headers["ETag"]
    assert shown.json["note"] == "A calm evening."
    assert shown.json["answers"] == [
        {
            "key": LEAD,
            "behaviour": "inspect",
            "question": None,
            "score": 4,
            "text": "Looked closely.",
        }
    ]
    assert shown.json["words"] == 7


def test_save_keeps_the_previous_version(client):
    leader = create_leader(client)
    today = leader.today()
    for text in ("first", "second", "third"):
        leader.writes(today, (LEAD, 3, text))
    versions = leader.get(f"/reflections/{today}/revisions").json["items"]
    assert [v["answers"][0]["text"] for v in versions] == ["second", "first"]
    assert [v["version"] for v in versions] == [2, 1]


def test_stale_if_match_returns_412_with_the_stored_day(client):
    leader = create_leader(client)
    today = leader.today()
    first = leader.writes(today, (LEAD, 3, "from the phone"))
    leader.writes(today, (LEAD, 4, "from the desk"))
    stale = leader.call(
        "PUT", f"/reflections/{today}", {"note": "lost?"}, If_Match=first.headers["ETag"]
    )
    assert stale.status_code == 412
    assert stale.content_type == "application/problem+json"
    assert stale.json["current"]["answers"][0]["text"] == "from the desk"
    assert leader.get(f"/reflections/{today}").json["note"] == ""
    fresh = stale.headers["ETag"]
    accepted = leader.call("PUT", f"/reflections/{today}", {"note": "merged"}, If_Match=fresh)
    assert accepted.status_code == 200


def test_if_none_match_only_creates(client):
    leader = create_leader(client)
    today = leader.today()
    first = leader.call("PUT", f"/reflections/{today}", {"note": "one"}, If_None_Match="*")
    second = leader.call("PUT", f"/reflections/{today}", {"note": "two"}, If_None_Match="*")
    assert (first.status_code, second.status_code) == (201, 412)


def test_if_match_any_requires_an_existing_day(client):
    leader = create_leader(client)
    path = f"/reflections/{leader.today()}"
    missing = leader.call("PUT", path, {"note": "one"}, If_Match="*")
    assert missing.status_code == 412
    assert missing.json["current"] is None
    assert leader.get(path).status_code == 404


def test_deleted_day_can_be_restored(client):
    leader = create_leader(client)
    today = leader.today()
    leader.writes(today, (LET_GO, 5, "Stepped aside."))
    assert leader.call("DELETE", f"/reflections/{today}").status_code == 204
    assert leader.get(f"/reflections/{today}").status_code == 404
    assert leader.get(f"/reflections/{today}/revisions").status_code == 404
    assert leader.get("/streak").json["current"] == 0
    assert leader.call("DELETE", f"/reflections/{today}").status_code == 404
    restored = leader.call("POST", f"/reflections/{today}/restore")
    assert restored.status_code == 200
    assert restored.json["answers"][0]["text"] == "Stepped aside."
    assert leader.get("/streak").json["current"] == 1
    assert leader.call("POST", f"/reflections/{today}/restore").status_code == 404


def test_stale_delete_returns_412(client):
    leader = create_leader(client)
    today = leader.today()
    leader.writes(today, (LET_GO, 5, "Stepped aside."))
    refused = leader.call("DELETE", f"/reflections/{today}", If_Match='"another"')
    assert refused.status_code == 412
    assert leader.get(f"/reflections/{today}").status_code == 200


def test_writing_over_a_deleted_day_keeps_the_old_version(client):
    leader = create_leader(client)
    today = leader.today()
    leader.writes(today, (LEAD, 2, "old words"))
    leader.call("DELETE", f"/reflections/{today}")
    assert leader.writes(today, (LEAD, 3, "new words")).status_code == 201
    versions = leader.get(f"/reflections/{today}/revisions").json["items"]
    assert [v["answers"][0]["text"] for v in versions] == ["old words"]


@pytest.mark.parametrize(
    ("body", "field", "allowed"),
    [
        ({"answers": [{"key": LEAD, "score": 6}]}, "answers.0.score", "1 to 5"),
        ({"answers": [{"key": LEAD, "score": 0}]}, "answers.0.score", "1 to 5"),
        ({"answers": [{"key": LEAD, "score": True}]}, "answers.0.score", "1 to 5"),
        ({"answers": [{"key": LEAD, "score": 2.5}]}, "answers.0.score", "1 to 5"),
        ({"answers": [{"key": "courage"}]}, "answers.0.key", LET_GO),
        ({"answers": [{"key": LEAD, "behaviour": "coach"}]}, "answers.0.behaviour", "inspect"),
        ({"answers": [{"key": LEAD, "question": "nope"}]}, "answers.0.question", "question"),
        ({"answers": [{"key": LEAD}, {"key": LEAD}]}, "answers.1.key", "once"),
        ({"answers": [{"score": 3}]}, "answers.0.key", "required"),
        ({"answers": [{"key": LEAD, "text": "x" * 20_001}]}, "answers.0.text", "20,000"),
        ({"note": "x" * 20_001}, "note", "20,000"),
        ({"commitment": "\ud800"}, "commitment", "text"),
        ({"note": "nul\0"}, "note", "text"),
        ({"mood": "fine"}, "mood", "Unknown"),
        ({"written_at": "yesterday"}, "written_at", "2026-11-24T18:30:00Z"),
        ({"note": "x", "written_at": "2001-01-01T00:00:00Z"}, "written_at", "or later"),
    ],
)
def test_invalid_field_is_named_with_the_allowed_values(client, body, field, allowed):
    leader = create_leader(client)
    reply = leader.call("PUT", f"/reflections/{leader.today()}", body)
    assert reply.status_code == 422
    assert reply.content_type == "application/problem+json"
    assert allowed in " ".join(reply.json["errors"][field])
    assert field in reply.json["detail"]
    assert leader.get("/reflections").json["items"] == []


@pytest.mark.parametrize("day", ["2026-02-30", "26-1-1", "today", "2026-1-1", "1899-12-31"])
def test_invalid_date_returns_422(client, day):
    reply = create_leader(client).call("PUT", f"/reflections/{day}", {"note": "x"})
    assert reply.status_code == 422
    assert "2026-11-24" in reply.json["errors"]["local_date"][0] or "1900" in reply.text


def test_future_day_cannot_be_written(client):
    leader = create_leader(client)
    tomorrow = date.fromisoformat(leader.today()) + timedelta(days=1)
    reply = leader.call("PUT", f"/reflections/{tomorrow}", {"note": "x"})
    assert reply.status_code == 422
    assert leader.today() in reply.json["errors"]["local_date"][0]


def test_day_can_be_edited_after_moving_to_a_western_zone(client):
    leader = create_leader(client, time_zone="Pacific/Kiritimati")
    ahead = leader.today()
    leader.writes(ahead, (LEAD, 3, "over there"))
    leader.call("PATCH", "/me", {"time_zone": "Pacific/Pago_Pago"})
    assert leader.today() < ahead
    assert leader.writes(ahead, (LEAD, 4, "corrected")).status_code == 200


def test_day_keeps_its_time_zone_after_a_move(client):
    leader = create_leader(client, time_zone="Asia/Tokyo")
    today = leader.today()
    leader.writes(today, (LEAD, 3, "in Tokyo"))
    leader.call("PATCH", "/me", {"time_zone": "America/Lima"})
    shown = leader.get(f"/reflections/{today}").json
    assert (shown["local_date"], shown["time_zone"]) == (today, "Asia/Tokyo")


def test_days_are_listed_newest_first_in_pages(client):
    leader = create_leader(client)
    today = date.fromisoformat(leader.today())
    days = [str(today - timedelta(days=back)) for back in range(5)]
    for day in reversed(days):
        leader.writes(day, (LEAD, 3, f"on {day}"))
    found, cursor = [], ""
    while cursor is not None:
        page = leader.get(f"/reflections?limit=2{cursor and f'&cursor={cursor}'}").json
        found += [item["local_date"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == days
    ranged = leader.get(f"/reflections?from={days[3]}&to={days[1]}").json["items"]
    assert [item["local_date"] for item in ranged] == days[1:4]


def test_search_ignores_case_and_accents(client):
    leader = create_leader(client)
    today = date.fromisoformat(leader.today())
    leader.writes(today, (LEAD, 3, "Zoë called the customer"))
    leader.writes(today - timedelta(days=1), note="zoe at lunch", commitment="Thank her")
    leader.writes(today - timedelta(days=2), (SERVE, 3, "nothing of the kind"))
    found = leader.get("/reflections?q=ZOE").json["items"]
    assert [item["local_date"] for item in found] == [str(today), str(today - timedelta(days=1))]
    assert len(leader.get("/reflections?q=thank zoe").json["items"]) == 1
    assert leader.get(f"/reflections?key={SERVE}").json["items"][0]["words"] == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("from=soon", "from"),
        ("key=courage", "key"),
        ("cursor=x", "cursor"),
        ("order=up", "order"),
        (f"q={'x' * 201}", "q"),
    ],
)
def test_invalid_query_parameter_is_named(client, query, field):
    reply = create_leader(client).get(f"/reflections?{query}")
    assert reply.status_code == 422
    assert field in reply.json["errors"]


def test_offline_day_counts_by_its_write_time_and_a_late_day_does_not(client):
    leader = create_leader(client, time_zone="UTC")
    today = date.fromisoformat(leader.today())
    old = today - timedelta(days=9)
    leader.writes(old, (LEAD, 3, "late"))
    assert leader.get("/streak").json["longest"] == 0
    offline = today - timedelta(days=8)
    written_at = datetime.combine(offline, datetime.min.time(), UTC) + timedelta(hours=20)
    leader.writes(offline, (LEAD, 3, "in the lift"), written_at=written_at.isoformat())
    streak = leader.get("/streak").json
    assert streak["longest"] == 1
    assert streak["last_date"] == str(offline)


def test_empty_day_does_not_count_for_the_streak(client):
    leader = create_leader(client)
    leader.writes(leader.today())
    assert leader.get("/streak").json["current"] == 0
    leader.writes(leader.today(), (LEAD, None, "now"))
    assert leader.get("/streak").json["current"] == 1


def test_unsupported_body_returns_400_413_or_415(client):
    leader = create_leader(client)
    path = f"/api/v1/reflections/{leader.today()}"
    text = client.put(path, data="note", headers=leader.headers, content_type="text/plain")
    broken = client.put(
        path, data='{"note": ', headers=leader.headers, content_type="application/json"
    )
    large = client.put(path, json={"note": "x" * 1_000_001}, headers=leader.headers)
    assert [text.status_code, broken.status_code, large.status_code] == [415, 400, 413]
    assert "1 MB" in large.json["detail"]
