"""Calls that tests of the team mirror make for the leader and the team."""

import re

import sqlalchemy as sa

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import db
from leaderjournal.models import Base
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.team_mirror.models import TeamMirror


def create_links(leader, number=5):
    reply = leader.call("POST", "/team-mirrors", {"links": number})
    assert reply.status_code == 201, reply.text
    return [re.sub(r"^https?://[^/]+", "", link) for link in reply.json["links"]]


def answer(app, link, scores=(3, 4, 2), lines=("", "", "")):
    """Answer as somebody who has only the link; return the reply."""
    form = {f"score-{key}": str(score) for key, score in zip(KEY_SLUGS, scores, strict=True)}
    form |= {f"line-{key}": line for key, line in zip(KEY_SLUGS, lines, strict=True)}
    return app.test_client().post(link, data=form)


def get_mirror(leader):
    [mirror] = leader.get("/team-mirrors").json["items"]
    return mirror


def close_mirror(leader):
    return leader.call("POST", f"/team-mirrors/{get_mirror(leader)['month']}/close")


def get_team_means(leader):
    return leader.get(f"/summaries/{leader.today()[:7]}").json["team"]


def dump_database(app):
    """Return every row as text, and the decrypted documents of the mirrors."""
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
