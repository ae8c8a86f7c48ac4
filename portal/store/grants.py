"""Mandates in the database: who, whose and what only the key tells (`portal.store.sealing`)."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from portal.store.database import Database
from portal.store.sealing import Sealing, Unsealable
from portal.store.tables import GrantTable
from stodtjanster.grants import Mandate, Party
from stodtjanster.model import HsaId, PersonId

log = logging.getLogger(__name__)

_COLUMNS: Final = (
    GrantTable.id,
    GrantTable.grantor,
    GrantTable.grantee,
    GrantTable.version,
    GrantTable.sealed,
)


class GrantRows:
    """A `stodtjanster.grants.GrantBook`.

    Every method raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def add(self, mandate: Mandate) -> None:
        with self._database.writing() as connection:
            connection.execute(insert(GrantTable).values(self._row(mandate)))

    def get(self, mandate: UUID) -> Mandate | None:
        found = self._all(GrantTable.id == str(mandate))
        return found[0] if found else None

    def given_by(self, person: PersonId) -> tuple[Mandate, ...]:
        return self._all(GrantTable.grantor == self._whose(person))

    def given_to(self, person: PersonId) -> tuple[Mandate, ...]:
        return self._all(GrantTable.grantee == self._whose(person), GrantTable.draft.is_(False))

    def change(self, mandate: Mandate) -> bool:
        row = self._row(mandate, version=mandate.version + 1)
        same = (GrantTable.id == row["id"], GrantTable.version == mandate.version)
        with self._database.writing() as connection:
            return connection.execute(update(GrantTable).where(*same).values(row)).rowcount == 1

    def forget_drafts(self, before: datetime) -> int:
        old = delete(GrantTable).where(GrantTable.draft, GrantTable.written < before)
        with self._database.writing() as connection:
            return connection.execute(old).rowcount

    def _all(self, *which: ColumnElement[bool]) -> tuple[Mandate, ...]:
        order = (GrantTable.written.desc(), GrantTable.id)
        with self._database.reading() as connection:
            rows = connection.execute(select(*_COLUMNS).where(*which).order_by(*order)).all()
        return tuple(self._readable(rows))

    def _readable(self, rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterable[Mandate]:
        for row in rows:
            try:
                content = self._sealing.open(row.sealed, _place(row._mapping))
            except Unsealable:
                # It lets nobody in: moved, changed, or sealed with another secret.
                log.exception("a grant cannot be opened")
            else:
                yield _mandate(UUID(row.id), row.version, content)

    def _row(self, mandate: Mandate, version: int | None = None) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": str(mandate.id),
            "grantor": self._whose(mandate.grantor),
            "grantee": self._whose(mandate.grantee),
            "version": version or mandate.version,
            "draft": mandate.offered is None,
            "written": mandate.written,
        }
        return row | {"sealed": self._sealing.seal(_content(mandate), _place(row))}

    def _whose(self, person: PersonId) -> str:
        return self._sealing.index("person", person.value)


def _place(row: Any) -> str:
    """Where it is kept. With the version in it, no row can be put back to what it was before
    without its number too."""
    return f"grants/{row['id']}/{row['grantor']}/{row['grantee']}/{row['version']}"


def _content(mandate: Mandate) -> bytes:
    said = {
        "grantor": mandate.grantor.value,
        "grantee": mandate.grantee.value,
        "grantor_name": mandate.grantor_name,
        "grantee_name": mandate.grantee_name,
        "surname": mandate.surname,
        "scopes": sorted(mandate.scopes),
        "providers": sorted(provider.value for provider in mandate.providers),
        "ended_by": mandate.ended_by.value if mandate.ended_by else None,
    }
    times = {
        "valid_from": mandate.valid_from,
        "valid_to": mandate.valid_to,
        "written": mandate.written,
        "offered": mandate.offered,
        "accepted": mandate.accepted,
        "ended": mandate.ended,
    }
    return orjson.dumps(said | {name: _written(at) for name, at in times.items()})


def _mandate(key: UUID, version: int, content: bytes) -> Mandate:
    said = orjson.loads(content)
    return Mandate(
        id=key,
        grantor=PersonId.parse(said["grantor"]),
        grantee=PersonId.parse(said["grantee"]),
        grantor_name=said["grantor_name"],
        grantee_name=said["grantee_name"],
        surname=said["surname"],
        scopes=frozenset(said["scopes"]),
        providers=frozenset(HsaId.parse(provider) for provider in said["providers"]),
        valid_from=datetime.fromisoformat(said["valid_from"]),
        valid_to=datetime.fromisoformat(said["valid_to"]),
        written=datetime.fromisoformat(said["written"]),
        offered=_moment(said["offered"]),
        accepted=_moment(said["accepted"]),
        ended=_moment(said["ended"]),
        ended_by=Party(said["ended_by"]) if said["ended_by"] else None,
        version=version,
    )


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
