"""The store on each of the databases that it is written for, and a way to look behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Backend:
    """An empty database. `folder` holds what it has written: its own files, and nobody else's."""

    kind: str
    url: str
    folder: Path

    @property
    def lite(self) -> bool:
        return self.kind == "sqlite"

    def sql(self, *statements: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run each as the database's owner, in one transaction; the rows of the last."""
        engine = create_engine(self.url, poolclass=NullPool)
        rows: list[tuple[Any, ...]] = []
        with engine.begin() as connection:
            for statement in statements:
                result = connection.execute(text(statement), values)
                rows = [tuple(row) for row in result] if result.returns_rows else []
        return rows

    def count(self, table: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM {table}")[0][0])

    def vacuum(self, table: str) -> None:
        """What PostgreSQL does by itself now and then: rewrite the table without what was removed.
        SQLite is told to overwrite it at once."""
        if not self.lite:
            engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"VACUUM FULL {table}"))

    def written(self) -> bytes:
        """All bytes of our tables on the disk, with their indexes."""
        if not self.lite:
            self.sql("CHECKPOINT")
        return b"".join(each.read_bytes() for each in self._files())

    def tamper(self, *statements: str) -> None:
        """Do as the owner of the database can: set the triggers aside first."""
        if self.lite:
            named = self.sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            self.sql(*(f"DROP TRIGGER {name}" for (name,) in named), *statements)
        else:
            self.sql("SET LOCAL session_replication_role = replica", *statements)

    def _files(self) -> Iterator[Path]:
        if self.lite:
            yield from (each for each in self.folder.iterdir() if each.is_file())
            return
        # What is too long for its row lies in a table of its own, in another schema.
        ours = "SELECT oid, reltoastrelid FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        files = f"""WITH ours AS ({ours})
            SELECT pg_relation_filepath(oid) FROM ours
            UNION SELECT pg_relation_filepath(reltoastrelid) FROM ours WHERE reltoastrelid <> 0"""
        for (name,) in self.sql(files):
            if name is not None:
                yield self.folder / name
