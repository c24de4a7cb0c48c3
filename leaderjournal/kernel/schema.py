"""The schema's migrations: bring a database up to date, and tell whether it is."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from leaderjournal.kernel.database import prepare_engine

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def configure_alembic(connection: sa.Connection) -> Config:
    """Return Alembic's configuration: where the migrations are, and where they run."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(database_url: str) -> None:
    """Bring the database's schema to the newest revision; harmless when it is there already."""
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
    """Tell whether the database behind `connection` holds the newest schema."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head
