"""What an API token may do. A session may do everything."""

from enum import StrEnum

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Scope(StrEnum):
    """A part of what the leader may do."""

    READ = "read"
    """Calls that change nothing."""
    WRITE = "write"
    """Calls that change something."""
    EXPORT = "export"
    """Calls that hand out the journal as files."""


ALL_SCOPES = frozenset(Scope)


def find_needed_scope(method: str, *, exports: bool) -> Scope:
    """Return the scope that a request needs; `exports` is whether it hands out the journal."""
    if exports:
        return Scope.EXPORT
    return Scope.READ if method in SAFE else Scope.WRITE


def format_scopes(scopes: frozenset[Scope]) -> str:
    """Return the scopes as they are stored, in one order: `read write export`."""
    return " ".join(scope for scope in Scope if scope in scopes)


def parse_scopes(stored: str) -> frozenset[Scope]:
    """Return stored scopes."""
    return frozenset(map(Scope, stored.split()))
