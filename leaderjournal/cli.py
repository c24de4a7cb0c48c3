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
from leaderjournal.accounts.registration import explain_registration
from leaderjournal.demo import make_demo
from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.context import settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.erasing import wipe_logs
from leaderjournal.kernel.first_run import new_data_key
from leaderjournal.kernel.operations import last_forwarded, refuse_wrong_keys
from leaderjournal.kernel.private_files import database_files, open_to_others
from leaderjournal.kernel.queue import QUEUE_ERRORS
from leaderjournal.kernel.schema import is_current, upgrade
from leaderjournal.kernel.settings import SETTINGS_FILE, SettingsError
from leaderjournal.portability.full_export import stream_full_export
from leaderjournal.prompts.push import store as push_store
from leaderjournal.pwa.pages import release
from leaderjournal.worker import run_forever, run_once

MOST_SECONDS_OFF = 2
TOLD_EVERY = 1000

db_commands = AppGroup("db", help="The database's schema.")
keys_commands = AppGroup("keys", help="The keys that wrap every account's data key.")


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


@db_commands.command("upgrade")
@with_appcontext
def db_upgrade() -> None:
    """Bring the schema to the newest revision."""
    upgrade(settings().database_url)
    if not data_keys.find_key_problems():
        push_store.encrypt_plain_devices()
    click.echo("The schema is up to date.")


@keys_commands.command("new")
def keys_new() -> None:
    """Print a fresh key to put first in DATA_KEYS."""
    click.echo(new_data_key())


@keys_commands.command("rotate")
@with_appcontext
def keys_rotate() -> None:
    """Wrap every data key anew by the first key in DATA_KEYS; then older ones can go.

    It can be ended at any point and goes on from there; leaders write meanwhile.
    """

    def tell(done: int, of: int) -> None:
        if done % TOLD_EVERY == 0:
            click.echo(f"{done} of {of} data keys are wrapped anew.")

    done, failed = data_keys.rewrap_keys(tell)
    wipe_logs()
    click.echo(f"{done} data keys are wrapped anew.")
    if failed:
        raise click.ClickException(
            f"{failed} data keys do not open with any key in DATA_KEYS and stay as they are."
        )


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now and exit.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Do the background work."""
    try:
        refuse_wrong_keys(_app())
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(os.EX_CONFIG)  # whoever looks after the process need not try again
    if once:
        click.echo(f"{run_once(_app())} tasks done.")
    else:
        click.echo(explain_registration(settings().registration))
        run_forever(_app())


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill the account demo@example.com with a year of invented reflections."""
    click.echo(make_demo(now=clock.now()))


@click.command("export")
@click.argument("email")
@with_appcontext
def export(email: str) -> None:
    """Write everything that EMAIL's account holds to standard output, as JSON."""
    leader = _leader(email)
    for piece in stream_full_export(leader, today=leader.today(clock.now())):
        click.echo(piece, nl=False)


@click.command("erase")
@click.argument("email")
@click.confirmation_option(prompt="This erases the account and all it wrote. Go on?")
@with_appcontext
def erase(email: str) -> None:
    """Erase EMAIL's account, its data key and all it wrote."""
    accounts_store.erase(_leader(email).id, now=clock.now())
    click.echo("The account is erased.")
    if not wipe_logs():
        click.echo("Traces are left in the database's log while others read; the worker wipes it.")


def _leader(email: str) -> accounts_store.Leader:
    account_id = accounts_store.find_account_id(email)
    leader = accounts_store.find_leader(account_id) if account_id else None
    if leader is None:
        raise click.ClickException("There is no account with this address.")
    return leader


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check configuration, database, keys, clock and mail, and say what is wrong."""
    click.echo(f"This is release {release()}.")
    click.echo(explain_registration(settings().registration))
    wrong = list(_findings())
    for finding in wrong:
        click.echo(f"wrong: {finding}")
    if wrong:
        sys.exit(1)
    click.echo("All is well: configuration, database, keys, clock and mail.")


def _findings() -> Iterator[str]:
    yield from _configuration_findings()
    yield from _database_findings()
    yield from _queue_findings()
    yield from _file_findings()
    yield from _clock_findings()
    yield from _mail_findings()


def _configuration_findings() -> Iterator[str]:
    subject = settings().vapid_subject
    host = subject.partition("@")[2] or urlsplit(subject).hostname or ""
    if "." not in host or host.endswith((".local", ".localhost", ".invalid", ".test")):
        yield f"VAPID_SUBJECT names no public address ({subject}); Apple refuses to push for it."
    elif host.endswith("example.com"):
        yield "VAPID_SUBJECT is still the example; set it to an address where you can be reached."
    if not settings().secure:
        yield f"PUBLIC_URL is not https ({settings().public_url}); phones install only over https."
    forwarded = last_forwarded()
    if forwarded and not settings().trusted_proxies:
        yield (
            f"TRUSTED_PROXIES is 0, but requests arrived through a proxy (noted on {forwarded}):"
            " all their senders count as one address. Set it to the number of proxies in front."
        )


def _push_findings() -> Iterator[str]:
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


def _database_findings() -> Iterator[str]:
    try:
        with db.engine.connect() as connection:
            current = is_current(connection)
    except sa.exc.SQLAlchemyError as error:
        yield f"DATABASE_URL: the database does not answer ({type(error).__name__})."
        return
    if not current:
        yield "The schema is not up to date: run `flask --app app db upgrade`."
        return
    yield from _durability_findings()
    yield from _push_findings()
    yield from data_keys.find_key_problems()
    locked = accounts_store.count_accounts_without_key()
    if locked:
        accounts = "account" if locked == 1 else "accounts"
        yield f"DATA_KEYS lacks the keys of {locked} {accounts}."


def _queue_findings() -> Iterator[str]:
    try:
        _app().extensions["queue"].pending_count()
    except QUEUE_ERRORS as error:
        yield f"QUEUE_URL: the queue does not answer ({type(error).__name__})."


def _durability_findings() -> Iterator[str]:
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


def _file_findings() -> Iterator[str]:
    """Name what others on this machine may read of the instance's folder and the databases."""
    places = [settings().instance, settings().instance / SETTINGS_FILE]
    url = sa.make_url(settings().database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        places += database_files(Path(url.database))
    if settings().queue_url.startswith("sqlite:///"):
        places += database_files(Path(settings().queue_url.removeprefix("sqlite:///")))
    if counts := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        places.append(Path(counts))
    for place in open_to_others(dict.fromkeys(places)):
        mode = "700" if place.is_dir() else "600"
        yield f"Others on this machine may read {place}: run `chmod {mode} {place}`."


def _clock_findings() -> Iterator[str]:
    with suppress(sa.exc.SQLAlchemyError), db.engine.connect() as connection:
        ahead = _seconds_ahead_of_database(connection)
        if abs(ahead) > MOST_SECONDS_OFF:
            yield f"This clock and the database server's are {abs(ahead):.0f} seconds apart."
    server = os.environ.get("NTP_SERVER")
    if not server:
        return
    host, _, port = server.partition(":")
    if port and not port.isdecimal():
        yield "NTP_SERVER must be a host or host:port."
        return
    try:
        ahead = _seconds_ahead(host, int(port or 123))
    except OSError as error:
        yield f"NTP_SERVER: {server} does not answer ({type(error).__name__})."
        return
    if abs(ahead) > MOST_SECONDS_OFF:
        how = "ahead" if ahead > 0 else "behind"
        yield f"The clock is {abs(ahead):.0f} seconds {how}; prompts come at the wrong time."


def _seconds_ahead_of_database(connection: sa.Connection) -> float:
    """Return how many seconds this clock is ahead of the database server's; 0 in one process."""
    if connection.dialect.name == "sqlite":
        return 0.0
    theirs = connection.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())"))
    return time.time() - float(theirs or 0)


def _seconds_ahead(host: str, port: int) -> float:
    """Return how many seconds this clock is ahead of a time server (SNTP, RFC 4330)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(3)
        asking.sendto(b"\x1b" + 47 * b"\0", (host, port))
        seconds = struct.unpack("!12I", asking.recv(48))[10]
    return time.time() - float(seconds - 2_208_988_800)  # NTP counts from 1900


def _mail_findings() -> Iterator[str]:
    if not settings().smtp_url:
        yield "SMTP_URL is not set: a forgotten password cannot be replaced."
        return
    try:
        with mail.connect(settings().smtp_url):
            return
    except smtplib.SMTPAuthenticationError:
        yield "SMTP_URL: the mail server refuses this user and password."
    except (mail.MailNotConfigured, OSError, smtplib.SMTPException) as error:
        yield f"SMTP_URL: the mail server does not answer ({type(error).__name__})."


COMMANDS = (db_commands, keys_commands, accounts_commands, worker, demo, export, erase, doctor)
