"""The team mirror in exports and imports."""

import csv
import io
import zipfile

from factories import create_leader
from team_mirror.answering import answer, close_mirror, create_links, get_mirror, get_team_means

from leaderjournal.practice.catalogue import KEY_SLUGS


def test_closed_mirror_survives_export_and_import(app, client, leader):
    for link in create_links(leader, 5):
        answer(app, link, (2, 3, 4), ("A line", "", ""))
    leader.writes(leader.today(), note="A day.")
    content = leader.get("/export?format=json").data
    other = create_leader(client)
    brought = client.post(
        "/api/v1/imports", data={"file": (io.BytesIO(content), "j.json")}, headers=other.headers
    )
    assert brought.status_code < 300, brought.text
    mine, theirs = get_mirror(leader), get_mirror(other)
    assert (mine["shown"], mine["month"]) == (theirs["shown"], theirs["month"])
    assert get_team_means(other) == get_team_means(leader)


def test_csv_and_markdown_exports_include_team_answers(app, leader):
    for number, link in enumerate(create_links(leader)):
        line = "=HYPERLINK(0)" if number == 2 else f"Line {number}"
        answer(app, link, (3, number % 2 + 2, 4), (line, "", ""))
    table = leader.client.get(
        "/api/v1/export?format=csv&table=team-mirrors", headers=leader.headers
    )
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(table.data.decode("utf-8-sig")))}
    assert list(rows) == list(KEY_SLUGS)
    assert (rows["protect-and-serve"]["mean"], rows["protect-and-serve"]["answers"]) == (
        "2.40",
        "5",
    )
    said = rows["lead-from-front"]["lines"].split("\n")
    assert sorted(said) == ["'=HYPERLINK(0)", "Line 0", "Line 1", "Line 3", "Line 4"]
    packed = leader.client.get("/api/v1/export?format=markdown", headers=leader.headers)
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        text = archive.read("between-reflections.md").decode()
    assert "Protect & serve 2.4 (5 answers) · Let go 4.0 (5 answers)" in text
    assert "  - Lead from the front: Line 0\n" in text


def test_open_mirror_or_too_few_answers_are_not_exported(app, leader):
    links = create_links(leader)
    for link in links[:2]:
        answer(app, link, lines=("Told in confidence", "", ""))

    def list_exported_months():
        forms = ("format=json", "format=csv&table=team-mirrors")
        return "".join(leader.get(f"/export?{form}").text for form in forms)

    assert "confidence" not in list_exported_months()
    close_mirror(leader)
    assert "confidence" not in list_exported_months()
    assert leader.today()[:7] not in leader.get("/export?format=csv&table=team-mirrors").text
