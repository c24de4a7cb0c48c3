"""Bringing a journal in, over the API and the page."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from factories import a_leader, sign_in
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart


def a_zip(entries, name="Journal.json", **journal):
    """Return a Day One export as an open file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, json.dumps({"metadata": {}, "entries": entries} | journal))
    file.seek(0)
    return file


def an_entry(text, date="2024-05-06T20:00:00Z", **rest):
    return {
        "uuid": f"{text[:9]}{date}",
        "creationDate": date,
        "timeZone": "UTC",
        "text": text,
    } | rest


def bring(leader, file, name="journal.zip"):
    boundary, body = encode_multipart({"file": FileStorage(file, name)})
    return leader.client.post(
        "/api/v1/imports",
        data=body,
        headers=leader.headers,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


def test_a_real_diary_arrives_whole_and_a_second_time_adds_nothing(client, diary):
    leader = a_leader(client)
    first = bring(leader, io.BytesIO(diary.read_bytes()))
    assert first.status_code == 200
    assert first.json == {"created": 356, "skipped": 0, "failed": []}
    entries = json.loads(zipfile.ZipFile(diary).read("Journal.json"))["entries"]
    texts = {entry["creationDate"][:10]: entry["text"] for entry in entries}
    found, cursor = {}, ""
    while cursor is not None:
        page = leader.get(f"/reflections?limit=100{cursor}").json
        found |= {item["local_date"]: item["note"] for item in page["items"]}
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == texts
    again = bring(leader, io.BytesIO(diary.read_bytes()))
    assert again.json == {"created": 0, "skipped": 356, "failed": []}
    january = leader.get("/summaries/2016-01").json
    assert january["days_kept"] == 21
    assert january["streak_longest"] == 21
    assert january["words"] == sum(
        len(text.split()) for day, text in texts.items() if day.startswith("2016-01")
    )
    assert leader.get("/streak").json["current"] == 0


def test_two_entries_of_one_day_become_one_day_with_both_texts_in_order(client):
    leader = a_leader(client)
    file = a_zip(
        [
            an_entry("The evening.", "2024-05-06T20:00:00Z"),
            an_entry("The morning.", "2024-05-06T06:00:00Z"),
        ]
    )
    assert bring(leader, file).json["created"] == 1
    day = leader.get("/reflections/2024-05-06").json
    assert day["note"] == "The morning.\n\nThe evening."
    assert day["written_at"] == "2024-05-06T06:00:00.000000Z"


def test_a_day_that_is_there_is_not_overwritten(client):
    leader = a_leader(client)
    leader.writes("2024-05-06", ("let-go", 3, "mine"))
    reply = bring(leader, a_zip([an_entry("theirs"), an_entry("new", "2024-05-07T20:00:00Z")]))
    assert reply.json == {"created": 1, "skipped": 1, "failed": []}
    assert leader.get("/reflections/2024-05-06").json["note"] == ""


def test_the_day_is_the_one_it_was_in_its_own_zone(client):
    leader = a_leader(client, time_zone="UTC")
    file = a_zip(
        [
            an_entry("Auckland", "2024-05-06T20:00:00Z", timeZone="Pacific/Auckland"),
            an_entry("after midnight", "2024-05-09T01:30:00Z"),
            an_entry("all day", "2024-05-11T00:00:00Z", isAllDay=True),
            an_entry("no zone", "2024-05-12T12:00:00Z", timeZone="Mars/Olympus"),
        ]
    )
    assert bring(leader, file).json["created"] == 4
    days = [item["local_date"] for item in leader.get("/reflections").json["items"]]
    assert days == ["2024-05-12", "2024-05-11", "2024-05-08", "2024-05-07"]


def test_markdown_escapes_are_undone_and_photos_stay_behind(client):
    leader = a_leader(client)
    text = "1\\. Called Ben\\!\r\n![](dayone-moment://ABC)\n\\*starred\\*"
    bring(leader, a_zip([an_entry(text)]))
    assert leader.get("/reflections/2024-05-06").json["note"] == "1. Called Ben!\n\n*starred*"


TOMORROW = f"{date.today() + timedelta(days=2)}T12:00:00Z"  # noqa: DTZ011 - any future day does


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("words", "no entry"),
        (an_entry("x", TOMORROW), "not between"),
        (an_entry("x", "1899-01-01T12:00:00Z"), "not between"),
        (an_entry("x", "0001-01-01T12:00:00Z"), "creationDate"),
        (an_entry("x", "9999-12-31T23:59:59-12:00"), "creationDate"),
        (an_entry("x", "soon"), "creationDate"),
        (an_entry("x") | {"creationDate": None}, "creationDate"),
        (an_entry("x") | {"text": 5}, "no text"),
        (an_entry("x") | {"text": None}, "no words"),
        (an_entry("![](dayone-moment://ABC)"), "no words"),
        (an_entry("\ud800"), "no text"),
        (an_entry("x" * 20_001), "20,000"),
    ],
)
def test_an_entry_that_cannot_be_brought_in_is_named_and_the_others_arrive(client, entry, why):
    leader = a_leader(client)
    reply = bring(leader, a_zip([entry, an_entry("fine")])).json
    assert (reply["created"], reply["skipped"]) == (1, 0)
    [failure] = reply["failed"]
    assert failure["where"] == "Journal.json, entry 1"
    assert why in failure["why"]


def test_texts_of_one_day_that_are_too_long_together_are_named(client):
    leader = a_leader(client)
    file = a_zip([an_entry(f"{n}" * 15_000, f"2024-05-06T0{n}:00:00Z") for n in (4, 5)])
    reply = bring(leader, file).json
    assert reply["created"] == 1
    assert reply["failed"][0]["where"] == "Journal.json, entry 2"


def test_an_entry_that_comes_twice_counts_once(client):
    leader = a_leader(client)
    bring(leader, a_zip([an_entry("once"), an_entry("once")]))
    assert leader.get("/reflections/2024-05-06").json["note"] == "once"


def bomb():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("Journal.json", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(b" " * 1_000_000)
    return file.getvalue()


def encrypted():
    content = bytearray(a_zip([an_entry("x")]).getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def damaged():
    content = bytearray(a_zip([an_entry("x" * 500)]).getvalue())
    content[60] ^= 0xFF
    return bytes(content)


def many():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(20_001):
            archive.writestr(str(number), "")
    return file.getvalue()


def other(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


UNREADABLE = {
    "a bomb": (bomb, "100 MB"),
    "encrypted": (encrypted, "password"),
    "damaged": (damaged, "damaged"),
    "many files": (many, "20,000"),
    "empty": (lambda: b"", "no zip"),
    "no zip": (lambda: b"diary", "no zip"),
    "cut short": (lambda: a_zip([an_entry("x")]).getvalue()[:-30], "no zip"),
    "no journal": (lambda: other("photo.jpeg", b"x"), "no journal"),
    "other json": (lambda: other("x.json", b'{"a": 1}'), "no journal"),
    "broken json": (lambda: other("x.json", b'{"entries": ['), "no JSON"),
    "deep json": (lambda: other("x.json", b"[" * 100_000), "no JSON"),
    "not utf-8": (lambda: other("x.json", b'{"entries": "\xff"}'), "no JSON"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_no_journal_is_refused_and_nothing_changes(client, kind):
    make, why = UNREADABLE[kind]
    leader = a_leader(client)
    reply = bring(leader, io.BytesIO(make()))
    assert reply.status_code == 422
    assert why in reply.json["errors"]["file"][0]
    assert leader.get("/reflections").json["items"] == []


def test_a_missing_file_is_named(client):
    leader = a_leader(client)
    reply = client.post(
        "/api/v1/imports", data={}, headers=leader.headers, content_type="multipart/form-data"
    )
    assert reply.status_code == 422
    assert "file" in reply.json["errors"]


def test_a_journal_over_50_mb_is_refused(client):
    leader = a_leader(client)
    reply = client.post(
        "/api/v1/imports",
        data=b"",
        headers=leader.headers,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "50000001"},
    )
    assert reply.status_code == 413
    assert "50 MB" in reply.json["detail"]


def test_the_page_brings_a_journal_in_and_says_what_came_of_it(app, client):
    leader = a_leader(client)
    browser = app.test_client()
    token = sign_in(browser, leader)
    file = a_zip([an_entry("fine"), an_entry("x", "soon")])
    shown = browser.post(
        "/settings/import", data={"csrf_token": token, "file": (file, "journal.zip")}
    )
    assert shown.status_code == 200
    assert "Journal.json, entry 2" in shown.text
    assert leader.get("/reflections/2024-05-06").json["note"] == "fine"


@pytest.mark.parametrize(
    ("upload", "why"),
    [(None, "Choose the zip"), ((b"diary", "diary.zip"), "no zip")],
)
def test_the_page_says_why_a_file_cannot_be_read(app, client, upload, why):
    browser = app.test_client()
    token = sign_in(browser, a_leader(client))
    data = {"csrf_token": token}
    if upload:
        data["file"] = (io.BytesIO(upload[0]), upload[1])
    shown = browser.post("/settings/import", data=data, follow_redirects=True)
    assert why in shown.text
