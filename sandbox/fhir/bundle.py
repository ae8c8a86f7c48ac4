"""Bundles, pages and OperationOutcomes."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]

_PAGES_KEPT = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: matches, what they include, about whom, and where the next page starts.

    `person_id` is "" when the search is about nobody in particular.
    """

    resource_type: str
    person_id: str
    self_url: str
    matches: Sequence[Resource]
    include: Sequence[tuple[str, str]]
    size: int
    start: int = 0

    @property
    def page(self) -> Sequence[Resource]:
        return self.matches[self.start : self.start + self.size]

    @property
    def next_start(self) -> int | None:
        after = self.start + self.size
        return after if after < len(self.matches) else None


class Pages:
    """Searches that have more to give, by an opaque name that tells nothing."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Found] = OrderedDict()

    def keep(self, found: Found) -> str:
        name = secrets.token_urlsafe(16)
        self._kept[name] = found
        while len(self._kept) > _PAGES_KEPT:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> Found | None:
        return self._kept.get(name)


def searchset(
    base: str, found: Found, included: Sequence[Resource], next_url: str | None
) -> Resource:
    """A page of a search as a Bundle."""
    links = [{"relation": "self", "url": found.self_url}]
    if next_url is not None:
        links.append({"relation": "next", "url": next_url})
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found.matches),
        "link": links,
    }
    entries = [
        *(_entry(base, resource, "match") for resource in found.page),
        *(_entry(base, resource, "include") for resource in included),
    ]
    # An empty array is not allowed in FHIR JSON.
    return bundle | ({"entry": entries} if entries else {})


def _entry(base: str, resource: Resource, mode: str) -> Resource:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def outcome(code: str, text: str, *, severity: str = "error") -> Resource:
    """An OperationOutcome with one issue."""
    issue = {"severity": severity, "code": code, "details": {"text": text}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def with_outcome(bundle: Resource) -> Resource:
    """A Bundle that says it is not whole."""
    issue = outcome("incomplete", "Alla uppgifter kunde inte hämtas", severity="warning")
    issue["issue"][0]["diagnostics"] = "FÅR EJ VISAS: intern felsökning"
    entry = {"resource": issue, "search": {"mode": "outcome"}}
    return {**bundle, "entry": [*bundle.get("entry", ()), entry]}
