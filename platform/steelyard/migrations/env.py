"""Alembic's environment: runs on the connection that :mod:`steelyard.migrations.run` hands over."""

from alembic import context

from steelyard.migrations.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata(),
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
