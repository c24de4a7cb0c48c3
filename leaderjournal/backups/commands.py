"""The operator's commands: `flask --app app backup …` and `restore`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from huey.api import Huey

from leaderjournal.accounts import data_keys
from leaderjournal.backups import folder, store
from leaderjournal.backups.backup_file import BackupFile, identify_signer
from leaderjournal.backups.creating import write_backup
from leaderjournal.backups.keys_file import read_keys, write_keys
from leaderjournal.backups.restoring import Restored, restore_backup
from leaderjournal.backups.rules import DATA, KEYS, BackupFailed, Retention
from leaderjournal.backups.verifying import verify_backup
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_key_encryption, get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.database_logs import clear_logs
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import KeyEncryption
from leaderjournal.kernel.outages import FULL, SYSTEM_ERRORS, find_outage, format_outage
from leaderjournal.kernel.setting_values import SettingsError, parse_data_keys
from leaderjournal.prompts.push.plain_devices import encrypt_plain_devices

FOLDER = click.Path(path_type=Path)
NUMBER = click.IntRange(min=1)


class BackupGroup(AppGroup):
    """Commands of which `backup TO` needs no name of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `backup TO …` as `backup create TO …`."""
        if args and args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx):
            args = ["create", *args]
        return super().parse_args(ctx, args)


@click.group("backup", cls=BackupGroup)
def backup_commands() -> None:
    """Make an encrypted backup: `backup TO`, the same as `backup create TO`; or verify one."""


@backup_commands.command("create")
@click.argument("to", type=FOLDER)
@click.option(
    "--keys", "keys_to", type=FOLDER, metavar="TO2", help="Copy keys and settings there, apart."
)
@click.option("--keep", type=NUMBER, help="Keep so many of the newest backups.")
@click.option("--daily", type=NUMBER, help="Keep the newest of so many days.")
@click.option("--weekly", type=NUMBER, help="Keep the newest of so many weeks.")
@click.option("--monthly", type=NUMBER, help="Keep the newest of so many months.")
@click.option("--keep-days", type=NUMBER, help="Remove older backups, but never the newest.")
@with_appcontext
def create_backup(to: Path, keys_to: Path | None, **kept: int | None) -> None:
    """Write an encrypted backup of database and queue to the folder TO while the journal runs.

    Without an option that keeps some, none is removed.
    """
    retention = Retention(
        newest=kept["keep"] or 0,
        daily=kept["daily"] or 0,
        weekly=kept["weekly"] or 0,
        monthly=kept["monthly"] or 0,
        days=kept["keep_days"] or 0,
    )
    with _explain_failures():
        _require_backup_key()
        if keys_to and _lies_within(keys_to, to):
            raise BackupFailed("--keys must name a folder apart: both together open everything.")
        now = clock.now()
        _write_data(to, retention, now)
        if keys_to:
            _write_keys(keys_to, retention, now)


@backup_commands.command("verify")
@click.argument("source", metavar="FROM", type=FOLDER)
@click.option("--keys", "keys_from", type=FOLDER, help="Try the keys of a copy, not the present.")
@click.option("--scratch", type=FOLDER, help="The folder to restore to, removed afterwards.")
@with_appcontext
def verify(source: Path, keys_from: Path | None, scratch: Path | None) -> None:
    """Restore FROM to a scratch place and compare it: a file, or the newest one in a folder."""
    with _explain_failures():
        passphrase = _require_backup_key()
        path = folder.find_backup(source)
        click.echo(f"Verifying {path}.")
        backup = BackupFile.open(path, passphrase)
        restored, tasks = verify_backup(backup, _load_keys(keys_from), scratch=scratch)
        _print_restored(backup, restored, tasks)
        check = restored.keys
        if check.locked:
            raise BackupFailed(
                f"DATA_KEYS opens {check.opened} of {check.accounts} accounts: what the others"
                " wrote cannot be read with these keys."
            )
        if check.broken:
            raise BackupFailed(
                f"{check.broken} texts cannot be decrypted with their account's key."
            )
    click.echo("The backup is good: restored, compared, and the keys open it.")


@click.command("restore")
@click.argument("source", metavar="FROM", type=FOLDER)
@click.option("--replace", metavar="NAME", help="Remove the accounts of the database NAME.")
@with_appcontext
def restore(source: Path, replace: str | None) -> None:
    """Restore FROM, a file or the newest one in a folder, to an empty database and queue.

    Stop web and worker first. If anything fails, all is as it was.
    """
    with _explain_failures():
        passphrase = _require_backup_key()
        path = folder.find_backup(source)
        click.echo(f"Restoring {path}.")
        backup = BackupFile.open(path, passphrase)
        signer = identify_signer(get_settings().secret_key)
        has_same_signer = backup.beginning.tasks_signed_by == signer
        queue = cast("Huey", current_app.extensions["queue"]) if has_same_signer else None
        db.session.rollback()
        with store.open_engine(get_settings().database_url) as engine:
            restored, tasks = restore_backup(
                backup, engine, queue, get_key_encryption(), replace=replace
            )
        _print_restored(backup, restored, tasks)
        _report_problems(restored, has_same_signer=has_same_signer)
        if not data_keys.find_key_problems():
            encrypt_plain_devices()
        clear_logs()
    click.echo("Restored. Run `flask --app app doctor`, then start web and worker.")


def _require_backup_key() -> str:
    key = get_settings().backup_key
    if not key:
        click.echo(
            "BACKUP_KEY is not set. It encrypts backups: at least 20 random characters, kept"
            " somewhere else than on this machine.",
            err=True,
        )
        raise SystemExit(os.EX_CONFIG)
    return key


def _lies_within(inner: Path, outer: Path) -> bool:
    one, other = inner.resolve(), outer.resolve()
    return one == other or other in one.parents or one in other.parents


def _write_data(to: Path, retention: Retention, now: Instant) -> None:
    settings = get_settings()
    with folder.lock_folder(to):
        with (
            store.open_engine(settings.database_url) as engine,
            folder.write_new(to, DATA, now) as (file, path),
        ):
            written = write_backup(
                file,
                engine,
                current_app.extensions["queue"],
                passphrase=settings.backup_key,
                secret_key=settings.secret_key,
                now=now,
            )
        size = path.stat().st_size
        click.echo(
            f"{path} is written. Accounts: {written.accounts:,}; rows: {written.rows:,};"
            f" waiting tasks: {written.tasks:,}; bytes: {size:,}."
        )
        if written.left_out:
            click.echo(f"Left out {written.left_out} rows that no longer belong to an account.")
        _remove_obsolete(to, DATA, retention, now)


def _write_keys(to: Path, retention: Retention, now: Instant) -> None:
    with folder.lock_folder(to):
        with folder.write_new(to, KEYS, now) as (file, path):
            write_keys(file, get_settings())
        click.echo(f"{path}: keys and settings. Store it apart from the backups.")
        _remove_obsolete(to, KEYS, retention, now)


def _remove_obsolete(place: Path, kind: str, retention: Retention, now: Instant) -> None:
    removed = folder.remove_obsolete(place, kind, retention, now=now)
    if removed:
        click.echo(f"Removed {removed} older backups from {place}.")


def _load_keys(source: Path | None) -> KeyEncryption:
    if source is None:
        return get_key_encryption()
    path = folder.find_backup(source, KEYS)
    keys = read_keys(path, get_settings().backup_key)
    click.echo(f"With the keys of {path}.")
    try:
        return KeyEncryption(parse_data_keys(keys.get("DATA_KEYS", "")))
    except (SettingsError, IndexError) as error:
        raise BackupFailed(f"{path} holds no DATA_KEYS.") from error


def _print_restored(backup: BackupFile, restored: Restored, tasks: int) -> None:
    check = restored.keys
    upgraded = ", brought up to date" if restored.upgraded else ""
    click.echo(f"made at:     {backup.beginning.made_at}")
    click.echo(f"schema:      {restored.revision}{upgraded}")
    click.echo(f"accounts:    {restored.accounts}, each with the same count and digest of rows")
    click.echo(f"rows:        {restored.rows} in {restored.tables} tables")
    click.echo(f"tasks:       {tasks} waiting")
    click.echo(f"data keys:   {check.opened} of {check.accounts} open")
    click.echo(f"texts tried: {check.texts} of {check.texts + check.broken} can be decrypted")


def _report_problems(restored: Restored, *, has_same_signer: bool) -> None:
    if restored.keys.locked:
        click.echo(
            f"DATA_KEYS does not open {restored.keys.locked} accounts. They are restored, and can"
            " be read once their key is back."
        )
    if not has_same_signer:
        click.echo(
            "SECRET_KEY is another one than when the backup was made: waiting tasks are left out,"
            " and everybody signs in again. What was due comes up by itself."
        )


@contextmanager
def _explain_failures() -> Iterator[None]:
    """End the command with a sentence, which holds no value of any row."""
    try:
        yield
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    except SYSTEM_ERRORS as error:
        raise click.ClickException(_explain(error)) from error


def _explain(error: BaseException) -> str:
    if find_outage(error) is FULL:
        return "There is no room left on the disk. Nothing half done is left."
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'}: {error.strerror}. Nothing half done is left."
    said = format_outage(cast("Any", error)) if find_outage(error) else type(error).__name__
    kind = "database or queue" if isinstance(error, sa.exc.SQLAlchemyError) else "queue"
    return f"The {kind} refuses this: {said.rstrip('.')}. Nothing half done is left."
