"""The operator's commands: `flask --app app …`."""

import os
import smtplib
import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from leaderjournal.accounts import data_keys
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.commands import accounts_commands
from leaderjournal.accounts.data_keys import count_accounts_without_key
from leaderjournal.accounts.erasure import store as erasure_store
from leaderjournal.accounts.registration import explain_registration
from leaderjournal.demo import create_demo
from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.database_logs import clear_logs
from leaderjournal.kernel.first_run import create_data_key
from leaderjournal.kernel.operations import get_last_forwarded, refuse_wrong_keys
from leaderjournal.kernel.private_files import find_exposed, list_database_files
from leaderjournal.kernel.queue import QUEUE_ERRORS
from leaderjournal.kernel.schema import is_current, upgrade
from leaderjournal.kernel.settings import SETTINGS_FILE, SettingsError
from leaderjournal.portability.exports.full_export import stream_full_export
from leaderjournal.prompts.push import store as push_store
from leaderjournal.pwa.pages import get_release
from leaderjournal.worker import run_forever, run_once

MOST_SECONDS_APART = 2
REPORTED_EVERY = 1000

db_commands = AppGroup("db", help="The database's schema.")
keys_commands = AppGroup("keys", help="The keys that wrap every account's data key.")


def _get_app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


@db_commands.command("upgrade")
@with_appcontext
def upgrade_schema() -> None:
    """Bring the schema to the newest revision."""
    upgrade(get_settings().database_url)
    if not data_keys.find_key_problems():
        push_store.encrypt_plain_devices()
    click.echo("The schema is up to date.")


@keys_commands.command("new")
def create_key() -> None:
    """Print a fresh key to put first in DATA_KEYS."""
    click.echo(create_data_key())


@keys_commands.command("rotate")
@with_appcontext
def rotate_keys() -> None:
    """Wrap every data key anew by the first key in DATA_KEYS; then older ones can go.

    It can be ended at any point and goes on from there; leaders write meanwhile.
    """

    def tell(done: int, of: int) -> None:
        if done % REPORTED_EVERY == 0:
            click.echo(f"{done} of {of} data keys are wrapped anew.")

    done, failed = data_keys.rewrap_keys(tell)
    clear_logs()
    click.echo(f"{done} data keys are wrapped anew.")
    if failed:
        raise click.ClickException(
            f"{failed} data keys do not open with any key in DATA_KEYS and stay as they are."
        )


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now and exit.")
@with_appcontext
def run_worker(*, once: bool) -> None:
    """Do the background work."""
    try:
        refuse_wrong_keys(_get_app())
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(os.EX_CONFIG)  # whoever looks after the process need not try again
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
    click.echo("The account is erased.")
    if not clear_logs():
        click.echo("Traces are left in the database's log while others read; the worker wipes it.")


def _find_leader(email: str) -> accounts_store.Leader:
    account_id = accounts_store.find_account_id(email)
    leader = accounts_store.find_leader(account_id) if account_id else None
    if leader is None:
        raise click.ClickException("There is no account with this address.")
    return leader


@click.command("doctor")
@with_appcontext
def run_doctor() -> None:
    """Check configuration, database, keys, clock and mail, and say what is wrong."""
    click.echo(f"This is release {get_release()}.")
    click.echo(explain_registration(get_settings().registration))
    wrong = list(_check_everything())
    for finding in wrong:
        click.echo(f"wrong: {finding}")
    if wrong:
        sys.exit(1)
    click.echo("All is well: configuration, database, keys, clock and mail.")


def _check_everything() -> Iterator[str]:
    yield from _check_configuration()
    yield from _check_database()
    yield from _check_queue()
    yield from _check_files()
    yield from _check_clock()
    yield from _check_mail()


def _check_configuration() -> Iterator[str]:
    subject = get_settings().vapid_subject
    host = subject.partition("@")[2] or urlsplit(subject).hostname or ""
    if "." not in host or host.endswith((".local", ".localhost", ".invalid", ".test")):
        yield f"VAPID_SUBJECT names no public address ({subject}); Apple refuses to push for it."
    elif host.endswith("example.com"):
        yield "VAPID_SUBJECT is still the example; set it to an address where you can be reached."
    if not get_settings().secure:
        address = get_settings().public_url
        yield f"PUBLIC_URL is not https ({address}); phones install only over https."
    forwarded = get_last_forwarded()
    if forwarded and not get_settings().trusted_proxies:
        yield (
            f"TRUSTED_PROXIES is 0, but requests arrived through a proxy (noted on {forwarded}):"
            " all their senders count as one address. Set it to the number of proxies in front."
        )


def _check_push() -> Iterator[str]:
    try:
        push_store.get_vapid_public_key()
    except ValueError:
        yield "VAPID_PRIVATE_KEY is no private key of P-256."
        return
    strange = push_store.count_devices_with_other_keys()
    if strange:
        devices = "device" if strange == 1 else "devices"
        yield (
            f"{strange} {devices} asked for prompts under another VAPID_PRIVATE_KEY; each gets none"
            " until its leader opens the journal there."
        )


def _check_database() -> Iterator[str]:
    try:
        with db.engine.connect() as connection:
            current = is_current(connection)
    except sa.exc.SQLAlchemyError as error:
        yield f"DATABASE_URL: the database does not answer ({type(error).__name__})."
        return
    if not current:
        yield "The schema is not up to date: run `flask --app app db upgrade`."
        return
    yield from _check_durability()
    yield from _check_push()
    yield from data_keys.find_key_problems()
    locked = count_accounts_without_key()
    if locked:
        accounts = "account" if locked == 1 else "accounts"
        yield f"DATA_KEYS lacks the keys of {locked} {accounts}."


def _check_queue() -> Iterator[str]:
    try:
        _get_app().extensions["queue"].pending_count()
    except QUEUE_ERRORS as error:
        yield f"QUEUE_URL: the queue does not answer ({type(error).__name__})."


def _check_durability() -> Iterator[str]:
    """Say where a database may lose what it said it had saved, once power goes."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            chosen = connection.scalar(sa.text(f"SHOW {setting}"))
            if chosen == "off":
                yield (
                    f"PostgreSQL runs with {setting} = off: when power goes, saves that were"
                    " answered may be lost. Turn it on."
                )


def _check_files() -> Iterator[str]:
    """Name what others on this machine may read of the instance's folder and the databases."""
    places = [get_settings().instance, get_settings().instance / SETTINGS_FILE]
    url = sa.make_url(get_settings().database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        places += list_database_files(Path(url.database))
    if get_settings().queue_url.startswith("sqlite:///"):
        places += list_database_files(Path(get_settings().queue_url.removeprefix("sqlite:///")))
    if counts := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        places.append(Path(counts))
    for place in find_exposed(dict.fromkeys(places)):
        mode = "700" if place.is_dir() else "600"
        yield f"Others on this machine may read {place}: run `chmod {mode} {place}`."


def _check_clock() -> Iterator[str]:
    with suppress(sa.exc.SQLAlchemyError), db.engine.connect() as connection:
        ahead = _measure_database_clock(connection)
        if abs(ahead) > MOST_SECONDS_APART:
            yield f"This clock and the database server's are {abs(ahead):.0f} seconds apart."
    server = os.environ.get("NTP_SERVER")
    if not server:
        return
    host, _, port = server.partition(":")
    if port and not port.isdecimal():
        yield "NTP_SERVER must be a host or host:port."
        return
    try:
        ahead = _measure_clock(host, int(port or 123))
    except OSError as error:
        yield f"NTP_SERVER: {server} does not answer ({type(error).__name__})."
        return
    if abs(ahead) > MOST_SECONDS_APART:
        how = "ahead" if ahead > 0 else "behind"
        yield f"The clock is {abs(ahead):.0f} seconds {how}; prompts come at the wrong time."


def _measure_database_clock(connection: sa.Connection) -> float:
    """Return how many seconds this clock is ahead of the database server's; 0 in one process."""
    if connection.dialect.name == "sqlite":
        return 0.0
    theirs = connection.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())"))
    return time.time() - float(theirs or 0)


def _measure_clock(host: str, port: int) -> float:
    """Return how many seconds this clock is ahead of a time server (SNTP, RFC 4330)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(3)
        asking.sendto(b"\x1b" + 47 * b"\0", (host, port))
        seconds = struct.unpack("!12I", asking.recv(48))[10]
    return time.time() - float(seconds - 2_208_988_800)  # NTP counts from 1900


def _check_mail() -> Iterator[str]:
    if not get_settings().smtp_url:
        yield "SMTP_URL is not set: a forgotten password cannot be replaced."
        return
    try:
        with mail.connect(get_settings().smtp_url):
            return
    except smtplib.SMTPAuthenticationError:
        yield "SMTP_URL: the mail server refuses this user and password."
    except (mail.MailNotConfigured, OSError, smtplib.SMTPException) as error:
        yield f"SMTP_URL: the mail server does not answer ({type(error).__name__})."


COMMANDS = (
    db_commands,
    keys_commands,
    accounts_commands,
    run_worker,
    create_demo_account,
    export_account,
    erase_account,
    run_doctor,
)
