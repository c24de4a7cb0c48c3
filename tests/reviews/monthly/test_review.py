"""The monthly review, over the API and its page."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from factories import create_leader

from leaderjournal.kernel.database import db
from leaderjournal.questions.models import FocusKey
from leaderjournal.reviews.monthly.models import MonthlyReview, MonthlyReviewRevision

REVIEW = {"mirror": "I looked away.", "grew": "Ana.", "let_go": "The deck.", "lean_on": "let-go"}


def get_month(leader):
    return leader.today()[:7]


def test_replaced_review_keeps_every_version(leader):
    path = f"/reviews/{get_month(leader)}"
    assert leader.get(path).status_code == 404
    created = leader.call("PUT", path, REVIEW)
    assert created.status_code == 201
    assert {name: created.json[name] for name in REVIEW} == REVIEW
    assert leader.call("PUT", path, REVIEW).status_code == 200
    assert leader.get(f"{path}/revisions").json["items"] == [], "the same again is no version"
    changed = leader.call("PUT", path, REVIEW | {"grew": "Ana and Tomas."})
    assert (changed.status_code, changed.json["version"]) == (200, 2)
    [version] = leader.get(f"{path}/revisions").json["items"]
    assert version["grew"] == "Ana."
    assert [r["month"] for r in leader.get("/reviews").json["items"]] == [get_month(leader)]


def test_if_match_protects_a_review(leader):
    path = f"/reviews/{get_month(leader)}"
    first = leader.call("PUT", path, REVIEW).headers["ETag"]
    leader.call("PUT", path, REVIEW | {"mirror": "Meanwhile."})
    refused = leader.call("PUT", path, REVIEW | {"mirror": "Late."}, If_Match=first)
    assert refused.status_code == 412
    assert refused.json["current"]["mirror"] == "Meanwhile."
    assert leader.call("PUT", path, REVIEW, If_None_Match="*").status_code == 412
    assert leader.call("PUT", "/reviews/2025-12", REVIEW, If_Match="*").status_code == 412
    assert leader.call("PUT", path, REVIEW, If_Match="*").status_code == 200


@pytest.mark.parametrize(
    ("month", "body", "field"),
    [
        ("2026-13", REVIEW, "month"),
        ("2026", REVIEW, "month"),
        ("2999-01", REVIEW, "month"),
        ("2026-01", REVIEW | {"lean_on": "rest"}, "lean_on"),
        ("2026-01", REVIEW | {"mirror": "x" * 20_001}, "mirror"),
        ("2026-01", REVIEW | {"mood": "good"}, "mood"),
    ],
)
def test_invalid_review_is_reported_and_not_stored(leader, month, body, field):
    reply = leader.call("PUT", f"/reviews/{month}", body)
    assert reply.status_code == 422
    assert field in reply.json["errors"]
    assert leader.get("/reviews").json["items"] == []


def test_chosen_key_is_the_focus_of_the_next_month(app, leader):
    leader.call("PUT", "/reviews/2025-12", REVIEW)
    with app.app_context():
        [row] = db.session.scalars(sa.select(FocusKey))
        assert (str(row.first_date), row.key) == ("2026-01-01", "let-go")
    leader.call("PUT", "/reviews/2025-12", REVIEW | {"lean_on": None})
    with app.app_context():
        assert list(db.session.scalars(sa.select(FocusKey))) == []


def test_reviews_are_private_and_encrypted(app, client, leader):
    leader.call("PUT", "/reviews/2025-12", REVIEW)
    leader.call("PUT", "/reviews/2025-12", REVIEW | {"grew": "Tomas."})
    other = create_leader(client)
    assert other.get("/reviews/2025-12").status_code == 404
    assert other.get("/reviews").json["items"] == []
    with app.app_context():
        for table in (MonthlyReview, MonthlyReviewRevision):
            for row in db.session.scalars(sa.select(table)):
                assert b"looked" not in row.document


def test_saved_review_is_shown_on_the_month(leader, browser, post):
    month = get_month(leader)
    leader.writes(leader.today(), ("let-go", 4, "Stood aside."))
    shown = post(
        f"/month/{month}/review", mirror="I looked away.", grew="", let_go="", lean_on="let-go"
    )
    assert "I looked away." in shown.text
    assert ": Let go</p>" in shown.text
    assert "I looked away." in browser.get(f"/month/{month}/review").text


def test_conflicting_review_shows_both_versions(leader, browser, post):
    path = "/month/2025-12/review"
    leader.call("PUT", "/reviews/2025-12", REVIEW)
    shown = post(path, mirror="Mine.", grew="", let_go="", lean_on="", etag="old-1")
    assert shown.status_code == 409
    assert "I looked away." in shown.text
    assert "Mine." in shown.text
    refused = post(path, mirror="x" * 20_001, grew="Kept here.", let_go="", lean_on="")
    assert refused.status_code == 422
    assert "Kept here." in refused.text


def test_future_month_has_no_review(leader, browser):
    following = (date.fromisoformat(leader.today()).replace(day=1) + timedelta(days=40)).strftime(
        "%Y-%m"
    )
    assert browser.get(f"/month/{following}/review").status_code == 422
