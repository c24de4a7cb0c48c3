"""Migrations: upgrade the schema of a database, and check whether it is current.

Alembic is imported only where it migrates: importing it takes a tenth of the time of every start.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from leaderjournal.kernel.database import prepare_engine

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def configure_alembic(connection: sa.Connection) -> "Config":
    """Return the configuration of Alembic: its migrations, and the connection they run on."""
    from alembic.config import Config  # noqa: PLC0415

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
        migrate(connection)
        connection.commit()
    engine.dispose()


def migrate(connection: sa.Connection, revision: str = "head") -> None:
    """Upgrade the schema in the transaction of `connection`, which the caller commits."""
    from alembic import command  # noqa: PLC0415

    command.upgrade(configure_alembic(connection), revision)


def is_known_revision(revision: str) -> bool:
    """Tell whether this release has the migration; it lacks those of newer releases."""
    return revision.isdecimal() and any((MIGRATIONS / "versions").glob(f"{revision}_*.py"))


def read_revision(connection: sa.Connection) -> str | None:
    """Return the revision of the schema of `connection`; None where there is none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    stored: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return stored


@cache
def get_newest_revision() -> str:
    """Return the id of the newest migration, which begins the name of its file."""
    files = (MIGRATIONS / "versions").glob("[0-9]*.py")
    return max(file.name for file in files).partition("_")[0]


def is_current(connection: sa.Connection) -> bool:
    """Tell whether the schema of `connection` is the newest revision."""
    return read_revision(connection) == get_newest_revision()
