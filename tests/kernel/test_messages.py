"""Messages for the next page: read where a leader sees them, and nowhere else."""

import pytest
from factories import create_leader, sign_in


@pytest.fixture
def browser(app, client):
    """Return a browser for which "Saved." waits to be shown."""
    browser = app.test_client()
    token = sign_in(browser, create_leader(client))
    form = {"name": "Mira", "time_zone": "Asia/Tokyo", "csrf_token": token}
    assert browser.post("/settings/profile", data=form).status_code == 303
    return browser


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/offline/day", {}),
        ("/offline/help", {}),
        ("/month", {"Sec-Fetch-Mode": "cors"}),
        ("/settings/prompts", {"Sec-Fetch-Mode": "same-origin"}),
    ],
    ids=["day shell", "help shell", "worker's month", "script's page"],
)
def test_page_that_nobody_looks_at_leaves_the_message(browser, path, headers):
    fetched = browser.get(path, headers=headers, follow_redirects=True)
    assert fetched.status_code == 200
    assert "Saved." not in fetched.text
    assert "Saved." in browser.get("/settings/account").text
    assert "Saved." not in browser.get("/settings/account").text
