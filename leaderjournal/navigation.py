"""The navigation: where its entries lead, and which of them the requested page belongs to."""

from dataclasses import dataclass

from flask import request, url_for


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the navigation; `current` is the value of its `aria-current`, "" for none.

    An entry with `pages` is a section: its pages are one tap from each other.
    """

    name: str
    icon: str
    url: str
    current: str
    pages: tuple["NavigationItem", ...] = ()
    opens_log: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """The entries of the bar, and the section that the requested page is in, if any."""

    items: tuple[NavigationItem, ...]

    @property
    def sections(self) -> tuple[NavigationItem, ...]:
        """The entries that have pages of their own."""
        return tuple(item for item in self.items if item.pages)

    @property
    def section(self) -> NavigationItem | None:
        """The section of the requested page."""
        return next((item for item in self.sections if item.current), None)

    @property
    def page(self) -> NavigationItem | None:
        """The entry whose own page was requested."""
        everything = (part for item in self.items for part in (item, *item.pages))
        return next((part for part in everything if part.current == "page"), None)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    icon: str
    endpoint: str
    own: tuple[str, ...] = ()
    """Further endpoints of the entry's own page."""
    inner: tuple[str, ...] = ()
    """Endpoints, or blueprints, of pages that are reached from it."""
    pages: tuple["_Entry", ...] = ()


_ENTRIES = (
    _Entry(
        "Today",
        "today",
        "reflections.today",
        own=("reflections.save_today",),
        inner=("reflections", "versions"),
    ),
    _Entry(
        "Review",
        "review",
        "reviews.this_month",
        pages=(
            _Entry(
                "Month", "month", "reviews.this_month", own=("reviews.month",), inner=("monthly",)
            ),
            _Entry("Year", "year", "reviews.this_year", own=("reviews.year",)),
            _Entry("Look back", "look-back", "look_back.look_back_today"),
            _Entry("Search", "search", "search.search"),
        ),
    ),
    _Entry("Log something", "add", "practice_log.quick_log"),
    _Entry(
        "People",
        "people",
        "practice_log.people",
        pages=(
            _Entry(
                "People",
                "people",
                "practice_log.people",
                own=("practice_log.add_person",),
                inner=(
                    "practice_log.person",
                    "practice_log.save_person",
                    "practice_log.save_acts",
                    "practice_log.merge_person",
                    "practice_log.forget_person",
                ),
            ),
            _Entry("Log", "log", "practice_log.log", inner=("practice_log",)),
            _Entry("Team mirror", "team-mirror", "team_mirror.team_mirror", inner=("team_mirror",)),
        ),
    ),
    _Entry(
        "Me",
        "me",
        "accounts.settings",
        inner=("accounts", "second_factor", "questions", "portability", "prompts", "verification"),
    ),
)


def get_navigation() -> Navigation:
    """Return the navigation as it is on the requested page."""
    endpoint = request.endpoint or ""
    return Navigation(tuple(_build_item(entry, endpoint) for entry in _ENTRIES))


def _build_item(entry: _Entry, endpoint: str) -> NavigationItem:
    current = _find_current_page(entry, endpoint)
    pages = tuple(
        _build_page(page, is_current=page is current, endpoint=endpoint) for page in entry.pages
    )
    return NavigationItem(
        entry.name,
        entry.icon,
        url_for(entry.endpoint),
        # A section is no page: the page in it says that it is the current one.
        current=("true" if current else "") if pages else _get_current(entry, endpoint),
        pages=pages,
        opens_log=entry.endpoint == "practice_log.quick_log",
    )


def _build_page(page: _Entry, *, is_current: bool, endpoint: str) -> NavigationItem:
    current = _get_current(page, endpoint) if is_current else ""
    return NavigationItem(page.name, page.icon, url_for(page.endpoint), current)


def _find_current_page(entry: _Entry, endpoint: str) -> _Entry | None:
    """Return the page of a section that the endpoint belongs to: the first that claims it."""
    if endpoint == "practice_log.quick_log":
        return None
    return next((page for page in entry.pages if _get_current(page, endpoint)), None)


def _get_current(entry: _Entry, endpoint: str) -> str:
    if endpoint == entry.endpoint or endpoint in entry.own:
        return "page"
    return "true" if {endpoint, endpoint.partition(".")[0]} & set(entry.inner) else ""
