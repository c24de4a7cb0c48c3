"""Conditional requests: a writer says which version they saw (RFC 9110, 13.1)."""

from dataclasses import dataclass
from typing import Protocol

from flask import request


class Versioned(Protocol):
    """What is stored in versions, each with a name of its own."""

    @property
    def etag(self) -> str:
        """The version's name in ETag and If-Match (RFC 9110, 8.8.3), without quotes."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """What the writer expects to find: nothing yet, any version, or one of some versions."""

    absent: bool = False
    present: bool = False
    etags: frozenset[str] = frozenset()

    def is_met_by(self, current: Versioned | None) -> bool:
        """Tell whether `current` is what was expected."""
        if self.absent:
            return current is None
        if self.present:
            return current is not None
        return not self.etags or (current is not None and current.etag in self.etags)


NO_PRECONDITION = Precondition()


def read_precondition() -> Precondition:
    """Return what the request's If-Match and If-None-Match expect."""
    if request.if_none_match.star_tag:
        return Precondition(absent=True)
    if request.if_match.star_tag:
        return Precondition(present=True)
    return Precondition(etags=frozenset(request.if_match.as_set()))
