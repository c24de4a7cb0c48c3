"""No text of a leader is readable in the database's files, in logs or in URLs."""

import logging
import re
import uuid

import pytest
import sqlalchemy as sa
from factories import create_leader, sign_in
from raw_files import read_raw

from leaderjournal.accounts import data_keys
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.data_keys import count_accounts_without_key
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import db
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed, KeyEncryption, WrappedKey
from leaderjournal.kernel.first_run import create_data_key
from leaderjournal.kernel.settings import Settings
from leaderjournal.models import Base
from leaderjournal.reflections.models import Reflection, Revision

WORDS = ["Quetzalcoatl", "Xochimilco", "Popocatepetl", "Tenochtitlan", "Huitzilopochtli"]


def write_everywhere(client):
    answer, note, commitment, question, name = WORDS
    leader = create_leader(client, name=name)
    today = leader.today()
    leader.writes(today, ("let-go", 4, answer), note=note, commitment=commitment)
    leader.writes(today, ("let-go", 5, f"{answer} again"), note=note)
    leader.call("POST", "/questions", {"key": "let-go", "text": f"{question}?"})
    leader.call("POST", "/tokens", {})
    return leader


def read_raw_database(app):
    """Return every byte of the database: the file and its log, or every row as text."""
    with app.app_context():
        url = db.engine.url
        if url.get_backend_name() == "sqlite":
            from pathlib import Path

            file = Path(url.database)
            return b"".join(read_raw(part) for part in file.parent.glob(f"{file.name}*"))
        with db.engine.connect() as connection:
            rows = []
            for table in Base.metadata.sorted_tables:
                for row in connection.execute(sa.select(table)):
                    rows += [
                        value if isinstance(value, bytes) else str(value).encode() for value in row
                    ]
            return b"\n".join(rows)


def test_raw_database_holds_no_text_name_or_address(app, client):
    leader = write_everywhere(client)
    raw = read_raw_database(app)
    assert (
        leader.id.replace("-", "").encode() in raw.replace(b"-", b"")
        or leader.id.encode() in raw
        or uuid.UUID(leader.id).bytes in raw
    )
    for word in (*WORDS, leader.email):
        for form in (word.encode(), word.lower().encode(), word.encode("utf-16-le")):
            assert form not in raw


def test_logs_hold_no_text_or_address(app, client, caplog):
    caplog.set_level(logging.DEBUG)
    leader = write_everywhere(client)
    leader.get(f"/reflections?q={WORDS[0]}")
    leader.call("PUT", f"/reflections/{leader.today()}", {"note": WORDS[1], "mood": WORDS[2]})
    sign_in(app.test_client(), leader)
    for word in (*WORDS, leader.email):
        assert word not in caplog.text


def test_database_errors_hide_parameters(app):
    with app.app_context(), pytest.raises(sa.exc.SQLAlchemyError) as failed:
        db.session.execute(sa.text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": WORDS[0]})
    assert WORDS[0] not in str(failed.value)


def test_an_encrypted_document_does_not_open_elsewhere(app, client):
    mine, theirs = write_everywhere(client), write_everywhere(client)
    with app.app_context():
        rows = {row.account_id: row for row in db.session.scalars(sa.select(Reflection))}
        own, other = rows[uuid.UUID(mine.id)], rows[uuid.UUID(theirs.id)]
        cipher = accounts_store.find_leader(uuid.UUID(mine.id)).cipher
        assert cipher.decrypt_json(own.document, table="reflections", column="document", row=own.id)
        for document, table, column, row in [
            (own.document, "revisions", "document", own.id),
            (own.document, "reflections", "note", own.id),
            (own.document, "reflections", "document", other.id),
            (other.document, "reflections", "document", other.id),
            (own.document[:-1] + bytes([own.document[-1] ^ 1]), "reflections", "document", own.id),
            (b"\x02" + own.document[1:], "reflections", "document", own.id),
            (b"", "reflections", "document", own.id),
        ]:
            with pytest.raises(DecryptionFailed):
                cipher.decrypt_json(document, table=table, column=column, row=row)
        stranger = Cipher(cipher.account, bytes(range(32)))
        with pytest.raises(DecryptionFailed):
            stranger.decrypt_json(own.document, table="reflections", column="document", row=own.id)


def test_the_same_words_are_never_encrypted_the_same(app, client):
    leader = create_leader(client)
    for text in ("same", "other", "same"):
        leader.writes(leader.today(), note=text)
    with app.app_context():
        encrypted = [row.document for row in db.session.scalars(sa.select(Revision))]
    assert len(set(encrypted)) == len(encrypted) == 2


def test_key_rotation_keeps_documents(app, client):
    leader = write_everywhere(client)
    old = app.extensions["key_encryption"]
    identifier, _, encoded = create_data_key().partition(":")
    with app.app_context():
        before = db.session.scalar(sa.select(Account.key_wrapped))
        chosen = Settings.from_environment(
            {
                "SECRET_KEY": app.secret_key,
                "DATA_KEYS": f"{identifier}:{encoded}",
                "VAPID_PRIVATE_KEY": app.extensions["settings"].vapid_private_key,
            },
            app.extensions["settings"].instance,
        )
        app.extensions["key_encryption"] = both = KeyEncryption(
            [*chosen.data_keys, *app.extensions["settings"].data_keys]
        )
        try:
            assert data_keys.rewrap_keys() == (1, 0)
            assert data_keys.rewrap_keys() == (0, 0)
            db.session.expire_all()
            account = db.session.scalar(sa.select(Account))
            assert account.key_wrapped != before
            assert account.key_wrapped_by == identifier == both.newest
            app.extensions["key_encryption"] = KeyEncryption(chosen.data_keys)
            assert leader.get("/me").status_code == 200
            assert count_accounts_without_key() == 0
            app.extensions["key_encryption"] = old
            assert count_accounts_without_key() == 1
            with pytest.raises(DecryptionFailed, match="DATA_KEYS"):
                old.unwrap(WrappedKey("gone", b""), account.id)
        finally:
            app.extensions["key_encryption"] = old


PRIVATE_PAGES = ("/", "/settings", "/questions", "/month/2026-11", "/api/v1/me", "/day/2026-11-20")


def test_private_pages_are_not_cached_and_have_security_headers(app, client):
    leader = create_leader(client)
    browser = app.test_client()
    sign_in(browser, leader)
    for path in (*PRIVATE_PAGES, "/nope", "/healthz"):
        headers = browser.get(path).headers
        assert headers["Cache-Control"] == "no-store", path
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        if not headers["Content-Type"].startswith("text/html"):
            continue
        denied = set(headers["Permissions-Policy"].split(", "))
        assert {"camera=()", "display-capture=()", "local-fonts=()", "microphone=()"} <= denied


def test_pages_have_no_inline_or_foreign_scripts_and_styles(app, client):
    leader = create_leader(client)
    leader.writes(leader.today(), ("let-go", 4, "Stepped aside."))
    browser = app.test_client()
    sign_in(browser, leader)
    for path in (*PRIVATE_PAGES[:4], "/offline"):
        page = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son\w+=", page), path
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page), path


def test_cookies_are_host_bound_over_https(app, environment, tmp_path):
    from leaderjournal import create_app

    chosen = Settings.from_environment(
        environment
        | {
            "PUBLIC_URL": "https://journal.example",
            "DATABASE_URL": app.extensions["settings"].database_url,
            "QUEUE_URL": f"sqlite:///{tmp_path / 'queue.db'}",
        },
        tmp_path,
    )
    secure = create_app(chosen)
    reply = secure.test_client().get("/login", base_url="https://journal.example")
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert reply.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    with secure.app_context():
        db.engine.dispose()
