"""The secrets of an installation, created once if the operator has set none."""

import base64
import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from dotenv import dotenv_values

from leaderjournal.kernel.private_files import make_folder_private
from leaderjournal.kernel.settings import SETTINGS_FILE, get_instance_folder


def create_data_key() -> str:
    """Return a fresh key-encryption key as `id:base64url`, the form of DATA_KEYS."""
    return f"k{secrets.token_hex(4)}:{encode_base64url(secrets.token_bytes(32))}"


def create_secrets() -> dict[str, str]:
    """Return new values for every required secret."""
    vapid = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_KEYS": create_data_key(),
        "VAPID_PRIVATE_KEY": encode_base64url(vapid.to_bytes(32, "big")),
        "BACKUP_KEY": secrets.token_urlsafe(32),
    }


def add_missing_secrets(instance: Path) -> list[str]:
    """Add the secrets that `instance/settings.env` lacks; return their names."""
    make_folder_private(instance)
    path = instance / SETTINGS_FILE
    kept = dotenv_values(path)
    made = {name: value for name, value in create_secrets().items() if not kept.get(name)}
    path.touch(mode=0o600)
    path.chmod(0o600)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in made.items())
    return sorted(made)


def encode_base64url(raw: bytes) -> str:
    """Return bytes as base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


if __name__ == "__main__":
    made = add_missing_secrets(get_instance_folder())
    if made:
        sys.stdout.write(f"Made and kept in {get_instance_folder()}: {', '.join(made)}\n")
