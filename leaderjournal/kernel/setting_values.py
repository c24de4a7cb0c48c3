"""Parsing and checking the values of environment variables; errors name the variable."""

import base64
import binascii
import string
from collections.abc import Collection
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import urlsplit

LEASE_SECONDS = range(2, 3601)
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


def add_driver(url: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def check_secret(name: str, value: str) -> str:
    if len(value) < 32 or len(set(value)) < 10 or value.lower().startswith(PLACEHOLDERS):
        raise SettingsError(f"{name} is weak: use at least 32 random characters.")
    return value


def check_backup_key(value: str, *, others: Collection[str]) -> str:
    """Return the key or passphrase of backups, or "" for none; it is none of the `others`."""
    if not value:
        return ""
    if len(value) < 20 or len(set(value)) < 8 or value.lower().startswith(PLACEHOLDERS):
        raise SettingsError(
            "BACKUP_KEY is weak: use at least 20 characters, such as six words chosen at random."
        )
    if any(value in other for other in others):
        raise SettingsError("BACKUP_KEY must be another secret than SECRET_KEY and DATA_KEYS.")
    return value


def decode_key(name: str, text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"{name} is not base64url.") from error


def parse_data_keys(value: str) -> tuple[tuple[str, bytes], ...]:
    keys = []
    for part in value.replace(",", " ").split():
        identifier, separator, encoded = part.partition(":")
        key = decode_key("DATA_KEYS", encoded)
        if not separator or not identifier or len(key) != 32 or len(set(key)) < 8:
            raise SettingsError(
                "DATA_KEYS must be a list of id:key, newest first, each key 32 random bytes as"
                " base64url. `flask --app app keys new` makes one."
            )
        keys.append((identifier, key))
    if len({identifier for identifier, _ in keys}) != len(keys):
        raise SettingsError("DATA_KEYS names one id twice.")
    return tuple(keys)


def check_vapid_key(value: str) -> str:
    if len(decode_key("VAPID_PRIVATE_KEY", value)) != 32:
        raise SettingsError("VAPID_PRIVATE_KEY must be 32 bytes of a P-256 key as base64url.")
    return value


def check_vapid_subject(value: str) -> str:
    if not value.startswith(("mailto:", "https://")):
        raise SettingsError("VAPID_SUBJECT must begin with mailto: or https:// (RFC 8292, 2.1).")
    return value


def parse_public_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise SettingsError("PUBLIC_URL must begin with http:// or https://.")
    try:
        name = urlsplit(value).hostname or ""
    except ValueError:
        name = ""
    normalize_host_name("PUBLIC_URL", name)
    return value.rstrip("/")


def parse_host_names(value: str) -> tuple[str, ...]:
    names = []
    for part in value.replace(",", " ").split():
        try:
            found = urlsplit(f"//{part}")
            name = found.hostname or ""
            bare = not (found.path or found.query or found.fragment or found.username)
        except ValueError:
            name, bare = "", False
        names.append(normalize_host_name("TRUSTED_HOSTS", name if bare else ""))
    return tuple(names)


def normalize_host_name(variable: str, name: str) -> str:
    """Return the form in which a browser sends the name. Raises SettingsError if it is invalid."""
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


def check_mail_from(value: str) -> str:
    name, separator, domain = parseaddr(value)[1].rpartition("@")
    if not (name and separator and domain):
        raise SettingsError("MAIL_FROM must look like Leader Journal <journal@example.org>.")
    return value


def parse_registration(value: str) -> Registration:
    try:
        return Registration(value.lower())
    except ValueError as error:
        raise SettingsError("REGISTRATION must be open, invite or closed.") from error


def parse_lease(value: str) -> timedelta:
    seconds = parse_count("PROMPT_LEASE_SECONDS", value)
    if seconds not in LEASE_SECONDS:
        raise SettingsError(
            f"PROMPT_LEASE_SECONDS must be from {LEASE_SECONDS[0]} to {LEASE_SECONDS[-1]}."
        )
    return timedelta(seconds=seconds)


def parse_megabytes(value: str) -> int:
    megabytes = parse_count("JOB_MEMORY_MB", value)
    if megabytes not in JOB_MEGABYTES:
        raise SettingsError(
            f"JOB_MEMORY_MB must be from {JOB_MEGABYTES[0]} to {JOB_MEGABYTES[-1]}."
        )
    return megabytes


def parse_count(name: str, value: str) -> int:
    if not value.isdecimal():
        raise SettingsError(f"{name} must be a whole number, 0 or more.")
    return int(value)
