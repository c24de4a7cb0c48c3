"""Journals to measure with: leaders who have written each day for so many days."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.api_tokens.store import create_token
from leaderjournal.accounts.sessions.store import start_session
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant, days_after
from leaderjournal.models import Base
from leaderjournal.practice import catalogue
from leaderjournal.reflections.imports import store as day_imports_store
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reflections.search.segments.closing import store as search_closing_store
from leaderjournal.reviews.streaks import store as streaks_store

WORDS = 350
"""Of a day: about 1.8 kB."""
SYLLABLES = ("ba", "de", "fi", "go", "lu", "mer", "nar", "ost", "prä", "rue", "sé", "tau", "ven")
COMMON, RARE = "ba", "needle"
"""A word of nearly every day, and one of a single day of the oldest tenth of a journal."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a client acts for a leader: with an API token, or with a browser's session."""

    token: str
    session: str


def create_leader(name: str, days: int, *, now: Instant) -> Credentials:
    """Create a leader in Berlin who wrote on each of the last `days` days, today included."""
    chance = random.Random(f"{name} {days}")
    joined_at = Instant(now - timedelta(days=days))
    leader = accounts_store.create_account(
        email=f"{name}@example.com",
        password=None,
        name="Mira Adler",
        time_zone="Europe/Berlin",
        language="en",
        now=joined_at,
    )
    with write_transaction() as session:
        day_imports_store.import_days(
            session, leader.cipher, list(_write_days(leader, days, chance, now)), now=now
        )
    streaks_store.rebuild_checkpoints(leader, today=leader.today(now))
    search_closing_store.close_months(leader.cipher, now=now)
    token, _ = create_token(leader.cipher, label="bench", now=now)
    return Credentials(token, start_session(leader.id, device="bench", now=now))


def _write_days(
    leader: Leader, days: int, chance: random.Random, now: Instant
) -> Iterator[DayToImport]:
    today = leader.today(now)
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(6000)]

    def write(words: int) -> str:
        chosen = [vocabulary[int(len(vocabulary) * chance.random() ** 3)] for _ in range(words)]
        for place in range(0, words, 12):
            chosen[place] = chosen[place].capitalize()
            chosen[min(place + 11, words - 1)] += chance.choice([".", ".", "?", "’s."])
        return " ".join(chosen)

    for back in range(days - 1, -1, -1):
        share = WORDS // 4
        answers = tuple(
            Answer(
                key.slug,
                chance.choice(key.behaviours).slug,
                None,
                chance.randint(1, 5),
                f"{COMMON} {write(share)}",
            )
            for key in catalogue.list_keys()
        )
        note = write(WORDS - 3 * share)
        if back == days * 95 // 100:
            note += f" A {RARE} in the hay."
        writing = Writing(
            Instant(now - timedelta(days=back)), leader.time_zone, leader.day_starts_at
        )
        yield DayToImport(days_after(today, -back), DayContent(answers, note), writing)


def add_copies(template: UUID, number: int) -> None:
    """Add `number` accounts with rows like those of the account `template`, made by the database.

    They fill tables and indexes. Nobody can sign in to them and nothing of theirs is decrypted.
    """
    session = db.session
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    new_id = "lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()"
    random_bytes = "randomblob(32)" if is_sqlite else "sha256(gen_random_uuid()::text::bytea)"
    statements = (
        f"""CREATE TEMPORARY TABLE copies AS
        WITH RECURSIVE numbers(n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number})
        SELECT {new_id} AS id FROM numbers""",
        _copy_rows("accounts", {"id": "copies.id", "email_lookup": random_bytes}, owner="id"),
        _copy_rows("practice_days_changes", {"account_id": "copies.id"}),
        _copy_rows("streak_checkpoints", {"account_id": "copies.id"}),
        _copy_rows("search_segments", {"account_id": "copies.id"}),
        _copy_rows("reflections", {"id": new_id, "account_id": "copies.id"}),
        """INSERT INTO answers (reflection_id, key, behaviour, question, score, answered, in_time)
        SELECT new.id, a.key, a.behaviour, a.question, a.score, a.answered, a.in_time
        FROM copies JOIN reflections new ON new.account_id = copies.id
        JOIN reflections old ON old.local_date = new.local_date AND old.account_id = :template
        JOIN answers a ON a.reflection_id = old.id""",
        "DROP TABLE copies",
        "ANALYZE",
    )
    of_template = sa.bindparam("template", template, type_=sa.Uuid())
    for statement in statements:
        text = sa.text(statement)
        session.execute(text.bindparams(of_template) if ":template" in statement else text)
    session.commit()


def _copy_rows(table: str, replaced: dict[str, str], *, owner: str = "account_id") -> str:
    """Return the statement that copies the template's rows of a table for each of the copies."""
    columns = [column.name for column in Base.metadata.tables[table].columns]
    values = [replaced.get(column, f"original.{column}") for column in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM copies, {table} original WHERE original.{owner} = :template"
    )
