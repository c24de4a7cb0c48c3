"""Ids for entries of journals that give them none."""

from datetime import date, time
from hashlib import sha256


def make_source_id(day: date, clock: time | None, text: str) -> str:
    """Return an id by which the same entry is known in a later export: its time and its words."""
    when = f"{day}T{clock:%H:%M}" if clock else str(day)
    return f"{when} {sha256(text.encode(errors='replace')).hexdigest()[:24]}"
