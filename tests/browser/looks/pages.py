"""Every page of the site, from its own map of addresses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from browser.looks.journal import Addresses
from werkzeug.routing import Map, Rule

NOT_PAGES = {
    "assets.file": "files",
    "portability.download": "a download",
    "portability.fetch_document": "a PDF",
    "prompts.calendar": "a calendar",
}
"""Addresses with parts that lead to no page. The others say by their type what they are."""
PERIODS = {"reviews.year": "2026"}
"""Where a period is no month."""


class UnknownPage(Exception):
    """An address has a part for which there is no value: add it to `journal.py`."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address that answers GET."""

    endpoint: str
    path: str

    @property
    def name(self) -> str:
        """What files and lines call it."""
        return re.sub(r"[^\w]+", "-", self.endpoint).strip("-")


def list_addresses(url_map: Map, values: Addresses, email: str | None) -> list[Address]:
    """Return the addresses that a leader, or a stranger for None, can open.

    Raises UnknownPage where a part of an address has no value for anybody.
    """
    found = []
    for rule in sorted(url_map.iter_rules(), key=str):
        if not is_candidate(rule):
            continue
        check_known(rule, values)
        own = {"token": values.tokens.get(rule.endpoint)} if email is None else {}
        own = dict(values.by_leader[email]) if email else own
        if rule.endpoint in PERIODS and "period" in own:
            own["period"] = PERIODS[rule.endpoint]
        if path := fill_in(rule, own):
            found.append(Address(rule.endpoint, path))
    return found


def is_candidate(rule: Rule) -> bool:
    """Tell whether an address answers GET and is neither of the API nor known for a file."""
    is_read = "GET" in (rule.methods or ())
    return is_read and not str(rule).startswith("/api/") and rule.endpoint not in NOT_PAGES


def check_known(rule: Rule, values: Addresses) -> None:
    known = {name for one in values.by_leader.values() for name in one}
    missing = set(rule.arguments) - known
    if missing and rule.endpoint not in values.tokens:
        raise UnknownPage(f"{rule} ({rule.endpoint}): no value for {', '.join(sorted(missing))}")


def fill_in(rule: Rule, values: Mapping[str, str | None]) -> str | None:
    """Return the path of an address, or None where a value is missing."""
    if any(not values.get(argument) for argument in rule.arguments):
        return None
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda part: str(values[part[1]]), str(rule))


def select(found: Iterable[Address], wanted: Iterable[str]) -> list[Address]:
    """Return those whose endpoint or path holds one of the words; all where there are none."""
    words = list(wanted)
    return [
        address
        for address in found
        if not words or any(word in address.endpoint or word == address.path for word in words)
    ]
