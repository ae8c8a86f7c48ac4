"""Runs the migrations that lie beside this module: no configuration file, no command line."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from portal.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as every process of the portal uses the same one.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7301120)")


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables to `revision` in one transaction. Raises StoreUnavailable.

    The first process that comes does it; the others wait and find it done. On SQLite it is the
    write lock that they wait for.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(_ONE_AT_A_TIME)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
