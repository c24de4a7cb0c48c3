"""An upgrade keeps every row, and values encrypted by an earlier release decrypt after it."""

import hashlib
import uuid
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leaderjournal import create_app
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.api_tokens.store import list_tokens
from leaderjournal.accounts.verification import store as verification_store
from leaderjournal.kernel.context import get_key_encryption
from leaderjournal.kernel.database import db, prepare_engine
from leaderjournal.kernel.encryption import FIRST_NAMES, Cipher
from leaderjournal.kernel.schema import configure_alembic, upgrade
from leaderjournal.kernel.settings import Settings
from leaderjournal.models import Base
from leaderjournal.prompts.calendar import store as feed_store
from leaderjournal.questions.own import store as own_questions_store

NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
LATER = datetime(2126, 11, 25, 7, 30, tzinfo=UTC)
NONCE = bytes(range(12))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path):
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    return request.getfixturevalue("new_postgresql_database")()


@pytest.fixture
def engine(empty_database):
    engine = sa.create_engine(empty_database)
    prepare_engine(engine)
    yield engine
    engine.dispose()


def migrate(engine, revision, run=command.upgrade):
    with engine.connect() as connection:
        run(configure_alembic(connection), revision)
        connection.commit()


def insert(engine, table, **values):
    reflected = sa.Table(table, sa.MetaData(), *(sa.Column(name) for name in values))
    with engine.connect() as connection:
        for name, value in values.items():
            if isinstance(value, uuid.UUID):
                reflected.c[name].type = sa.Uuid()
            elif isinstance(value, datetime):
                reflected.c[name].type = sa.DateTime(timezone=True)
        connection.execute(sa.insert(reflected), values)
        connection.commit()


def select(engine, table):
    with engine.connect() as connection:
        return connection.execute(sa.text(f"SELECT * FROM {table}")).mappings().all()  # noqa: S608


def describe(engine):
    """Return the names of a schema: columns, indexes and constraints by table."""
    found = sa.inspect(engine)
    return {
        table: {
            "columns": {column["name"] for column in found.get_columns(table)},
            "indexes": {index["name"] for index in found.get_indexes(table)},
            "key": found.get_pk_constraint(table)["name"],
            "references": {key["name"] for key in found.get_foreign_keys(table)},
            "unique": {unique["name"] for unique in found.get_unique_constraints(table)},
        }
        for table in found.get_table_names()
    }


class EarlierRelease:
    """Writes rows as the release before revision 0019 did, by its own names."""

    def __init__(self, engine, keys):
        self.engine, self.account = engine, uuid.uuid4()
        wrapped = keys.create_key(self.account)
        self._aead = AESGCM(keys.unwrap(wrapped, self.account))
        insert(
            engine,
            "accounts",
            id=self.account,
            email_lookup=hashlib.sha256(b"ada").digest(),
            email_sealed=self.seal("accounts", "email_sealed", self.account, "ada@example.com"),
            name_sealed=self.seal("accounts", "name_sealed", self.account, "Ada"),
            password_hash="",
            time_zone="Europe/Berlin",
            day_starts_at="03:00:00.000000",
            language="en",
            joined_on="2026-11-01",
            edition=3,
            created_at=NOW,
            key_wrapped_by=wrapped.wrapped_by,
            key_wrapped=wrapped.wrapped,
        )

    def seal(self, table, column, row, text):
        """Encrypt a value as that release did, without any code of this one."""
        place = f'["{self.account.hex}","{table}","{column}","{row}"]'.encode()
        return b"\x01" + NONCE + self._aead.encrypt(NONCE, text.encode(), b"\x01" + place)


@pytest.fixture
def upgraded(engine, environment, tmp_path):
    """An application on a database that an earlier release wrote, and that is upgraded now."""
    chosen = Settings.from_environment(
        environment | {"DATABASE_URL": engine.url.render_as_string(hide_password=False)}, tmp_path
    )
    migrate(engine, "0018")
    app = create_app(chosen)
    with app.app_context():
        earlier = EarlierRelease(engine, get_key_encryption())
        write_rows(earlier)
        upgrade(chosen.database_url)
        yield earlier
        db.session.close()
        db.engine.dispose()


def write_rows(earlier):
    engine, account = earlier.engine, earlier.account
    token, question, proof = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    insert(
        engine,
        "api_tokens",
        id=token,
        account_id=account,
        token_hash=b"token",
        label_sealed=earlier.seal("api_tokens", "label_sealed", token, "Laptop"),
        created_at=NOW,
        expires_at=LATER,
    )
    insert(
        engine,
        "own_questions",
        id=question,
        account_id=account,
        key="lead-from-front",
        text_sealed=earlier.seal("own_questions", "text_sealed", question, "Who grew today?"),
        retired=False,
        created_at=NOW,
    )
    insert(
        engine,
        "email_proofs",
        id=proof,
        account_id=account,
        token_hash=b"proof",
        email_lookup=b"next",
        email_sealed=earlier.seal("email_proofs", "email_sealed", proof, "ada@example.org"),
        expires_at=LATER,
    )
    insert(
        engine,
        "sign_ins",
        id=uuid.uuid4(),
        account_id=account,
        token_hash=b"session",
        device="Chrome, Android",
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=LATER,
    )
    insert(
        engine,
        "prompt_schedules",
        account_id=account,
        chosen=True,
        enabled=True,
        times="07:30",
        weekdays="12345",
        streak_at_risk=False,
        by_mail=False,
        calendar_hash=b"calendar",
        calendar_sealed=earlier.seal("prompt_schedules", "calendar_sealed", account, "secret"),
    )
    insert(engine, "rate_counters", name="counter", tries=4, expires_at=9e9, free_at=8e9)


def test_values_of_an_earlier_release_decrypt_after_the_upgrade(upgraded):
    leader = accounts_store.find_leader(upgraded.account)
    assert (leader.email, leader.name) == ("ada@example.com", "Ada")
    assert [token.label for token in list_tokens(leader.cipher)] == ["Laptop"]
    [question] = own_questions_store.list_own_questions(leader.cipher)
    assert question.text == "Who grew today?"
    assert verification_store.find_pending_verification(leader, now=NOW).email == "ada@example.org"
    assert feed_store.get_token(leader.cipher) == "secret"


def test_every_renamed_place_keeps_its_first_associated_data():
    account, data_key = uuid.uuid4(), bytes(range(32))
    cipher = Cipher(account, data_key)
    for (table, column), (first_table, first_column) in FIRST_NAMES.items():
        bound = f'\x01["{account.hex}","{first_table}","{first_column}","7"]'.encode()
        earlier = b"\x01" + NONCE + AESGCM(data_key).encrypt(NONCE, b"words", bound)
        assert cipher.decrypt_text(earlier, table=table, column=column, row="7") == "words"


def test_an_upgrade_keeps_the_rows_of_renamed_tables_and_columns(upgraded):
    engine = upgraded.engine
    [account] = select(engine, "accounts")
    assert account["cache_version"] == 3
    [session] = select(engine, "browser_sessions")
    assert bytes(session["token_hash"]) == b"session"
    [counter] = select(engine, "rate_counters")
    assert (counter["attempts"], counter["blocked_until"]) == (4, 8e9)
    migrate(engine, "0018", command.downgrade)
    [account] = select(engine, "accounts")
    assert account["edition"] == 3
    assert len(select(engine, "sign_ins")) == len(select(engine, "email_proofs")) == 1


def test_a_downgrade_restores_every_name(engine):
    migrate(engine, "0018")
    before = describe(engine)
    migrate(engine, "0019")
    assert describe(engine) != before
    migrate(engine, "0018", command.downgrade)
    assert describe(engine) == before


def test_migrations_make_the_tables_of_the_models(engine):
    migrate(engine, "head")
    names = describe(engine)
    assert names.keys() - {"alembic_version"} == Base.metadata.tables.keys()
    for name, table in Base.metadata.tables.items():
        assert names[name]["columns"] == {column.name for column in table.columns}
        assert names[name]["key"] == table.primary_key.name
        assert names[name]["indexes"] >= {index.name for index in table.indexes}
        assert names[name]["references"] == {key.name for key in table.foreign_key_constraints}


def test_upgrade_folds_stored_days_anew_and_opens_their_months(engine):
    migrate(engine, "0020")
    account = uuid.uuid4()
    insert(
        engine,
        "accounts",
        id=account,
        email_lookup=b"lookup",
        email_encrypted=b"encrypted",
        name_encrypted=b"encrypted",
        password_hash="",
        time_zone="Europe/Berlin",
        day_starts_at="03:00:00.000000",
        language="en",
        joined_on="2026-01-01",
        cache_version=0,
        created_at=NOW,
        key_wrapped_by="key",
        key_wrapped=b"wrapped",
    )
    for day in ("2026-01-31", "2026-02-01", "2026-02-28"):
        insert(
            engine,
            "reflections",
            id=uuid.uuid4(),
            account_id=account,
            local_date=day,
            time_zone="Europe/Berlin",
            written_at=NOW,
            saved_at=NOW,
            in_time=True,
            version=1,
            document=b"encrypted",
            completed=True,
            word_count=3,
            has_commitment=False,
            search_encrypted=b"folded by other rules",
        )
    migrate(engine, "0022")
    with engine.connect() as connection:
        connection.execute(
            sa.text("UPDATE search_segments SET words_encrypted = :w, days_encrypted = :w"),
            {"w": b"folded by other rules"},
        )
        connection.commit()
    migrate(engine, "head")
    assert {day["search_encrypted"] for day in select(engine, "reflections")} == {None}
    months = sorted(select(engine, "search_segments"), key=lambda row: str(row["first_date"]))
    assert [str(month["first_date"]) for month in months] == ["2026-01-01", "2026-02-01"]
    assert {month["words_encrypted"] for month in months} == {None}
    migrate(engine, "0020", command.downgrade)
    assert "search_segments" not in describe(engine)
