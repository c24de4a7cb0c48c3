"""Erasing leaves no byte of an account in any file of the installation."""

import io
import sqlite3
import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from factories import A_BROWSER, PASSWORD, create_leader, sign_in
from raw_files import read_raw

from leaderjournal.accounts.models import Account
from leaderjournal.accounts.sessions.models import BrowserSession, EndedSession
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db
from leaderjournal.models import Base
from leaderjournal.reflections.search.segments.closing.store import close_settled_months
from leaderjournal.reflections.search.segments.models import SearchSegment
from leaderjournal.worker import clear_database_logs, run_chores, run_queued_tasks

LONG_ENOUGH = 12
"""Bytes that a value needs so that finding it again is no coincidence."""


def read_files(app):
    """Return the content of every file of the installation by path, the database's included."""
    folders = {app.extensions["settings"].instance}
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            folders.add(Path(db.engine.url.database).parent)
    return {
        path: read_raw(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def find_remains(app, secrets):
    """Return where any of `secrets` remains: in a file, or in a row of PostgreSQL."""
    found = []
    for path, content in read_files(app).items():
        found += [(path.name, name) for name, secret in secrets if secret in content]
    with app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                for value in row:
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    found += [(table.name, name) for name, secret in secrets if secret in raw]
    return found


def collect_secrets(app):
    """Return every value in the database that is long enough to be recognized."""
    secrets = []
    with app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in {"lookup_keys", "rate_counters", "ended_sessions"}:
                continue
            for row in connection.execute(sa.select(table)).mappings():
                for column, value in row.items():
                    where = f"{table.name}.{column}"
                    if isinstance(value, bytes) and len(value) >= LONG_ENOUGH:
                        secrets.append((where, value))
                    elif isinstance(value, uuid.UUID):
                        secrets += [(where, value.hex.encode()), (where, str(value).encode())]
    return secrets


@pytest.fixture
def full_account(app, client):
    """A leader with something in every table, and their signed-in browser."""
    leader = create_leader(client)
    leader.writes(leader.today(), ("let-go", 4, "Stepped aside."), note="calm", commitment="rest")
    leader.writes(leader.today(), ("let-go", 5, "Stepped aside again."), note="calm")
    leader.writes("2026-02-05", note="A month that is over.")
    with app.app_context():
        assert close_settled_months(now=clock.now()) == 1
    long_ago = date.fromisoformat(leader.today()) - timedelta(days=70)
    leader.writes(long_ago, ("let-go", 3, "Listened for an hour."))
    leader.get(f"/summaries/{long_ago:%Y-%m}/words")
    leader.call("POST", "/people", {"name": "Ines"})
    leader.call("POST", "/questions", {"key": "let-go", "text": "Who decided?"})
    leader.call("POST", "/push/subscriptions", A_BROWSER)
    browser = app.test_client()
    browser.csrf = sign_in(browser, leader)
    form = {"csrf_token": browser.csrf}
    browser.post("/forgot", data=form | {"email": leader.email})
    exported = io.BytesIO(leader.get("/export?format=json").data)
    looked = browser.post("/settings/import", data=form | {"file": (exported, "journal.json")})
    assert looked.status_code in {200, 303}, looked.status_code
    run_queued_tasks(app)
    leader.browser = browser
    return leader


def test_erasing_by_api_leaves_no_byte_in_any_file(app, full_account):
    secrets = collect_secrets(app)
    assert find_remains(app, secrets), "there was something to find"
    assert full_account.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    assert find_remains(app, secrets) == []


def test_erasing_by_page_and_command_leaves_nothing(app, client, full_account):
    secrets = collect_secrets(app)
    form = {"csrf_token": full_account.browser.csrf, "password": PASSWORD}
    gone = full_account.browser.post("/settings/delete", data=form)
    assert gone.headers["Location"].startswith("/login")
    assert find_remains(app, secrets) == []
    other = create_leader(client)
    secrets = collect_secrets(app)
    said = app.test_cli_runner().invoke(args=["erase", other.email, "--yes"]).output
    assert said == "Account erased.\n"
    assert find_remains(app, secrets) == []


def test_ended_session_is_known_only_to_its_browser(app, full_account):
    with app.app_context():
        tokens = set(db.session.scalars(sa.select(BrowserSession.token_hash)))
    full_account.call("DELETE", "/me", {"password": PASSWORD})
    with app.app_context():
        marks = set(db.session.scalars(sa.select(EndedSession.token_hash)))
    assert len(marks) == len(tokens) == 1
    assert not marks & tokens
    reply = full_account.browser.get("/api/v1/session")
    assert (reply.status_code, reply.json["session"]) == (401, "ended")


def test_worker_finishes_erasing_blocked_by_a_reader(app, client):
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has no log that a reader holds")
        url = db.engine.url.database
    first, second = create_leader(client), create_leader(client)
    browser = app.test_client()
    form = {"csrf_token": sign_in(browser, second), "password": PASSWORD}
    with app.app_context():
        wrapped = list(db.session.scalars(sa.select(Account.key_wrapped)))
    secrets = [("key_wrapped", key) for key in wrapped]
    reader = sqlite3.connect(url, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM accounts").fetchone()
    try:
        reply = first.call("DELETE", "/me", {"password": PASSWORD})
        assert reply.status_code == 202
        assert "go within minutes" in reply.json["detail"]
        page = browser.post("/settings/delete", data=form, follow_redirects=True)
        assert "go within minutes" in page.text
        assert not clear_database_logs(app)
        assert ("journal.db-wal", "key_wrapped") in find_remains(app, secrets)
    finally:
        reader.rollback()
        reader.close()
    assert clear_database_logs(app)
    assert find_remains(app, secrets) == []


def test_purged_day_leaves_no_byte_in_any_file(app, client):
    leader = create_leader(client)
    long_ago = date.fromisoformat(leader.today()) - timedelta(days=70)
    leader.writes(long_ago, ("let-go", 4, "Stepped aside."), note="calm")
    leader.get(f"/summaries/{long_ago:%Y-%m}/words")
    with app.app_context():
        from leaderjournal.reflections.models import Reflection
        from leaderjournal.reviews.portraits.models import PortraitRow

        [document] = db.session.scalars(sa.select(Reflection.document))
        [words] = db.session.scalars(sa.select(PortraitRow.words_encrypted))
    assert leader.call("DELETE", f"/reflections/{long_ago}").status_code == 204
    with time_machine.travel(clock.now() + timedelta(days=31)):
        run_chores(app)
    assert find_remains(app, [("document", document), ("words", words)]) == []


def test_deleted_day_leaves_no_byte_of_what_was_packed_for_searching(app, client):
    leader = create_leader(client)
    leader.writes("2026-02-05", note="Candid about Ben.")
    with app.app_context():
        assert close_settled_months(now=clock.now()) == 1
        [segment] = db.session.scalars(sa.select(SearchSegment))
    packed = [("words", segment.words_encrypted), ("days", segment.days_encrypted)]
    assert find_remains(app, packed)
    assert leader.call("DELETE", "/reflections/2026-02-05").status_code == 204
    clear_database_logs(app)
    assert find_remains(app, packed) == []
    run_chores(app)
    assert find_remains(app, packed) == []
