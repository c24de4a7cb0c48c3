"""Quotas hold under concurrency, and no body is read before a request may send one."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from counting import count_statements
from factories import create_leader, csrf_token

from leaderjournal.accounts import quotas as account_quotas
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.api_tokens.store import create_token
from leaderjournal.accounts.sessions.store import (
    find_leader_by_session,
    list_sessions,
    start_session,
)
from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.encryption import DecryptionFailed
from leaderjournal.kernel.quotas import QuotaReached, SpaceWatch
from leaderjournal.portability.imports import quotas as import_quotas
from leaderjournal.portability.imports import store as imports_store
from leaderjournal.portability.imports.models import Import
from leaderjournal.portability.imports.preview import preview_import
from leaderjournal.questions.own import store as own_questions_store
from leaderjournal.reflections import quotas as day_quotas
from leaderjournal.reflections.models import Reflection, Revision

BODY_SIZE = 45_000_000


class UnreadBody:
    """A body that must not be read."""

    def read(self, *_size):
        raise AssertionError("the body was read")

    readline = read


def make_unread_body(length, kind="multipart/form-data; boundary=x"):
    """Return the environment of a request whose body of this length fails when it is read."""
    return {"wsgi.input": UnreadBody(), "CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind}


@pytest.fixture
def account(app, leader):
    with app.app_context():
        yield accounts_store.find_leader(accounts_store.find_account_id(leader.email))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/settings/import", 303),
        ("/api/v1/imports", 401),
        ("/api/v1/imports/preview", 401),
        ("/login", 413),
        ("/register", 413),
        ("/mirror/x", 413),
        ("/api/v1/tokens", 413),
        ("/api/v1/accounts", 413),
        ("/day/2026-11-24", 413),
        ("/api/v1/numbers/import", 413),
    ],
)
@pytest.mark.parametrize("credentials", [{}, {"Authorization": "Bearer wrong"}])
def test_signed_out_request_body_is_not_read(client, path, status, credentials):
    kind = "multipart/form-data; boundary=x"
    if path in {"/api/v1/tokens", "/api/v1/accounts"}:
        kind = "application/json"
    reply = client.post(
        path,
        headers=credentials,
        environ_overrides=make_unread_body(BODY_SIZE, kind),
    )
    assert reply.status_code == status


def test_api_body_without_csrf_token_is_not_read(browser):
    environ = make_unread_body(BODY_SIZE)
    reply = browser.post("/api/v1/imports", environ_overrides=environ)
    assert reply.status_code == 403


def test_oversized_body_is_not_read(leader):
    environ = make_unread_body(50_000_001)
    reply = leader.client.post(
        "/api/v1/imports",
        headers=leader.headers,
        environ_overrides=environ,
    )
    assert reply.status_code == 413
    assert "50 MB" in reply.json["detail"]


def test_import_previews_are_limited(leader, app):
    journal = json.dumps({"format": "leader-journal/1", "reflections": []}).encode()
    for _ in range(8):
        file = {"file": (BytesIO(journal), "journal.json")}
        leader.client.post("/api/v1/imports/preview", data=file, headers=leader.headers)
    with app.app_context():
        kept = db.session.scalar(sa.select(sa.func.count()).select_from(Import))
    assert kept <= import_quotas.MOST_WAITING


def test_at_most_two_imports_run_at_once(app, account):
    def begin(_number):
        with app.app_context():
            try:
                return imports_store.create_import(account, b"{}", "a.json", now=clock.now())
            except QuotaReached as reached:
                return reached

    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(begin, range(8)))
    refused = [one for one in begun if isinstance(one, QuotaReached)]
    assert len(begun) - len(refused) == import_quotas.MOST_RUNNING
    assert {(one.status, one.retry_after) for one in refused} == {(429, 30)}


def test_abandoned_imports_do_not_block(app, account):
    for ago in range(5, 0, -1):
        before = clock.now() - ago * (import_quotas.RUNNING_TIMEOUT + timedelta(minutes=1))
        imports_store.create_import(account, b"{}", "a.json", now=before)
    imports_store.create_import(account, b"{}", "a.json", now=clock.now())
    kept = db.session.scalar(sa.select(sa.func.count()).select_from(Import))
    assert kept <= import_quotas.MOST_WAITING + 1


def test_failed_imports_do_not_block(app, account):
    for _ in range(import_quotas.MOST_RUNNING + 1):
        broken = imports_store.create_import(account, b"{}", "a.json", now=clock.now())
        with write_transaction() as session:
            session.execute(
                sa.update(Import).where(Import.id == broken).values(file_encrypted=b"damaged")
            )
        with pytest.raises(DecryptionFailed):
            preview_import(account, broken, now=clock.now())


def test_quota_error_says_what_is_allowed(leader, account, app):
    for number in range(account_quotas.MOST_TOKENS - 1):
        create_token(account.cipher, label=f"{number}", now=clock.now())
    with pytest.raises(QuotaReached, match="50 tokens"):
        create_token(account.cipher, label="more", now=clock.now())


def test_concurrent_requests_respect_the_quota(app, leader, account):
    question = {"key": "let-go", "text": "Who decided?"}
    for number in range(own_questions_store.MAX_OWN_QUESTIONS - 3):
        own_questions_store.add_own_question(
            account.cipher, question | {"text": f"Number {number}?"}, now=clock.now()
        )

    def add(number):
        body = question | {"text": f"At once {number}?"}
        client = app.test_client()
        return client.post("/api/v1/questions", json=body, headers=leader.headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(add, range(8)))
    assert statuses == [201] * 3 + [409] * 5
    reply = leader.call("POST", "/questions", question)
    assert "300 questions" in reply.json["detail"]


def test_oldest_session_ends_when_there_are_too_many(app, account):
    tokens = [
        start_session(account.id, device="Firefox", now=clock.now())
        for _ in range(account_quotas.MOST_SESSIONS + 2)
    ]
    assert len(list_sessions(account.id)) == account_quotas.MOST_SESSIONS
    assert find_leader_by_session(tokens[-1], now=clock.now())
    assert not find_leader_by_session(tokens[0], now=clock.now())


def test_full_journal_refuses_more_text(leader, app, account, monkeypatch):
    days = [f"2026-11-0{number}" for number in range(1, 6)]
    for day in days:
        leader.writes(day, note="x" * 15_000)
    assert day_quotas.count_bytes(db.session, account.id) > 5 * 15_000
    monkeypatch.setattr(day_quotas, "MAX_BYTES", 5 * 15_000)
    monkeypatch.setattr(day_quotas, "space", SpaceWatch())  # as in a process that knows nothing
    before = leader.get(f"/reflections/{days[0]}").json
    reply = leader.call("PUT", f"/reflections/{days[0]}", {"note": "y" * 15_000})
    assert reply.status_code == 413
    assert "the most it may" in reply.json["detail"]
    assert leader.get(f"/reflections/{days[0]}").json == before
    with pytest.raises(QuotaReached):
        imports_store.create_import(account, b"{}", "a.json", now=clock.now())


def test_saving_does_not_sum_the_whole_journal(leader, app):
    day = leader.today()
    leader.writes(day, note="x" * 15_000)
    with count_statements(app) as statements:
        for number in range(12):
            leader.writes(day, note=f"{number} " + "y" * 15_000)
        leader.writes("2026-11-02", note="A new day.")
        for number in range(3):
            review = {"grew": f"{number}"}
            assert leader.call("PUT", "/reviews/2026-10", review).status_code < 300
    assert not [one for one in statements if "sum(length(reflections" in one]
    assert sum("sum(length(monthly_reviews" in one for one in statements) == 1


def test_old_versions_are_removed_before_a_save_is_refused(leader, app, account, monkeypatch):
    for number in range(30):
        leader.writes("2026-11-02", note=f"{number} " + "x" * 15_000)
    with write_transaction() as session:
        long_ago = clock.now() - day_quotas.VERSIONS_PROTECTED_FOR - timedelta(days=1)
        older = sa.update(Revision).where(Revision.version <= 25).values(saved_at=long_ago)
        session.execute(older.where(Revision.version > 1))
        session.execute(older.where(Revision.version == 1).values(superseded=True))
    monkeypatch.setattr(day_quotas, "MAX_BYTES", 400_000)
    monkeypatch.setattr(day_quotas, "space", SpaceWatch())
    leader.writes("2026-11-03", note="z" * 15_000)
    assert day_quotas.count_bytes(db.session, account.id) < 0.95 * 400_000
    kept = set(db.session.scalars(sa.select(Revision.version)))
    assert {1, *range(20, 30)} <= kept
    assert not {2, 3, 4} & kept


def test_refusal_is_remembered_and_expires(leader, app, account, monkeypatch):
    watch = SpaceWatch()
    now = clock.now()
    watch.note_refusal(account.id, now=now)
    assert watch.was_refused(account.id, now=now)
    assert not watch.was_refused(account.id, now=now + timedelta(minutes=1))
    assert not watch.is_enough(account.id, 1)
    watch.note_room(account.id, 1000)
    assert not watch.was_refused(account.id, now=now)
    assert watch.is_enough(account.id, 60)
    assert not watch.is_enough(account.id, 60)


def test_quota_holds_ten_years_of_daily_use():
    a_day_with_ten_versions = 11 * 4_000
    assert 3 * 10 * 365 * a_day_with_ten_versions < day_quotas.MAX_BYTES


def test_day_keeps_its_newest_versions(leader, app, account):
    day = leader.today()
    leader.writes(day, note="First.")
    with write_transaction() as session:
        row = session.scalars(sa.select(Reflection)).one()
        row.version = day_quotas.MAX_VERSIONS + 50
        session.add_all(
            Revision(
                reflection_id=row.id,
                version=number,
                saved_at=clock.now(),
                document=b"0",
                superseded=False,
            )
            for number in range(1, row.version)
        )
    leader.writes(day, note="Last.")
    versions = list(db.session.scalars(sa.select(Revision.version)))
    assert len(versions) == day_quotas.MAX_VERSIONS
    assert min(versions) == 51


def test_sign_in_accepts_small_bodies(client):
    form = {"email": "a@b.c", "password": "x" * 50_000, "csrf_token": csrf_token(client)}
    assert client.post("/login", data=form).status_code == 422
    assert create_leader(client).get("/me").status_code == 200
