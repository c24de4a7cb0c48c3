"""What a browser is told about installing the journal and opening it without a connection."""

import html
import json
import re
import struct
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from leaderjournal.accounts.practice_calendar.rules import LATE_ENTRY_WINDOW
from leaderjournal.kernel.assets import STATIC
from leaderjournal.practice import catalogue
from leaderjournal.pwa import pages
from leaderjournal.reviews.streaks.rules import DAYS_PER_FREEZE


def true_size(png: bytes) -> str:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return f"{width}x{height}"


@pytest.fixture
def manifest(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/manifest.webmanifest")
    assert response.status_code == 200
    assert response.mimetype == "application/manifest+json"
    return json.loads(response.data)


def shell_files(client: FlaskClient) -> list[str]:
    found = re.search(r"const FILES = (\[.*?\]);", client.get("/sw.js").text, re.DOTALL)
    assert found
    return json.loads(found[1])


def pictures(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    shortcut_icons = [icon for shortcut in manifest["shortcuts"] for icon in shortcut["icons"]]
    return [*manifest["icons"], *shortcut_icons, *manifest["screenshots"]]


def test_the_manifest_says_what_an_installer_asks_for(manifest: dict[str, Any]) -> None:
    assert manifest["id"] == manifest["start_url"] == manifest["scope"] == "/"
    assert manifest["name"] == "Leader Journal"
    assert manifest["short_name"] == "Journal"
    assert manifest["display"] == "standalone"
    assert manifest["background_color"] == manifest["theme_color"] == "#FAF7F2"
    assert {"description", "lang", "dir", "categories", "display_override"} <= manifest.keys()
    assert "client_mode" in manifest["launch_handler"]


def test_the_manifest_has_both_sizes_of_icon_and_a_maskable_one_of_its_own(
    manifest: dict[str, Any],
) -> None:
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    assert len({icon["src"] for icon in manifest["icons"]}) == 3


def test_every_picture_in_the_manifest_is_a_png_of_the_size_it_claims(
    client: FlaskClient, manifest: dict[str, Any]
) -> None:
    for picture in pictures(manifest):
        with client.get(picture["src"]) as response:
            assert response.status_code == 200, picture["src"]
            assert response.mimetype == picture["type"] == "image/png"
            assert true_size(response.data) == picture["sizes"], picture["src"]


def test_shortcuts_lead_to_today_logging_search_and_this_month(
    client: FlaskClient, manifest: dict[str, Any]
) -> None:
    assert [(to["name"], to["url"]) for to in manifest["shortcuts"]] == [
        ("Today", "/"),
        ("Log something", "/log/new"),
        ("Search", "/search"),
        ("This month", "/month"),
    ]
    # Signed out, the first shows the welcome page and the others ask to sign in.
    statuses = [client.get(to["url"]).status_code for to in manifest["shortcuts"]]
    assert statuses == [200, 303, 303, 303]


def test_screenshots_are_named_only_where_they_exist(manifest: dict[str, Any]) -> None:
    there = [name for name, *_ in pages.SCREENSHOTS if (STATIC / name).is_file()]
    assert len(manifest["screenshots"]) == len(there)
    assert {shot["form_factor"] for shot in manifest["screenshots"]} <= {"narrow", "wide"}
    for shot in manifest["screenshots"]:
        width, height = map(int, shot["sizes"].split("x"))
        assert min(width, height) >= 320
        assert max(width, height) <= min(3840, 2.3 * min(width, height))


def test_the_touch_icon_of_ios_is_180_pixels_and_opaque() -> None:
    png = (STATIC / "icons" / "apple-touch-icon.png").read_bytes()
    assert true_size(png) == "180x180"
    assert png[25] == 2, "a colour type with an alpha channel: iOS would lay the icon on black"


def test_the_worker_may_serve_the_whole_site_and_is_asked_for_anew_each_time(
    client: FlaskClient,
) -> None:
    response = client.get("/sw.js")
    assert response.status_code == 200
    assert response.mimetype == "text/javascript"
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert response.headers["Cache-Control"] == "no-cache"


def test_the_worker_keeps_only_files_that_are_there_and_may_be_kept(client: FlaskClient) -> None:
    files = shell_files(client)
    assert any(name.endswith("/js/register-worker.js") for name in files)
    for name in files:
        with client.get(name) as response:
            assert response.status_code == 200, name
            assert "immutable" in response.headers["Cache-Control"], name


def test_the_shell_leaves_out_what_only_an_installer_looks_at(client: FlaskClient) -> None:
    left = [name for name in shell_files(client) if "/icons/" in name or "/screenshots/" in name]
    assert {name.rpartition("/")[2] for name in left} == {"icon-192.png", "badge-96.png"}, (
        "more than what a notification shows"
    )


def test_the_worker_runs_scripts_and_shows_pictures_of_the_shell(client: FlaskClient) -> None:
    worker = client.get("/sw.js").text
    used = re.findall(r'importScripts\("([^"]+)"\)', worker)
    used += re.findall(r'const (?:ICON|BADGE) = "([^"]+)"', worker)
    assert len(used) == len(pages.WORKER_SCRIPTS) + 2
    assert set(used) <= set(shell_files(client))


def test_the_badge_of_a_notification_is_a_shape_on_nothing(client: FlaskClient) -> None:
    png = (STATIC / pages.NOTIFICATION_BADGE).read_bytes()
    assert true_size(png) == "96x96"
    assert png[25] == 6, "no alpha channel: a status bar would show a white square"


def test_help_to_install_is_public(client: FlaskClient) -> None:
    page = client.get("/install")
    assert page.status_code == 200
    assert "Add to Home Screen" in page.text
    assert "<form" not in page.text


def test_help_says_what_the_rules_do_and_belongs_to_nobody_where_the_worker_keeps_it(
    client: FlaskClient,
) -> None:
    shell = client.get("/offline/help")
    assert shell.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in shell.headers
    assert "csrf" not in shell.text
    assert 'HELP_SHELL = "/offline/help"' in client.get("/sw.js").text
    for page in (shell.text, client.get("/help").text):
        words = " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())
        assert f"Every {DAYS_PER_FREEZE} completed days earn one" in words
        assert f"within {LATE_ENTRY_WINDOW // timedelta(hours=1)} hours" in words
        for key in catalogue.list_keys():
            assert all(behaviour.text in words for behaviour in key.behaviours)
        for label in catalogue.MIRROR_SCORES.values():
            assert label in words


def test_a_worker_that_is_still_the_newest_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/sw.js")
    again = client.get("/sw.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Service-Worker-Allowed"] == "/"


def test_the_offline_page_is_public_and_belongs_to_nobody(client: FlaskClient) -> None:
    response = client.get("/offline")
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in response.headers
    assert "<form" not in response.text
    assert "csrf" not in response.text


def test_the_offline_page_shows_only_files_of_the_shell(client: FlaskClient) -> None:
    links = r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"'
    scripts = r'(?:<script|<img)[^>]*src="([^"]+)"'
    page = client.get("/offline").text
    used = [*re.findall(links, page), *re.findall(scripts, page)]
    assert used
    assert set(used) <= set(shell_files(client))
