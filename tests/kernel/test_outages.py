"""A store that takes nothing just now is nobody's fault: 503 or 507, and the words are kept."""

import errno
import re
import sqlite3
import threading
import time
from contextlib import closing, contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from factories import create_leader, csrf_token, sign_in

from leaderjournal.kernel import database
from leaderjournal.kernel.database import db
from leaderjournal.kernel.outages import BUSY, FULL, find_outage


@pytest.fixture
def hurried(app, monkeypatch):
    """The application, whose connections wait half a second for a lock."""
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 500)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        engine.dispose()
        yield app
        engine.dispose()
        return

    def hurry(connection):
        connection.exec_driver_sql("SET LOCAL lock_timeout = 500")

    sa.event.listen(engine, "begin", hurry)
    yield app
    sa.event.remove(engine, "begin", hurry)


@contextmanager
def everything_locked(app):
    """Hold what every writer needs, over a connection of one's own."""
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() == "sqlite":
        holder = sqlite3.connect(url.database, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        holder = psycopg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False)
        )
        holder.execute("LOCK TABLE reflections, accounts IN EXCLUSIVE MODE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


def test_locked_database_answers_503_and_changes_nothing(hurried, client):
    leader = create_leader(client)
    today = leader.today()
    body = {"answers": [{"key": "let-go", "score": 4, "text": "Stepped aside."}]}
    with everything_locked(hurried):
        reply = leader.call("PUT", f"/reflections/{today}", body)
    assert reply.status_code == 503
    assert reply.content_type == "application/problem+json"
    assert int(reply.headers["Retry-After"]) > 0
    assert reply.json["status"] == 503
    assert leader.get(f"/reflections/{today}").status_code == 404
    assert leader.call("PUT", f"/reflections/{today}", body).status_code == 201


def test_form_returns_with_its_content_and_can_be_sent_again(hurried, client):
    import re

    leader = create_leader(client)
    browser = hurried.test_client()
    token = sign_in(browser, leader)
    form = {
        "csrf_token": token,
        "score-let-go": "4",
        "text-let-go": "I <let> the team & went home.",
        "note": "\nA quiet day.",
        "commitment": "Say nothing first",
        "etag": "",
    }
    with everything_locked(hurried):
        reply = browser.post("/", data=form)
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert "I &lt;let&gt; the team &amp; went home." in reply.text
    assert "isn’t saved yet" in reply.text
    assert 'action="/"' in reply.text
    assert reply.text.count("<textarea") == 3
    named = set(re.findall(r'name="([^"]+)"', reply.text)) - {
        "viewport",
        "color-scheme",
        "theme-color",
    }
    assert named == set(form)
    assert browser.post("/", data=form).status_code == 303


def test_outage_page_contains_no_password(hurried, client):
    leader = create_leader(client)
    browser = hurried.test_client()
    form = {
        "email": leader.email,
        "password": "look in the mirror",
        "csrf_token": csrf_token(browser),
    }
    with everything_locked(hurried):
        reply = browser.post("/login", data=form)
    if reply.status_code == 303:
        pytest.skip("signing in waits for none of these locks")
    assert reply.status_code == 503
    assert "look in the mirror" not in reply.text
    assert "Use your browser’s Back button" in reply.text


def test_outage_page_contains_no_unknown_url(environment, tmp_path):
    from leaderjournal import create_app
    from leaderjournal.kernel.settings import Settings

    url = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"
    chosen = Settings.from_environment(environment | {"DATABASE_URL": url}, tmp_path)
    client = create_app(chosen).test_client()
    with client.session_transaction(base_url="http://localhost") as session:
        session["_user_id"] = "somebody"
    reply = client.post("/nowhere/evil.example", data={"note": "words"})
    assert reply.status_code == 503
    assert "evil" not in reply.text
    assert "words" not in reply.text.replace("your words", "")


def test_pages_can_be_read_while_writing_is_impossible(hurried, client):
    leader = create_leader(client)
    leader.writes(leader.today(), ("let-go", 4, "Stepped aside."))
    browser = hurried.test_client()
    sign_in(browser, leader)
    with everything_locked(hurried):
        assert browser.get("/settings").status_code == 200
        assert leader.get(f"/reflections/{leader.today()}").status_code == 200


def test_log_has_the_message_of_the_database_without_private_data(hurried, client, caplog):
    leader = create_leader(client)
    today = leader.today()
    with everything_locked(hurried):
        reply = leader.call("PUT", f"/reflections/{today}", {"note": "words of mine"})
    assert reply.status_code == 503
    assert "reflections-api.put_reflection answers 503: OperationalError: " in caplog.text
    assert re.search("database is locked|lock timeout", caplog.text)
    assert "words of mine" not in caplog.text


def test_stopped_database_server_answers_503_on_pages_and_api(environment, tmp_path):
    from leaderjournal import create_app
    from leaderjournal.kernel.settings import Settings

    url = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"
    chosen = Settings.from_environment(environment | {"DATABASE_URL": url}, tmp_path)
    client = create_app(chosen).test_client()
    with client.session_transaction(base_url="http://localhost") as session:
        session["_user_id"] = "somebody"
    for path in ("/", "/month/2026-11", "/api/v1/me"):
        reply = client.get(path)
        assert reply.status_code == 503, path
        assert int(reply.headers["Retry-After"]) > 0


def test_terminated_connections_are_replaced(app, client):
    leader = create_leader(client)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite has no server")
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert leader.get("/me").status_code == 200


def test_connection_lost_in_a_transaction_answers_503_and_changes_nothing(app, client):
    """Its writer waits for a lock; the server ends the writer's connection meanwhile."""
    leader = create_leader(client)
    today = leader.today()
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite has no server")
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'"
    )

    def end_the_writer():
        with psycopg.connect(url, autocommit=True) as other:
            while not (found := other.execute(waiting).fetchone()):
                time.sleep(0.01)
            other.execute("SELECT pg_terminate_backend(%s)", found)

    ending = threading.Thread(target=end_the_writer)
    with everything_locked(app):
        ending.start()
        reply = leader.call("PUT", f"/reflections/{today}", {"note": "calm"})
        ending.join()
    assert reply.status_code == 503
    assert leader.get(f"/reflections/{today}").status_code == 404


def with_code(code):
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (with_code(sqlite3.SQLITE_BUSY), BUSY),
        (with_code(sqlite3.SQLITE_BUSY_SNAPSHOT), BUSY),
        (with_code(sqlite3.SQLITE_IOERR_SHMSIZE), BUSY),
        (with_code(sqlite3.SQLITE_READONLY), BUSY),
        (with_code(sqlite3.SQLITE_FULL), FULL),
        (with_code(sqlite3.SQLITE_ERROR), None),
        (psycopg.errors.DiskFull("said"), FULL),
        (psycopg.errors.LockNotAvailable("said"), BUSY),
        (psycopg.errors.QueryCanceled("said"), BUSY),
        (psycopg.errors.AdminShutdown("said"), BUSY),
        (psycopg.errors.DeadlockDetected("said"), BUSY),
        (psycopg.errors.TooManyConnections("said"), BUSY),
        (psycopg.errors.ReadOnlySqlTransaction("said"), BUSY),
        (psycopg.OperationalError("connection refused"), BUSY),
        (psycopg.errors.UniqueViolation("said"), None),
        (psycopg.errors.UndefinedTable("said"), None),
        (sa.exc.TimeoutError("no connection is free"), BUSY),
        (OSError(errno.ENOSPC, "said"), FULL),
        (OSError(errno.EROFS, "said"), BUSY),
        (FileNotFoundError(errno.ENOENT, "said"), None),
        (sa.exc.OperationalError("INSERT", {}, with_code(sqlite3.SQLITE_FULL)), FULL),
        (ValueError("said"), None),
    ],
)
def test_outages_are_distinguished_from_other_errors(error, expected):
    assert find_outage(error) is expected


def test_other_database_errors_still_answer_500(app):
    from leaderjournal.kernel.problems import _answer_outage

    with app.test_request_context("/"), pytest.raises(sa.exc.IntegrityError):
        _answer_outage(sa.exc.IntegrityError("INSERT", {}, sqlite3.IntegrityError("said")))


def test_full_database_answers_507_and_saves_again_with_more_space(app, client):
    """The limit is SQLite's own, in pages; a real full disk is in tests/system."""
    leader = create_leader(client)
    today = leader.today()
    leader.writes(today, note="before")
    with app.app_context():
        engine = db.engine
        if engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has no such limit")

        def limit(connection):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        def unlimit(connection):
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000000")

        # What earlier tests deleted left free pages. A later version of a sitting takes the place
        # of the one before, so that the database would not grow until they are filled.
        db.session.rollback()
        with closing(sqlite3.connect(engine.url.database, isolation_level=None)) as connection:
            connection.execute("VACUUM")

    sa.event.listen(engine, "begin", limit)
    try:
        for number in range(50):
            reply = leader.call("PUT", f"/reflections/{today}", {"note": f"{number} " * 2000})
            if reply.status_code == 507:
                break
    finally:
        sa.event.remove(engine, "begin", limit)
    sa.event.listen(engine, "begin", unlimit)
    try:
        saved = leader.call("PUT", f"/reflections/{today}", {"note": "after"})
    finally:
        sa.event.remove(engine, "begin", unlimit)
    assert reply.status_code == 507
    assert int(reply.headers["Retry-After"]) > 0
    assert saved.status_code == 200
