"""Words of stored days are counted anew by the rules of today."""

from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa
from factories import create_leader

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.reflections.figures.recounting import store
from leaderjournal.reflections.models import Reflection

TEXTS = {
    "2026-02-03": ("今天我听了很多。", 5),
    "2026-02-04": ("今日は会議が長かった。", 6),
    "2026-02-05": ("วันนี้ฉันฟังทีมของฉัน", 6),
    "2026-02-06": ("ມື້ນີ້ຂ້ອຍຟັງ", 3),
    "2026-02-07": ("ថ្ងៃនេះខ្ញុំស្តាប់", 3),
    "2026-02-08": ("ဒီနေ့ ကျွန်တော် နားထောင်တယ်", 4),
    "2026-02-09": ("I listened to the team.", 5),
}


@pytest.fixture
def leader(client):
    leader = create_leader(client)
    for day, (text, _) in TEXTS.items():
        leader.writes(day, note=text)
    return leader


def count_stored(app):
    with app.app_context():
        rows = db.session.execute(sa.select(Reflection.local_date, Reflection.word_count))
        return {str(day): words for day, words in rows}


def count_as_before(app):
    """Store for each day what was counted when words stood between spaces alone."""
    with app.app_context(), write_transaction() as session:
        for day, (text, _) in TEXTS.items():
            session.execute(
                sa.update(Reflection)
                .where(Reflection.local_date == date.fromisoformat(day))
                .values(word_count=len(text.split()))
            )


def recount(app, leader):
    with app.app_context():
        return store.recount_words(accounts_store.find_leader(UUID(leader.id)).cipher)


def rebuild(app):
    return app.test_cli_runner().invoke(args=("figures", "rebuild")).output


def test_rebuilding_counts_the_words_of_every_script_anew(app, leader, monkeypatch):
    monkeypatch.setattr(store, "DAYS_PER_PAGE", 2)
    right = count_stored(app)
    assert right["2026-02-09"] == 5
    assert all(right[day] > 1 for day in TEXTS)
    assert "; 0 were wrong" in rebuild(app)
    count_as_before(app)
    assert count_stored(app) != right
    assert "; 1 were wrong" in rebuild(app)
    assert count_stored(app) == right
    assert "; 0 were wrong" in rebuild(app)


def test_words_of_a_month_are_right_after_rebuilding(app, leader):
    right = leader.get("/summaries/2026-02").json
    count_as_before(app)
    assert leader.get("/summaries/2026-02").json != right
    rebuild(app)
    assert leader.get("/summaries/2026-02").json == right


def test_each_day_that_differed_is_counted(app, leader):
    assert recount(app, leader) == 0
    count_as_before(app)
    assert recount(app, leader) == 6
    assert recount(app, leader) == 0


def test_days_in_the_trash_are_counted_anew(app, leader):
    right = count_stored(app)
    assert leader.call("DELETE", "/reflections/2026-02-03").status_code in (200, 204)
    count_as_before(app)
    recount(app, leader)
    assert count_stored(app) == right


def test_day_that_cannot_be_read_keeps_its_figure_and_the_rest_is_counted(app, leader):
    right = count_stored(app)
    count_as_before(app)
    with app.app_context(), write_transaction() as session:
        first = Reflection.local_date == date(2026, 2, 3)
        session.execute(sa.update(Reflection).where(first).values(document=b"\x01" * 60))
    assert recount(app, leader) == 5
    assert count_stored(app) == right | {"2026-02-03": 1}


def test_day_that_is_saved_meanwhile_keeps_what_its_save_counted(app, leader, monkeypatch):
    count_as_before(app)
    count = store._count_words

    def save_meanwhile(cipher, row):
        words = count(cipher, row)
        if str(row.local_date) == "2026-02-03":
            with write_transaction() as session:
                saved = sa.update(Reflection).where(Reflection.id == row.id)
                session.execute(saved.values(version=row.version + 1, word_count=99))
        return words

    monkeypatch.setattr(store, "_count_words", save_meanwhile)
    recount(app, leader)
    assert count_stored(app)["2026-02-03"] == 99


def test_other_accounts_are_left_alone(app, client, leader):
    other = create_leader(client)
    count_as_before(app)
    assert recount(app, other) == 0
