"""A PDF or an import that needs too much is told to its leader, and takes nobody down."""

import io
import sys
from dataclasses import replace

import pytest
from factories import create_leader

from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.settings import Settings

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux keeps a process to a limit of memory"
)


@pytest.fixture
def little_memory(app, monkeypatch):
    chosen = replace(app.extensions["settings"], job_megabytes=8)
    monkeypatch.setitem(app.extensions, "settings", chosen)


def test_import_over_the_memory_limit_is_too_large(client, little_memory):
    leader = create_leader(client)
    greedy = b'{"format": "leader-journal/1", "account": [' + b"[]," * 155_000 + b"[]]}"
    answer = client.post(
        "/api/v1/imports",
        data={"file": (io.BytesIO(greedy), "journal.json")},
        headers={"Authorization": leader.headers["Authorization"]},
    )
    assert answer.status_code == 422
    assert answer.json["errors"]["file"] == [
        "This journal is too large to be read here. Export a part of it at a time."
    ]
    assert leader.get("/me").status_code == 200


def test_pdf_over_the_memory_limit_is_too_large(client, little_memory):
    leader = create_leader(client)
    leader.writes(leader.today(), ("let-go", 3, "words"))
    month = leader.today()[:7]
    answer = leader.get(f"/export?format=pdf&period={month}")
    assert answer.status_code == 422
    assert "too large" in answer.json["errors"]["period"][0]


def test_memory_limit_is_checked_at_start(tmp_path):
    with pytest.raises(SettingsError, match="JOB_MEMORY_MB"):
        Settings.from_environment(create_secrets() | {"JOB_MEMORY_MB": "1"}, tmp_path)
