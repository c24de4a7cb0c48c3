"""Texts that were folded by other rules, before an upgrade, are found and folded anew."""

import sqlite3
from datetime import date

import pytest
import sqlalchemy as sa
from factories import create_leader

from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.search import rules, texts
from leaderjournal.reflections.search.segments import store as segments_store
from leaderjournal.reflections.search.segments.models import SearchSegment
from leaderjournal.worker import run_chores

DAYS = ("2026-02-03", "2026-02-17", "2026-03-05")
CLOSED = "months closed for searching"


def search(leader, q):
    return [one["local_date"] for one in leader.get(f"/reflections?q={q}").json["items"]]


def fold_otherwise(content, fields):
    return "\n".join("other" for _ in fields)


@pytest.fixture
def leader(app, client, monkeypatch):
    """A leader whose days are stored and packed as another release folded them."""
    leader = create_leader(client)
    with monkeypatch.context() as patched:
        patched.setattr(texts, "build_searchable_text", fold_otherwise)
        patched.setattr(rules, "FOLDED_BY", b"\x1e0/13.0.0/0.3.1")
        for day in DAYS:
            leader.writes(day, ("let-go", 4, "Überraschend good."))
        leader.writes(leader.today(), note="Überraschend, again.")
        assert run_chores(app)[CLOSED] == 2
        assert search(leader, "other") == [leader.today(), *reversed(DAYS)]
    return leader


def test_texts_of_other_folding_are_found_at_once(leader):
    assert search(leader, "uberraschend") == [leader.today(), *reversed(DAYS)]
    assert search(leader, "other") == []
    found = leader.get("/reflections?q=good&key=let-go&score=4").json["items"]
    assert [one["local_date"] for one in found] == list(reversed(DAYS))


def test_months_of_other_folding_are_packed_anew_once_they_were_searched(app, leader):
    assert run_chores(app)[CLOSED] == 0
    search(leader, "good")
    assert run_chores(app)[CLOSED] == 2
    search(leader, "good")
    assert run_chores(app)[CLOSED] == 0
    with app.app_context(), write_transaction() as session:
        packed = Reflection.local_date.in_(map(date.fromisoformat, DAYS))
        session.execute(sa.update(Reflection).where(packed).values(search_encrypted=b"\x01" * 40))
    assert search(leader, "good") == list(reversed(DAYS))


def test_rebuilding_packs_months_of_other_folding_anew(app, leader):
    rebuild = ("figures", "rebuild")
    assert "; 1 were wrong" in app.test_cli_runner().invoke(args=rebuild).output
    assert "; 0 were wrong" in app.test_cli_runner().invoke(args=rebuild).output
    assert search(leader, "uberraschend") == [leader.today(), *reversed(DAYS)]


def test_texts_without_a_version_are_of_other_folding(app, client, monkeypatch):
    leader = create_leader(client)
    with monkeypatch.context() as patched:
        patched.setattr(texts, "build_searchable_text", fold_otherwise)
        patched.setattr(rules, "FOLDED_BY", b"")
        leader.writes(DAYS[0], note="Überraschend.")
        assert run_chores(app)[CLOSED] == 1
    assert search(leader, "uberraschend") == [DAYS[0]]
    assert run_chores(app)[CLOSED] == 1
    assert search(leader, "uberraschend") == [DAYS[0]]


def test_search_succeeds_where_the_months_cannot_be_opened(app, leader, monkeypatch):
    def refuse(*_given):
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(segments_store, "open_months", refuse)
    assert search(leader, "uberraschend") == [leader.today(), *reversed(DAYS)]
    with app.app_context():
        words = db.session.scalars(sa.select(SearchSegment.words_encrypted)).all()
        assert sum(one is not None for one in words) == 2


def test_day_that_was_saved_anew_is_of_this_folding(app, leader):
    leader.writes(DAYS[0], ("let-go", 4, "Überraschend good, and more."))
    assert search(leader, "more") == [DAYS[0]]
    assert run_chores(app)[CLOSED] == 2  # the search opened the other month
    assert search(leader, "good") == [*reversed(DAYS)]


def test_words_of_a_text_are_never_taken_for_its_version():
    stored = rules.add_folding_version(b"\x1e9/1/1")
    assert rules.remove_folding_version(stored) == b"\x1e9/1/1"
    assert rules.remove_folding_version(b"calm" + rules.FOLDED_BY.lstrip(b"\x1e")) is None
