"""What `docs/operating.md` gives to operators works: the units, and the nightly backup."""

import os
import re
import shutil
import subprocess

import pytest

from leaderjournal.kernel.first_run import add_missing_secrets
from leaderjournal.kernel.schema import upgrade
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


def test_the_nightly_unit_backs_up_and_verifies(tmp_path):
    unit = (UNITS / "leaderjournal-backup.service").read_text()
    folder = tmp_path / "backups"
    commands = re.findall(r"^ExecStart=/opt/leaderjournal/(.*)$", unit, re.MULTILINE)
    add_missing_secrets(tmp_path)
    upgrade(f"sqlite:///{tmp_path / 'journal.db'}")
    environment = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path)}
    for command in commands:
        done = subprocess.run(
            command.replace("/var/backups/leaderjournal", str(folder)).split(),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    [made] = folder.glob("*.backup")
    assert made.stat().st_mode & 0o777 == 0o600
    assert done.stdout.endswith("The backup is good: restored, compared, and the keys open it.\n")
    assert "--keep-days 30" in commands[0]
    assert "30 days" in (ROOT / "docs" / "erasure.md").read_text()
