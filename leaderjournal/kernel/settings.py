"""What the operator configures, read once at start and checked before anything else runs."""

import base64
import binascii
import os
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

SETTINGS_FILE = "settings.env"
ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = range(2, 3601)
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
HOST_CHARACTERS = frozenset(string.ascii_lowercase + string.digits + "-_.:")
JOB_MEGABYTES = range(64, 65_537)
PLACEHOLDERS = ("changeme", "change-me", "secret", "password", "example", "insecure", "dev-")


class SettingsError(Exception):
    """A setting is missing, weak or malformed. The message names the variable."""


class Registration(StrEnum):
    """Who may register."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Settings:
    """The service's configuration; every field but `instance` is an environment variable."""

    instance: Path
    database_url: str
    secret_key: str
    data_keys: tuple[tuple[str, bytes], ...]
    """Key-encryption keys as (id, 32 bytes), newest first: the first one wraps."""
    vapid_private_key: str
    vapid_subject: str
    smtp_url: str
    mail_from: str
    public_url: str
    queue_url: str
    registration: Registration
    push_allowed_hosts: tuple[str, ...]
    prompt_lease: timedelta
    """How long a worker may keep a message before another one takes it over."""
    metrics_token: str
    trusted_hosts: tuple[str, ...]
    """Names beside PUBLIC_URL's under which the journal is served; `.name` is all below a name."""
    trusted_proxies: int
    job_megabytes: int
    """How much memory the reading of an import and the typesetting of a PDF may have."""
    broken_releases: tuple[str, ...]
    """What browsers are to replace at once, without waiting for the leader's word."""

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies and HSTS can insist on it."""
        return self.public_url.startswith("https://")

    def is_served_host(self, name: str) -> bool:
        """Tell whether the journal is served under a host's name, given without its port.

        A journal on this machine is reached by every name of loopback.
        """
        public = _normalize_host_name("PUBLIC_URL", urlsplit(self.public_url).hostname or "")
        names = {public, *self.trusted_hosts}
        if public in LOOPBACK_NAMES:
            names |= LOOPBACK_NAMES
        return name in names or any(n.startswith(".") and name.endswith(n) for n in names)

    @classmethod
    def load(cls) -> "Settings":
        """Read the environment, and below it what `make run` keeps in `instance/`."""
        instance = get_instance_folder()
        kept = dotenv_values(instance / SETTINGS_FILE)
        return cls.from_environment({**kept, **os.environ}, instance)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str | None], instance: Path) -> "Settings":
        """Return the settings that `environ` holds.

        Raises SettingsError, naming the variable, where one is missing, weak or malformed.
        """

        def optional(name: str, default: str = "") -> str:
            return (environ.get(name) or default).strip()

        def required(name: str) -> str:
            value = optional(name)
            if not value:
                raise SettingsError(
                    f"{name} is not set. `make run` makes what is missing once, in instance/."
                )
            return value

        database_url = optional("DATABASE_URL", f"sqlite:///{instance / 'journal.db'}")
        return cls(
            instance=instance,
            database_url=_add_driver(database_url),
            secret_key=_check_secret("SECRET_KEY", required("SECRET_KEY")),
            data_keys=_parse_data_keys(required("DATA_KEYS")),
            vapid_private_key=_check_vapid_key(required("VAPID_PRIVATE_KEY")),
            vapid_subject=_check_vapid_subject(
                optional("VAPID_SUBJECT", "mailto:operator@example.com")
            ),
            smtp_url=optional("SMTP_URL"),
            mail_from=_check_mail_from(optional("MAIL_FROM", "Leader Journal <journal@localhost>")),
            public_url=_parse_public_url(optional("PUBLIC_URL", "http://127.0.0.1:8000")),
            queue_url=optional("QUEUE_URL", f"sqlite:///{instance / 'queue.db'}"),
            registration=_parse_registration(optional("REGISTRATION", "open")),
            push_allowed_hosts=tuple(optional("PUSH_ALLOWED_HOSTS").replace(",", " ").split()),
            prompt_lease=_parse_lease(optional("PROMPT_LEASE_SECONDS", "120")),
            metrics_token=optional("METRICS_TOKEN"),
            trusted_hosts=_parse_host_names(optional("TRUSTED_HOSTS")),
            trusted_proxies=_parse_count("TRUSTED_PROXIES", optional("TRUSTED_PROXIES", "0")),
            job_megabytes=_parse_megabytes(optional("JOB_MEMORY_MB", "1024")),
            broken_releases=tuple(optional("BROKEN_RELEASES").replace(",", " ").split()),
        )


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the web processes listen, and how many there are."""

    host: str
    port: int
    processes: int
    threads: int
    """How many threads of the application each process has."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "WebSettings":
        """Return the settings that `environ` holds. Raises SettingsError, naming the variable."""

        def from_one(name: str, default: str, most: int) -> int:
            number = _parse_count(name, environ.get(name) or default)
            if not 1 <= number <= most:
                raise SettingsError(f"{name} must be from 1 to {most}.")
            return number

        return cls(
            host=environ.get("HOST") or "0.0.0.0",  # noqa: S104 - as the Procfile always had it
            port=from_one("PORT", "8000", 65_535),
            processes=from_one("WEB_CONCURRENCY", "2", 256),
            threads=from_one("WEB_THREADS", "4", 256),
        )


def get_instance_folder() -> Path:
    """Return the folder that keeps what `make run` makes; INSTANCE_PATH names another."""
    return Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance")


def _add_driver(url: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def _check_secret(name: str, value: str) -> str:
    if len(value) < 32 or len(set(value)) < 10 or value.lower().startswith(PLACEHOLDERS):
        raise SettingsError(f"{name} is weak: use at least 32 random characters.")
    return value


def _decode_key(name: str, text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"{name} is not base64url.") from error


def _parse_data_keys(value: str) -> tuple[tuple[str, bytes], ...]:
    keys = []
    for part in value.replace(",", " ").split():
        identifier, separator, encoded = part.partition(":")
        key = _decode_key("DATA_KEYS", encoded)
        if not separator or not identifier or len(key) != 32 or len(set(key)) < 8:
            raise SettingsError(
                "DATA_KEYS must be a list of id:key, newest first, each key 32 random bytes as"
                " base64url. `flask --app app keys new` makes one."
            )
        keys.append((identifier, key))
    if len({identifier for identifier, _ in keys}) != len(keys):
        raise SettingsError("DATA_KEYS names one id twice.")
    return tuple(keys)


def _check_vapid_key(value: str) -> str:
    if len(_decode_key("VAPID_PRIVATE_KEY", value)) != 32:
        raise SettingsError("VAPID_PRIVATE_KEY must be 32 bytes of a P-256 key as base64url.")
    return value


def _check_vapid_subject(value: str) -> str:
    if not value.startswith(("mailto:", "https://")):
        raise SettingsError("VAPID_SUBJECT must begin with mailto: or https:// (RFC 8292, 2.1).")
    return value


def _parse_public_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise SettingsError("PUBLIC_URL must begin with http:// or https://.")
    try:
        name = urlsplit(value).hostname or ""
    except ValueError:
        name = ""
    _normalize_host_name("PUBLIC_URL", name)
    return value.rstrip("/")


def _parse_host_names(value: str) -> tuple[str, ...]:
    names = []
    for part in value.replace(",", " ").split():
        try:
            found = urlsplit(f"//{part}")
            name = found.hostname or ""
            bare = not (found.path or found.query or found.fragment or found.username)
        except ValueError:
            name, bare = "", False
        names.append(_normalize_host_name("TRUSTED_HOSTS", name if bare else ""))
    return tuple(names)


def _normalize_host_name(variable: str, name: str) -> str:
    """Return the form in which a browser sends the name. Raises SettingsError where it is none."""
    dot = "." if name.startswith(".") else ""
    try:
        found = name.removeprefix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        found = ""
    if not found or not set(found) <= HOST_CHARACTERS:
        raise SettingsError(
            f"{variable} must have names of hosts like journal.example.org, [::1] or .example.org."
        )
    return dot + found


def _check_mail_from(value: str) -> str:
    name, separator, domain = parseaddr(value)[1].rpartition("@")
    if not (name and separator and domain):
        raise SettingsError("MAIL_FROM must look like Leader Journal <journal@example.org>.")
    return value


def _parse_registration(value: str) -> Registration:
    try:
        return Registration(value.lower())
    except ValueError as error:
        raise SettingsError("REGISTRATION must be open, invite or closed.") from error


def _parse_lease(value: str) -> timedelta:
    seconds = _parse_count("PROMPT_LEASE_SECONDS", value)
    if seconds not in LEASE_SECONDS:
        raise SettingsError(
            f"PROMPT_LEASE_SECONDS must be from {LEASE_SECONDS[0]} to {LEASE_SECONDS[-1]}."
        )
    return timedelta(seconds=seconds)


def _parse_megabytes(value: str) -> int:
    megabytes = _parse_count("JOB_MEMORY_MB", value)
    if megabytes not in JOB_MEGABYTES:
        raise SettingsError(
            f"JOB_MEMORY_MB must be from {JOB_MEGABYTES[0]} to {JOB_MEGABYTES[-1]}."
        )
    return megabytes


def _parse_count(name: str, value: str) -> int:
    if not value.isdecimal():
        raise SettingsError(f"{name} must be a whole number, 0 or more.")
    return int(value)
