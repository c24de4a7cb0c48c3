"""Backups whose key costs little, and empty databases to restore them to."""

import itertools

import pytest

from leaderjournal import create_app
from leaderjournal.backups import encrypted_file
from leaderjournal.kernel.database import db
from leaderjournal.kernel.settings import Settings


@pytest.fixture(autouse=True)
def production_cost(monkeypatch):
    """Stretch passphrases hardly at all; what production uses is returned."""
    production = encrypted_file.COST
    monkeypatch.setattr(encrypted_file, "COST", 4)
    return production


@pytest.fixture
def run(app):
    """Runs a command of the operator, on the application or another one."""

    def run(*arguments, on=app):
        return on.test_cli_runner().invoke(args=[str(argument) for argument in arguments])

    return run


@pytest.fixture
def new_app(request, environment, tmp_path):
    """Makes applications with the same secrets on empty databases, whatever `changes` says."""
    made, numbers = [], itertools.count(1)

    def make(kind="sqlite", **changes):
        folder = tmp_path / f"machine-{next(numbers)}"
        folder.mkdir()
        chosen = dict(environment)
        if kind == "postgresql":
            chosen["DATABASE_URL"] = request.getfixturevalue("new_postgresql_database")()
        made.append(create_app(Settings.from_environment(chosen | changes, folder)))
        made[-1].testing = True
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


@pytest.fixture
def app_kind(app):
    """The database of `app`: "sqlite" or "postgresql"."""
    with app.app_context():
        return db.engine.dialect.name
