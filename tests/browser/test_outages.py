"""A database that is locked by somebody else: the words are kept, and the page says where."""

import sqlite3
from contextlib import contextmanager

import pytest
from browser.test_journey import register
from playwright.sync_api import expect

HERE = "Saved on this phone."


@pytest.fixture
def locked(server_alone):
    """Hold the one write lock, as a backup that hangs does."""

    @contextmanager
    def hold():
        holder = sqlite3.connect(
            server_alone.instance / "journal.db", isolation_level=None, timeout=20
        )
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.rollback()
            holder.close()

    return hold


def test_while_the_database_is_locked_the_words_wait_here_and_then_arrive(
    server_alone, new_page, locked
):
    page = new_page(base_url=server_alone.address, expects=["503"])
    register(page)
    with locked():
        with page.expect_response(lambda reply: reply.status == 503):
            page.fill("[name=note]", "Written while it was locked.")
        expect(page.locator("#save-status")).to_contain_text(HERE)
        expect(page.locator("#save-status")).to_contain_text("Sent as soon as it can be.")
    expect(page.locator("#save-status")).to_have_text("Saved", timeout=30_000)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_without_script_the_form_comes_back_and_is_sent_again(
    server_alone, new_page, locked, color_scheme, tmp_path
):
    page = new_page(
        base_url=server_alone.address,
        expects=["503"],
        java_script_enabled=False,
        color_scheme=color_scheme,
    )
    register(page)
    page.fill("[name=note]", "First line.\nSecond <line> & more.")
    page.fill("[name=text-let-go]", "I let the team decide.")
    page.locator("[name=score-let-go][value='4']").check(force=True)
    with locked():
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("h1")).to_have_text("The journal is busy")
    expect(page.locator("[name=note]")).to_have_value("First line.\nSecond <line> & more.")
    expect(page.locator("[name=text-let-go]")).to_have_value("I let the team decide.")
    page.screenshot(path=tmp_path / f"outage-{color_scheme}.png", full_page=True)
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_url("**/")
    expect(page.locator("[name=note]")).to_have_value("First line.\nSecond <line> & more.")
    expect(page.locator("[name=score-let-go][value='4']")).to_be_checked()
