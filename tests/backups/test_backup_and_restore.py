"""A backup of either database is restored to either, whole, or nothing changes."""

import json
import re
import sqlite3
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from factories import A_BROWSER, create_leader, many_leaders, one_device_each, write_days

from leaderjournal.backups import restoring, store
from leaderjournal.backups.encrypted_file import EncryptedFile
from leaderjournal.backups.queues.store import iter_tasks
from leaderjournal.backups.reading import DatabaseReader
from leaderjournal.backups.records import RecordWriter, read_lines
from leaderjournal.backups.tables import describe_tables
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_data_key, create_secrets
from leaderjournal.kernel.queue import enqueue, register_task
from leaderjournal.kernel.schema import migrate, upgrade
from leaderjournal.models import Base

KINDS = ("sqlite", "postgresql")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")
"""For what is the same on both databases, once the rows are read."""


def read_everything(app):
    """Return all rows of all tables, as a backup would have them."""
    with app.app_context(), store.open_snapshot(db.engine) as connection:
        lines = list(DatabaseReader(connection, describe_tables(connection)).iter_lines())
    return sorted(line for line in lines if not line.startswith('{"table"'))


def count_accounts(app):
    with app.app_context(), db.engine.connect() as connection:
        return store.has_accounts(connection) and store.count_rows(connection, "accounts")


def fill(app, client):
    leader = create_leader(client, name="Quintessa")
    leader.writes(leader.today(), ("let-go", 3, "marzipan"), note="Ünï ☂ \u2028", commitment="Ask.")
    leader.writes(leader.today(), ("let-go", 4, "marzipan"), note="changed")
    leader.call("POST", "/people", {"name": "Tobias"})
    leader.call(
        "POST", "/questions", {"key": "let-go", "text": "Who decided it today, you or them?"}
    )
    write_days(app, leader, 40)
    [quiet] = many_leaders(app, 1)
    one_device_each(app, [quiet], [A_BROWSER])
    return leader


@pytest.fixture
def backup(app, client, run, tmp_path):
    """The folder with a backup of a leader's journal; `leader` is who wrote it."""
    leader = fill(app, client)
    done = run("backup", tmp_path / "backups")
    assert done.exit_code == 0, done.output
    return tmp_path / "backups", leader


@register_task
def water_the_plants(number):
    """Stand in for a task of the worker."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_comes_back_on_either_database(app, backup, run, new_app, kind):
    folder, leader = backup
    other = new_app(kind)
    done = run("restore", folder, on=other)
    assert done.exit_code == 0, done.output
    assert "2, each with the same count and digest" in done.output
    assert "texts tried: 3 of 3 can be decrypted" in done.output
    assert read_everything(other) == read_everything(app)
    again = replace(leader, client=other.test_client())
    for path in ("/reflections?limit=50", "/people", "/questions", "/me", "/streak"):
        assert again.get(path).json == leader.get(path).json, path
    assert "doctor" in done.output
    assert "QUEUE_URL" not in run("doctor", on=other).output


def test_a_backup_names_its_content_to_nobody(backup):
    folder, leader = backup
    [file] = folder.glob("journal-*")
    content = file.read_bytes()
    for private in (b"Quintessa", b"marzipan", leader.email.encode(), leader.id.encode()):
        assert private not in content
    assert re.fullmatch(r"journal-[\dT.-]+Z\.backup", file.name)
    assert file.stat().st_mode & 0o777 == 0o600


@on_sqlite
def test_words_in_an_opened_backup_are_still_encrypted(app, backup):
    folder, leader = backup
    [file] = folder.glob("journal-*")
    key = app.extensions["settings"].backup_key
    text = b"\n".join(read_lines(EncryptedFile.open(file, key)))
    assert leader.id.replace("-", "").encode() in text
    for private in (b"Quintessa", b"marzipan", b"Tobias", leader.email.encode()):
        assert private not in text
    for secret in ("secret_key", "backup_key", "vapid_private_key"):
        assert getattr(app.extensions["settings"], secret).encode() not in text


def test_verifying_compares_and_opens_everything(backup, run):
    folder, _ = backup
    done = run("backup", "verify", folder)
    assert done.exit_code == 0, done.output
    assert "2, each with the same count and digest of rows" in done.output
    assert "data keys:   2 of 2 open" in done.output
    assert "The backup is good" in done.output


@on_sqlite
def test_verifying_leaves_no_file_behind(backup, run, tmp_path):
    folder, _ = backup
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert run("backup", "verify", folder, "--scratch", scratch).exit_code == 0
    assert list(scratch.iterdir()) == []


def rewrite(app, folder, change):
    """Write the backup anew, as `change` makes its lines, with the right key."""
    [file] = folder.glob("journal-*")
    key = app.extensions["settings"].backup_key
    lines = [line.decode() for line in read_lines(EncryptedFile.open(file, key))]
    with file.open("wb") as changed:
        writer = RecordWriter(changed, key)
        for line in change(lines):
            writer.write(line)
        writer.finish()


def lose_a_row(lines):
    heading = lines.index('{"table":"revisions"}')
    return lines[: heading + 1] + lines[heading + 2 :]


def change_a_value(lines):
    at = next(n for n, line in enumerate(lines) if line.startswith('{"table":"reflections"'))
    return [*lines[: at + 1], lines[at + 1].replace("Berlin", "Vienna", 1), *lines[at + 2 :]]


def lose_an_account(lines):
    at = next(n for n, line in enumerate(lines) if line.startswith('{"account"'))
    return lines[:at] + lines[at + 1 :]


@on_sqlite
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lose_a_row, r"account [\da-f-]{36} \(\d+ rows in the backup, \d+ restored\)"),
        (change_a_value, r"account [\da-f-]{36} \(its digest\)"),
        (lose_an_account, r"account [\da-f-]{36} \(0 rows in the backup, \d+ restored\)\."),
        (lambda lines: lines[:-1], "the totals"),
    ],
)
def test_a_backup_that_differs_from_its_counts_is_refused(app, backup, run, new_app, change, said):
    folder, _ = backup
    rewrite(app, folder, change)
    other = new_app()
    for done in (run("backup", "verify", folder), run("restore", folder, on=other)):
        assert done.exit_code == 1
        assert re.search(f"What is restored differs from the backup: .*{said}", done.output)
        assert "marzipan" not in done.output
    assert count_accounts(other) is False


@on_sqlite
def test_keys_that_open_nothing_are_told_before_anything_changes(app, backup, run, new_app):
    folder, _ = backup
    other = new_app(DATA_KEYS=create_data_key())
    done = run("restore", folder, on=other)
    assert done.exit_code == 1
    assert "DATA_KEYS opens none of the 2 accounts" in done.output
    assert count_accounts(other) is False
    verified = run("backup", "verify", folder, on=other)
    assert verified.exit_code == 1
    assert "DATA_KEYS opens 0 of 2 accounts" in verified.output


@on_sqlite
def test_an_account_whose_key_is_lost_keeps_nobody_else_waiting(
    app, client, run, new_app, tmp_path
):
    fill(app, client)
    with app.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        connection.execute(sa.text("UPDATE accounts SET key_wrapped_by = 'gone' WHERE id IN"
            " (SELECT account_id FROM push_subscriptions)"))  # fmt: skip
        connection.commit()
    run("backup", tmp_path / "backups")
    done = run("restore", tmp_path / "backups", on=(other := new_app()))
    assert done.exit_code == 0, done.output
    assert "DATA_KEYS does not open 1 accounts" in done.output
    assert count_accounts(other) == 2
    assert run("backup", "verify", tmp_path / "backups").exit_code == 1


@on_sqlite
def test_a_text_that_cannot_be_decrypted_is_told(app, client, run, tmp_path):
    fill(app, client)
    with app.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        connection.execute(
            sa.update(Base.metadata.tables["reflections"]).values(document=b"\1" * 40)
        )
        connection.commit()
    run("backup", tmp_path / "backups")
    done = run("backup", "verify", tmp_path / "backups")
    assert done.exit_code == 1
    assert "1 texts cannot be decrypted" in done.output


@on_sqlite
def test_another_backup_key_restores_nothing(app, backup, run, new_app):
    folder, _ = backup
    other = new_app(BACKUP_KEY=create_secrets()["BACKUP_KEY"])
    for command in (("restore", folder), ("backup", "verify", folder)):
        done = run(*command, on=other)
        assert (done.exit_code, "BACKUP_KEY does not open" in done.output) == (1, True)
    assert count_accounts(other) is False


def test_a_backup_that_is_cut_short_restores_nothing(app, backup, run, new_app):
    folder, _ = backup
    [file] = folder.glob("journal-*")
    content = file.read_bytes()
    other = new_app("postgresql")
    for size in (len(content) - 1, len(content) * 2 // 3, 60, 0):
        file.write_bytes(content[:size])
        done = run("restore", folder, on=other)
        assert (done.exit_code, "Error: " in done.output) == (1, True)
        assert count_accounts(other) is False
        with other.app_context(), db.engine.connect() as connection:
            assert sa.inspect(connection).get_table_names() in ([], HUEYS)
    file.write_bytes(content)
    assert run("restore", folder, on=other).exit_code == 0


HUEYS = ["huey_kv", "huey_schedule", "huey_task", "huey_counter"]


def test_accounts_are_replaced_only_by_the_databases_name(app, backup, run, new_app, app_kind):
    folder, _ = backup
    other = new_app(app_kind)
    upgrade(other.extensions["settings"].database_url)
    create_leader(other.test_client(), name="Stays")
    before = read_everything(other)
    refused = run("restore", folder, on=other)
    assert refused.exit_code == 1
    [name] = re.findall(r"--replace (\S+)", refused.output)
    assert run("restore", folder, "--replace", "yes", on=other).exit_code == 1
    assert read_everything(other) == before
    done = run("restore", folder, "--replace", name, on=other)
    assert done.exit_code == 0, done.output
    assert read_everything(other) == read_everything(app)


def test_a_restore_that_fails_late_leaves_what_was_there(
    app, backup, run, new_app, app_kind, monkeypatch
):
    folder, _ = backup
    other = new_app(app_kind)
    upgrade(other.extensions["settings"].database_url)
    create_leader(other.test_client())
    with other.app_context():
        enqueue(water_the_plants, 7)
        name = db.engine.connect()
        with name:
            replaced = store.get_database_name(name)
    before = read_everything(other), list_tasks(other)

    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring.store, "check_keys", fail)
    done = run("restore", folder, "--replace", replaced, on=other)
    assert done.exit_code == 1
    assert "There is no room left on the disk" in done.output
    monkeypatch.undo()
    monkeypatch.setattr(restoring.BackupFile, "iter_tasks", fail)
    assert run("restore", folder, "--replace", replaced, on=other).exit_code == 1
    assert (read_everything(other), list_tasks(other)) == before


def list_tasks(app):
    return list(iter_tasks(app.extensions["queue"]))


@on_sqlite
def test_waiting_tasks_come_back_in_their_order(app, run, new_app, tmp_path):
    with app.app_context():
        for number in (3, 1, 2):
            enqueue(water_the_plants, number)
        queue = app.extensions["queue"]
        queue.enqueue(app.extensions["run_task"].s("water_the_plants", 9, priority=None))
    run("backup", tmp_path)
    other = new_app()
    done = run("restore", tmp_path, on=other)
    assert "tasks:       4 waiting" in done.output
    assert [task.content for task in list_tasks(other)] == [t.content for t in list_tasks(app)]
    message = other.extensions["queue"].dequeue()
    assert (message.name, message.args) == ("run", ("water_the_plants", 3))


@on_sqlite
def test_tasks_of_another_secret_key_are_left_out(app, run, new_app, tmp_path):
    with app.app_context():
        enqueue(water_the_plants, 3)
    run("backup", tmp_path)
    other = new_app(SECRET_KEY=create_secrets()["SECRET_KEY"])
    done = run("restore", tmp_path, on=other)
    assert done.exit_code == 0
    assert "waiting tasks are left out" in done.output
    assert list_tasks(other) == []


def test_a_backup_of_an_older_schema_is_brought_up_to_date(app, run, new_app, app_kind, tmp_path):
    old = new_app(app_kind)
    with old.app_context(), store.open_replacement(db.engine) as connection:
        migrate(connection, "0018")
        connection.execute(
            sa.text("INSERT INTO mail_opt_outs (address_hash) VALUES (:hash)"),
            {"hash": b"\x00\xff"},
        )
        connection.commit()
    assert run("backup", tmp_path, on=old).exit_code == 0
    done = run("restore", tmp_path, on=(other := new_app("postgresql")))
    assert done.exit_code == 0, done.output
    assert "schema:      0018, brought up to date" in done.output
    assert '["AP8="]' in read_everything(other)
    assert run("backup", "verify", tmp_path).exit_code == 0


@on_sqlite
def test_a_backup_of_a_newer_schema_is_refused(app, backup, run, new_app):
    folder, _ = backup

    def make_newer(lines):
        return [json.dumps(json.loads(lines[0]) | {"revision": "9999"}), *lines[1:]]

    rewrite(app, folder, make_newer)
    other = new_app()
    done = run("restore", folder, on=other)
    assert done.exit_code == 1
    assert "made by a newer release" in done.output


@on_sqlite
def test_a_database_of_a_newer_release_is_not_emptied(backup, run, new_app):
    folder, _ = backup
    other = new_app()
    upgrade(other.extensions["settings"].database_url)
    with other.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    done = run("restore", folder, on=other)
    assert (done.exit_code, "newer schema (9999)" in done.output) == (1, True)


def test_what_was_acknowledged_before_is_in_it_whatever_is_written_meanwhile(
    app, client, run, new_app, tmp_path
):
    leader = fill(app, client)
    acknowledged, stop = [], threading.Event()

    def write():
        other = replace(leader, client=app.test_client())
        while not stop.is_set():
            number = len(acknowledged)
            other.writes(other.today(), ("let-go", 3, f"note {number}"), note=f"note {number}")
            acknowledged.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(2):
            while not acknowledged:
                stop.wait(0.01)
            before = len(acknowledged)
            assert run("backup", tmp_path).exit_code == 0
            after = len(acknowledged) + 1
            other = new_app()
            restored = run("restore", tmp_path, on=other)
            assert restored.exit_code == 0, restored.output
            again = replace(leader, client=other.test_client())
            revisions = again.get(f"/reflections/{again.today()}/revisions").json
            current = again.get(f"/reflections/{again.today()}").json
            number = int(current["note"].removeprefix("note "))
            assert before - 1 <= number <= after
            # Consistent: the day and all the versions before it are of one instant.
            notes = [int(n) for n in re.findall(r'"note": ?"note (\d+)"', json.dumps(revisions))]
            assert notes == list(range(number - 1, number - 1 - len(notes), -1))
            assert "0 of" not in run("figures", "rebuild", on=other).output
    finally:
        stop.set()
        writer.join()


def test_a_backup_holds_more_accounts_than_one_batch(app, run, new_app, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "ACCOUNTS_AT_ONCE", 3)
    many_leaders(app, 10)
    assert "Accounts: 10;" in run("backup", tmp_path).output
    other = new_app()
    assert run("restore", tmp_path, on=other).exit_code == 0
    assert read_everything(other) == read_everything(app)


@on_sqlite
def test_a_backup_without_a_key_is_refused(new_app, run, tmp_path):
    other = new_app(BACKUP_KEY="")
    for command in (("backup", tmp_path), ("backup", "verify", tmp_path), ("restore", tmp_path)):
        done = run(*command, on=other)
        assert done.exit_code == 78
        assert "BACKUP_KEY is not set" in done.output


@on_sqlite
def test_an_empty_database_has_nothing_to_back_up(new_app, run, tmp_path):
    done = run("backup", tmp_path / "b", on=new_app())
    assert (done.exit_code, "nothing to back up" in done.output) == (1, True)
    assert list((tmp_path / "b").glob("journal-*")) == []


@on_sqlite
def test_keys_are_written_apart_and_open_the_backup(backup, run, new_app, tmp_path):
    folder, _ = backup
    keys = tmp_path / "keys"
    done = run("backup", folder, "--keys", keys, "--keep", 1)
    assert done.exit_code == 0, done.output
    assert "Removed 1 older backups" in done.output
    assert [len(list(place.glob("*.backup"))) for place in (folder, keys)] == [1, 1]
    elsewhere = new_app(DATA_KEYS=create_data_key())
    assert run("backup", "verify", folder, on=elsewhere).exit_code == 1
    verified = run("backup", "verify", folder, "--keys", keys, on=elsewhere)
    assert verified.exit_code == 0, verified.output


@on_sqlite
@pytest.mark.parametrize("keys", ["backups", "backups/keys", "."])
def test_keys_are_never_written_beside_the_backup(backup, run, tmp_path, keys):
    folder, _ = backup
    done = run("backup", folder, "--keys", tmp_path / keys)
    assert (done.exit_code, "folder apart" in done.output) == (1, True)


@on_sqlite
def test_rows_without_an_account_are_left_out_and_counted(app, client, run, new_app, tmp_path):
    fill(app, client)
    file = app.extensions["settings"].database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute(
            "INSERT INTO short_days (account_id, local_date)"
            " VALUES (hex(zeroblob(16)), '2027-01-02')"
        )
    connection.close()
    done = run("backup", tmp_path)
    assert "Left out 1 rows that no longer belong" in done.output
    assert run("restore", tmp_path, on=new_app()).exit_code == 0


@on_sqlite
def test_other_files_are_refused(run, tmp_path, new_app):
    other = tmp_path / "journal.db"
    other.write_bytes(b"SQLite format 3\0")
    done = run("restore", other, on=new_app())
    assert (done.exit_code, "is no backup of this journal" in done.output) == (1, True)
    assert run("restore", tmp_path / "nowhere", on=new_app()).exit_code == 1


@on_sqlite
def test_a_copy_of_keys_is_no_backup_of_a_database(backup, run, tmp_path):
    folder, _ = backup
    run("backup", folder, "--keys", tmp_path / "keys")
    [keys] = (tmp_path / "keys").glob("keys-*")
    done = run("backup", "verify", keys)
    assert (done.exit_code, "is no backup of a database" in done.output) == (1, True)
    wrong = run("backup", "verify", folder, "--keys", next(folder.glob("journal-*")))
    assert (wrong.exit_code, "is no copy of keys" in wrong.output) == (1, True)
