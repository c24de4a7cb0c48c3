"""The queue as a part of backups."""
