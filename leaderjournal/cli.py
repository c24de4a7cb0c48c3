"""The operator's commands: `flask --app app …`."""

import os
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from leaderjournal.accounts import data_keys
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.commands import accounts_commands
from leaderjournal.accounts.erasure import store as erasure_store
from leaderjournal.accounts.registration import explain_registration
from leaderjournal.backups.commands import backup_commands, restore
from leaderjournal.demo import create_demo
from leaderjournal.doctor import check_installation
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database_logs import clear_logs
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import DecryptionFailed
from leaderjournal.kernel.first_run import create_data_key
from leaderjournal.kernel.operations import refuse_wrong_keys
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.portability.exports.full_export import stream_full_export
from leaderjournal.prompts.push.plain_devices import encrypt_plain_devices
from leaderjournal.pwa.pages import get_release
from leaderjournal.reflections.figures.recounting import store as recounting_store
from leaderjournal.reflections.search.segments.closing import store as search_closing_store
from leaderjournal.reviews.portraits import store as portraits_store
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.worker import run_forever, run_once

REPORTED_EVERY = 1000

db_commands = AppGroup("db", help="The database's schema.")
figures_commands = AppGroup("figures", help="Figures kept for speed.")
keys_commands = AppGroup("keys", help="The keys that wrap every account's data key.")


def _get_app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


@db_commands.command("upgrade")
@with_appcontext
def upgrade_schema() -> None:
    """Bring the schema to the newest revision."""
    upgrade(get_settings().database_url)
    if not data_keys.find_key_problems():
        encrypt_plain_devices()
    click.echo("The schema is up to date.")


@keys_commands.command("new")
def create_key() -> None:
    """Print a fresh key to put first in DATA_KEYS."""
    click.echo(create_data_key())


@keys_commands.command("rotate")
@with_appcontext
def rotate_keys() -> None:
    """Rewrap every data key with the first key in DATA_KEYS, so that older keys can be removed.

    It can be interrupted at any point and resumed; leaders can write meanwhile.
    """

    def report(done: int, of: int) -> None:
        if done % REPORTED_EVERY == 0:
            click.echo(f"{done} of {of} data keys rewrapped.")

    done, failed = data_keys.rewrap_keys(report)
    clear_logs()
    click.echo(f"{done} data keys rewrapped.")
    if failed:
        raise click.ClickException(
            f"{failed} data keys do not open with any key in DATA_KEYS and stay as they are."
        )


@figures_commands.command("rebuild")
@with_appcontext
def rebuild_figures() -> None:
    """Check the figures kept for every account, repair them, and say which were wrong."""
    rebuilt, wrong, failed = 0, 0, 0
    for account in list(accounts_store.iter_account_ids()):
        try:
            leader = accounts_store.find_leader(account)
        except DecryptionFailed:
            failed += 1
            continue
        if leader is not None:
            rebuilt += 1
            wrong += _rebuild_figures(leader, clock.now())
    click.echo(f"Rebuilt the figures of {rebuilt} accounts; {wrong} were wrong.")
    if failed:
        raise click.ClickException(
            f"{failed} accounts do not open with any key in DATA_KEYS and stay as they are."
        )


def _rebuild_figures(leader: accounts_store.Leader, now: Instant) -> bool:
    """Compute the figures of an account anew; return whether any was wrong."""
    were_wrong = (
        recounting_store.recount_words(leader.cipher) > 0,
        streaks_store.rebuild_checkpoints(leader, today=leader.today(now)),
        search_closing_store.rebuild_segments(leader.cipher, now=now),
        portraits_store.check_portraits(leader.cipher),
    )
    return any(were_wrong)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now and exit.")
@with_appcontext
def run_worker(*, once: bool) -> None:
    """Do the background work."""
    try:
        refuse_wrong_keys(_get_app())
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(os.EX_CONFIG)  # tells the supervisor not to restart it
    if once:
        click.echo(f"{run_once(_get_app())} tasks done.")
    else:
        click.echo(explain_registration(get_settings().registration))
        run_forever(_get_app())


@click.command("demo")
@with_appcontext
def create_demo_account() -> None:
    """Fill the account demo@example.com with a year of invented reflections."""
    click.echo(create_demo(now=clock.now()))


@click.command("export")
@click.argument("email")
@with_appcontext
def export_account(email: str) -> None:
    """Write everything that EMAIL's account holds to standard output, as JSON."""
    leader = _find_leader(email)
    for piece in stream_full_export(leader, today=leader.today(clock.now())):
        click.echo(piece, nl=False)


@click.command("erase")
@click.argument("email")
@click.confirmation_option(prompt="This erases the account and all it wrote. Go on?")
@with_appcontext
def erase_account(email: str) -> None:
    """Erase EMAIL's account, its data key and all it wrote."""
    erasure_store.erase_account(_find_leader(email).id, now=clock.now())
    click.echo("Account erased.")
    if not clear_logs():
        click.echo("Traces are left in the database's log while others read; the worker wipes it.")


def _find_leader(email: str) -> accounts_store.Leader:
    account_id = accounts_store.find_account_id(email)
    leader = accounts_store.find_leader(account_id) if account_id else None
    if leader is None:
        raise click.ClickException("There's no account with this address.")
    return leader


@click.command("doctor")
@with_appcontext
def run_doctor() -> None:
    """Check configuration, database, keys, clock and mail, and say what is wrong."""
    click.echo(f"Release {get_release()}.")
    click.echo(explain_registration(get_settings().registration))
    wrong = list(check_installation())
    for finding in wrong:
        click.echo(f"wrong: {finding}")
    if wrong:
        sys.exit(1)
    click.echo("All good: configuration, database, keys, clock and mail.")


COMMANDS = (
    db_commands,
    figures_commands,
    keys_commands,
    accounts_commands,
    backup_commands,
    restore,
    run_worker,
    create_demo_account,
    export_account,
    erase_account,
    run_doctor,
)
