"""Alembic's entry: runs the migrations on the connection that `kernel.schema` hands over."""

from alembic import context

from leaderjournal.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
