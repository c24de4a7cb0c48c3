"""Encryption of device addresses: with the database alone nobody can send to a device."""

from leaderjournal.kernel.encryption import Cipher
from leaderjournal.prompts.push.rules import Device

TABLE, COLUMN = "push_subscriptions", "device_encrypted"


def encrypt_device(cipher: Cipher, endpoint_hash: bytes, device: Device) -> bytes:
    """Return `device` encrypted for the row of this hash: two lengths, two keys, the endpoint."""
    lengths = bytes([len(device.p256dh), len(device.auth)])
    content = lengths + device.p256dh + device.auth + device.endpoint.encode()
    return cipher.encrypt_bytes(content, table=TABLE, column=COLUMN, row=endpoint_hash.hex())


def decrypt_device(cipher: Cipher, endpoint_hash: bytes, encrypted: bytes) -> Device:
    """Return the device encrypted in the row of this hash. Raises DecryptionFailed."""
    content = cipher.decrypt_bytes(encrypted, table=TABLE, column=COLUMN, row=endpoint_hash.hex())
    keys_end = 2 + content[0]
    endpoint_begins = keys_end + content[1]
    return Device(
        endpoint=content[endpoint_begins:].decode(),
        p256dh=content[2:keys_end],
        auth=content[keys_end:endpoint_begins],
    )
