"""How Alembic reaches the database: on the connection that `portal.store.migrate` hands it."""

from alembic import context

from portal.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
