"""How to export from each app: the same on the page and in the documentation."""

from html import unescape
from pathlib import Path

import pytest
from factories import create_leader, sign_in

from leaderjournal.portability.imports.registry import list_formats, list_guides

DOCUMENT = Path(__file__).parents[3] / "docs/importing.md"


@pytest.mark.parametrize("one", list_formats(), ids=lambda one: one.kind)
def test_document_says_how_to_export_and_what_comes_along(one):
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    guide = one.guide
    assert f"## {guide.app} {guide.export} {guide.brings}" in text


def test_page_of_imports_leads_to_every_app(app, client):
    browser = app.test_client()
    sign_in(browser, create_leader(client))
    assert "/settings/moving/apps" in browser.get("/settings/moving").text
    shown = unescape(browser.get("/settings/moving/apps").text)
    assert [guide.app for guide in list_guides() if guide.export not in shown] == []
