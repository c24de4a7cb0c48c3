"""The configuration, read from the environment once and checked before anything runs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from leaderjournal.kernel.setting_values import (
    Registration,
    SettingsError,
    add_driver,
    check_backup_key,
    check_mail_from,
    check_secret,
    check_vapid_key,
    check_vapid_subject,
    normalize_host_name,
    parse_count,
    parse_data_keys,
    parse_host_names,
    parse_lease,
    parse_megabytes,
    parse_public_url,
    parse_registration,
)

SETTINGS_FILE = "settings.env"
ROOT = Path(__file__).resolve().parents[2]
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


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
    """How long a worker may hold a message before another one takes over."""
    metrics_token: str
    trusted_hosts: tuple[str, ...]
    """Host names besides PUBLIC_URL's; `.name` includes all subdomains."""
    trusted_proxies: int
    job_megabytes: int
    """How much memory an import or a PDF may use."""
    broken_releases: tuple[str, ...]
    """Releases that browsers replace at once, without asking the leader."""
    backup_key: str
    """What backups are encrypted with; empty where none is set."""

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies and HSTS can require it."""
        return self.public_url.startswith("https://")

    def is_served_host(self, name: str) -> bool:
        """Tell whether the journal is served under a host name, given without its port.

        If PUBLIC_URL is on loopback, every name of loopback is accepted.
        """
        public = normalize_host_name("PUBLIC_URL", urlsplit(self.public_url).hostname or "")
        names = {public, *self.trusted_hosts}
        if public in LOOPBACK_NAMES:
            names |= LOOPBACK_NAMES
        return name in names or any(n.startswith(".") and name.endswith(n) for n in names)

    @classmethod
    def load(cls) -> "Settings":
        """Read the environment, with the defaults that `make run` stores in `instance/`."""
        instance = get_instance_folder()
        kept = dotenv_values(instance / SETTINGS_FILE)
        return cls.from_environment({**kept, **os.environ}, instance)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str | None], instance: Path) -> "Settings":
        """Return the settings that `environ` holds.

        Raises SettingsError, naming the variable, where one is missing, weak or malformed.
        """

        def get_optional(name: str, default: str = "") -> str:
            return (environ.get(name) or default).strip()

        def get_required(name: str) -> str:
            value = get_optional(name)
            if not value:
                raise SettingsError(
                    f"{name} is not set. `make run` makes what is missing once, in instance/."
                )
            return value

        database_url = get_optional("DATABASE_URL", f"sqlite:///{instance / 'journal.db'}")
        secrets = get_required("SECRET_KEY"), get_required("DATA_KEYS")
        return cls(
            instance=instance,
            database_url=add_driver(database_url),
            secret_key=check_secret("SECRET_KEY", secrets[0]),
            data_keys=parse_data_keys(secrets[1]),
            vapid_private_key=check_vapid_key(get_required("VAPID_PRIVATE_KEY")),
            vapid_subject=check_vapid_subject(
                get_optional("VAPID_SUBJECT", "mailto:operator@example.com")
            ),
            smtp_url=get_optional("SMTP_URL"),
            mail_from=check_mail_from(
                get_optional("MAIL_FROM", "Leader Journal <journal@localhost>")
            ),
            public_url=parse_public_url(get_optional("PUBLIC_URL", "http://127.0.0.1:8000")),
            queue_url=get_optional("QUEUE_URL", f"sqlite:///{instance / 'queue.db'}"),
            registration=parse_registration(get_optional("REGISTRATION", "open")),
            push_allowed_hosts=tuple(get_optional("PUSH_ALLOWED_HOSTS").replace(",", " ").split()),
            prompt_lease=parse_lease(get_optional("PROMPT_LEASE_SECONDS", "120")),
            metrics_token=get_optional("METRICS_TOKEN"),
            trusted_hosts=parse_host_names(get_optional("TRUSTED_HOSTS")),
            trusted_proxies=parse_count("TRUSTED_PROXIES", get_optional("TRUSTED_PROXIES", "0")),
            job_megabytes=parse_megabytes(get_optional("JOB_MEMORY_MB", "1024")),
            broken_releases=tuple(get_optional("BROKEN_RELEASES").replace(",", " ").split()),
            backup_key=check_backup_key(get_optional("BACKUP_KEY"), others=secrets),
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

        def parse_positive(name: str, default: str, most: int) -> int:
            number = parse_count(name, environ.get(name) or default)
            if not 1 <= number <= most:
                raise SettingsError(f"{name} must be from 1 to {most}.")
            return number

        return cls(
            host=environ.get("HOST") or "0.0.0.0",  # noqa: S104 - as the Procfile always had it
            port=parse_positive("PORT", "8000", 65_535),
            processes=parse_positive("WEB_CONCURRENCY", "2", 256),
            threads=parse_positive("WEB_THREADS", "4", 256),
        )


def get_instance_folder() -> Path:
    """Return the folder for what `make run` creates; INSTANCE_PATH names another."""
    return Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance")
