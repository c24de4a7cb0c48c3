"""Checks of an installation: what is wrong with its configuration, stores, keys, clock and mail.

Every check yields a sentence for each finding, which names the variable or command that helps.
"""

import os
import smtplib
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app

from leaderjournal.accounts import data_keys
from leaderjournal.accounts.data_keys import count_accounts_without_key
from leaderjournal.kernel import mail
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.operations import get_last_forwarded
from leaderjournal.kernel.private_files import find_exposed, list_database_files
from leaderjournal.kernel.queue import QUEUE_ERRORS
from leaderjournal.kernel.schema import is_current
from leaderjournal.kernel.settings import SETTINGS_FILE
from leaderjournal.portability.documents.fonts import can_list_fonts, find_missing_scripts
from leaderjournal.prompts.push import store as push_store

MOST_SECONDS_APART = 2


def check_installation() -> Iterator[str]:
    """Yield a sentence for everything that is wrong."""
    yield from _check_configuration()
    yield from _check_database()
    yield from _check_queue()
    yield from _check_files()
    yield from _check_clock()
    yield from _check_mail()
    yield from _check_fonts()


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
    if not get_settings().backup_key:
        yield (
            "BACKUP_KEY is not set, so no backup can be made: set it to 20 random characters or"
            " more, and keep it somewhere else than on this machine."
        )
    forwarded = get_last_forwarded()
    if forwarded and not get_settings().trusted_proxies:
        yield (
            f"TRUSTED_PROXIES is 0, but requests arrived through a proxy (seen on {forwarded}):"
            " all their senders count as one address. Set it to the number of proxies in front."
        )


def _check_push() -> Iterator[str]:
    try:
        push_store.get_vapid_public_key()
    except ValueError:
        yield "VAPID_PRIVATE_KEY isn't a P-256 private key."
        return
    outdated = push_store.count_devices_with_other_keys()
    if outdated:
        devices = "device" if outdated == 1 else "devices"
        yield (
            f"{outdated} {devices} turned on reminders under another VAPID_PRIVATE_KEY; each gets"
            " none until its leader opens the journal there."
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
        current_app.extensions["queue"].pending_count()
    except QUEUE_ERRORS as error:
        yield f"QUEUE_URL: the queue does not answer ({type(error).__name__})."


def _check_durability() -> Iterator[str]:
    """Check that PostgreSQL keeps the saves it has confirmed, even if the power fails."""
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
    """Name the files of this instance that other users of the machine may read."""
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


def _check_fonts() -> Iterator[str]:
    if not can_list_fonts():
        yield "Fonts: fontconfig's fc-list is not here; install fontconfig to check PDFs' letters."
    elif missing := find_missing_scripts():
        yield (
            f"Fonts: none has letters for {', '.join(missing)}; PDFs show empty boxes. Install"
            " fonts-noto-core, fonts-noto-cjk and fonts-noto-color-emoji (`make run` does), and"
            " restart."
        )
