"""The main navigation: where its entries lead, and which of them a page belongs to."""

from dataclasses import dataclass

from flask import request, url_for


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the navigation; `current` is the value of its `aria-current`, "" for none."""

    name: str
    icon: str
    url: str
    current: str


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    endpoint: str
    pages: tuple[str, ...]
    """The endpoints of the entry's own page."""
    blueprints: tuple[str, ...]
    """Blueprints whose other pages belong to the entry."""


_ENTRIES = (
    _Entry(
        "Today",
        "reflections.today",
        pages=("reflections.today", "reflections.save_today"),
        blueprints=("reflections",),
    ),
    _Entry(
        "Month",
        "reviews.this_month",
        pages=("reviews.month",),
        blueprints=("reviews", "monthly", "search"),
    ),
    _Entry(
        "People",
        "practice_log.people",
        pages=("practice_log.people",),
        blueprints=("practice_log", "team_mirror"),
    ),
    _Entry(
        "Me",
        "accounts.settings",
        pages=("accounts.settings",),
        blueprints=("accounts", "questions", "portability", "prompts"),
    ),
)


def list_navigation_items() -> list[NavigationItem]:
    """Return the entries of the navigation as they are on the requested page."""
    endpoint = request.endpoint or ""
    return [
        NavigationItem(
            entry.name,
            icon=entry.name.lower(),
            url=url_for(entry.endpoint),
            current=_get_current(entry, endpoint),
        )
        for entry in _ENTRIES
    ]


def _get_current(entry: _Entry, endpoint: str) -> str:
    if endpoint in entry.pages:
        return "page"
    return "true" if endpoint.partition(".")[0] in entry.blueprints else ""
