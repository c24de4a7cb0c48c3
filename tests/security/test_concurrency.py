"""Only a few documents and imports run at once, so that other requests get a thread."""

from contextlib import ExitStack
from io import BytesIO

import pytest
import sqlalchemy as sa

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock
from leaderjournal.kernel.concurrency import AT_ONCE, take_slot
from leaderjournal.kernel.database import db
from leaderjournal.portability.documents import store as documents_store
from leaderjournal.portability.documents.models import Document
from leaderjournal.portability.documents.rules import DocumentOptions
from leaderjournal.portability.imports.models import Import
from leaderjournal.reviews.periods.rules import Period


@pytest.fixture
def occupied_slots():
    """Occupy every slot, as running requests would."""
    with ExitStack() as turns:
        for _ in range(AT_ONCE):
            turns.enter_context(take_slot())
        yield turns


def make_file():
    return {"file": (BytesIO(b"{}"), "journal.json")}


def call_slow_endpoints(leader):
    """Yield the responses of every call that occupies a thread for long."""
    call, headers = leader.client.post, leader.headers
    yield leader.client.get("/api/v1/export?format=pdf&period=2026-03", headers=headers)
    yield call("/api/v1/imports", data=make_file(), headers=headers)
    yield call("/api/v1/imports/preview", data=make_file(), headers=headers)


def test_slow_request_beyond_the_limit_gets_503_and_leaves_nothing(
    app, leader, browser, occupied_slots
):
    for reply in call_slow_endpoints(leader):
        assert reply.status_code == 503
        assert reply.content_type == "application/problem+json"
        assert int(reply.headers["Retry-After"]) > 0
    page = browser.get("/settings").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    for path, form in (("import", make_file()), ("document/2026-03", {"names": "with"})):
        reply = browser.post(f"/settings/{path}", data={"csrf_token": token, **form})
        assert reply.status_code == 503
        assert "Try again in a minute" in reply.text
        assert int(reply.headers["Retry-After"]) > 0
    with app.app_context():
        for table in (Document, Import):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    # Quick requests are served meanwhile, and slow ones once a slot is free.
    assert (
        leader.client.get("/api/v1/export?format=json", headers=leader.headers).status_code == 200
    )
    occupied_slots.close()
    statuses = [reply.status_code for reply in call_slow_endpoints(leader)]
    assert 503 not in statuses


def test_api_documents_count_towards_the_account_limit(leader):
    url = "/api/v1/export?format=pdf&period=2026-13"
    statuses = {leader.client.get(url, headers=leader.headers).status_code for _ in range(101)}
    assert statuses == {422, 429}
    assert (
        leader.client.get("/api/v1/export?format=json", headers=leader.headers).status_code == 200
    )


def test_too_large_documents_do_not_block(app, leader):
    with app.app_context():
        account = accounts_store.find_leader(accounts_store.find_account_id(leader.email))
        wishes = DocumentOptions(True, ())
        for _ in range(documents_store.MOST_KEPT + 1):
            document_id = documents_store.request_document(
                account, Period.parse("2026"), wishes, now=clock.now()
            )
            documents_store._update(document_id, stage=documents_store.Stage.TOO_LARGE)
        kept = db.session.scalar(sa.select(sa.func.count()).select_from(Document))
        assert kept == documents_store.MOST_KEPT
