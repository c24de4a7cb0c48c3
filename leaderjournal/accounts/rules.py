"""Limits of passwords, lifetimes of sessions, tokens and links, and how addresses compare."""

import unicodedata
from datetime import timedelta

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200

SESSION_LIFETIME = timedelta(days=90)
"""A session ends after this time without a request."""
LONGEST_SESSION = timedelta(days=180)
"""A session ends after this time even if it is used; a confirmed password restarts it."""
TOKEN_LIFETIME = timedelta(days=365)
RESET_LIFETIME = timedelta(hours=1)
SESSION_EXTENDED_AFTER = timedelta(minutes=10)
"""How old `last_seen_at` may be before a request updates it."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Leader Journal"'}
"""The header of a 401 (RFC 9110, section 11.6.1)."""

TRACES_REMAIN = "Your account is erased. Its last traces in the database's log go within minutes."
"""The answer while a reader of the database, such as a backup, still holds its log."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def normalize_email(email: str) -> str:
    """Return the form under which an address is looked up: NFC, case-folded."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def describe_device(user_agent: str) -> str:
    """Return a readable name for the device behind a User-Agent, like "Chrome, Android"."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(filter(None, (browser, system))) or "Another device"
