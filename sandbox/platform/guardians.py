"""Whose guardian somebody is: the portal's own protocol (docs/guardianship.md), over mutual TLS."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.country import Country
from sandbox.faults import deliver
from sandbox.people.when import day

PATH = "/vardnadshavare/v1/barn"
TARGET = "vardnadshavare"

_NUMBER = re.compile(r"[0-9]{12}")


class Guardians:
    """What folkbokföringen knows of custody: the tables `[[custody]]` of the people."""

    def __init__(self, country: Country) -> None:
        self._country = country

    async def handle(self, request: web.Request) -> web.StreamResponse:
        data = await request.read()
        self._country.calls.keep(
            TARGET, request.path, dict(request.headers), data.decode("utf-8", "replace")
        )
        number = _asked(data)
        self._country.calls.note(TARGET, "guardianships 1", person_id=number or "")
        fault = self._country.faults.take(TARGET, number)
        impostor = fault is not None and fault.kind == "wrong-person"

        async def answer() -> web.Response:
            if number is None:
                return web.json_response({"error": "guardian"}, status=400)
            return web.json_response(self._said(number, impostor=impostor))

        return await deliver(request, fault, answer, "json")

    def _said(self, number: str, *, impostor: bool) -> Mapping[str, Any]:
        """The children of a person; an impostor answers about somebody else who has one."""
        person = self._country.person(number)
        if impostor:
            others = (p for p in self._country.people if p.person_id != number)
            person = next(p for p in others if p.rows("custody"))
        found = [self._child(row) for row in person.rows("custody")] if person else []
        return {"guardian": person.person_id if person else number, "children": found}

    def _child(self, row: Mapping[str, Any]) -> dict[str, Any]:
        child = {"child": row["child"], "blocked": row.get("blocked", False)}
        extended = row.get("extended")
        if extended is None:
            return child
        until = day(extended["until"], self._country.clock.anchor())
        return {
            **child,
            "extendedAccess": {"units": extended["units"], "validTo": until.isoformat()},
        }


def _asked(data: bytes) -> str | None:
    try:
        said = json.loads(data)
    except ValueError:
        return None
    number = said.get("guardian") if isinstance(said, dict) else None
    return number if isinstance(number, str) and _NUMBER.fullmatch(number) else None
