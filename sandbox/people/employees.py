"""Who works in the sandbox's country, and in what commissions."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.people import Person

FILE = Path(__file__).parent / "employees.toml"


@dataclass(frozen=True, slots=True)
class Employee:
    """`commissions` are medarbetaruppdrag with the members that HSA's commissions have; `licences`
    are legitimerade yrken."""

    key: str
    given_name: str
    family_name: str
    person_id: str
    hsa_id: str
    title: str
    commissions: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    system_roles: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def all_commissions(self) -> tuple[str, ...]:
        """`allCommissions`: how Inera writes it is not published, so this is JSON, one each."""
        return tuple(json.dumps(each, ensure_ascii=False) for each in self.commissions)


class Workforce:
    """The employees, and which of their commissions somebody has ended on the panel."""

    def __init__(self, employees: Sequence[Employee]) -> None:
        self.employees = tuple(employees)
        self._ended: set[str] = set()

    def end(self, commission: str) -> None:
        self._ended.add(commission)

    def restore(self) -> None:
        self._ended.clear()

    def employee(self, hsa_id: str) -> Employee | None:
        return next((each for each in self.employees if each.hsa_id == hsa_id), None)

    def commissions(self, employee: Employee) -> Iterator[Mapping[str, Any]]:
        """Those that have not been ended."""
        rows = employee.commissions
        return (row for row in rows if row["commissionHsaId"] not in self._ended)


def load_employees(people: Sequence[Person], file: Path = FILE) -> tuple[Employee, ...]:
    """Raises KeyError for a row about a person who is not there."""
    by_key = {person.key: person for person in people}
    rows = tomllib.loads(file.read_text("utf-8"))["employee"]
    return tuple(_employee(row, by_key) for row in rows)


def _employee(row: dict[str, Any], people: Mapping[str, Person]) -> Employee:
    if "person" in row:
        person = people[row["person"]]
        row |= {
            "key": person.key,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "person_id": person.person_id,
        }
    return Employee(
        key=row["key"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        person_id=row["person_id"],
        hsa_id=row["hsa_id"],
        title=row["title"],
        commissions=tuple(row.get("commissions", ())),
        system_roles=tuple(row.get("system_roles", ())),
        licences=tuple(row.get("licences", ())),
    )
