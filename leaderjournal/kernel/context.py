"""The settings and key-encryption keys of the running application."""

from flask import Flask, current_app

from leaderjournal.kernel.encryption import KeyEncryption
from leaderjournal.kernel.settings import Settings


def init_context(app: Flask, settings: Settings) -> None:
    """Store `settings` and their keys in `app`."""
    app.extensions["settings"] = settings
    app.extensions["key_encryption"] = KeyEncryption(settings.data_keys)


def get_settings() -> Settings:
    """Return the running application's settings."""
    found: Settings = current_app.extensions["settings"]
    return found


def get_key_encryption() -> KeyEncryption:
    """Return the running application's key-encryption keys."""
    found: KeyEncryption = current_app.extensions["key_encryption"]
    return found
