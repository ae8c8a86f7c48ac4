"""The people of the sandbox: one TOML file each, with dates relative to today.

Every number is a published test number; every telephone number is from the
fiction series of the Swedish telecom authority.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent

Kind = Literal["personnummer", "samordningsnummer"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who lives, or works, in the sandbox.

    `sources` holds the tables of the person's file that producers and the FHIR
    server render (bookings, care_managers, care_plans, municipality ...). Who `provokes` has what
    the portal must live with, for tests, and answers that break their schema.
    """

    key: str
    name: str
    given_name: str
    family_name: str
    person_id: str
    kind: Kind
    role: str
    description: str
    login: bool = True
    protected: bool = False
    staff: bool = False
    provokes: bool = False
    sources: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        """The rows of one table of the file; empty when the person has none."""
        rows: Sequence[Mapping[str, Any]] = self.sources.get(table, ())
        return rows


def kind_of(person_id: str) -> Kind:
    """A samordningsnummer is a personnummer whose day has 60 added."""
    return "samordningsnummer" if int(person_id[6:8]) > 60 else "personnummer"


def masked(person_id: str) -> str:
    """A person's number as logs and panels may show it."""
    return f"{person_id[:4]}****-****" if person_id else "-"


def load_people(folder: Path = HERE / "persons") -> tuple[Person, ...]:
    """Read every person, in the order the files say."""
    files = [(path.stem, tomllib.loads(path.read_text("utf-8"))) for path in folder.glob("*.toml")]
    return tuple(
        _person(key, table)
        for key, table in sorted(files, key=lambda item: (item[1]["order"], item[0]))
    )


def _person(key: str, table: dict[str, Any]) -> Person:
    return Person(
        key=key,
        name=f"{table['given_name']} {table['family_name']}",
        given_name=table["given_name"],
        family_name=table["family_name"],
        person_id=table["person_id"],
        kind=kind_of(table["person_id"]),
        role=table["role"],
        description=table["description"],
        login=table.get("login", True),
        protected=table.get("protected", False),
        staff=table.get("staff", False),
        provokes=table.get("provokes", False),
        sources={
            name: rows if isinstance(rows, dict) else tuple(_repeated(rows))
            for name, rows in table.items()
            if isinstance(rows, list | dict)
        },
    )


def _repeated(rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """A row with `repeat` is so many, `a_day` from its own day on, each half hour from 07.00."""
    for row in rows:
        for number in range(row.get("repeat", 0)):
            day, halves = divmod(number, row["a_day"])
            hour, minute = 7 + halves // 2, 30 * (halves % 2)
            time = f"{hour:02}.{minute:02}-{hour:02}.{minute + 20}"
            yield {**row, "id": f"{row['id']}-{number + 1}", "day": row["day"] + day, "time": time}
        if "repeat" not in row:
            yield row
