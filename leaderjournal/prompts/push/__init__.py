"""Web push: a message is encrypted for one device and sent to its push service."""
