"""Conditional requests: a client names the version it has seen (RFC 9110, 13.1)."""

from dataclasses import dataclass
from typing import Protocol

from flask import request


class Versioned(Protocol):
    """Something stored in versions, each with an ETag of its own."""

    @property
    def etag(self) -> str:
        """The ETag of the version (RFC 9110, 8.8.3), without quotes."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """What the client expects to be stored: nothing, any version, or one of `etags`."""

    absent: bool = False
    present: bool = False
    etags: frozenset[str] = frozenset()

    def is_met_by(self, current: Versioned | None) -> bool:
        """Tell whether `current` meets the precondition."""
        if self.absent:
            return current is None
        if self.present:
            return current is not None
        return not self.etags or (current is not None and current.etag in self.etags)


NO_PRECONDITION = Precondition()


def read_precondition() -> Precondition:
    """Return the precondition in the request's If-Match and If-None-Match."""
    if request.if_none_match.star_tag:
        return Precondition(absent=True)
    if request.if_match.star_tag:
        return Precondition(present=True)
    return Precondition(etags=frozenset(request.if_match.as_set()))
