"""Changes that devices make, over the API: written once, merged, and never lost."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from reflections.test_concurrency import run_concurrently

DAY = "2026-01-05"


def make_content(note="", commitment="", **texts):
    answers = [{"key": key.replace("_", "-"), "text": text} for key, text in texts.items()]
    return {"answers": answers, "note": note, "commitment": commitment}


def send_merge(leader, was, now, day=DAY, **rest):
    body = make_content(**now) | {"was": None if was is None else make_content(**was)} | rest
    reply = leader.call("POST", f"/reflections/{day}/merge", body)
    assert reply.status_code in {200, 201}, reply.text
    return reply


def list_versions(leader, day=DAY):
    return leader.get(f"/reflections/{day}/revisions").json["items"]


def test_resent_change_is_written_once(leader):
    change = {"change": str(uuid.uuid4())}
    first = leader.writes(DAY, note="once", **change)
    again = leader.writes(DAY, note="once", **change)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["version"] == first.json["version"] == 1
    leader.writes(DAY, note="and on")
    late = leader.writes(DAY, note="once", **change)
    assert late.json["note"] == "and on"
    assert [version["note"] for version in list_versions(leader)] == ["once"]


def test_resent_merge_is_written_once(leader):
    leader.writes(DAY, note="there")
    change = str(uuid.uuid4())
    first = send_merge(leader, None, {"commitment": "here"}, change=change)
    again = send_merge(leader, None, {"commitment": "here"}, change=change)
    assert first.json["version"] == again.json["version"] == 2
    assert again.headers["ETag"] == first.headers["ETag"]


def test_change_sent_concurrently_is_written_once(app, leader):
    change = str(uuid.uuid4())
    leader.writes(DAY, note="before")

    def send():
        return app.test_client().post(
            f"/api/v1/reflections/{DAY}/merge",
            json=make_content(note="after")
            | {"was": make_content(note="before"), "change": change},
            headers=leader.headers,
        )

    replies = run_concurrently([send] * 6)
    assert {reply.status_code for reply in replies} == {200}
    assert {reply.json["version"] for reply in replies} == {2}


def test_merge_keeps_different_fields_of_two_devices(leader):
    leader.writes(DAY, ("let-go", 3, "there"))
    reply = send_merge(leader, None, {"note": "here", "protect_and_serve": "here too"})
    texts = {answer["key"]: answer["text"] for answer in reply.json["answers"]}
    assert texts == {"let-go": "there", "protect-and-serve": "here too"}
    assert reply.json["note"] == "here"
    assert reply.json["set_aside"] == []
    assert not any(version["set_aside"] for version in list_versions(leader))


def test_merge_keeps_the_newer_text_and_stores_the_superseded_one(leader):
    now = datetime.now(UTC)
    leader.writes(DAY, note="first")
    send_merge(leader, {"note": "first"}, {"note": "at noon"})
    early = str(now - timedelta(hours=2))
    lost = send_merge(leader, {"note": "first"}, {"note": "at dawn"}, written_at=early)
    assert lost.json["note"] == "at noon"
    assert lost.json["set_aside"] == ["note"]
    late = send_merge(leader, {"note": "first"}, {"note": "at night"})
    assert late.json["note"] == "at night"
    assert late.json["set_aside"] == ["note"]
    kept = list_versions(leader)
    assert {version["note"] for version in kept} == {"first", "at dawn", "at noon"}
    assert {v["note"] for v in kept if v["set_aside"]} == {"at dawn", "at noon"}


def test_merge_creates_a_day_and_revives_a_deleted_one_with_new_text_only(leader):
    assert send_merge(leader, None, {"note": "first"}).status_code == 201
    leader.call("DELETE", f"/reflections/{DAY}")
    back = send_merge(leader, {"note": "first"}, {"note": "first", "commitment": "call Ann"})
    assert back.status_code == 201
    assert (back.json["note"], back.json["commitment"]) == ("", "call Ann")
    assert "first" in [version["note"] for version in list_versions(leader)]


def test_concurrent_merges_keep_every_text(app, leader):
    leader.writes(DAY, note="begun")
    texts = [f"from device {n}" for n in range(6)]

    def make_sender(text):
        def send():
            return app.test_client().post(
                f"/api/v1/reflections/{DAY}/merge",
                json=make_content(note=text) | {"was": make_content(note="begun")},
                headers=leader.headers,
            )

        return send

    replies = run_concurrently([make_sender(text) for text in texts])
    assert {reply.status_code for reply in replies} == {200}
    current = leader.get(f"/reflections/{DAY}").json["note"]
    kept = {current, *(version["note"] for version in list_versions(leader))}
    assert {"begun", *texts} <= kept


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"was": {"note": 5}}, "was.note"),
        ({"was": {"answers": [{"key": "x"}]}}, "was.answers.0.key"),
        ({"change": "mine"}, "change"),
        ({"written_at": "yesterday"}, "written_at"),
    ],
)
def test_invalid_merge_field_is_named(leader, body, field):
    reply = leader.call("POST", f"/reflections/{DAY}/merge", body)
    assert reply.status_code == 422
    assert field in reply.json["errors"]
    assert leader.get(f"/reflections/{DAY}").status_code == 404


def test_written_at_before_the_day_is_rejected(leader):
    late = leader.call(
        "POST", f"/reflections/{DAY}/merge", {"note": "x", "written_at": "2026-01-01T00:00:00Z"}
    )
    assert late.status_code == 422
    assert "written_at" in late.json["errors"]


def test_restoring_a_version_keeps_the_replaced_one(leader):
    leader.writes(DAY, note="first")
    etag = leader.writes(DAY, note="second").headers["ETag"]
    restore = f"/reflections/{DAY}/revisions/1/restore"
    assert leader.call("POST", restore, If_Match='"other-1"').status_code == 412
    restored = leader.call("POST", restore, If_Match=etag)
    assert restored.status_code == 200
    assert (restored.json["note"], restored.json["version"]) == ("first", 3)
    assert restored.headers["ETag"] != etag
    assert [version["note"] for version in list_versions(leader)] == ["second", "first"]
    for missing in (
        f"/reflections/{DAY}/revisions/9/restore",
        f"/reflections/{DAY}/revisions/{2**31}/restore",
        "/reflections/2026-01-06/revisions/1/restore",
    ):
        assert leader.call("POST", missing).status_code == 404


def test_prompts_ahead_match_the_questions_of_each_day(leader):
    ahead = leader.get("/prompts/ahead").json["items"]
    today = leader.get("/prompts/today").json
    first = ahead[0]
    assert first["local_date"] == today["local_date"]
    assert [q["question"] for q in first["questions"]] == [
        q["question"] for q in today["questions"]
    ]
    days = [date.fromisoformat(day["local_date"]) for day in ahead]
    assert days == [days[0] + timedelta(days=n) for n in range(14)]
    asked = [(q["key"], q["question"]) for day in ahead for q in day["questions"]]
    assert len(asked) == 42
    assert len(set(asked)) == 42, "a question comes twice within a fortnight"
    assert leader.get("/prompts/ahead").json["items"] == ahead


def test_questions_answered_offline_become_the_served_questions(client, leader):
    tomorrow = leader.get("/prompts/ahead").json["items"][1]
    asked = {q["key"]: q["question"] for q in tomorrow["questions"]}
    leader.call("PUT", f"/hidden-questions/{asked['let-go']}")  # which would change the choice
    answers = [{"key": key, "question": question, "text": "x"} for key, question in asked.items()]
    day = str(date.fromisoformat(leader.today()) - timedelta(days=1))
    reply = leader.call("PUT", f"/reflections/{day}", {"answers": answers})
    assert reply.status_code == 201, reply.text
    shown = {answer["key"]: answer["question"] for answer in reply.json["answers"]}
    assert shown == asked
