"""Passwords known from breaches: a Bloom filter of the most common half million of them.

It works offline and sends no password to another service. `breached.txt` says where the list comes
from. About 1 in 5,000 other passwords is mistaken for one of the list.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FILTER = Path(__file__).with_suffix(".bloom")
BITS = 1 << 23
HASHES = 13


def compute_positions(password: str) -> Iterator[int]:
    """Yield the bits of the filter that stand for a password in lower case."""
    digest = int.from_bytes(hashlib.sha512(password.encode("utf-8", "replace")).digest(), "big")
    for _ in range(HASHES):
        yield digest % BITS
        digest //= BITS


@cache
def _read_filter() -> bytes:
    return FILTER.read_bytes()


def is_breached(password: str) -> bool:
    """Tell whether `password` is on the list, regardless of case."""
    bits = _read_filter()
    positions = compute_positions(password.casefold())
    return all(bits[position >> 3] >> (position & 7) & 1 for position in positions)
