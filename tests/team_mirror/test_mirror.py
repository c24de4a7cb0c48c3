"""The team mirror as it is meant, and as somebody uses it who wants to know who said what."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from factories import a_leader, sign_in

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import db
from leaderjournal.models import Base
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.team_mirror import store
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.worker import run_chores, send_team_mirrors


def links_of(leader, number=5):
    reply = leader.call("POST", "/team-mirrors", {"links": number})
    assert reply.status_code == 201, reply.text
    return [re.sub(r"^https?://[^/]+", "", link) for link in reply.json["links"]]


def answered(app, link, scores=(3, 4, 2), lines=("", "", "")):
    """Answer as somebody does who has nothing but the link; return the reply."""
    form = {f"score-{key}": str(score) for key, score in zip(KEY_SLUGS, scores, strict=True)}
    form |= {f"line-{key}": line for key, line in zip(KEY_SLUGS, lines, strict=True)}
    return app.test_client().post(link, data=form)


def only(leader):
    [mirror] = leader.get("/team-mirrors").json["items"]
    return mirror


def close(leader):
    return leader.call("POST", f"/team-mirrors/{only(leader)['month']}/close")


def team(leader):
    return leader.get(f"/summaries/{leader.today()[:7]}").json["team"]


def dump(app):
    """Return all that the database holds, as text, with the values that can be opened opened."""
    with app.app_context():
        rows = []
        for table in Base.metadata.sorted_tables:
            rows += [str(tuple(row)) for row in db.session.execute(sa.select(table))]
        opened = []
        for row in db.session.scalars(sa.select(TeamMirror)):
            cipher = accounts_store.find_leader(row.account_id).cipher
            opened.append(
                cipher.decrypt_text(
                    row.document, table="team_mirrors", column="document", row=row.id
                )
            )
    return rows, opened


def test_a_team_answers_and_the_month_shows_both_side_by_side(app, leader, post):
    today = leader.today()
    leader.writes(
        today, *((key, score, "") for key, score in zip(KEY_SLUGS, (4, 2, 2), strict=True))
    )
    links = links_of(leader)
    assert len(set(links)) == 5
    page = app.test_client().get(links[0])
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert leader.get("/me").json["name"].split()[0] in page.text
    for number, link in enumerate(links):
        reply = answered(app, link, (3, number % 2 + 2, 4), (f"Line {number}", "", ""))
        assert reply.status_code == 200
        assert "Set-Cookie" not in reply.headers
    mirror = only(leader)
    assert mirror["is_closed"] is True, "the last token closes it"
    assert mirror["shown"]["scores"]["lead-from-front"] == {"mean": 3, "n": 5}
    assert sorted(mirror["shown"]["lines"]["lead-from-front"]) == [f"Line {n}" for n in range(5)]
    assert team(leader) == {
        "lead-from-front": {"mean": 3, "n": 5},
        "protect-and-serve": {"mean": 2.4, "n": 5},
        "let-go": {"mean": 4, "n": 5},
    }
    month = post.get(f"/month/{today[:7]}").text
    assert "Lead from the front: your team sees 1.0 less than you do." in month
    assert "Protect &amp; serve: your team sees 0.4 more than you give yourself." in month
    assert "Let go: your team sees 2.0 more than you give yourself." in month


def test_two_answers_are_never_shown_and_are_deleted_with_the_closing(app, leader):
    links = links_of(leader)
    for link in links[:2]:
        answered(app, link, (1, 1, 1), ("Zanzibar", "", ""))
    assert only(leader)["shown"] is team(leader) is None
    assert close(leader).status_code == 204
    assert only(leader)["shown"] is team(leader) is None
    _, [document] = dump(app)
    assert "Zanzibar" not in document
    assert json.loads(document)["scores"] == {}
    assert answered(app, links[2]).status_code == 410, "nothing comes after the closing"


def test_three_then_a_fourth_give_nothing_to_subtract(app, leader, post):
    links = links_of(leader)
    seen = []
    for link in links[:4]:
        answered(app, link, (5, 1, 3), ("I am recognisable", "", ""))
        seen.append((leader.get("/team-mirrors").json, team(leader)))
    assert {json.dumps(look) for look, _ in seen} == {json.dumps(seen[0][0])}
    assert {json.dumps(figures) for _, figures in seen} == {"null"}
    page = post.get("/team-mirror").text
    assert "At least 3 have answered." in page
    assert "recognisable" not in page
    close(leader)
    shown = only(leader)["shown"]
    assert (shown["answers"], shown["lines"]) == (4, {}), "four are too few for lines"
    assert shown["scores"]["lead-from-front"] == {"mean": 5, "n": 4}
    assert "recognisable" not in dump(app)[1][0]
    assert answered(app, links[4]).status_code == 410


def test_one_token_takes_one_answer_and_a_guess_takes_none(app, leader):
    links = links_of(leader)
    assert answered(app, links[0], (1, 1, 1)).status_code == 200
    assert answered(app, links[0], (5, 5, 5)).status_code == 410
    assert app.test_client().get(links[0]).status_code == 410
    guess = links[1][:-4] + ("AAAA" if not links[1].endswith("AAAA") else "BBBB")
    for wrong in (guess, "/mirror/x", "/mirror/" + "A" * 43):
        assert app.test_client().get(wrong).status_code == 410
        assert answered(app, wrong).status_code == 410
    for link in links[1:]:
        answered(app, link, (1, 1, 1))
    assert only(leader)["shown"]["scores"]["let-go"] == {"mean": 1, "n": 5}


def test_a_key_that_fewer_than_three_scored_is_not_shown(app, leader):
    links = links_of(leader, 3)
    for number, link in enumerate(links):
        form = {"score-let-go": "4"} | ({"score-lead-from-front": "1"} if number else {})
        assert app.test_client().post(link, data=form).status_code == 200
    assert team(leader) == {"let-go": {"mean": 4, "n": 3}}


def test_neither_rows_nor_their_order_nor_times_tell_who_answered_when(app, leader):
    links = links_of(leader, 6)
    with app.app_context():
        columns = set(TeamMirror.__table__.columns.keys())
        before = db.session.execute(
            sa.select(TeamMirror.id, TeamMirror.last_date, TeamMirror.closed)
        ).all()
    assert columns == {"id", "account_id", "month", "last_date", "closed", "document"}
    counts = [len(dump(app)[0])]
    for number, link in enumerate(links[:5]):
        answered(app, link, (5 - number, 3, 3), (f"Line {number}", f"Word {number}", ""))
        counts.append(len(dump(app)[0]))
    assert len(set(counts)) == 1, "no row comes with an answer"
    with app.app_context():
        after = db.session.execute(
            sa.select(TeamMirror.id, TeamMirror.last_date, TeamMirror.closed)
        ).all()
    assert before == after
    document = json.loads(dump(app)[1][0])
    assert document["scores"]["lead-from-front"] == [1, 2, 3, 4, 5], "by size, not by time"
    assert set(document) == {"unused", "issued", "answers", "scores", "lines"}
    assert document["unused"] == sorted(document["unused"])


def test_a_dump_beside_the_mail_does_not_say_who_said_what(app, leader, post, mailbox):
    addresses = [f"person{number}@example.com" for number in range(5)]
    post("/team-mirror", addresses="\n".join(addresses))
    assert send_team_mirrors(app) == 5
    page = post.get("/team-mirror")
    assert "5 of 5 links are sent." in page.text
    assert "/mirror/" not in page.text.replace('/mirror"', "")
    mails = {mail["To"]: mail.get_payload(decode=True).decode() for mail in mailbox}
    assert set(mails) == set(addresses)
    links = {to: re.search(r"(/mirror/[\w-]{30,})", text)[1] for to, text in mails.items()}
    assert len(set(links.values())) == 5
    rows, _ = dump(app)
    for secret in (*addresses, *(link.rsplit("/", 1)[1] for link in links.values())):
        assert not any(secret in row for row in rows)
    for number, to in enumerate(addresses):
        answered(app, links[to], (number + 1, 3, 3), (f"Line {number}", f"Word {number}", ""))
    rows, [document] = dump(app)
    everything = "".join(rows) + document
    for to, link in links.items():
        token = link.rsplit("/", 1)[1]
        assert token not in everything
        assert to not in everything
    kept = json.loads(document)
    assert kept["unused"] == []
    assert kept["scores"]["lead-from-front"] == [1, 2, 3, 4, 5]


def test_who_has_answered_is_told_to_nobody(app, leader, post):
    def look():
        page = post.get("/team-mirror").text
        token = r'name="csrf[-_]token" (value|content)="[^"]+"'  # it tells when it was signed
        page, tokens = re.subn(token, "", page)
        assert tokens
        return page

    links = links_of(leader)
    looks = [look()]
    for link in links[:2]:
        answered(app, link)
        looks.append(look())
    assert looks[0] == looks[1] == looks[2]


def test_a_month_has_one_mirror_and_it_is_its_leaders_own(leader, client):
    links_of(leader)
    assert leader.call("POST", "/team-mirrors", {"links": 3}).status_code == 409
    other = a_leader(client)
    month = only(leader)["month"]
    assert other.call("POST", f"/team-mirrors/{month}/close").status_code == 404
    assert other.get("/team-mirrors").json["items"] == []
    assert only(leader)["is_closed"] is False


@pytest.mark.parametrize("links", [2, 51, "five", None, 3.5])
def test_fewer_than_three_are_not_asked(leader, links):
    refused = leader.call("POST", "/team-mirrors", {"links": links})
    assert list(refused.json["errors"]) == ["links"]


@pytest.mark.parametrize(
    "addresses",
    [
        "a@example.com\nb@example.com",
        "a@example.com\nno address\nc@example.com",
        "a@example.com, A@example.com, b@example.com",
    ],
)
def test_addresses_that_are_not_right_are_said_and_kept_in_the_form(browser, leader, addresses):
    refused = browser.post(
        "/team-mirror", data={"csrf_token": browser.csrf, "addresses": addresses}
    )
    assert refused.status_code == 422
    assert "a@example.com" in refused.text
    assert leader.get("/team-mirrors").json["items"] == []


def test_an_answer_that_cannot_be_is_given_back_and_the_link_stays(app, leader):
    [link, *_] = links_of(leader)
    for form in (
        {"line-let-go": "Only words"},
        {"score-let-go": "6"},
        {"score-let-go": "3", "line-let-go": "x" * 501},
    ):
        refused = app.test_client().post(link, data=form)
        assert refused.status_code == 422
        assert form.get("line-let-go", "") in refused.text
    assert answered(app, link).status_code == 200


def test_a_mirror_closes_a_week_after_its_month_by_itself(app, leader):
    links = links_of(leader, 4)
    for link in links[:3]:
        answered(app, link)
    mirror = only(leader)
    first = date.fromisoformat(f"{mirror['month']}-01")
    following = (first + timedelta(days=32)).replace(day=1)
    assert mirror["last_date"] == str(following + timedelta(days=6))
    with app.app_context():
        mine = accounts_store.find_leader(UUID(leader.id))
        last = date.fromisoformat(mirror["last_date"])
        assert store.find_mirror(mine, mirror["month"], today=last).shown is None
        after = store.find_mirror(mine, mirror["month"], today=last + timedelta(days=1))
        assert after.is_closed
        assert after.shown.answers == 3


def test_a_closed_mirror_moves_with_the_journal(app, client, leader):
    for link in links_of(leader, 5):
        answered(app, link, (2, 3, 4), ("A line", "", ""))
    leader.writes(leader.today(), note="A day.")
    content = leader.get("/export?format=json").data
    other = a_leader(client)
    brought = client.post(
        "/api/v1/imports", data={"file": (io.BytesIO(content), "j.json")}, headers=other.headers
    )
    assert brought.status_code < 300, brought.text
    mine, theirs = only(leader), only(other)
    assert (mine["shown"], mine["month"]) == (theirs["shown"], theirs["month"])
    assert team(other) == team(leader)


def test_what_the_team_said_is_in_the_table_and_in_the_markdown(app, leader):
    for number, link in enumerate(links_of(leader)):
        line = "=HYPERLINK(0)" if number == 2 else f"Line {number}"
        answered(app, link, (3, number % 2 + 2, 4), (line, "", ""))
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


def test_a_mirror_that_is_open_or_heard_too_little_is_in_no_export(app, leader):
    links = links_of(leader)
    for link in links[:2]:
        answered(app, link, lines=("Told in confidence", "", ""))

    def exported():
        forms = ("format=json", "format=csv&table=team-mirrors")
        return "".join(leader.get(f"/export?{form}").text for form in forms)

    assert "confidence" not in exported()
    close(leader)
    assert "confidence" not in exported()
    assert leader.today()[:7] not in leader.get("/export?format=csv&table=team-mirrors").text


def test_a_mirror_that_takes_answers_into_the_next_month_is_closed_there(app, leader):
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        fresh = a_leader(leader.client)
        links = links_of(fresh)
    with time_machine.travel(datetime(2026, 11, 3, 12, tzinfo=UTC), tick=False):
        browser = app.test_client()
        csrf = sign_in(browser, fresh)
        for link in links[:3]:
            answered(app, link, (5, 1, 3))
        page = browser.get("/team-mirror").text
        assert "October 2026’s is open" in page
        assert "Ask your team" in page, "November has not been asked about"
        closed = browser.post("/team-mirror/2026-10/close", data={"csrf_token": csrf})
        assert closed.status_code == 303
        page = browser.get("/team-mirror").text
        assert "is open" not in page
        assert ">October 2026</a>" in page


def test_what_was_seen_closed_stays_closed_wherever_its_leader_travels(app, leader):
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        fresh = a_leader(leader.client)
        links = links_of(fresh)
    with time_machine.travel(datetime(2026, 11, 7, 15, tzinfo=UTC), tick=False):
        for link in links[:3]:
            answered(app, link, (5, 1, 3))
        assert only(fresh)["is_closed"] is False
        fresh.call("PATCH", "/me", {"time_zone": "Pacific/Kiritimati"})
        assert only(fresh)["shown"]["answers"] == 3
        fresh.call("PATCH", "/me", {"time_zone": "Europe/Berlin"})
        assert answered(app, links[3], (1, 1, 1)).status_code == 410
        assert only(fresh)["shown"]["answers"] == 3


def test_a_mirror_that_is_over_is_closed_though_nobody_looks(app, leader):
    with time_machine.travel(datetime(2026, 10, 20, 12, tzinfo=UTC), tick=False):
        links = links_of(a_leader(leader.client))
        for link in links[:2]:
            answered(app, link, lines=("Zanzibar", "", ""))
    for day, over in ((7, 0), (8, 1), (9, 0)):
        with time_machine.travel(datetime(2026, 11, day, 12, tzinfo=UTC), tick=False):
            assert run_chores(app)["team mirrors that are over"] == over
    [document] = dump(app)[1]
    kept = json.loads(document)
    assert (kept["unused"], kept["scores"], kept["lines"]) == ([], {}, {})


def test_a_key_that_fewer_than_three_scored_is_kept_nowhere(app, leader):
    links = links_of(leader)
    for number, link in enumerate(links[:3]):
        form = {"score-lead-from-front": "4"} | ({"score-let-go": "1"} if number == 0 else {})
        assert app.test_client().post(link, data=form).status_code == 200
    close(leader)
    assert list(json.loads(dump(app)[1][0])["scores"]) == ["lead-from-front"]
    [mirror] = leader.get("/export?format=json").json["team_mirrors"]
    assert list(mirror["scores"]) == ["lead-from-front"]


def test_links_that_were_lost_are_made_anew_once_the_mirror_is_closed_with_too_few(app, leader):
    first = links_of(leader)
    answered(app, first[0])
    again = leader.call("POST", "/team-mirrors", {"links": 4})
    assert again.status_code == 409
    close(leader)
    second = links_of(leader, 4)
    assert answered(app, first[1]).status_code == 410
    for link in second:
        answered(app, link, (3, 3, 3))
    assert only(leader)["shown"]["answers"] == 4
    assert leader.call("POST", "/team-mirrors", {"links": 4}).status_code == 409


def test_a_forgotten_name_goes_from_what_the_team_wrote(app, leader):
    for link in links_of(leader):
        answered(app, link, lines=("Ana runs it now", "", ""))
    ana = leader.call("POST", "/people", {"name": "Ana"}).json["id"]
    leader.call("POST", f"/people/{ana}/forget", {"replacement": "someone"})
    assert set(only(leader)["shown"]["lines"]["lead-from-front"]) == {"someone runs it now"}
