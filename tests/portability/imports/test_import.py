"""Bringing a journal in, over the API and the page."""

import io
import json
import zipfile
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from factories import create_leader, describe_import
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db
from leaderjournal.portability.imports import store
from leaderjournal.portability.imports.models import Import
from leaderjournal.portability.imports.preview import confirm_import, preview_import
from leaderjournal.portability.imports.reader import MoodChoices
from leaderjournal.portability.imports.run import run_import
from leaderjournal.reflections.imports import store as day_imports_store
from leaderjournal.reflections.models import AnswerFigures
from leaderjournal.reflections.search.segments.models import SearchSegment
from leaderjournal.worker import run_queued_tasks


def create_zip(entries, name="Journal.json", *, stored=False, **journal):
    """Return a Day One export as an open file, `stored` as large as what it holds."""
    file = io.BytesIO()
    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(file, "w", kind) as archive:
        archive.writestr(name, json.dumps({"metadata": {}, "entries": entries} | journal))
    file.seek(0)
    return file


def create_entry(text, date="2024-05-06T20:00:00Z", **rest):
    return {
        "uuid": f"{text[:9]}{date}",
        "creationDate": date,
        "timeZone": "UTC",
        "text": text,
    } | rest


def import_file(leader, file, name="journal.zip"):
    boundary, body = encode_multipart({"file": FileStorage(file, name)})
    return leader.client.post(
        "/api/v1/imports",
        data=body,
        headers=leader.headers,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


def test_real_diary_is_imported_whole_and_only_once(client, diary):
    leader = create_leader(client)
    first = import_file(leader, io.BytesIO(diary.read_bytes()))
    assert first.status_code == 200
    assert first.json == describe_import(created=356, left_behind={"tags": 1})
    entries = json.loads(zipfile.ZipFile(diary).read("Journal.json"))["entries"]
    texts = {entry["creationDate"][:10]: entry["text"] for entry in entries}
    found, cursor = {}, ""
    while cursor is not None:
        page = leader.get(f"/reflections?limit=100{cursor}").json
        found |= {item["local_date"]: item["note"] for item in page["items"]}
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == texts
    again = import_file(leader, io.BytesIO(diary.read_bytes()))
    assert again.json == describe_import(skipped=356, left_behind={"tags": 1})
    january = leader.get("/summaries/2016-01").json
    assert (january["days_kept"], january["days_extra"]) == (15, 6)
    assert january["streak_longest"] == 21
    assert january["words"] == sum(
        len(text.split()) for day, text in texts.items() if day.startswith("2016-01")
    )
    assert leader.get("/streak").json["current"] == 0


def test_entries_of_one_day_are_joined_in_order(client):
    leader = create_leader(client)
    file = create_zip(
        [
            create_entry("The evening.", "2024-05-06T20:00:00Z"),
            create_entry("The morning.", "2024-05-06T06:00:00Z"),
        ]
    )
    assert import_file(leader, file).json["created"] == 1
    day = leader.get("/reflections/2024-05-06").json
    assert day["note"] == "The morning.\n\nThe evening."
    assert day["written_at"] == "2024-05-06T06:00:00.000000Z"


def test_entry_of_a_stored_day_joins_it_and_overwrites_nothing(client):
    leader = create_leader(client)
    leader.writes("2024-05-06", ("let-go", 3, "mine"), note="Also mine.")
    entries = [create_entry("theirs"), create_entry("new", "2024-05-07T20:00:00Z")]
    reply = import_file(leader, create_zip(entries))
    assert reply.json == describe_import(created=1, joined=1)
    day = leader.get("/reflections/2024-05-06").json
    assert (day["note"], day["version"]) == ("Also mine.\n\ntheirs", 2)
    assert day["answers"][0]["text"] == "mine"
    [before] = leader.get("/reflections/2024-05-06/revisions").json["items"]
    assert before["note"] == "Also mine."
    assert import_file(leader, create_zip(entries)).json == describe_import(skipped=2)


def test_export_that_has_grown_brings_its_new_entries_alone(client):
    leader = create_leader(client)
    morning, evening = create_entry("Morning."), create_entry("Evening.", "2024-05-06T21:00:00Z")
    import_file(leader, create_zip([morning]))
    leader.writes("2024-05-06", note="Morning, in other words.")
    assert import_file(leader, create_zip([morning, evening])).json == describe_import(joined=1)
    note = "Morning, in other words.\n\nEvening."
    assert leader.get("/reflections/2024-05-06").json["note"] == note
    again = import_file(leader, create_zip([morning, evening]))
    assert again.json == describe_import(skipped=1)


def test_part_of_a_stored_word_does_not_stand_for_an_entry(client):
    leader = create_leader(client)
    leader.writes("2024-05-06", note="I was looking on.")
    assert import_file(leader, create_zip([create_entry("ok")])).json["joined"] == 1
    assert leader.get("/reflections/2024-05-06").json["note"] == "I was looking on.\n\nok"


@pytest.mark.parametrize(("text", "done"), [("mine", "restored"), ("theirs", "restored")])
def test_day_in_the_trash_comes_back_with_what_is_new(client, text, done):
    leader = create_leader(client)
    leader.writes("2024-05-06", note="mine")
    leader.call("DELETE", "/reflections/2024-05-06")
    reply = import_file(leader, create_zip([create_entry(text)]))
    assert reply.json == describe_import(**{done: 1})
    note = "mine" if text == "mine" else "mine\n\ntheirs"
    assert leader.get("/reflections/2024-05-06").json["note"] == note


def test_text_that_does_not_fit_into_a_stored_day_is_named_with_the_day(client):
    leader = create_leader(client)
    leader.writes("2024-05-06", note="a" * 19_990)
    reply = import_file(leader, create_zip([create_entry("b" * 20)]))
    [failure] = reply.json["failed"]
    assert failure["where"] == "2024-05-06"
    assert "20,000" in failure["why"]
    assert reply.json["skipped"] == 1
    assert leader.get("/reflections/2024-05-06").json["note"] == "a" * 19_990


def test_imports_of_one_day_can_be_undone_in_any_order(client):
    leader = create_leader(client)
    places = []
    for text in ("one", "two"):
        reply = import_file(leader, create_zip([create_entry(text)]))
        places.append(reply.headers["Location"].removeprefix("/api/v1"))
    first, second = places
    assert leader.call("POST", f"{first}/undo").json["kept"] == 1
    assert leader.call("POST", f"{second}/undo").json["kept"] == 0
    assert leader.get("/reflections/2024-05-06").json["note"] == "one"
    assert leader.call("POST", f"{first}/undo").json["kept"] == 0
    assert leader.get("/reflections/2024-05-06").status_code == 404
    assert leader.call("POST", f"{first}/undo").status_code == 404


def test_score_of_a_file_that_differs_is_named_with_the_day(client):
    leader = create_leader(client)
    leader.writes("2024-05-06", ("let-go", 4, "Stood aside."))
    exported = leader.get("/export?format=json").data
    other = create_leader(client)
    other.writes("2024-05-06", ("let-go", 2, "Stood aside."))
    reply = import_file(other, io.BytesIO(exported), "journal.json")
    [failure] = reply.json["failed"]
    assert failure["where"] == "2024-05-06"
    assert "2 already; 4" in failure["why"]
    day = other.get("/reflections/2024-05-06").json
    assert (day["answers"][0]["score"], day["version"]) == (2, 1)


def test_late_answer_stays_late_when_something_joins_its_day_and_is_taken_back(app, client):
    leader = create_leader(client)
    leader.writes("2024-05-06", ("let-go", 3, "Written years later."))

    def list_late_keys():
        with app.app_context():
            late = sa.select(AnswerFigures.key).where(AnswerFigures.in_time.is_(False))
            return list(db.session.scalars(late))

    assert list_late_keys() == ["let-go"]
    reply = import_file(leader, create_zip([create_entry("Written in time.")]))
    assert reply.json == describe_import(joined=1)
    assert list_late_keys() == ["let-go"]
    leader.call("POST", f"{reply.headers['Location'].removeprefix('/api/v1')}/undo")
    assert list_late_keys() == ["let-go"]


def test_undo_takes_back_what_was_joined_and_restored(client):
    leader = create_leader(client)
    for day in ("2024-05-06", "2024-05-07", "2024-05-08"):
        leader.writes(day, ("let-go", 3, ""), note="mine")
    leader.call("DELETE", "/reflections/2024-05-07")
    leader.call("DELETE", "/reflections/2024-05-08")
    entries = [
        create_entry("theirs", "2024-05-06T10:00:00Z"),
        create_entry("theirs too", "2024-05-07T10:00:00Z"),
        create_entry("mine", "2024-05-08T10:00:00Z"),
    ]
    reply = import_file(leader, create_zip(entries))
    assert reply.json == describe_import(joined=1, restored=2)
    location = reply.headers["Location"].removeprefix("/api/v1")
    undone = leader.call("POST", f"{location}/undo").json
    assert (undone["state"], undone["kept"]) == ("undone", 0)
    assert leader.get("/reflections/2024-05-06").json["note"] == "mine"
    assert leader.get("/reflections/2024-05-06/revisions").json["items"] == []
    assert leader.get("/reflections/2024-05-07").status_code == 404
    assert leader.get("/reflections/2024-05-08").status_code == 404
    again = import_file(leader, create_zip(entries)).json
    assert again == describe_import(joined=1, restored=2), "it can be brought in again"


def test_local_day_follows_the_entrys_own_zone(client):
    leader = create_leader(client, time_zone="UTC")
    file = create_zip(
        [
            create_entry("Auckland", "2024-05-06T20:00:00Z", timeZone="Pacific/Auckland"),
            create_entry("after midnight", "2024-05-09T01:30:00Z"),
            create_entry("all day", "2024-05-11T00:00:00Z", isAllDay=True),
            create_entry("no zone", "2024-05-12T12:00:00Z", timeZone="Mars/Olympus"),
        ]
    )
    assert import_file(leader, file).json["created"] == 4
    days = [item["local_date"] for item in leader.get("/reflections").json["items"]]
    assert days == ["2024-05-12", "2024-05-11", "2024-05-08", "2024-05-07"]


def test_markdown_escapes_and_photos_are_removed(client):
    leader = create_leader(client)
    text = "1\\. Called Ben\\!\r\n![](dayone-moment://ABC)\n\\*starred\\*"
    import_file(leader, create_zip([create_entry(text)]))
    assert leader.get("/reflections/2024-05-06").json["note"] == "1. Called Ben!\n\n*starred*"


TOMORROW = f"{date.today() + timedelta(days=2)}T12:00:00Z"  # noqa: DTZ011 - any future day does


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("words", "no entry"),
        (create_entry("x", TOMORROW), "not between"),
        (create_entry("x", "1899-01-01T12:00:00Z"), "not between"),
        (create_entry("x", "0001-01-01T12:00:00Z"), "creationDate"),
        (create_entry("x", "9999-12-31T23:59:59-12:00"), "creationDate"),
        (create_entry("x", "soon"), "creationDate"),
        (create_entry("x") | {"creationDate": None}, "creationDate"),
        (create_entry("x") | {"text": 5}, "no text"),
        (create_entry("x") | {"text": None}, "no words"),
        (create_entry("![](dayone-moment://ABC)"), "no words"),
        (create_entry("\ud800"), "no words"),
        (create_entry("x" * 20_001), "20,000"),
    ],
)
def test_failed_entry_is_reported_and_others_imported(client, entry, why):
    leader = create_leader(client)
    reply = import_file(leader, create_zip([entry, create_entry("fine")])).json
    assert (reply["created"], reply["skipped"]) == (1, 0)
    [failure] = reply["failed"]
    assert failure["where"] == "Journal.json, entry 1"
    assert why in failure["why"]


def test_texts_too_long_for_one_day_come_in_as_far_as_they_fit(client):
    leader = create_leader(client)
    entries = [create_entry(f"{n}" * 15_000, f"2024-05-06T0{n}:00:00Z") for n in (4, 5)]
    reply = import_file(leader, create_zip(entries)).json
    assert reply["created"] == 1
    [failure] = reply["failed"]
    assert failure["where"] == "Journal.json, entry 2"
    assert "2024-05-06" in failure["why"]
    assert "10,002 of its 15,000" in failure["why"]
    note = leader.get("/reflections/2024-05-06").json["note"]
    assert note == "4" * 15_000 + "\n\n" + "5" * 4_998
    again = import_file(leader, create_zip(entries)).json
    assert again == describe_import(skipped=1, failed=[failure])


def test_long_text_joins_a_stored_day_as_far_as_it_fits(client):
    leader = create_leader(client)
    leader.writes("2024-05-06", note="Mine.")
    text = "The whole story of the day, told slowly. " * 700
    reply = import_file(leader, create_zip([create_entry(text)])).json
    assert (reply["joined"], len(reply["failed"])) == (1, 2)
    note = leader.get("/reflections/2024-05-06").json["note"]
    assert note.startswith("Mine.\n\nThe whole story")
    assert 19_900 < len(note) <= 20_000
    again = import_file(leader, create_zip([create_entry(text)])).json
    assert (again["joined"], again["skipped"]) == (0, 1)


def test_entries_with_one_uuid_and_other_words_both_come_in_once(client):
    leader = create_leader(client)
    entries = [create_entry(text) | {"uuid": "A"} for text in ("First.", "Second.")]
    assert import_file(leader, create_zip(entries)).json == describe_import(created=1)
    assert leader.get("/reflections/2024-05-06").json["note"] == "First.\n\nSecond."
    assert import_file(leader, create_zip(entries[::-1])).json == describe_import(skipped=1)


def test_rows_of_daylio_that_are_the_same_come_in_as_often_as_they_are_there(client):
    leader = create_leader(client)
    head = b"full_date,date,weekday,time,mood,activities,note_title,note\n"
    row = b"2024-05-06,May 6,Monday,20:20,good,work,,\n"
    files = [(head + row * times, times) for times in (1, 3, 3, 1)]
    replies = [import_file(leader, io.BytesIO(file), "daylio.csv").json for file, _ in files]
    assert [reply["joined"] for reply in replies] == [0, 1, 0, 0]
    note = leader.get("/reflections/2024-05-06").json["note"]
    assert note == "\n\n".join(["good: work"] * 3)


def test_duplicate_entries_count_once(client):
    leader = create_leader(client)
    import_file(leader, create_zip([create_entry("once"), create_entry("once")]))
    assert leader.get("/reflections/2024-05-06").json["note"] == "once"


def create_bomb():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("Journal.json", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(b" " * 1_000_000)
    return file.getvalue()


def create_encrypted_zip():
    content = bytearray(create_zip([create_entry("x")]).getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def create_damaged_zip():
    content = bytearray(create_zip([create_entry("x" * 500)]).getvalue())
    content[60] ^= 0xFF
    return bytes(content)


def create_zip_of_many_files():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(20_001):
            archive.writestr(str(number), "")
    return file.getvalue()


def create_other_zip(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


UNREADABLE = {
    "a bomb": (create_bomb, "100 MB"),
    "encrypted": (create_encrypted_zip, "password"),
    "damaged": (create_damaged_zip, "damaged"),
    "many files": (create_zip_of_many_files, "20,000"),
    "empty": (lambda: b"", "no journal"),
    "no zip": (lambda: b"diary", "Daylio"),
    "cut short": (lambda: create_zip([create_entry("x")]).getvalue()[:-30], "isn’t a zip"),
    "no journal": (lambda: create_other_zip("photo.jpeg", b"x"), "no journal"),
    "other json": (lambda: create_other_zip("x.json", b'{"a": 1}'), "no journal"),
    "broken json": (lambda: create_other_zip("x.json", b'{"entries": ['), "no JSON"),
    "deep json": (lambda: create_other_zip("x.json", b"[" * 100_000), "no JSON"),
    "not utf-8": (lambda: create_other_zip("x.json", b'{"entries": "\xff"}'), "no JSON"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_non_journal_file_is_refused_without_changes(client, kind):
    make, why = UNREADABLE[kind]
    leader = create_leader(client)
    reply = import_file(leader, io.BytesIO(make()))
    assert reply.status_code == 422
    assert why in reply.json["errors"]["file"][0]
    assert leader.get("/reflections").json["items"] == []


def test_missing_file_is_reported(client):
    leader = create_leader(client)
    reply = client.post(
        "/api/v1/imports", data={}, headers=leader.headers, content_type="multipart/form-data"
    )
    assert reply.status_code == 422
    assert "file" in reply.json["errors"]


def test_journal_over_50_mb_is_refused(client):
    leader = create_leader(client)
    reply = client.post(
        "/api/v1/imports",
        data=b"",
        headers=leader.headers,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "50000001"},
    )
    assert reply.status_code == 413
    assert "50 MB" in reply.json["detail"]


def upload(browser, content, name="journal.zip"):
    data = {"csrf_token": browser.csrf, "file": (io.BytesIO(content), name)}
    return browser.post("/settings/import", data=data, follow_redirects=True)


def test_page_previews_imports_and_undoes_a_file(leader, browser, post):
    leader.writes("2024-05-07", ("let-go", 4, "Mine."))
    photo = {"identifier": "27A4"}
    file = create_zip(
        [
            create_entry("fine", photos=[photo, photo]),
            create_entry("x", "soon"),
            create_entry("there", "2024-05-07T10:00:00Z"),
        ]
    )
    shown = upload(browser, file.getvalue())
    for said in (
        "We found a Day One export",
        "2 days, from 2024-05-06 to 2024-05-07",
        "One day is here already; what is new is added to it.",
        "Not imported: 2 photos.",
        "One entry was not understood",
        "Journal.json, entry 2",
    ):
        assert said in shown.text, said
    assert leader.get("/reflections/2024-05-06").status_code == 404

    path = shown.request.path
    shown = post(path)
    assert "Import complete" in shown.text
    assert leader.get("/reflections/2024-05-06").json["note"] == "fine"
    assert leader.get("/reflections/2024-05-07").json["answers"][0]["text"] == "Mine."
    assert leader.get("/reflections/2024-05-07").json["note"] == "there"
    assert post(path).status_code == 200, "asked for twice, it is brought in once"

    shown = post(f"{path}/undo")
    assert "2 days are as before" in shown.text
    assert leader.get("/reflections/2024-05-06").status_code == 404
    assert leader.get("/reflections/2024-05-07").json["answers"][0]["text"] == "Mine."
    assert leader.get("/reflections/2024-05-07").json["note"] == ""
    assert post(f"{path}/undo").status_code == 404


def test_undo_keeps_days_edited_since(leader):
    file = create_zip([create_entry("one"), create_entry("two", "2024-05-08T10:00:00Z")])
    location = import_file(leader, file).headers["Location"].removeprefix("/api/v1")
    leader.writes("2024-05-06", ("let-go", 4, "More."), note="one")
    undone = leader.call("POST", f"{location}/undo").json
    assert (undone["state"], undone["created"], undone["kept"]) == ("undone", 2, 1)
    assert leader.get("/reflections/2024-05-06").status_code == 200
    assert leader.get("/reflections/2024-05-08").status_code == 404
    file.seek(0)
    assert import_file(leader, file).json["created"] == 1, "it can be brought in again"


def test_previewed_file_is_deleted_on_request_and_after_a_day(app, leader, browser, post):
    shown = upload(browser, create_zip([create_entry("fine")]).getvalue())
    post(f"{shown.request.path}/give-up")
    assert browser.get(shown.request.path).status_code == 404
    shown = upload(browser, create_zip([create_entry("fine")]).getvalue())
    with app.app_context():
        assert store.delete_unused(before=clock.now()) == 1
    assert browser.get(shown.request.path).status_code == 404


def test_large_journal_is_imported_by_the_worker(app, leader, browser, post):
    first = date(2020, 1, 1)
    entries = [
        create_entry(f"{number} {'words ' * 600}", f"{first + timedelta(days=number)}T10:00:00Z")
        for number in range(450)
    ]
    shown = upload(browser, create_zip(entries, stored=True).getvalue())
    assert "Reading your journal" in shown.text
    path = shown.request.path
    assert run_queued_tasks(app) == 1
    assert "450 days, from 2020-01-01" in browser.get(path).text
    assert "Importing…" in post(path).text
    assert leader.get("/reflections/2020-01-01").status_code == 404
    assert run_queued_tasks(app) == 1
    assert "450 days are new" in browser.get(path).text
    assert leader.get("/reflections/2021-03-25").status_code == 200
    with app.app_context():
        closed = SearchSegment.words_encrypted.is_not(None)
        months = db.session.execute(
            sa.select(closed, sa.func.count()).select_from(SearchSegment).group_by(closed)
        )
        assert [tuple(row) for row in months] == [(True, 15)]


def test_interrupted_import_resumes_and_counts_earlier_days(app, leader, monkeypatch):
    first = date(2020, 1, 1)
    entries = [
        create_entry(f"{number}", f"{first + timedelta(days=number)}T10:00:00Z")
        for number in range(250)
    ]
    with app.app_context():
        of = accounts_store.find_leader(UUID(leader.id))
        import_id = store.create_import(
            of, create_zip(entries).getvalue(), "a.zip", now=clock.now()
        )
        preview_import(of, import_id, now=clock.now())
        confirm_import(of, import_id, MoodChoices())
        adding, calls = day_imports_store.import_days, []

        def breaks(*args, **options):
            calls.append(1)
            if len(calls) == 2:
                raise OSError("the machine stopped")
            return adding(*args, **options)

        monkeypatch.setattr(day_imports_store, "import_days", breaks)
        with pytest.raises(OSError, match="stopped"):
            run_import(of, import_id, now=clock.now())
        halfway = store.get_import(of, import_id)
        assert (halfway.state, halfway.done, halfway.total) == ("running", 100, 250)
        done = run_import(of, import_id, now=clock.now())
    assert (done.created, done.skipped) == (250, 0)


def test_imports_are_private_to_their_account(app, client, leader, browser):
    shown = upload(browser, create_zip([create_entry("fine")]).getvalue())
    other = create_leader(client)
    import_id = shown.request.path.rpartition("/")[2]
    for method, path in (("GET", ""), ("POST", "/start"), ("POST", "/undo")):
        reply = other.call(method, f"/imports/{import_id}{path}")
        assert reply.status_code == 404, path
    assert leader.get("/reflections").json["items"] == []


def test_file_is_encrypted_and_deleted_after_the_import(app, leader, browser, post):
    shown = upload(browser, create_zip([create_entry("Candid about Ben.")], stored=True).getvalue())
    with app.app_context():
        [encrypted] = db.session.scalars(sa.select(Import.file_encrypted))
        assert encrypted is not None
        assert b"Candid" not in encrypted
        post(shown.request.path)
        assert list(db.session.scalars(sa.select(Import.file_encrypted))) == [None]


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "Choose a file"), (b"diary", "We can’t read this as a journal")],
)
def test_page_says_why_a_file_cannot_be_read(browser, content, why):
    if content is None:
        data = {"csrf_token": browser.csrf}
        shown = browser.post("/settings/import", data=data, follow_redirects=True)
    else:
        shown = upload(browser, content)
    assert why in shown.text
