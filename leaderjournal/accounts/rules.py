"""What makes an address and a password good, and how long a sign-in lasts."""

import unicodedata
from datetime import timedelta

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200

SESSION_LIFETIME = timedelta(days=90)
"""After so long without a request a session ends."""
LONGEST_SESSION = timedelta(days=180)
"""After so long a session ends however often it was used; a confirmed password begins anew."""
TOKEN_LIFETIME = timedelta(days=365)
RESET_LIFETIME = timedelta(hours=1)
SESSION_EXTENDED_AFTER = timedelta(minutes=10)
"""How old `last_seen_at` may grow before a request writes it anew."""

TRACES_REMAIN = "Your account is erased. Its last traces in the database's log go within minutes."
"""What is said where a reader of the database, such as a backup, still holds its log."""


def normalize_email(email: str) -> str:
    """Return the form under which an address is looked up: NFC, without regard to case."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def describe_device(user_agent: str) -> str:
    """Return what a person calls the device behind a User-Agent header, like "Chrome, Android"."""
    browsers = (
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return ", ".join(filter(None, (browser, system))) or "Another device"
