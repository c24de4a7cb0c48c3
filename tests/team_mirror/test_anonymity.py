"""What somebody can learn who wants to know who answered what."""

import json
import re

import sqlalchemy as sa
from team_mirror.answering import (
    answer,
    close_mirror,
    create_links,
    dump_database,
    get_mirror,
    get_team_means,
)

from leaderjournal.kernel.database import db
from leaderjournal.team_mirror.models import TeamMirror
from leaderjournal.worker import send_team_mirrors


def test_fourth_answer_cannot_be_derived_by_subtraction(app, leader, post):
    links = create_links(leader)
    seen = []
    for link in links[:4]:
        answer(app, link, (5, 1, 3), ("I am recognisable", "", ""))
        seen.append((leader.get("/team-mirrors").json, get_team_means(leader)))
    assert {json.dumps(view_page) for view_page, _ in seen} == {json.dumps(seen[0][0])}
    assert {json.dumps(figures) for _, figures in seen} == {"null"}
    page = post.get("/team-mirror").text
    assert "At least 3 have answered." in page
    assert "recognisable" not in page
    close_mirror(leader)
    shown = get_mirror(leader)["shown"]
    assert (shown["answers"], shown["lines"]) == (4, {}), "four are too few for lines"
    assert shown["scores"]["lead-from-front"] == {"mean": 5, "n": 4}
    assert "recognisable" not in dump_database(app)[1][0]
    assert answer(app, links[4]).status_code == 410


def test_link_takes_one_answer_and_a_guessed_link_none(app, leader):
    links = create_links(leader)
    assert answer(app, links[0], (1, 1, 1)).status_code == 200
    assert answer(app, links[0], (5, 5, 5)).status_code == 410
    assert app.test_client().get(links[0]).status_code == 410
    guess = links[1][:-4] + ("AAAA" if not links[1].endswith("AAAA") else "BBBB")
    for wrong in (guess, "/mirror/x", "/mirror/" + "A" * 43):
        assert app.test_client().get(wrong).status_code == 410
        assert answer(app, wrong).status_code == 410
    for link in links[1:]:
        answer(app, link, (1, 1, 1))
    assert get_mirror(leader)["shown"]["scores"]["let-go"] == {"mean": 1, "n": 5}


def test_rows_order_and_times_do_not_reveal_who_answered_when(app, leader):
    links = create_links(leader, 6)
    with app.app_context():
        columns = set(TeamMirror.__table__.columns.keys())
        before = db.session.execute(
            sa.select(TeamMirror.id, TeamMirror.last_date, TeamMirror.closed)
        ).all()
    assert columns == {"id", "account_id", "month", "last_date", "closed", "document"}
    counts = [len(dump_database(app)[0])]
    for number, link in enumerate(links[:5]):
        answer(app, link, (5 - number, 3, 3), (f"Line {number}", f"Word {number}", ""))
        counts.append(len(dump_database(app)[0]))
    assert len(set(counts)) == 1, "no row comes with an answer"
    with app.app_context():
        after = db.session.execute(
            sa.select(TeamMirror.id, TeamMirror.last_date, TeamMirror.closed)
        ).all()
    assert before == after
    document = json.loads(dump_database(app)[1][0])
    assert document["scores"]["lead-from-front"] == [1, 2, 3, 4, 5], "by size, not by time"
    assert set(document) == {"unused", "issued", "answers", "scores", "lines"}
    assert document["unused"] == sorted(document["unused"])


def test_database_dump_and_mail_do_not_reveal_who_answered_what(app, leader, post, mailbox):
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
    rows, _ = dump_database(app)
    for secret in (*addresses, *(link.rsplit("/", 1)[1] for link in links.values())):
        assert not any(secret in row for row in rows)
    for number, to in enumerate(addresses):
        answer(app, links[to], (number + 1, 3, 3), (f"Line {number}", f"Word {number}", ""))
    rows, [document] = dump_database(app)
    everything = "".join(rows) + document
    for to, link in links.items():
        token = link.rsplit("/", 1)[1]
        assert token not in everything
        assert to not in everything
    kept = json.loads(document)
    assert kept["unused"] == []
    assert kept["scores"]["lead-from-front"] == [1, 2, 3, 4, 5]


def test_nobody_can_see_who_has_answered(app, leader, post):
    def view_page():
        page = post.get("/team-mirror").text
        token = r'name="csrf[-_]token" (value|content)="[^"]+"'  # it tells when it was signed
        page, tokens = re.subn(token, "", page)
        assert tokens
        return page

    links = create_links(leader)
    looks = [view_page()]
    for link in links[:2]:
        answer(app, link)
        looks.append(view_page())
    assert looks[0] == looks[1] == looks[2]


def test_key_with_fewer_than_three_scores_is_not_stored(app, leader):
    links = create_links(leader)
    for number, link in enumerate(links[:3]):
        form = {"score-lead-from-front": "4"} | ({"score-let-go": "1"} if number == 0 else {})
        assert app.test_client().post(link, data=form).status_code == 200
    close_mirror(leader)
    assert list(json.loads(dump_database(app)[1][0])["scores"]) == ["lead-from-front"]
    [mirror] = leader.get("/export?format=json").json["team_mirrors"]
    assert list(mirror["scores"]) == ["lead-from-front"]
