"""An error that nobody expected tells its asker what happened, and the log no private word."""

import logging

import pytest

from leaderjournal import create_app
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings

SECRET = "what Mira told me in confidence"


@pytest.fixture
def faulty(environment, tmp_path):
    """An application of its own with two views that fail over private words."""
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'journal.db'}"}
    chosen = Settings.from_environment(environment | database, tmp_path)
    upgrade(chosen.database_url)
    app = create_app(chosen)

    def fail(token=""):
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error

    app.add_url_rule("/api/v1/faulty", "faulty", fail)
    app.add_url_rule("/faulty/<token>", "faulty_page", fail)
    return app.test_client()


def test_unexpected_error_in_the_api_is_answered_as_a_problem(faulty):
    reply = faulty.get("/api/v1/faulty")
    assert reply.status_code == 500
    assert reply.mimetype == "application/problem+json"
    assert "Something went wrong on our side" in reply.json["detail"]
    assert SECRET not in reply.text


def test_unexpected_error_on_a_page_is_answered_as_a_page(faulty):
    reply = faulty.get("/faulty/link")
    assert reply.status_code == 500
    assert reply.mimetype == "text/html"
    assert "Something went wrong on our side" in reply.text
    assert SECRET not in reply.text


def test_log_names_the_place_of_an_error_without_private_text(faulty, caplog):
    with caplog.at_level(logging.DEBUG):
        faulty.get("/faulty/secret-link")
    assert "faulty_page" in caplog.text
    assert "builtins.KeyError" in caplog.text
    assert "builtins.ValueError" in caplog.text
    assert "test_error_log.py" in caplog.text
    assert SECRET not in caplog.text
    assert "secret-link" not in caplog.text
