"""Keys and settings are kept apart, and put back on an empty machine."""

import subprocess
import sys

import pytest
from dotenv import dotenv_values

from leaderjournal.backups.keys_file import list_settings, read_keys, restore_settings, write_keys
from leaderjournal.backups.rules import BackupFailed, UnreadableBackup
from leaderjournal.kernel.first_run import create_data_key, create_secrets
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.settings import ROOT, Settings

CHOSEN = {
    "MAIL_FROM": "Leader Journal <j@example.org>",
    "SMTP_URL": "smtps://user:it's#1$x\\y@mail.example.org:465",
    "TRUSTED_PROXIES": "2",
    "TRUSTED_HOSTS": "a.example.org .example.net",
    "REGISTRATION": "invite",
    "METRICS_TOKEN": "grey heron",
    "PUSH_ALLOWED_HOSTS": "push.example.org:8443",
    "BROKEN_RELEASES": "abc-def",
    "PROMPT_LEASE_SECONDS": "77",
}


@pytest.fixture
def settings(tmp_path):
    keys = f"{create_data_key()},{create_data_key()}"
    return Settings.from_environment(create_secrets() | CHOSEN | {"DATA_KEYS": keys}, tmp_path)


@pytest.fixture
def path(settings, tmp_path):
    path = tmp_path / "keys.backup"
    with path.open("wb") as file:
        write_keys(file, settings)
    return path


def test_settings_come_back_as_they_were(settings, path, tmp_path):
    kept = read_keys(path, settings.backup_key)
    restored = kept | {"BACKUP_KEY": settings.backup_key}
    assert Settings.from_environment(restored, tmp_path) == settings
    assert not {"DATABASE_URL", "QUEUE_URL", "BACKUP_KEY"} & kept.keys()


def test_the_file_holds_nothing_plain(settings, path):
    content = path.read_bytes()
    for value in list_settings(settings).values():
        assert len(value) < 5 or value.encode() not in content
    with pytest.raises(UnreadableBackup):
        read_keys(path, "another key than that one")


def test_the_written_file_is_read_as_it_was_meant(settings, path, tmp_path):
    instance = tmp_path / "empty"
    kept = read_keys(path, settings.backup_key)
    assert restore_settings(instance, kept) == sorted(kept)
    file = instance / "settings.env"
    assert dict(dotenv_values(file)) == kept
    assert (file.stat().st_mode & 0o777, instance.stat().st_mode & 0o777) == (0o600, 0o700)
    assert restore_settings(instance, kept) == []


def test_what_is_there_already_stays(settings, path, tmp_path):
    instance = tmp_path / "there"
    instance.mkdir()
    file = instance / "settings.env"
    file.write_text("NTP_SERVER=time.example.org\nTRUSTED_PROXIES=2")
    kept = read_keys(path, settings.backup_key)
    assert "TRUSTED_PROXIES" not in restore_settings(instance, kept)
    assert dict(dotenv_values(file)) == kept | {"NTP_SERVER": "time.example.org"}


def test_other_keys_are_not_overwritten(settings, path, tmp_path):
    instance = tmp_path / "there"
    instance.mkdir()
    file = instance / "settings.env"
    file.write_text("SECRET_KEY=something else\n")
    with pytest.raises(BackupFailed, match="other values for SECRET_KEY"):
        restore_settings(instance, read_keys(path, settings.backup_key))
    assert file.read_text() == "SECRET_KEY=something else\n"
    assert list(instance.iterdir()) == [file]


def restore(source, instance, **environment):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "leaderjournal.backups.restore_keys", source],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "INSTANCE_PATH": str(instance), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_machine_gets_its_keys_without_an_application(settings, path, tmp_path):
    instance = tmp_path / "empty"
    wrong = restore(path, instance, BACKUP_KEY="not the one it was made with")
    assert (wrong.returncode, instance.exists()) == (1, False)
    assert wrong.stderr.startswith("Error: BACKUP_KEY does not open")
    done = restore(path, instance, BACKUP_KEY=settings.backup_key)
    assert done.returncode == 0, done.stderr
    assert settings.secret_key not in done.stdout
    kept = dotenv_values(instance / "settings.env")
    assert Settings.from_environment(kept, tmp_path) == settings
    assert restore(tmp_path / "nowhere", instance, BACKUP_KEY="x").returncode == 1


@pytest.mark.parametrize(
    "key", ["short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "changeme-changeme-changeme"]
)
def test_a_weak_backup_key_is_refused(tmp_path, key):
    with pytest.raises(SettingsError, match="BACKUP_KEY is weak"):
        Settings.from_environment(create_secrets() | {"BACKUP_KEY": key}, tmp_path)


@pytest.mark.parametrize("other", ["SECRET_KEY", "DATA_KEYS"])
def test_the_backup_key_is_a_secret_of_its_own(tmp_path, other):
    secrets = create_secrets()
    secrets["BACKUP_KEY"] = secrets[other].partition(":")[2] or secrets[other]
    with pytest.raises(SettingsError, match="another secret"):
        Settings.from_environment(secrets, tmp_path)


def test_the_journal_starts_without_a_backup_key(tmp_path):
    secrets = create_secrets()
    del secrets["BACKUP_KEY"]
    assert Settings.from_environment(secrets, tmp_path).backup_key == ""
