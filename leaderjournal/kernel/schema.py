"""Migrations: upgrade the schema of a database, and check whether it is current."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from leaderjournal.kernel.database import prepare_engine

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def configure_alembic(connection: sa.Connection) -> Config:
    """Return the configuration of Alembic: its migrations, and the connection they run on."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(database_url: str) -> None:
    """Upgrade the schema to the newest revision; does nothing if it is current."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sa.create_engine(database_url)
    prepare_engine(engine)
    with engine.connect() as connection:
        command.upgrade(configure_alembic(connection), "head")
        connection.commit()
    engine.dispose()


def is_current(connection: sa.Connection) -> bool:
    """Tell whether the schema of `connection` is the newest revision."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head
