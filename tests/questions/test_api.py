"""The keys and a leader's questions over the API."""

import pytest
from factories import create_leader

from leaderjournal.practice import catalogue


def test_keys_are_listed_with_their_behaviours(client):
    keys = create_leader(client).get("/keys").json["items"]
    assert [key["key"] for key in keys] == ["lead-from-front", "protect-and-serve", "let-go"]
    assert [len(key["behaviours"]) for key in keys] == [8, 12, 8]
    assert keys[2]["behaviours"][-1]["slug"] == "celebrate"
    assert keys[2]["score_sentence"] == "How far did you let go and trust your people today?"
    assert keys[2]["behaviours"][-1]["score_sentence"] == (
        "How far did you celebrate success along the way today?"
    )


def test_today_serves_the_same_question_per_key_all_day(client):
    leader = create_leader(client)
    first = leader.get("/prompts/today").json
    assert [q["key"] for q in first["questions"]] == list(catalogue.KEY_SLUGS)
    leader.writes(first["local_date"], ("let-go", 1, "badly"))
    for question in first["questions"]:
        hidden = leader.call("PUT", f"/questions/catalogue/{question['question']}/hidden")
        assert hidden.status_code == 204
    leader.call("POST", "/questions", {"key": "let-go", "text": "Who decided without me?"})
    assert leader.get("/prompts/today").json == first


def test_question_of_the_day_says_what_its_score_answers(client):
    leader = create_leader(client)
    day = leader.get("/prompts/today").json
    for asked in day["questions"]:
        behaviour = catalogue.get_behaviour(asked["key"], asked["behaviour"])
        assert asked["score_sentence"] == behaviour.score_sentence
    [today, *_] = leader.get("/prompts/ahead").json["items"]
    assert [q["score_sentence"] for q in today["questions"]] == [
        q["score_sentence"] for q in day["questions"]
    ]
    assert all(q["behaviour_text"] for q in today["questions"])


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (None, "How far did you let go and trust your people today?"),
        ("step-aside", "How far did you leave people room to work today?"),
    ],
)
def test_own_question_is_scored_by_its_behaviour_or_its_key(browser, leader, behaviour, sentence):
    own = {"key": "let-go", "behaviour": behaviour, "text": "Who led it?", "every_days": 1}
    assert leader.call("POST", "/questions", own).status_code == 201
    asked = leader.get("/prompts/today").json["questions"][-1]
    assert (asked["text"], asked["behaviour"]) == ("Who led it?", behaviour)
    assert asked["score_sentence"] == sentence
    page = browser.get("/").text
    assert page.index("Who led it?") < page.index(f"<span data-score-sentence>{sentence}</span>")


def test_own_question_can_be_added_changed_retired_and_deleted(client):
    leader = create_leader(client)
    new = {"key": "let-go", "behaviour": "celebrate", "text": "Who did I thank?", "every_days": 7}
    added = leader.call("POST", "/questions", new)
    assert added.status_code == 201
    path = f"/questions/{added.json['id']}"
    assert leader.get(path).json == new | {"id": added.json["id"], "retired": False}
    changed = leader.call("PATCH", path, {"text": "Whom did I thank?", "every_days": None})
    assert changed.json["text"] == "Whom did I thank?"
    assert changed.json["every_days"] is None
    assert leader.call("PATCH", path, {"retired": True}).json["retired"] is True
    assert [q["retired"] for q in leader.get("/questions").json["items"]] == [True]
    assert leader.call("DELETE", path).status_code == 204
    assert leader.get(path).status_code == 404
    assert leader.call("DELETE", path).status_code == 404
    assert leader.call("PATCH", path, {"retired": False}).status_code == 404


def test_own_question_with_a_rhythm_is_served_first(client):
    leader = create_leader(client)
    new = {"key": "let-go", "text": "Who decided without me?", "every_days": 2}
    added = leader.call("POST", "/questions", new).json
    asked = leader.get("/prompts/today").json["questions"][2]
    assert (asked["question"], asked["text"]) == (added["id"], new["text"])
    leader.writes(leader.today(), ("let-go", 3, "Ana did"))
    leader.call("DELETE", f"/questions/{added['id']}")
    assert leader.get("/prompts/today").json["questions"][2]["text"] == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "courage"}, "key"),
        ({"behaviour": "coach"}, "behaviour"),
        ({"text": ""}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"every_days": 0}, "every_days"),
        ({"every_days": 366}, "every_days"),
        ({"every_days": "weekly"}, "every_days"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_invalid_question_names_the_field(client, change, field):
    leader = create_leader(client)
    good = {"key": "let-go", "behaviour": "celebrate", "text": "Who did I thank?"}
    refused = leader.call("POST", "/questions", good | change)
    assert refused.status_code == 422
    assert field in refused.json["errors"]
    added = leader.call("POST", "/questions", good).json
    path = f"/questions/{added['id']}"
    assert leader.call("PATCH", path, change).status_code == 422
    assert leader.get(path).json == added


def test_last_catalogue_question_of_a_key_cannot_be_hidden(client):
    leader = create_leader(client)
    of_key = [q.id for q in catalogue.list_questions() if q.key == "let-go"]
    for question in of_key[:-1]:
        hidden = leader.call("PUT", f"/questions/catalogue/{question}/hidden")
        assert hidden.status_code == 204
    last = leader.call("PUT", f"/questions/catalogue/{of_key[-1]}/hidden")
    assert last.status_code == 409
    assert leader.get("/prompts/today").json["questions"][2]["question"] == of_key[-1]
    shown = leader.call("DELETE", f"/questions/catalogue/{of_key[0]}/hidden")
    assert shown.status_code == 204
    listed = leader.get("/questions/catalogue").json["items"]
    assert {q["id"] for q in listed if q["hidden"]} == set(of_key[1:-1])
    assert leader.call("PUT", "/questions/catalogue/nope/hidden").status_code == 404
