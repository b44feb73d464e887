"""What Alembic runs for every migration; `run.py` hands it the connection, its transaction begun."""

from alembic import context

from adapters.records.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite alters a table by writing it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
