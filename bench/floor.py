"""What the same work costs at least: bare Flask on the journal's own server and database.

    python bench/floor.py

Each call finds the leader by the token and unwraps their data key, as the journal does. It then
reads, decrypts or writes the same rows through the plain driver and sends as many bytes. Nothing is
checked, merged, counted or composed.
"""

import asyncio
import hashlib
import json
import multiprocessing
import os
import sqlite3
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from flask import Flask, Response, abort, request

from leaderjournal.kernel.database import BinaryCursor
from leaderjournal.kernel.encryption import Cipher, KeyEncryption, WrappedKey
from leaderjournal.kernel.settings import Settings, WebSettings
from leaderjournal.web.adapter import Adapter
from leaderjournal.web.process import ServerOnSocket
from leaderjournal.web.sockets import open_socket

settings = Settings.load()
keys = KeyEncryption(settings.data_keys)
app = Flask(__name__, static_folder=None)
local = threading.local()


class Database:
    """A connection of this thread: what differs between the two databases."""

    def __init__(self) -> None:
        self.is_sqlite = settings.database_url.startswith("sqlite")
        self.for_update = "" if self.is_sqlite else " FOR UPDATE"
        if self.is_sqlite:
            path = settings.database_url.removeprefix("sqlite:///")
            self._connection = sqlite3.connect(path, isolation_level=None)
            for pragma in ("synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute("PRAGMA secure_delete = ON")
        else:
            url = settings.database_url.replace("+psycopg", "")
            self._connection = psycopg.connect(url, autocommit=True, cursor_factory=BinaryCursor)

    def ask(self, statement, *values):
        """Run a statement; return its cursor."""
        if self.is_sqlite:
            given = [value.hex if isinstance(value, UUID) else value for value in values]
            return self._connection.execute(statement, given)
        return self._connection.execute(statement.replace("?", "%s"), values)

    def to_instant(self, value: datetime):
        """Return an instant as the database compares it."""
        return value.strftime("%Y-%m-%d %H:%M:%S.%f") if self.is_sqlite else value

    def to_date(self, value: date):
        """Return a date as the database compares it."""
        return value.isoformat() if self.is_sqlite else value

    def begin(self):
        """Begin a transaction that writes."""
        self._connection.execute("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")


def get_database() -> Database:
    """Return this thread's database."""
    if not hasattr(local, "database"):
        local.database = Database()
    return local.database


def find_leader(database: Database):
    """Return the account's row and its cipher."""
    token = request.headers.get("Authorization", "Bearer ")[7:]
    table = "api_tokens"
    if not token:
        table, token = "browser_sessions", request.headers.get("X-Session", "")
    row = database.ask(
        "SELECT a.id, a.email_encrypted, a.name_encrypted, a.time_zone, a.day_starts_at,"
        " a.language, a.joined_on, a.key_wrapped_by, a.key_wrapped, a.password_hash"
        f" FROM accounts a JOIN {table} t ON t.account_id = a.id"
        " WHERE t.token_hash = ? AND t.expires_at > ? AND a.suspended_at IS NULL",
        hashlib.sha256(token.encode()).digest(),
        database.to_instant(datetime.now(UTC)),
    ).fetchone()
    if row is None:
        abort(401)
    account = row[0] if isinstance(row[0], UUID) else UUID(row[0])
    return row, Cipher(account, keys.unwrap(WrappedKey(row[7], row[8]), account))


def decrypt_documents(cipher: Cipher, rows):
    """Return the documents of rows that begin with id and document."""
    return [
        cipher.decrypt_json(
            row[1],
            table="reflections",
            column="document",
            row=row[0] if isinstance(row[0], UUID) else UUID(row[0]),
        )
        for row in rows
    ]


def reply_json(value) -> Response:
    """Return a JSON reply."""
    return Response(json.dumps(value), mimetype="application/json")


@app.get("/api/v1/me")
def me():
    """Read the account."""
    database = get_database()
    row, cipher = find_leader(database)
    days = database.ask(
        "SELECT weekdays FROM practice_days_changes WHERE account_id = ?"
        " ORDER BY effective_from DESC LIMIT 1",
        cipher.account,
    ).fetchone()
    email, name = (
        cipher.decrypt_text(value, table="accounts", column=column, row=cipher.account)
        for column, value in (("email_encrypted", row[1]), ("name_encrypted", row[2]))
    )
    return reply_json(
        {
            "id": str(cipher.account),
            "email": email,
            "name": name,
            "time_zone": row[3],
            "day_starts_at": str(row[4])[:5],
            "practice_days": [int(day) for day in days[0]],
            "language": row[5],
        }
    )


@app.get("/api/v1/reflections")
def latest():
    """List the latest days."""
    database = get_database()
    _, cipher = find_leader(database)
    rows = database.ask(
        "SELECT id, document, local_date, version, time_zone, written_at, saved_at, word_count"
        " FROM reflections WHERE account_id = ? AND deleted_at IS NULL"
        " ORDER BY local_date DESC LIMIT ?",
        cipher.account,
        int(request.args.get("limit", 30)),
    ).fetchall()
    documents = decrypt_documents(cipher, rows)
    return reply_json(
        {
            "items": [
                {
                    "id": str(row[0]),
                    "local_date": str(row[2]),
                    "version": row[3],
                    "time_zone": row[4],
                    "written_at": str(row[5]),
                    "saved_at": str(row[6]),
                    "words": row[7],
                    "answers": document["answers"],
                    "note": document["note"],
                    "commitment": document["commitment"],
                }
                for row, document in zip(rows, documents, strict=True)
            ],
            "next_cursor": None,
        }
    )


@app.put("/api/v1/reflections/<day>")
def save(day: str):
    """Write a day; keep the version before, and the figures."""
    database = get_database()
    _, cipher = find_leader(database)
    values = request.get_json()
    now = database.to_instant(datetime.now(UTC))
    database.begin()
    row_id, document, version = database.ask(
        "SELECT id, document, version FROM reflections WHERE account_id = ? AND local_date = ?"
        f"{database.for_update}",
        cipher.account,
        database.to_date(date.fromisoformat(day)),
    ).fetchone()
    [before] = decrypt_documents(cipher, [(row_id, document)])
    place = row_id if isinstance(row_id, UUID) else UUID(row_id)
    database.ask(
        "INSERT INTO revisions (id, reflection_id, version, saved_at, document, superseded)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        uuid4(),
        place,
        version,
        now,
        cipher.encrypt_json(before, table="revisions", column="document", row=f"{place}/{version}"),
        False,
    )
    words = " ".join(answer["text"] for answer in values["answers"])
    database.ask(
        "UPDATE reflections SET document = ?, search_encrypted = ?, version = ?, saved_at = ?"
        " WHERE id = ?",
        cipher.encrypt_json(values, table="reflections", column="document", row=place),
        cipher.encrypt_text(
            words.casefold(), table="reflections", column="search_encrypted", row=place
        ),
        version + 1,
        now,
        place,
    )
    for answer in values["answers"]:
        database.ask(
            "UPDATE answers SET score = ? WHERE reflection_id = ? AND key = ?",
            answer["score"],
            place,
            answer["key"],
        )
    database.ask("COMMIT")
    return reply_json({"id": str(place), "local_date": day, "version": version + 1, **values})


@app.get("/api/v1/streak")
def streak():
    """Read the newest checkpoint and the days since."""
    database = get_database()
    _, cipher = find_leader(database)
    checkpoint = database.ask(
        "SELECT through_date, state_encrypted FROM streak_checkpoints WHERE account_id = ?"
        " ORDER BY through_date DESC LIMIT 1",
        cipher.account,
    ).fetchone()
    state, through = {}, date(2000, 1, 1)
    if checkpoint:
        through = checkpoint[0]
        state = cipher.decrypt_json(
            checkpoint[1],
            table="streak_checkpoints",
            column="state_encrypted",
            row=str(checkpoint[0]),
        )
        if isinstance(through, str):
            through = date.fromisoformat(through)
    days = database.ask(
        "SELECT local_date, in_time FROM reflections WHERE account_id = ? AND local_date > ?"
        " AND deleted_at IS NULL AND completed",
        cipher.account,
        database.to_date(through),
    ).fetchall()
    return reply_json(
        {"current": len(days), "overall": state.get("overall"), "by_key": state.get("by_key")}
    )


@app.get("/api/v1/summaries/<period>")
def month(period: str):
    """Read the days of a month."""
    database = get_database()
    _, cipher = find_leader(database)
    first = date.fromisoformat(f"{period}-01" if len(period) == 7 else f"{period}-01-01")
    last = first + timedelta(days=31 if len(period) == 7 else 366)
    rows = database.ask(
        "SELECT id, document, local_date, word_count FROM reflections"
        " WHERE account_id = ? AND local_date BETWEEN ? AND ? AND deleted_at IS NULL",
        cipher.account,
        database.to_date(first),
        database.to_date(last),
    ).fetchall()
    documents = decrypt_documents(cipher, rows)
    return reply_json(
        {
            "days": [
                {
                    "date": str(row[2]),
                    "words": row[3],
                    "scores": {answer["key"]: answer["score"] for answer in document["answers"]},
                }
                for row, document in zip(rows, documents, strict=True)
            ]
        }
    )


@app.get("/floor/<int:size>")
def page(size: int):
    """Read the newest day and send a page of so many bytes."""
    database = get_database()
    _, cipher = find_leader(database)
    decrypt_documents(
        cipher,
        database.ask(
            "SELECT id, document FROM reflections WHERE account_id = ?"
            " ORDER BY local_date DESC LIMIT 1",
            cipher.account,
        ).fetchall(),
    )
    return Response(b"x" * size, mimetype="text/html")


def serve(wanted: WebSettings) -> None:
    """Answer requests until the process is ended."""
    adapter = Adapter(app, threads=wanted.threads)
    listening = open_socket(wanted.host, wanted.port, beside_others=True)
    asyncio.run(ServerOnSocket(listening, adapter).serve())


def main() -> None:
    """Run as many processes as the journal would."""
    wanted = WebSettings.from_environment(os.environ)
    multiprocessing.set_start_method("fork")
    processes = [
        multiprocessing.Process(target=serve, args=(wanted,), daemon=True)
        for _ in range(wanted.processes)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
