"""The copy of keys and settings, kept apart from the backups of the database.

It holds what an empty machine needs beside the database: every setting but the addresses of
database and queue, and BACKUP_KEY, which encrypts it.
"""

import re
from pathlib import Path
from typing import BinaryIO

from dotenv import dotenv_values

from leaderjournal.backups.encrypted_file import EncryptedFile
from leaderjournal.backups.records import RecordWriter, format_record, parse_record, read_lines
from leaderjournal.backups.rules import BackupFailed, UnreadableBackup
from leaderjournal.kernel.first_run import encode_base64url
from leaderjournal.kernel.private_files import make_folder_private, write_private_file
from leaderjournal.kernel.settings import SETTINGS_FILE, Settings

_PLAIN = re.compile(r"[^'\"\\#$\s]*( [^'\"\\#$\s]+)*")


def list_settings(settings: Settings) -> dict[str, str]:
    """Return the variables to keep, with their values; those that are empty are left out."""
    values = {
        "SECRET_KEY": settings.secret_key,
        "DATA_KEYS": ",".join(
            f"{identifier}:{encode_base64url(key)}" for identifier, key in settings.data_keys
        ),
        "VAPID_PRIVATE_KEY": settings.vapid_private_key,
        "VAPID_SUBJECT": settings.vapid_subject,
        "SMTP_URL": settings.smtp_url,
        "MAIL_FROM": settings.mail_from,
        "PUBLIC_URL": settings.public_url,
        "REGISTRATION": settings.registration.value,
        "PUSH_ALLOWED_HOSTS": ",".join(settings.push_allowed_hosts),
        "PROMPT_LEASE_SECONDS": str(int(settings.prompt_lease.total_seconds())),
        "METRICS_TOKEN": settings.metrics_token,
        "TRUSTED_HOSTS": ",".join(settings.trusted_hosts),
        "TRUSTED_PROXIES": str(settings.trusted_proxies),
        "JOB_MEMORY_MB": str(settings.job_megabytes),
        "BROKEN_RELEASES": ",".join(settings.broken_releases),
    }
    return {name: value for name, value in values.items() if value}


def write_keys(file: BinaryIO, settings: Settings) -> None:
    """Write the copy of keys and settings to a binary file."""
    writer = RecordWriter(file, settings.backup_key)
    writer.write(format_record({"settings": list_settings(settings)}))
    writer.finish()


def read_keys(path: Path, passphrase: str) -> dict[str, str]:
    """Return the variables in a copy of keys. Raises UnreadableBackup, and OSError."""
    [line, *_] = [*read_lines(EncryptedFile.open(path, passphrase)), b""]
    try:
        return {str(name): str(value) for name, value in parse_record(line)["settings"].items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise UnreadableBackup(f"{path} is no copy of keys.") from error


def restore_settings(instance: Path, settings: dict[str, str]) -> list[str]:
    """Add what `instance/settings.env` lacks; return the names of the variables.

    Raises BackupFailed, and changes nothing, if the file has another value for one of them.
    """
    path = instance / SETTINGS_FILE
    kept = dotenv_values(path, interpolate=False) if path.exists() else {}
    other = sorted(name for name, value in settings.items() if kept.get(name, value) != value)
    if other:
        raise BackupFailed(
            f"{path} has other values for {', '.join(other)}. Move it away, or take them out of"
            " it, if those of the backup are to be used."
        )
    missing = {name: value for name, value in settings.items() if name not in kept}
    make_folder_private(instance)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    lines = [f"{name}={_quote(value)}\n" for name, value in missing.items()]
    with write_private_file(path) as file:
        file.write((before + "".join(lines)).encode())
    return sorted(missing)


def _quote(value: str) -> str:
    """Return a value as both systemd and python-dotenv read it."""
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
