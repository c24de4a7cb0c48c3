"""The practice log over the API, on both databases."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from factories import create_leader

from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.reflections.trash.store import purge_deleted_days

COLLECTIONS = {
    "people": {"name": "Ana", "every_days": 7},
    "commitments": {"text": "Call the customer"},
    "hand-offs": {"text": "The weekly deck"},
    "wins": {"text": "Ana won the tender"},
    "numbers": {"period": "2026-11", "target": 120, "unit": "k€"},
}


@pytest.fixture
def today(leader):
    return date.fromisoformat(leader.today())


def add_entry(leader, collection, **values):
    reply = leader.call("POST", f"/{collection}", COLLECTIONS[collection] | values)
    assert reply.status_code == 201, reply.text
    return reply.json


def get_summary(leader, period):
    reply = leader.get(f"/summaries/{period}")
    assert reply.status_code == 200
    return reply.json


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_collection_creates_reads_changes_and_deletes(leader, collection):
    made = leader.call("POST", f"/{collection}", COLLECTIONS[collection])
    assert made.status_code == 201
    assert made.headers["ETag"]
    address = f"/{collection}/{made.json['id']}"
    assert leader.get(address).json == made.json
    assert leader.get(f"/{collection}").json == {"items": [made.json], "next_cursor": None}
    for name, value in COLLECTIONS[collection].items():
        assert made.json[name] == value
    assert leader.call("DELETE", address).status_code == 204
    assert leader.get(address).status_code == 404
    assert leader.call("DELETE", address).status_code == 404
    assert leader.get(f"/{collection}").json["items"] == []


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_put_with_a_client_id_is_idempotent(leader, collection):
    address = f"/{collection}/{uuid.uuid4()}"
    first = leader.call("PUT", address, COLLECTIONS[collection], If_None_Match="*")
    assert first.status_code == 201
    again = leader.call("PUT", address, COLLECTIONS[collection])
    assert (again.status_code, again.json) == (200, first.json)
    once_more = leader.call("PUT", address, COLLECTIONS[collection], If_None_Match="*")
    assert once_more.status_code == 412
    assert once_more.json["current"] == first.json


def test_stale_write_returns_the_stored_entry(leader):
    win = add_entry(leader, "wins")
    address = f"/wins/{win['id']}"
    seen = leader.get(address).headers["ETag"]
    changed = leader.call("PATCH", address, {"text": "Ana won it alone"}, If_Match=seen)
    assert changed.status_code == 200
    assert changed.json["version"] == 2
    for method, body in (("PATCH", {"text": "Other"}), ("DELETE", None)):
        stale = leader.call(method, address, body, If_Match=seen)
        assert stale.status_code == 412
        assert stale.json["current"]["text"] == "Ana won it alone"
    fresh = leader.get(address).headers["ETag"]
    assert leader.call("DELETE", address, If_Match=fresh).status_code == 204


@pytest.mark.parametrize(
    ("collection", "values", "field"),
    [
        ("people", {"name": " "}, "name"),
        ("people", {"every_days": 0}, "every_days"),
        ("people", {"every_days": 7.5}, "every_days"),
        ("people", {"left_on": "2099-01-01"}, "left_on"),
        ("commitments", {"text": ""}, "text"),
        ("commitments", {"text": "x" * 20_001}, "text"),
        ("hand-offs", {"text": "x" * 2001}, "text"),
        ("commitments", {"state": "done"}, "state"),
        ("commitments", {"due_on": "2020-01-01"}, "due_on"),
        ("commitments", {"state": "kept", "reason": "No time"}, "reason"),
        ("commitments", {"local_date": "2099-01-01"}, "local_date"),
        ("hand-offs", {"person_id": str(uuid.uuid4())}, "person_id"),
        ("hand-offs", {"stepped_back_in_on": "1999-01-01"}, "stepped_back_in_on"),
        ("wins", {"celebrated_on": "2099-01-01"}, "celebrated_on"),
        ("wins", {"text": None}, "text"),
        ("numbers", {"period": "2026-13"}, "period"),
        ("numbers", {"period": "2026-W54"}, "period"),
        ("numbers", {"period": "November"}, "period"),
        ("numbers", {"target": "NaN"}, "target"),
        ("numbers", {"actual": 1e30}, "actual"),
        ("wins", {"unknown": 1}, "unknown"),
    ],
)
def test_invalid_entry_is_rejected_with_its_field(leader, collection, values, field):
    refused = leader.call("POST", f"/{collection}", COLLECTIONS[collection] | values)
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [field]
    assert leader.get(f"/{collection}").json["items"] == []


def test_name_is_unique_until_the_person_leaves(leader, today):
    ana = add_entry(leader, "people")
    refused = leader.call("POST", "/people", {"name": "ANA"})
    assert list(refused.json["errors"]) == ["name"]
    left = leader.call("PATCH", f"/people/{ana['id']}", {"left_on": str(today)})
    assert left.status_code == 200
    add_entry(leader, "people", name="ANA")


def test_second_number_for_a_period_is_rejected(leader):
    number = add_entry(leader, "numbers")
    twice = leader.call("POST", "/numbers", {"period": "2026-11", "target": 1})
    assert twice.status_code == 409
    assert number["id"] in twice.json["detail"]
    assert add_entry(leader, "numbers", period="2026-W48")["local_date"] == "2026-11-23"
    assert add_entry(leader, "numbers", period="2026-Q4")["local_date"] == "2026-10-01"


def test_id_of_another_kind_is_rejected(leader):
    win = add_entry(leader, "wins")
    address = f"/wins/{win['id']}"
    assert leader.call("PUT", f"/hand-offs/{win['id']}", {"text": "x"}).status_code == 409
    assert leader.get(address).json["text"] == win["text"]


def test_list_filters_by_date(leader, today):
    for back in (0, 1, 5):
        add_entry(leader, "wins", local_date=str(today - timedelta(days=back)))
    found = leader.get(f"/wins?from={today - timedelta(days=4)}&to={today - timedelta(days=1)}")
    assert [win["local_date"] for win in found.json["items"]] == [str(today - timedelta(days=1))]


# ---- commitments


def test_commitment_in_a_reflection_is_due_on_the_next_practice_day(leader, today):
    day = today - timedelta(days=3)
    written = leader.writes(day, commitment="Call Ben back").json
    [commitment] = leader.get("/commitments").json["items"]
    assert commitment["id"] == written["id"]
    assert (commitment["text"], commitment["of_day"]) == ("Call Ben back", True)
    due = date.fromisoformat(commitment["due_on"])
    assert due > day
    assert due.isoweekday() <= 5
    settled = leader.call(
        "PATCH", f"/commitments/{commitment['id']}", {"state": "missed", "reason": "A strike"}
    )
    assert settled.status_code == 200
    assert settled.json["settled_on"] == str(today)
    leader.writes(day, commitment="Call Ben and Ana back")
    [commitment] = leader.get("/commitments").json["items"]
    assert (commitment["text"], commitment["state"]) == ("Call Ben and Ana back", "missed")
    address = f"/commitments/{commitment['id']}"
    assert leader.call("DELETE", address).status_code == 409
    refused = leader.call("PATCH", address, {"text": "Something else"})
    assert list(refused.json["errors"]) == ["text"]
    leader.writes(day, note="Nothing more")
    assert leader.get("/commitments").json["items"] == []


def test_outcome_of_a_daily_commitment_is_purged_with_the_day(leader, today, app):
    written = leader.writes(today, commitment="Ring Ben").json
    leader.call("PATCH", f"/commitments/{written['id']}", {"state": "missed", "reason": "No time"})

    def count_results():
        with app.app_context():
            rows = sa.select(LogEntry).where(LogEntry.id == uuid.UUID(written["id"]))
            return len(db.session.scalars(rows).all())

    leader.call("DELETE", f"/reflections/{today}")
    assert leader.get("/commitments").json["items"] == []
    leader.call("POST", f"/reflections/{today}/restore")
    assert leader.get("/commitments").json["items"][0]["state"] == "missed"
    leader.call("DELETE", f"/reflections/{today}")
    assert count_results() == 1, "the day can still be restored"
    with app.app_context():
        purge_deleted_days(now=Instant(clock.now() + timedelta(days=31)))
    assert count_results() == 0


def test_postponing_a_commitment_is_counted_and_advancing_it_is_not(leader, today):
    commitment = add_entry(leader, "commitments", due_on=str(today))
    address = f"/commitments/{commitment['id']}"
    for days, moved in ((2, 1), (1, 1), (5, 2)):
        later = leader.call("PATCH", address, {"due_on": str(today + timedelta(days=days))})
        assert later.json["moved"] == moved
    kept = leader.call("PATCH", address, {"state": "kept"}).json
    assert (kept["state"], kept["settled_on"]) == ("kept", str(today))
    opened = leader.call("PATCH", address, {"state": "open"}).json
    assert opened["settled_on"] is None


# ---- people


def test_acts_are_logged_by_day_and_update_the_person_status(leader, today):
    ana = add_entry(leader, "people", local_date=str(today - timedelta(days=30)))
    assert (ana["last_on"], ana["days_left"], ana["acts"]) == (None, -23, 0)
    address = f"/people/{ana['id']}/acts"
    noted = leader.call("PUT", f"{address}/{today - timedelta(days=3)}", {"acts": ["coach"]})
    assert noted.status_code == 204
    leader.call("PUT", f"{address}/{today - timedelta(days=3)}", {"acts": ["coach", "help"]})
    leader.call("PUT", f"{address}/{today - timedelta(days=9)}", {"acts": ["teach"]})
    shown = leader.get(f"/people/{ana['id']}").json
    assert shown["last_on"] == str(today - timedelta(days=3))
    assert (shown["days_left"], shown["acts"]) == (4, 3)
    listed = leader.get(address).json["items"]
    assert [(day["local_date"], day["acts"]) for day in listed] == [
        (str(today - timedelta(days=3)), ["coach", "help"]),
        (str(today - timedelta(days=9)), ["teach"]),
    ]
    leader.call("PUT", f"{address}/{today - timedelta(days=9)}", {"acts": []})
    assert len(leader.get(address).json["items"]) == 1
    for acts in (["praise"], ["coach", "coach"]):
        assert leader.call("PUT", f"{address}/{today}", {"acts": acts}).status_code == 422
    tomorrow = today + timedelta(days=1)
    assert leader.call("PUT", f"{address}/{tomorrow}", {"acts": ["coach"]}).status_code == 422


@pytest.mark.parametrize("collection", ["wins", "commitments"])
def test_pagination_returns_each_entry_once(leader, today, collection):
    for back in (3, 1, 1, 2, 1):
        day = today - timedelta(days=back)
        leader.call("POST", f"/{collection}", {"text": "Said", "local_date": str(day)})
    leader.writes(today - timedelta(days=1), commitment="Ring Ana")
    whole = leader.get(f"/{collection}").json
    assert whole["next_cursor"] is None
    pages, address = [], f"/{collection}?limit=2"
    cursor = ""
    while cursor is not None:
        found = leader.get(f"{address}&cursor={cursor}" if cursor else address).json
        pages.append(found["items"])
        cursor = found["next_cursor"]
    assert [len(page) for page in pages] == ([2, 2, 1] if collection == "wins" else [2, 2, 2])
    assert [item for page in pages for item in page] == whole["items"]
    for wrong in ("limit=0", "limit=many", "cursor=x", "cursor=2026-11-24", "offset=2"):
        refused = leader.get(f"/{collection}?{wrong}")
        assert refused.status_code == 422
        assert list(refused.json["errors"]) == [wrong.partition("=")[0]]


def test_future_entry_stays_editable_after_flying_west(leader):
    with time_machine.travel(datetime(2026, 11, 24, 3, 30, tzinfo=UTC), tick=False):
        west = create_leader(leader.client, time_zone="Asia/Tokyo")
        win = add_entry(west, "wins", local_date="2026-11-24")
        west.call("PATCH", "/me", {"time_zone": "Pacific/Honolulu"})
        changed = west.call("PATCH", f"/wins/{win['id']}", {"text": "A tender"})
        assert (changed.status_code, changed.json["local_date"]) == (200, "2026-11-24")
        tomorrow = {"text": "Too early", "local_date": "2026-11-24"}
        assert west.call("POST", "/wins", tomorrow).status_code == 422


def test_merge_moves_everything_to_the_other_person(leader, today):
    ana, anna = add_entry(leader, "people"), add_entry(leader, "people", name="Anna")
    for person, acts in ((ana, ["coach", "help"]), (anna, ["help", "teach"])):
        leader.call("PUT", f"/people/{person['id']}/acts/{today}", {"acts": acts})
    before = today - timedelta(days=1)
    leader.call("PUT", f"/people/{anna['id']}/acts/{before}", {"acts": ["coach"]})
    win = add_entry(leader, "wins", person_id=anna["id"])
    refused = leader.call("POST", f"/people/{anna['id']}/merge", {"into": anna["id"]})
    assert list(refused.json["errors"]) == ["into"]
    merged = leader.call("POST", f"/people/{anna['id']}/merge", {"into": ana["id"]})
    assert merged.status_code == 204
    assert [p["name"] for p in leader.get("/people").json["items"]] == ["Ana"]
    assert leader.get(f"/wins/{win['id']}").json["person_id"] == ana["id"]
    days = leader.get(f"/people/{ana['id']}/acts").json["items"]
    assert [(day["local_date"], set(day["acts"])) for day in days] == [
        (str(today), {"coach", "help", "teach"}),
        (str(before), {"coach"}),
    ]


def test_merge_with_too_long_notes_changes_nothing(leader, post):
    ana = add_entry(leader, "people", note="x" * 1500)
    anna = add_entry(leader, "people", name="Anna", note="y" * 1500)
    refused = leader.call("POST", f"/people/{anna['id']}/merge", {"into": ana["id"]})
    assert refused.status_code == 422
    assert "2,000 characters" in refused.json["errors"]["into"][0]
    assert "2,000 characters" in post(f"/people/{anna['id']}/merge", into=ana["id"]).text
    assert {len(p["note"]) for p in leader.get("/people").json["items"]} == {1500}


def test_forgetting_a_person_replaces_the_name_in_every_text(leader, today):
    ana = add_entry(leader, "people", note="Ana likes it early")
    day = today - timedelta(days=2)
    leader.writes(day, ("let-go", 2, "Told @Ana and Anabel."), note="First: Ana.")
    leader.writes(day, ("let-go", 3, "Told @Ana and Anabel again."), commitment="Thank ANA")
    leader.call("POST", "/questions", {"key": "let-go", "text": "What did Ana carry?"})
    month = f"{today:%Y-%m}"
    for text in ("Ana grew.", "Ana grew most."):
        leader.call("PUT", f"/reviews/{month}", {"grew": text})
    hand_off = add_entry(leader, "hand-offs", text="Ana has the deck", person_id=ana["id"])
    leader.call("PUT", f"/people/{ana['id']}/acts/{today}", {"acts": ["coach"]})
    etag = leader.get(f"/reflections/{day}").headers["ETag"]

    forgotten = leader.call("POST", f"/people/{ana['id']}/forget", {"replacement": "someone"})
    assert forgotten.status_code == 204
    everything = leader.get("/export?format=json").text
    assert "ana " not in everything.casefold().replace("anabel", "").replace("ana.", "ana ")
    reflection = leader.get(f"/reflections/{day}")
    assert reflection.json["answers"][0]["text"] == "Told someone and Anabel again."
    assert reflection.json["commitment"] == "Thank someone"
    assert reflection.headers["ETag"] != etag
    assert leader.get(f"/reviews/{month}").json["grew"] == "someone grew most."
    assert leader.get(f"/hand-offs/{hand_off['id']}").json["text"] == "someone has the deck"
    assert leader.get(f"/hand-offs/{hand_off['id']}").json["person_id"] is None
    assert leader.get("/questions").json["items"][0]["text"] == "What did someone carry?"
    assert leader.get('/reflections?q="thank ana"').json["items"] == []
    assert len(leader.get('/reflections?q="thank someone"').json["items"]) == 1
    assert get_summary(leader, f"{today:%Y-%m}")["people"] == []


def test_forgetting_a_person_keeps_texts_by_default(leader, today):
    ana = add_entry(leader, "people")
    leader.writes(today, note="Ana did it.")
    assert leader.call("POST", f"/people/{ana['id']}/forget", {}).status_code == 204
    assert leader.get(f"/reflections/{today}").json["note"] == "Ana did it."
    assert leader.get("/people").json["items"] == []


# ---- the month


def test_summary_counts_log_entries(leader, today):
    month, first = f"{today:%Y-%m}", today.replace(day=1)
    before = first - timedelta(days=20)
    ana = add_entry(leader, "people", local_date=str(before))
    ben = add_entry(leader, "people", name="Ben", local_date=str(today))
    for person, acts in ((ana, ["coach", "help"]), (ben, ["teach"])):
        leader.call("PUT", f"/people/{person['id']}/acts/{first}", {"acts": acts})
    leader.call("PUT", f"/people/{ben['id']}/acts/{before}", {"acts": ["guide"]})
    leader.writes(first, commitment="Ring Ben")
    for state in ("kept", "kept", "missed"):
        add_entry(leader, "commitments", state=state, local_date=str(first))
    add_entry(leader, "commitments", local_date=str(before))
    add_entry(leader, "wins", local_date=str(first), celebrated_how="Cake")
    add_entry(leader, "wins", local_date=str(before))
    add_entry(leader, "hand-offs", local_date=str(before), person_id=ana["id"])
    add_entry(leader, "hand-offs", local_date=str(before), stepped_back_in_on=str(first))
    add_entry(leader, "hand-offs", local_date=str(first))
    add_entry(leader, "numbers", period=month, target=100, actual=80, unit="k€")
    told = get_summary(leader, month)
    assert told["commitments"] == {"made": 4, "kept": 2, "missed": 1, "open": 1}
    assert told["hand_offs"] == {"made": 1, "stepped_back_in": 1}
    assert told["number"] == {"target": 100, "actual": 80}
    found = leader.get(f"/summaries/{month}/practice").json
    assert (told["wins"], told["people"]) == (found["wins"], found["people"])
    assert found["commitments"] == {
        "made": 4, "kept": 2, "missed": 1, "open": 1, "moved": 0, "share_kept": 2 / 3,
    }  # fmt: skip
    assert (found["wins"], found["celebrated"]) == (1, 1)
    held = sorted([(today - before).days, (today - first).days])
    assert found["hand_offs"] == {
        "made": 1, "stepped_back_in": 1, "holding": 2, "median_days": sum(held) / 2,
    }  # fmt: skip
    assert found["people"] == [{"name": "Ana", "acts": 2}, {"name": "Ben", "acts": 1}]
    assert found["number"] == {"target": 100, "actual": 80, "unit": "k€"}
    assert get_summary(leader, f"{before:%Y-%m}")["people"] == [{"name": "Ben", "acts": 1}]


def test_year_number_sums_months_of_one_unit(leader):
    for month, target, actual in (("2026-01", 10, 8), ("2026-02", 12, None)):
        add_entry(leader, "numbers", period=month, target=target, actual=actual)
    assert get_summary(leader, "2026")["number"] == {"target": 22, "actual": 8}
    add_entry(leader, "numbers", period="2026-Q1", target=1000)
    assert get_summary(leader, "2026")["number"] == {"target": 1000, "actual": None}, (
        "it covers more"
    )
    add_entry(leader, "numbers", period="2026-03", target=1, unit="deals")
    assert get_summary(leader, "2026")["number"] is None


def test_database_holds_no_plain_text_of_the_log(leader, app):
    for collection, values in COLLECTIONS.items():
        leader.call("POST", f"/{collection}", values)
    with app.app_context():
        rows = db.session.execute(sa.select(LogEntry.__table__)).all()
    assert len(rows) >= len(COLLECTIONS)
    raw = b"".join(bytes(row.document) for row in rows)
    for secret in (b"Ana", b"customer", b"deck", b"tender", b"120"):
        assert secret not in raw


def test_two_spellings_of_one_name_are_one_person(leader):
    assert leader.call("POST", "/people", {"name": "Zoë O'Brien"}).status_code == 201
    for name in ("Zoe\u0308 O’Brien", "ZOË  O'BRIEN", "Zoë O\u200b'Brien"):
        assert leader.call("POST", "/people", {"name": name}).status_code == 422, name
    assert leader.call("POST", "/people", {"name": "Zoe O'Brien"}).status_code == 201
