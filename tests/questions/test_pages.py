"""A leader's questions as pages."""

import pytest

from leaderjournal.practice import catalogue


def test_question_can_be_added_changed_retired_and_resumed(post, leader):
    added = post("/questions", key="let-go", behaviour="", text="Who decided?", every_days="7")
    assert "Question added" in added.text
    [question] = leader.get("/questions").json["items"]
    assert question["every_days"] == 7
    path = f"/questions/{question['id']}"
    assert "Who decided?" in post.get(path).text
    changed = post(path, key="let-go", behaviour="celebrate", text="Who chose?", every_days="")
    assert "Saved." in changed.text
    assert "Question paused." in post(f"{path}/retire").text
    assert leader.get("/questions").json["items"][0]["retired"] is True
    assert "Question resumed." in post(f"{path}/resume").text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("key", "courage", "Use one of"),
        ("text", " ", "required"),
        ("every_days", "often", "whole number"),
        ("behaviour", "coach", "Use a behaviour of"),
    ],
)
def test_invalid_question_is_named_and_input_is_kept(post, leader, field, value, message):
    form = {"key": "let-go", "text": "Who decided?", "every_days": "7", field: value}
    shown = post("/questions", **form)
    assert shown.status_code == 422
    assert message in shown.text
    assert "<h1>Add a question</h1>" in shown.text
    assert field == "text" or "Who decided?" in shown.text
    added = leader.call("POST", "/questions", {"key": "let-go", "text": "Mine?"}).json
    assert post(f"/questions/{added['id']}", **form).status_code == 422
    assert leader.get(f"/questions/{added['id']}").json == added


def test_missing_question_returns_404(post):
    path = "/questions/00000000-0000-7000-8000-000000000000"
    good = {"key": "let-go", "text": "Who decided?"}
    assert post.get(path).status_code == 404
    assert post(path, **good).status_code == 404
    assert post(f"{path}/retire").status_code == 404
    assert post("/questions/catalogue/nope/hide").status_code == 404


def test_catalogue_question_can_be_hidden_and_shown(post, leader):
    of_key = [q.id for q in catalogue.list_questions() if q.key == "let-go"]
    hidden = post(f"/questions/catalogue/{of_key[0]}/hide")
    notice = hidden.text.partition("You won’t see this question from tomorrow.")[2]
    undo = f'action="/questions/catalogue/{of_key[0]}/show"'
    assert undo in notice.partition("</form>")[0]
    assert hidden.request.path == "/questions/catalogue/let-go/hire-well", "where it stands"
    assert "1 hidden" in post.get("/questions/catalogue/let-go").text
    assert "1 hidden" in post.get("/questions").text
    for question in of_key[1:-1]:
        leader.call("PUT", f"/questions/catalogue/{question}/hidden")
    assert "Each key needs one" in post(f"/questions/catalogue/{of_key[-1]}/hide").text
    assert "can come up again" in post(f"/questions/catalogue/{of_key[0]}/show").text
    for missing in ("courage", "courage/coach", "let-go/coach"):
        assert post.get(f"/questions/catalogue/{missing}").status_code == 404
