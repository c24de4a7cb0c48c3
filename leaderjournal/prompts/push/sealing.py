"""Sealing where a device is reached: whoever has the database alone can send nothing there."""

from leaderjournal.kernel.sealing import Sealer
from leaderjournal.prompts.push.rules import Device

TABLE, COLUMN = "push_subscriptions", "device_sealed"


def seal_device(sealer: Sealer, endpoint_hash: bytes, device: Device) -> bytes:
    """Return `device` sealed for the row of this hash: two lengths, two keys, the endpoint."""
    lengths = bytes([len(device.p256dh), len(device.auth)])
    content = lengths + device.p256dh + device.auth + device.endpoint.encode()
    return sealer.seal_bytes(content, table=TABLE, column=COLUMN, row=endpoint_hash.hex())


def open_device(sealer: Sealer, endpoint_hash: bytes, sealed: bytes) -> Device:
    """Return the device sealed in the row of this hash. Raises SealBroken."""
    content = sealer.open_bytes(sealed, table=TABLE, column=COLUMN, row=endpoint_hash.hex())
    keys_end = 2 + content[0]
    endpoint_begins = keys_end + content[1]
    return Device(
        endpoint=content[endpoint_begins:].decode(),
        p256dh=content[2:keys_end],
        auth=content[keys_end:endpoint_begins],
    )
