"""What goes out comes in again: exports of invented journals, byte for byte but for the ids."""

import csv
import io
import json
import re
import zipfile
from datetime import date, timedelta
from uuid import UUID, uuid4

import time_machine
from factories import PASSWORD, create_leader, describe_import
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portability.imports.test_import import import_file, upload

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.portability.exports.full_export import stream_full_export
from leaderjournal.portability.imports.preview import confirm_import
from leaderjournal.portability.imports.reader import MoodChoices
from leaderjournal.portability.imports.run import run_import
from leaderjournal.portability.imports.undo import undo_import
from leaderjournal.practice import catalogue
from leaderjournal.worker import run_chores, run_queued_tasks

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t#-\\"), max_size=60
)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
OURS = catalogue.list_questions()


@st.composite
def answers(draw):
    found = []
    for key in draw(st.lists(st.sampled_from(catalogue.list_keys()), unique=True)):
        question = draw(st.sampled_from([None, *(q.id for q in OURS if q.key == key.slug)]))
        found.append(
            {
                "key": key.slug,
                "behaviour": draw(st.sampled_from([None, *(b.slug for b in key.behaviours)])),
                "question": question,
                "score": draw(st.one_of(st.none(), st.integers(1, 5))),
                "text": draw(WORDS),
            }
        )
    return found


DAYS = st.builds(
    lambda answered, note, commitment: {
        "answers": answered,
        "note": note,
        "commitment": commitment,
    },
    answers(),
    WORDS,
    WORDS,
)
JOURNALS = st.lists(st.tuples(st.integers(0, 400), DAYS), min_size=1, max_size=8)
REVIEWS = st.dictionaries(
    st.sampled_from(["2025-12", "2026-01", "2026-02"]),
    st.fixed_dictionaries(
        {
            "mirror": WORDS,
            "grew": WORDS,
            "let_go": WORDS,
            "lean_on": st.sampled_from([None, *catalogue.KEY_SLUGS]),
        }
    ),
    max_size=2,
)

SAID = st.text("abcé \n", min_size=1, max_size=9).map(lambda text: f"x{text}")
LOGS = st.lists(
    st.one_of(
        st.tuples(st.just("wins"), SAID, st.integers(0, 3), st.booleans()),
        st.tuples(st.just("hand-offs"), SAID, st.integers(0, 3), st.booleans()),
        st.tuples(st.just("commitments"), SAID, st.integers(0, 3), st.booleans()),
        st.tuples(
            st.just("acts"), st.sampled_from(["coach", "help"]), st.integers(0, 3), st.booleans()
        ),
    ),
    max_size=8,
)


def write_log(leader, today, log):
    """Write entries of the log: two people, what was done for them, and the rest."""
    ana, ben = (
        leader.call("POST", "/people", {"name": name, "every_days": every}).json["id"]
        for name, every in (("Ana", 7), ("Ben", None))
    )
    for collection, said, back, first in log:
        person, day = ana if first else ben, str(today - timedelta(days=back))
        if collection == "acts":
            reply = leader.call("PUT", f"/people/{person}/acts/{day}/{said}")
        else:
            values = {"text": said, "local_date": day}
            values |= {"state": "kept"} if collection == "commitments" else {"person_id": person}
            reply = leader.call("POST", f"/{collection}", values)
        assert reply.status_code in {201, 204}, reply.text
    leader.call("POST", "/numbers", {"period": "2026-W40", "target": 1.5, "unit": "k€"})
    for commitment in leader.get("/commitments").json["items"]:
        if commitment["of_day"]:
            values = {"state": "missed", "reason": "No time"}
            leader.call("PATCH", f"/commitments/{commitment['id']}", values)


def export_journal(app, leader) -> str:
    with app.app_context():
        mine = accounts_store.find_leader(UUID(leader.id))
        return "".join(stream_full_export(mine, today=mine.today(clock.now())))


def remove_ids(text: str) -> str:
    """Return an export with its ids named by the order in which they come up."""
    names: dict[str, str] = {}
    return ID.sub(lambda found: names.setdefault(found[0], f"id {len(names)}"), text)


def move_journal(app, client, leader):
    """Erase the account, register anew at the same address, and bring its export in."""
    content = export_journal(app, leader)
    reply = leader.call("DELETE", "/me", {"password": PASSWORD})
    assert reply.status_code == 204, reply.text
    other = create_leader(client, time_zone="Asia/Tokyo", name="Somebody")
    with app.app_context():
        accounts_store.change_email(accounts_store.find_leader(UUID(other.id)), leader.email)
    return content, other


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(journal=JOURNALS, reviews=REVIEWS, own=st.booleans(), log=LOGS)
def test_export_imported_into_a_new_account_is_identical(app, client, journal, reviews, own, log):
    leader = create_leader(client)
    leader.call("PATCH", "/me", {"practice_days": [1, 3, 7], "day_starts_at": "04:30"})
    today = date.fromisoformat(leader.today())
    leader.call("POST", "/pauses", {"first_date": "2026-01-05", "last_date": None})
    leader.call("PUT", f"/questions/{OURS[0].id}/hidden")
    question = None
    if own:
        body = {"key": "let-go", "text": "Who decided?", "every_days": 7}
        question = leader.call("POST", "/questions", body).json["id"]
    for back, day in journal:
        if own:
            for answer in day["answers"]:
                if answer["key"] == "let-go":
                    answer["question"] = question
        reply = leader.call("PUT", f"/reflections/{today - timedelta(days=back)}", day)
        assert reply.status_code in {200, 201}, reply.text
    for month, review in reviews.items():
        leader.call("PUT", f"/reviews/{month}", {"mirror": "First."})
        assert leader.call("PUT", f"/reviews/{month}", review).status_code in {200, 201}
    write_log(leader, today, log)
    content, other = move_journal(app, client, leader)
    reply = import_file(other, io.BytesIO(content.encode()), "journal.json").json
    assert (reply["skipped"], reply["failed"]) == (0, [])
    assert reply["created"] == len({back for back, _ in journal})
    assert remove_ids(export_journal(app, other)) == remove_ids(content)
    again = import_file(other, io.BytesIO(content.encode()), "journal.json").json
    assert again == describe_import(skipped=reply["created"])
    assert remove_ids(export_journal(app, other)) == remove_ids(content), "twice adds nothing"


def test_markdown_zip_holds_the_log_and_says_how_to_import_it(app, client, leader):
    today = date.fromisoformat(leader.today())
    leader.writes(today, note="A day.", commitment="Ring Ben")
    write_log(
        leader,
        today,
        [
            ("acts", "coach", 0, True),
            ("wins", "A\ntender", 0, False),
            ("hand-offs", "The deck", 1, True),
            ("commitments", "More", 0, True),
        ],
    )
    zipped = client.get("/api/v1/export?format=markdown", headers=leader.headers).data
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        text = archive.read("between-reflections.md").decode()
    for line in (
        "- Ana · every 7 days",
        f"- {today} · Ana · coach",
        f"- {today} · A tender · Ben",
        f"- {today - timedelta(days=1)} · The deck · Ana",
        "· kept",
        "· missed · No time",
        "- 2026-W40 · target 1.5 · k€",
    ):
        assert line in text
    reply = import_file(create_leader(client), io.BytesIO(zipped), "journal.zip").json
    assert reply["created"] == 1
    assert [failure["where"] for failure in reply["failed"]] == ["between-reflections.md"]


def test_undo_keeps_log_entries_that_are_in_use(app, client, leader):
    today = date.fromisoformat(leader.today())
    leader.writes(today, note="A day.")
    write_log(leader, today, [("acts", "coach", 0, True), ("wins", "Won", 0, False)])
    content = export_journal(app, leader)
    other = create_leader(client)
    added = client.post(
        "/api/v1/imports/preview",
        data={"file": (io.BytesIO(content.encode()), "journal.json")},
        headers=other.headers,
    ).json
    assert other.call("POST", f"/imports/{added['id']}/start", {}).status_code < 300
    with app.app_context():
        mine = accounts_store.find_leader(UUID(other.id))
        run_import(mine, UUID(added["id"]), now=clock.now())
    people = {person["name"]: person["id"] for person in other.get("/people").json["items"]}
    assert set(people) == {"Ana", "Ben"}
    other.call("POST", "/wins", {"text": "Newer", "person_id": people["Ana"]})
    with app.app_context():
        undo_import(mine, UUID(added["id"]), now=clock.now())
    assert [person["name"] for person in other.get("/people").json["items"]] == ["Ana"]
    assert [win["text"] for win in other.get("/wins").json["items"]] == ["Newer"]
    assert other.get(f"/people/{people['Ana']}/acts").json["items"] == []
    assert other.get("/numbers").json["items"] == []


def import_content(leader, content):
    reply = import_file(leader, io.BytesIO(content.encode()), "journal.json")
    assert reply.status_code == 200, reply.text
    return reply.json


def test_importing_an_old_export_keeps_newer_edits_and_adds_no_duplicates(app, leader):
    person = leader.call("POST", "/people", {"name": "J."}).json["id"]
    leader.call("PUT", f"/people/{person}/acts/{leader.today()}", {"acts": ["coach"]})
    win = leader.call("POST", "/wins", {"text": "A tendr", "person_id": person}).json["id"]
    content = export_journal(app, leader)
    leader.call("PATCH", f"/people/{person}", {"name": "Jonas"})
    leader.call("PATCH", f"/wins/{win}", {"text": "A tender"})
    import_content(leader, content)
    assert [person["name"] for person in leader.get("/people").json["items"]] == ["Jonas"]
    assert [win["text"] for win in leader.get("/wins").json["items"]] == ["A tender"]
    assert leader.get(f"/people/{person}").json["acts"] == 1


def test_people_who_left_are_not_merged_with_namesakes(app, client, leader):
    today = leader.today()
    old = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    leader.call("PUT", f"/people/{old}/acts/{today}", {"acts": ["coach"]})
    leader.call("PATCH", f"/people/{old}", {"left_on": today})
    other = create_leader(client)
    new = other.call("POST", "/people", {"name": "Ana"}).json["id"]
    import_content(other, export_journal(app, leader))
    assert other.get(f"/people/{new}").json["acts"] == 0
    assert len(other.get("/people").json["items"]) == 2


def test_commitment_results_are_imported_only_with_their_day(app, client, leader):
    day = leader.today()
    leader.writes(day, commitment="B")
    [made] = leader.get("/commitments").json["items"]
    leader.call("PATCH", f"/commitments/{made['id']}", {"state": "kept"})
    content = export_journal(app, leader)
    other = create_leader(client)
    other.writes(day, commitment="A")
    import_content(other, content)
    [found] = other.get("/commitments").json["items"]
    assert (found["text"], found["state"]) == ("A", "open")


def test_removed_commitment_leaves_nothing_behind(app, leader):
    day = leader.today()
    leader.writes(day, commitment="B", note="A day.")
    [made] = leader.get("/commitments").json["items"]
    leader.call("PATCH", f"/commitments/{made['id']}", {"state": "kept"})
    content = export_journal(app, leader)
    leader.writes(day, note="A day.")
    assert import_content(leader, content)["failed"] == []
    leader.writes(day, commitment="C", note="A day.")
    [found] = leader.get("/commitments").json["items"]
    assert (found["text"], found["state"]) == ("C", "open")


def test_impossible_entries_are_reported_and_duplicates_imported_once(app, client, leader):
    person = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    leader.call("PUT", f"/people/{person}/acts/{leader.today()}", {"acts": ["coach"]})
    leader.call("POST", "/wins", {"text": "A tender"})
    leader.call("POST", "/numbers", {"period": "2026-11", "target": 3})
    content = json.loads(export_journal(app, leader))
    of = {entry["kind"]: entry for entry in content["log"]}
    content["log"].append(of["acts"] | {"id": str(uuid4())})
    content["log"].append(of["win"] | {"id": str(uuid4()), "local_date": "2999-01-01"})
    of["number"]["local_date"] = "2026-05-05"
    other = create_leader(client)
    [failed] = import_content(other, json.dumps(content))["failed"]
    assert failed["where"] == "log, win of 2999-01-01"
    assert "or an earlier day" in failed["why"]
    assert [person["acts"] for person in other.get("/people").json["items"]] == [1]
    assert other.get("/numbers").json["items"][0]["local_date"] == "2026-11-01"


def test_journal_without_days_is_imported_and_undone(app, client, leader, browser, post):
    other = create_leader(client)
    other.call("POST", "/wins", {"text": "A tender"})
    other.call("POST", "/people", {"name": "Ana"})
    shown = upload(browser, export_journal(app, other).encode(), "journal.json")
    assert "2 other entries: reviews" in shown.text
    path = shown.request.path
    assert "2 other entries are new." in post(path).text
    assert [win["text"] for win in leader.get("/wins").json["items"]] == ["A tender"]
    assert "Nothing new to import" not in post.get(path).text
    assert "Everything that was imported is removed." in post(f"{path}/undo").text
    assert leader.get("/wins").json["items"] == []


def test_interrupted_import_resumes(app, client, leader):
    leader.writes("2026-01-05", note="A day.")
    other = create_leader(client)
    kept = client.post(
        "/api/v1/imports/preview",
        data={"file": (io.BytesIO(export_journal(app, leader).encode()), "journal.json")},
        headers=other.headers,
    ).json
    with app.app_context():
        mine = accounts_store.find_leader(UUID(other.id))
        assert confirm_import(mine, UUID(kept["id"]), MoodChoices())
    assert run_chores(app)["imports that were broken off"] == 0
    later = clock.now() + timedelta(hours=2)
    with time_machine.travel(later, tick=False):
        assert run_chores(app)["imports that were broken off"] == 1
        assert run_queued_tasks(app) == 1
    assert other.get("/reflections/2026-01-05").json["note"] == "A day."
    assert other.get(f"/imports/{kept['id']}").json["state"] == "done"


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(journal=JOURNALS)
def test_markdown_round_trip_restores_any_text(app, client, journal):
    leader = create_leader(client)
    today = date.fromisoformat(leader.today())
    for back, day in journal:
        leader.call("PUT", f"/reflections/{today - timedelta(days=back)}", day)
    leader.writes(
        today, ("let-go", 3, "# A title\n\\# and \n## Let go\nin the text"), note="## A note"
    )
    zipped = client.get("/api/v1/export?format=markdown", headers=leader.headers).data
    other = create_leader(client)
    reply = import_file(other, io.BytesIO(zipped), "journal.zip").json
    assert reply["failed"] == [] or all("no words" in f["why"] for f in reply["failed"])
    for item in leader.get("/reflections?limit=100").json["items"]:
        mirrored = other.get(f"/reflections/{item['local_date']}")
        if mirrored.status_code == 404:
            assert item["words"] == 0
            assert not any(answer["score"] for answer in item["answers"])
            continue
        assert strip_day(mirrored.json) == strip_day(item)


def test_markdown_round_trip_restores_reviews(client, leader):
    review = {"mirror": "# Looked.", "grew": "", "let_go": "The deck.", "lean_on": "let-go"}
    leader.call("PUT", "/reviews/2026-01", review)
    leader.writes("2026-01-05", ("let-go", 4, "Stood aside."))
    zipped = client.get("/api/v1/export?format=markdown", headers=leader.headers).data
    other = create_leader(client)
    done = import_file(other, io.BytesIO(zipped))
    assert done.json == describe_import(created=1)
    came = other.get("/reviews/2026-01").json
    assert {name: came[name] for name in review} == review
    other.call("POST", done.headers["Location"].removeprefix("/api/v1") + "/undo")
    assert other.get("/reviews").json["items"] == []


def strip_day(day):
    """Return what Markdown keeps of a day: its texts without white space around them."""
    kept = {
        answer["key"]: (
            answer["score"],
            answer["behaviour"],
            answer["question"] if answer["question"] in {q.id for q in OURS} else None,
            answer["text"].strip(),
        )
        for answer in day["answers"]
        if answer["score"] or answer["text"].strip()
    }
    return kept, day["note"].strip(), day["commitment"].strip()


def test_settings_are_imported_only_into_an_empty_journal(app, client):
    leader = create_leader(client, name="Mira")
    leader.call("PATCH", "/me", {"practice_days": [7]})
    leader.writes(leader.today(), ("let-go", 3, "Mine."))
    content = export_journal(app, leader)
    empty, busy = create_leader(client, name="New"), create_leader(client, name="Busy")
    busy.writes("2026-01-05", ("let-go", 3, "There."))
    for other in (empty, busy):
        assert import_file(other, io.BytesIO(content.encode())).json["created"] == 1
    assert empty.get("/me").json["name"] == "Mira"
    assert empty.get("/me").json["practice_days"] == [7]
    assert busy.get("/me").json["name"] == "Busy"
    assert busy.get("/me").json["practice_days"] == [1, 2, 3, 4, 5]


def test_tampered_export_reports_errors_and_imports_the_rest(app, leader):
    leader.writes("2026-01-05", ("let-go", 3, "Mine."))
    leader.writes("2026-01-06", ("let-go", 3, "Mine."))
    content = json.loads(export_journal(app, leader))
    content["reflections"][0]["answers"][0]["score"] = 9
    content["reflections"][1] |= {"version": 0}
    content["reflections"].append("no day")
    content["reflections"].append(content["reflections"][1] | {"answers": ["no answer"]})
    content["reflections"].append(content["reflections"][1] | {"revisions": ["none"]})
    content["reviews"] = [{"month": "2026"}]
    client = leader.client
    other = create_leader(client)
    reply = import_file(other, io.BytesIO(json.dumps(content).encode())).json
    assert reply["created"] == 0
    whys = {failure["where"]: failure["why"] for failure in reply["failed"]}
    assert "1 to 5" in whys["reflections, number 1"]
    assert "version" in whys["reflections, number 2"]
    for number in (3, 4, 5):
        assert whys[f"reflections, number {number}"]
    assert "match the Leader Journal format" in whys["reflections, number 3"]
    assert "match the Leader Journal format" in whys["reflections, number 4"]
    assert "2026-11" in whys["reviews, number 1"]
    for broken in (b"{", b'{"format": "other"}', b'{"format": "leader-journal/1"}'):
        assert import_file(other, io.BytesIO(broken)).status_code == 422


def test_csv_has_one_row_per_day_with_full_texts(leader):
    leader.writes("2026-01-05", ("let-go", 4, 'Said "no", then\nwaited.'), note="Ärger")
    reply = leader.client.get("/api/v1/export?format=csv", headers=leader.headers)
    assert reply.content_type == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig")))
    assert row["date"] == "2026-01-05"
    assert row["let-go score"] == "4"
    assert row["let-go text"] == 'Said "no", then\nwaited.'
    assert (row["note"], row["protect-and-serve score"]) == ("Ärger", "")


def table_of(leader, name):
    reply = leader.client.get(f"/api/v1/export?format=csv&table={name}", headers=leader.headers)
    assert reply.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))


def test_every_collection_has_a_csv_table(leader):
    today = leader.today()
    leader.writes(today, ("let-go", 4, "Stood aside."), commitment="Call Ana")
    leader.call("PUT", f"/reviews/{today[:7]}", {"grew": "Ana", "lean_on": "let-go"})
    ana = leader.call("POST", "/people", {"name": "Ana", "every_days": 7}).json["id"]
    leader.call("PUT", f"/people/{ana}/acts/{today}", {"acts": ["coach", "teach"]})
    leader.call(
        "POST", "/commitments", {"text": "Book the room", "state": "missed", "reason": "ill"}
    )
    leader.call("POST", "/hand-offs", {"text": "The deck", "person_id": ana})
    leader.call("POST", "/wins", {"text": "A tender", "person_id": ana, "celebrated_how": "Cake"})
    leader.call(
        "POST", "/numbers", {"period": "2026-10", "target": 12.5, "actual": 9, "unit": "k€"}
    )

    [review] = table_of(leader, "reviews")
    assert (review["month"], review["grew"], review["lean_on"]) == (today[:7], "Ana", "let-go")
    [person] = table_of(leader, "people")
    assert person == {"name": "Ana", "date": today, "every_days": "7", "left_on": "", "note": ""}
    assert table_of(leader, "acts") == [{"date": today, "person": "Ana", "acts": "coach teach"}]
    made = {row["text"]: (row["state"], row["reason"]) for row in table_of(leader, "commitments")}
    assert made == {"Call Ana": ("open", ""), "Book the room": ("missed", "ill")}
    [hand_off] = table_of(leader, "hand-offs")
    assert (hand_off["text"], hand_off["person"]) == ("The deck", "Ana")
    [win] = table_of(leader, "wins")
    assert (win["person"], win["celebrated_how"], win["celebrated_on"]) == ("Ana", "Cake", today)
    assert table_of(leader, "team-mirrors") == []
    refused = leader.get("/export?format=csv&table=secrets")
    assert "hand-offs" in refused.json["errors"]["table"][0]


def test_no_text_in_a_csv_table_is_a_formula(leader):
    today, text = leader.today(), "=HYPERLINK(0)\n- listened"
    leader.writes(today, ("let-go", 4, text), note="＠Mira; =1", commitment="+1")
    leader.call("PUT", f"/reviews/{today[:7]}", {"grew": text})
    ana = leader.call("POST", "/people", {"name": "@Ana", "note": text}).json["id"]
    leader.call("PUT", f"/people/{ana}/acts/{today}", {"acts": ["coach"]})
    leader.call("POST", "/commitments", {"text": "-1", "state": "missed", "reason": '"=1'})
    leader.call("POST", "/hand-offs", {"text": "=1", "person_id": ana})
    leader.call("POST", "/wins", {"text": "+1", "person_id": ana, "celebrated_how": "＝1"})
    leader.call("POST", "/numbers", {"period": "2026-10", "actual": -9.25, "unit": "+pp"})
    [day] = table_of(leader, "days")
    assert day["let-go text"] == "'=HYPERLINK(0)\n'- listened"
    assert (day["note"], day["commitment"]) == ("'＠Mira;' =1", "'+1")
    assert table_of(leader, "reviews")[0]["grew"] == "'=HYPERLINK(0)\n'- listened"
    assert table_of(leader, "people")[0]["name"] == "'@Ana"
    assert table_of(leader, "acts")[0]["person"] == "'@Ana"
    assert {row["text"] for row in table_of(leader, "commitments")} == {"'-1", "'+1"}
    assert table_of(leader, "hand-offs")[0]["text"] == "'=1"
    assert table_of(leader, "wins")[0]["celebrated_how"] == "'＝1"
    assert (table_of(leader, "numbers")[0]["actual"], table_of(leader, "numbers")[0]["unit"]) == (
        "-9.25",
        "'+pp",
    )


def test_numbers_csv_can_be_imported_again(leader):
    numbers = {
        "2026-W48": (1e15, None, ""),
        "2026-10": (12.5, -9.25, "k€"),
        "2026-Q1": (0, 3, "+x"),
    }
    for period, (target, actual, unit) in numbers.items():
        number = {"period": period, "target": target, "actual": actual, "unit": unit}
        assert leader.call("POST", "/numbers", number).status_code == 201
    table = leader.client.get("/api/v1/export?format=csv&table=numbers", headers=leader.headers)
    other = create_leader(leader.client)
    reply = leader.client.post(
        "/api/v1/numbers/import",
        data={"file": (io.BytesIO(table.data), "numbers.csv")},
        headers=other.headers,
    )
    assert reply.json == {"created": 3, "changed": 0}
    assert numbers == {
        n["period"]: (n["target"], n["actual"], n["unit"])
        for n in other.get("/numbers").json["items"]
    }


def test_markdown_zip_is_readable_by_other_tools(leader):
    leader.writes("2026-01-05", ("let-go", 4, "Stood aside."), note="Ärger")
    reply = leader.client.get("/api/v1/export?format=markdown", headers=leader.headers)
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["2026/2026-01-05.md"]
        text = archive.read("2026/2026-01-05.md").decode()
    assert text.startswith("---\ndate: '2026-01-05'\n")
    assert "\n## Let go\n\nStood aside.\n" in text
    assert "\n## A note\n\nÄrger\n" in text


def test_unknown_format_is_reported(leader):
    reply = leader.get("/export?format=doc")
    assert reply.status_code == 422
    assert "markdown" in reply.json["errors"]["format"][0]


def test_page_downloads_each_format(leader, browser):
    leader.writes("2026-01-05", ("let-go", 4, "Stood aside."))
    assert "Export your journal" in browser.get("/settings/moving").text
    for wanted, media in (("json", "json"), ("markdown", "zip"), ("csv", "csv")):
        reply = browser.get(f"/settings/export/{wanted}")
        assert media in reply.content_type
        assert "attachment" in reply.headers["Content-Disposition"]
        assert len(reply.data) > 100
    assert browser.get("/settings/export/doc").status_code == 404
    assert browser.get("/settings/export/csv?table=secrets").status_code == 404
    wins = browser.get("/settings/export/csv?table=wins")
    assert "-wins.csv" in wins.headers["Content-Disposition"]


def test_export_name_has_the_leaders_local_date(app, leader):
    with app.app_context():
        today = accounts_store.find_leader(UUID(leader.id)).today(clock.now())
    reply = leader.client.get("/api/v1/export", headers=leader.headers)
    assert f"leader-journal-{today}.json" in reply.headers["Content-Disposition"]
