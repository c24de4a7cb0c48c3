"""Puts the copy of keys back on an empty machine, where the application cannot start yet.

`python -m leaderjournal.backups.restore_keys FROM` writes `settings.env` in INSTANCE_PATH.
"""

import os
from getpass import getpass
from pathlib import Path

import click

from leaderjournal.backups.folder import find_backup
from leaderjournal.backups.keys_file import read_keys, restore_settings
from leaderjournal.backups.rules import KEYS, BackupFailed
from leaderjournal.kernel.settings import SETTINGS_FILE, get_instance_folder


@click.command()
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path))
def restore_keys(source: Path) -> None:
    """Restore keys and settings from FROM, a file or the newest one in a folder.

    BACKUP_KEY is asked for if the environment does not have it.
    """
    passphrase = os.environ.get("BACKUP_KEY", "").strip() or getpass("BACKUP_KEY: ").strip()
    try:
        path = find_backup(source, KEYS)
        settings = read_keys(path, passphrase) | {"BACKUP_KEY": passphrase}
        restored = restore_settings(get_instance_folder(), settings)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or source}: {error.strerror}.") from error
    names = ", ".join(restored) or "nothing was missing"
    click.echo(f"From {path}: {names}. They are in {get_instance_folder() / SETTINGS_FILE}.")


if __name__ == "__main__":
    restore_keys()
