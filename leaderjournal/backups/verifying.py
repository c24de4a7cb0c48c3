"""Verifying a backup: it is restored to a scratch database, and compared there."""

import tempfile
from pathlib import Path

from leaderjournal.backups import store
from leaderjournal.backups.backup_file import BackupFile
from leaderjournal.backups.restoring import Restored, fill_database
from leaderjournal.kernel.encryption import KeyEncryption


def verify_backup(
    backup: BackupFile, keys: KeyEncryption, *, scratch: Path | None = None
) -> tuple[Restored, int]:
    """Restore a backup to an SQLite file that is removed afterwards, and compare it.

    Return what was restored, and how many tasks the backup has. The file is private, in `scratch`
    or the system's folder for temporary files, and words in it are encrypted as ever. Raises
    BackupFailed for the first difference, and what the disk raises.
    """
    with tempfile.TemporaryDirectory(prefix="journal-verify-", dir=scratch) as folder:
        url = f"sqlite:///{Path(folder) / 'journal.db'}"
        with store.open_engine(url) as engine, store.open_replacement(engine) as connection:
            restored = fill_database(connection, backup, keys)
            connection.commit()
    return restored, sum(1 for _ in backup.iter_tasks())
