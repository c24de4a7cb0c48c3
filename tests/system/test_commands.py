"""The operator's commands, run as an operator runs them."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from factories import A_BROWSER, PASSWORD, create_leader

from leaderjournal import cli, create_app
from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.encryption import KeyEncryption
from leaderjournal.kernel.first_run import add_missing_secrets, create_data_key, create_secrets
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.settings import Settings
from leaderjournal.pwa.pages import get_release
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.portraits import store as portraits_store

ROOT = Path(__file__).resolve().parents[2]


def run(app, *arguments, **options):
    return app.test_cli_runner().invoke(args=arguments, **options)


def test_help_lists_every_command(app):
    listed = run(app, "--help").output
    for command in (
        "db", "demo", "worker", "keys", "figures", "accounts", "backup", "restore", "export",
        "erase", "doctor",
    ):  # fmt: skip
        assert re.search(rf"^  {command}\s+\w", listed, re.MULTILINE), command
    assert "upgrade" in run(app, "db", "--help").output
    assert {"new", "rotate"} <= set(re.findall(r"\w+", run(app, "keys", "--help").output))
    assert "--once" in run(app, "worker", "--help").output


def test_an_upgrade_is_harmless_where_the_schema_is_new(app):
    assert run(app, "db", "upgrade").output == "The schema is up to date.\n"


def test_an_account_is_exported_whole(app, client):
    leader = create_leader(client, name="Mira")
    leader.writes(leader.today(), ("let-go", 2, "first"), note="calm")
    leader.writes(leader.today(), ("let-go", 4, "second"), note="calm")
    leader.call("POST", "/questions", {"key": "let-go", "text": "Who decided?"})
    exported = json.loads(run(app, "export", leader.email).output)
    assert exported["account"]["name"] == "Mira"
    assert exported["questions"][0]["text"] == "Who decided?"
    [day] = exported["reflections"]
    assert day["answers"][0]["text"] == "second"
    assert day["revisions"][0]["answers"][0]["text"] == "first"


def test_an_account_is_erased_after_a_question(app, client):
    leader = create_leader(client)
    assert run(app, "erase", leader.email, input="n\n").exit_code == 1
    assert leader.get("/me").status_code == 200
    assert run(app, "erase", leader.email, "--yes").output == "Account erased.\n"
    assert leader.get("/me").status_code == 401


@pytest.mark.parametrize("command", ["export", "erase"])
def test_an_address_without_account_is_said_to_be_one(app, command):
    result = run(app, command, "nobody@example.com", *(["--yes"] if command == "erase" else []))
    assert result.exit_code == 1
    assert "no account" in result.output


def test_a_new_key_is_fit_for_data_keys_and_rotating_counts(app, client):
    made = run(app, "keys", "new").output.strip()
    Settings.from_environment(create_secrets() | {"DATA_KEYS": made}, Path())
    create_leader(client)
    assert run(app, "keys", "rotate").output == "0 data keys rewrapped.\n"


def test_figures_are_rebuilt_and_wrong_ones_reported(app, client):
    leader = create_leader(client)
    for month in ("01", "02", "03"):
        leader.writes(f"2026-{month}-05", ("let-go", 4, "I stayed out of it."))
    right = leader.get("/streak").json
    assert run(app, "figures", "rebuild").output.endswith("; 0 were wrong.\n")
    with app.app_context(), write_transaction() as session:
        session.execute(sa.text("UPDATE reflections SET completed = false"))
    assert run(app, "figures", "rebuild").output.endswith("; 1 were wrong.\n")
    with app.app_context(), write_transaction() as session:
        session.execute(sa.text("UPDATE reflections SET completed = true"))
    run(app, "figures", "rebuild")
    assert leader.get("/streak").json == right


def test_rebuilding_packs_settled_months_and_reports_those_that_are_wrong(app, client):
    leader = create_leader(client)
    for month in ("01", "02"):
        leader.writes(f"2026-{month}-05", ("let-go", 4, "I stayed out of it."))
    assert run(app, "figures", "rebuild").output.endswith("; 0 were wrong.\n")
    with app.app_context(), write_transaction() as session:
        packed = sa.text("SELECT count(words_encrypted) FROM search_segments")
        assert session.scalar(packed) == 2
        session.execute(sa.text("UPDATE search_segments SET words_encrypted = days_encrypted"))
    assert run(app, "figures", "rebuild").output.endswith("; 1 were wrong.\n")
    assert run(app, "figures", "rebuild").output.endswith("; 0 were wrong.\n")


def test_wrong_portraits_are_reported_and_put_right(app, client):
    leader = create_leader(client)
    leader.writes("2026-01-05", ("let-go", 4, "I stayed out of it, and stayed calm."))
    right = leader.get("/summaries/2026-01/words").json
    assert run(app, "figures", "rebuild").output.endswith("; 0 were wrong.\n")
    with app.app_context():
        owner = accounts_store.find_leader(UUID(leader.id))
        portrait = portraits_store._load(owner.cipher, Period(2026, 1), with_words=True)
        portrait.words["used"] = {}
        portraits_store.store_portrait(owner.cipher, portrait)
    assert leader.get("/summaries/2026-01/words").json != right
    assert run(app, "figures", "rebuild").output.endswith("; 1 were wrong.\n")
    assert leader.get("/summaries/2026-01/words").json == right


def test_the_demo_holds_a_year_once(app, client):
    assert "look in the mirror" in run(app, "demo").output
    again = run(app, "demo").output
    assert "is there" in again
    asked = {"email": "demo@example.com", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=asked).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    streak = client.get("/api/v1/streak", headers=headers).json
    assert streak["longest"] > 5
    days, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/reflections?limit=100{cursor}", headers=headers).json
        days += [item["local_date"] for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert 200 < len(days) < 366


def test_the_doctor_is_content_where_all_is_well(app, monkeypatch, tmp_path):
    well = {"public_url": "https://journal.example.org", "instance": tmp_path}
    settings = _replaced(app.extensions["settings"], **well)
    monkeypatch.setitem(app.extensions, "settings", settings)
    result = run(app, "doctor")
    named, registration, verdict = result.output.splitlines()
    assert registration.startswith("Registration is open")
    assert named == f"Release {get_release()}."
    assert verdict.startswith("All good"), result.output


def test_the_doctor_names_what_is_wrong(app, client, monkeypatch):
    create_leader(client)
    sick = _replaced(
        app.extensions["settings"],
        vapid_subject="mailto:me@localhost",
        smtp_url="smtp://127.0.0.1:9",
        public_url="http://journal.example.org",
    )
    monkeypatch.setitem(app.extensions, "settings", sick)
    result = run(app, "doctor")
    assert result.exit_code == 1
    for name in ("VAPID_SUBJECT", "SMTP_URL", "PUBLIC_URL"):
        assert name in result.output
    monkeypatch.setitem(app.extensions, "settings", _replaced(sick, smtp_url=""))
    assert "SMTP_URL is not set" in run(app, "doctor").output


@pytest.fixture
def time_server():
    """A time server (SNTP, RFC 4330) whose clock is `ahead` seconds ahead of ours."""
    ahead = [0.0]
    serving = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    serving.bind(("127.0.0.1", 0))

    def answer():
        while (asked := serving.recvfrom(48)) and asked[0]:
            seconds = int(time.time() + ahead[0]) + 2_208_988_800
            serving.sendto(struct.pack("!12I", *[0] * 10, seconds, 0), asked[1])

    thread = threading.Thread(target=answer)
    thread.start()
    port = serving.getsockname()[1]
    yield f"127.0.0.1:{port}", ahead
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"", ("127.0.0.1", port))
    thread.join()
    serving.close()


def test_the_doctor_compares_the_clock_with_a_time_server(app, monkeypatch, time_server):
    address, ahead = time_server
    monkeypatch.setenv("NTP_SERVER", address)
    assert "clock is" not in run(app, "doctor").output
    ahead[0] = 90
    assert "seconds behind" in run(app, "doctor").output
    ahead[0] = -90
    assert "seconds ahead" in run(app, "doctor").output
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        monkeypatch.setenv("NTP_SERVER", f"127.0.0.1:{silent.getsockname()[1]}")
        assert "does not answer" in run(app, "doctor").output
    monkeypatch.setenv("NTP_SERVER", "127.0.0.1:time")
    assert "NTP_SERVER must be" in run(app, "doctor").output


def test_the_doctor_names_a_database_that_is_away_or_old(environment, tmp_path):
    def examined(**changes):
        app = create_app(Settings.from_environment(environment | changes, tmp_path))
        result = run(app, "doctor")
        with app.app_context():
            db.engine.dispose()
        return result.output

    away = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"
    assert "DATABASE_URL: the database does not answer" in examined(DATABASE_URL=away)
    assert "run `flask --app app db upgrade`" in examined()


def test_the_doctor_looks_at_the_key_that_signs_for_push_services(app, client, monkeypatch):
    leader = create_leader(client)
    leader.call("POST", "/push/subscriptions", A_BROWSER)
    assert "VAPID_PRIVATE_KEY" not in run(app, "doctor").output
    settings = app.extensions["settings"]
    other = _replaced(settings, vapid_private_key=create_secrets()["VAPID_PRIVATE_KEY"])
    monkeypatch.setitem(app.extensions, "settings", other)
    assert (
        "1 device turned on reminders under another VAPID_PRIVATE_KEY" in run(app, "doctor").output
    )
    none = _replaced(settings, vapid_private_key="A" * 43)
    monkeypatch.setitem(app.extensions, "settings", none)
    assert "VAPID_PRIVATE_KEY isn't a P-256 private key" in run(app, "doctor").output


def test_the_doctor_compares_the_clock_with_the_databases(app):
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=3)):
        said = run(app, "doctor").output
    with app.app_context():
        apart = db.engine.dialect.name != "sqlite"
    assert ("clock and the database server's are 180 seconds apart" in said) == apart


def test_the_doctor_counts_accounts_whose_key_is_not_there(app, client, monkeypatch):
    create_leader(client)
    stranger = create_secrets()
    other = Settings.from_environment(
        stranger | {"DATABASE_URL": app.extensions["settings"].database_url}, Path()
    )
    monkeypatch.setitem(app.extensions, "key_encryption", KeyEncryption(other.data_keys))
    assert "DATA_KEYS lacks the keys of 1 account" in run(app, "doctor").output


def _replaced(settings, **changes):
    from dataclasses import replace

    return replace(settings, **changes)


def test_the_worker_does_what_is_due_and_exits(app):
    assert run(app, "worker", "--once").output == "0 tasks done.\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "changeme-changeme-0123456789-abcdefgh"),
        ("DATA_KEYS", ""),
        ("DATA_KEYS", "k1:short"),
        ("DATA_KEYS", "k1:" + "A" * 43),
        ("DATA_KEYS", "k1:äöü"),
        ("DATA_KEYS", ",".join([create_data_key().replace("k", "k1", 1)] * 2)),
        ("VAPID_PRIVATE_KEY", ""),
        ("VAPID_PRIVATE_KEY", "abc"),
        ("VAPID_SUBJECT", "me@example.com"),
        ("PUBLIC_URL", "journal.example"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("TRUSTED_PROXIES", "one"),
        ("MAIL_FROM", "Leader Journal"),
        ("PROMPT_LEASE_SECONDS", "0"),
        ("PROMPT_LEASE_SECONDS", "99999999999999"),
    ],
)
def test_a_start_with_a_weak_or_missing_setting_refuses_and_names_it(name, value, tmp_path):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(create_secrets() | {name: value}, tmp_path)


def test_a_start_with_push_hosts_that_are_none_refuses_and_names_them(environment, tmp_path):
    wrong = environment | {"PUSH_ALLOWED_HOSTS": "http://127.0.0.1:9000"}
    with pytest.raises(SettingsError, match="PUSH_ALLOWED_HOSTS"):
        create_app(Settings.from_environment(wrong, tmp_path))


def test_secrets_are_made_once_and_kept_from_others(tmp_path):
    made = add_missing_secrets(tmp_path / "instance")
    assert made == ["BACKUP_KEY", "DATA_KEYS", "SECRET_KEY", "VAPID_PRIVATE_KEY"]
    kept = tmp_path / "instance" / "settings.env"
    before = kept.read_text()
    assert add_missing_secrets(tmp_path / "instance") == []
    assert kept.read_text() == before
    assert kept.stat().st_mode & 0o777 == 0o600


def test_web_and_worker_start_from_the_procfile_and_stop_together(tmp_path):
    from browser.conftest import free_port

    port = free_port()
    bin_folder = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        **create_secrets(),
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "INSTANCE_PATH": str(tmp_path),
        "PORT": str(port),
        "HOST": "127.0.0.1",
    }
    subprocess.run(
        [f"{bin_folder}/flask", "--app", "app", "db", "upgrade"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    process = subprocess.Popen(
        [f"{bin_folder}/honcho", "start"], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as reply:
                    assert reply.read() == b"ready\n"
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("the web process does not answer")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    left = subprocess.run(
        ["pgrep", "-g", str(process.pid)], capture_output=True, text=True, check=False
    )
    assert left.stdout == ""


def test_every_command_is_joined_to_the_application(app):
    assert {command.name for command in cli.COMMANDS} <= set(app.cli.commands)
