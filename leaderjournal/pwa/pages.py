"""What a browser needs to install the journal and to open it offline.

Every reply is public and contains nothing that a leader wrote. The members of the manifest are
those of the W3C's Web Application Manifest and its supplement.
"""

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from leaderjournal.accounts.practice_calendar.rules import LATE_ENTRY_WINDOW
from leaderjournal.kernel.assets import STATIC, get_asset_url, get_asset_version, hash_tree
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.settings import ROOT
from leaderjournal.practice import catalogue
from leaderjournal.practice.rotation.rules import REST_DAYS
from leaderjournal.reflections.day_form.rules import make_blank_form
from leaderjournal.reflections.trash.store import RESTORABLE_FOR
from leaderjournal.reviews.streaks.rules import DAYS_PER_FREEZE, MOST_FREEZES
from leaderjournal.team_mirror.rules import MIN_ANSWERS, MIN_ANSWERS_FOR_LINES

blueprint = Blueprint("pwa", __name__)

PAPER = "#FAF7F2"
SHELL_SUFFIXES = frozenset({".css", ".js", ".woff2", ".svg", ".png", ".webp"})
# The system fetches these when it installs the app; no page shows them.
NOT_IN_SHELL = frozenset({"icons", "screenshots"})
NOTIFICATION_ICON, NOTIFICATION_BADGE = "icons/icon-192.png", "icons/badge-96.png"
# The order matters: a later script uses earlier ones.
WORKER_SCRIPTS = (
    "vendor/idb/umd.js",
    "js/offline/rules.js",
    "js/offline/server.js",
    "js/offline/local-journal.js",
    "js/offline/outbox.js",
    "js/pwa/offline-pages.js",
    "js/offline/prefetch.js",
    "js/pwa/share.js",
    "js/offline/send-outbox.js",
    "js/prompts/prompt-store.js",
    "js/prompts/push-device.js",
    "js/prompts/taps.js",
    "js/prompts/notifications.js",
)
ICONS = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/maskable-512.png", "512x512", "maskable"),
)
SHORTCUTS = (
    ("Today", "Answer today’s three questions", "/", "icons/shortcut-today.png"),
    ("Log something", "A win, help, a hand-off", "/log/new", "icons/shortcut-log.png"),
    ("Search", "Find what you wrote", "/search", "icons/shortcut-search.png"),
    ("This month", "Look back on the month", "/month", "icons/shortcut-month.png"),
)
"""Name, description, address and icon of what a long press on the app's icon offers."""
SCREENSHOTS = (
    ("screenshots/today-narrow.png", "780x1688", "narrow", "Today: one question per key"),
    ("screenshots/month-narrow.png", "780x1688", "narrow", "The month, day by day"),
    ("screenshots/today-wide.png", "1280x800", "wide", "Today: one question per key"),
    ("screenshots/month-wide.png", "1280x800", "wide", "The month, day by day"),
)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Serve the manifest, which describes the app to the system that installs it."""
    return _make_revalidated_response(json.dumps(_build_manifest()), "application/manifest+json")


@blueprint.get("/sw.js")
def service_worker() -> Response:
    """Serve the service worker, with the list of files that it caches."""
    script = render_template(
        "pwa/sw.js.jinja",
        version=get_release(),
        files=[get_asset_url(name) for name in _list_shell_files(STATIC)],
        icon=get_asset_url(NOTIFICATION_ICON),
        badge=get_asset_url(NOTIFICATION_BADGE),
        scripts=[get_asset_url(name) for name in WORKER_SCRIPTS],
        broken=get_settings().broken_releases,
        offline=url_for("pwa.offline"),
        offline_page=url_for("pwa.offline_page"),
        quick_log=url_for("practice_log.quick_log"),
        day_shell=url_for("pwa.day_shell"),
        help=url_for("pwa.read_help"),
        help_shell=url_for("pwa.help_shell"),
        welcome=url_for("welcome.show"),
        assets_path="/assets/",
    )
    response = _make_revalidated_response(script, "text/javascript")
    response.headers["Service-Worker-Allowed"] = "/"
    return response


@blueprint.get("/offline")
def offline() -> Response:
    """Serve the offline page for visitors, which the service worker caches."""
    page = render_template("pwa/offline.html", is_public=True, leaves_no_trace=True)
    return _make_revalidated_response(page, "text/html")


@blueprint.get("/offline/page")
def offline_page() -> Response:
    """Serve the page in place of one that needs a connection, the same for every leader."""
    page = render_template("pwa/offline.html", as_shell=True)
    return _make_revalidated_response(page, "text/html")


@blueprint.get("/offline/day")
def day_shell() -> Response:
    """Serve the page of a day without leader, date or questions, for the worker to cache."""
    page = render_template(
        "pwa/day.html",
        as_shell=True,
        form=make_blank_form(catalogue.list_keys()),
        mirror=list(catalogue.MIRROR_SCORES.items()),
        score_hint=catalogue.TOP_SCORE_HINT,
    )
    return _make_revalidated_response(page, "text/html")


@blueprint.get("/install")
def install() -> str:
    """Show how to install the journal and how to allow notifications, per browser."""
    return render_template("pwa/install.html")


@blueprint.get("/help")
def read_help() -> str:
    """Show the guide for leaders."""
    return _render_help(as_shell=False)


@blueprint.get("/offline/help")
def help_shell() -> Response:
    """Serve the guide as it is for everybody, for the worker to cache."""
    return _make_revalidated_response(_render_help(as_shell=True), "text/html")


def _render_help(*, as_shell: bool) -> str:
    return render_template(
        "pwa/help.html",
        as_shell=as_shell,
        keys=catalogue.list_keys(),
        mirror=list(catalogue.MIRROR_SCORES.items()),
        score_hint=catalogue.TOP_SCORE_HINT,
        late_hours=LATE_ENTRY_WINDOW // timedelta(hours=1),
        question_rests=REST_DAYS,
        days_per_freeze=DAYS_PER_FREEZE,
        most_freezes=MOST_FREEZES,
        min_answers=MIN_ANSWERS,
        min_answers_for_lines=MIN_ANSWERS_FOR_LINES,
        restorable_days=RESTORABLE_FOR.days,
    )


def _make_revalidated_response(body: str, mimetype: str) -> Response:
    response = Response(body, mimetype=mimetype)
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


@cache
def get_release() -> str:
    """Return the name of this release, which changes with any static file or template."""
    # A changed worker must fill a cache of its own, not the one that its predecessor still serves
    # from. So the templates of the worker and of its pages count as well.
    return f"{get_asset_version()}-{hash_tree(ROOT / 'templates')}"


def _list_shell_files(static: Path) -> list[str]:
    names = (path.relative_to(static) for path in static.rglob("*") if path.is_file())
    shell = {
        name.as_posix()
        for name in names
        if name.suffix in SHELL_SUFFIXES and name.parts[0] not in NOT_IN_SHELL
    }
    return sorted(shell | {NOTIFICATION_ICON, NOTIFICATION_BADGE})


def _build_manifest() -> dict[str, Any]:
    return {
        "id": "/",
        "name": "Leader Journal",
        "short_name": "Journal",
        "description": "A daily journal for leaders: three short questions in ninety seconds.",
        "lang": "en",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "display_override": ["standalone", "minimal-ui"],
        "background_color": PAPER,
        "theme_color": PAPER,
        "categories": ["productivity", "lifestyle", "business"],
        # One window: the same day open in two would overwrite itself.
        "launch_handler": {"client_mode": ["navigate-existing", "auto"]},
        "icons": [
            {"src": get_asset_url(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
        "share_target": {
            "action": url_for("reflections.share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
        "shortcuts": [_build_shortcut(*shortcut) for shortcut in SHORTCUTS],
        "screenshots": [
            {
                "src": get_asset_url(name),
                "sizes": sizes,
                "type": "image/png",
                "form_factor": form_factor,
                "label": label,
            }
            for name, sizes, form_factor, label in SCREENSHOTS
            if (STATIC / name).is_file()
        ],
    }


def _build_shortcut(name: str, description: str, url: str, icon: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "url": url,
        "icons": [{"src": get_asset_url(icon), "sizes": "96x96", "type": "image/png"}],
    }
