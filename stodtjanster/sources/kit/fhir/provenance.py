"""Provenance that came beside a row: which vårdgivare and vårdenhet a block (spärr) is about.

Source: Inera EHDS-TK 0.3.3, where every resource has a Provenance sent as `search.mode=include`
with `target` `urn:uuid:<id>`.
"""

from collections.abc import Iterable
from typing import Final

from stodtjanster.model import HsaId
from stodtjanster.sources.kit import identifiers
from stodtjanster.sources.kit.fhir.scope import UNITS, Scope, Seal
from stodtjanster.sources.kit.fhir.values import SHAPE_ERRORS, Json, as_list, codings, first_of

_PROVIDER: Final = "custodian"
_UNIT: Final = "author"


def seals(provenances: Iterable[Json], scope: Scope) -> dict[str, Seal]:
    """What each target's Provenance says, by `Type/id` or the urn that it is called by.

    One that cannot be read says nothing: the row then has no care provider, and the rules decide
    what may be shown without. Two that differ about the same target say nothing together, since
    the row may belong to either.
    """
    found: dict[str, Seal] = {}
    for provenance in provenances:
        try:
            seal = _seal(provenance, scope)
            targets = [
                scope.relative(one["reference"]) for one in as_list(provenance.get("target"))
            ]
        except SHAPE_ERRORS:
            continue
        for target in targets:
            if found.setdefault(target, seal) != seal:
                found[target] = Seal()
    return found


def _seal(provenance: Json, scope: Scope) -> Seal:
    return Seal(_agent(provenance, _PROVIDER, scope), _agent(provenance, _UNIT, scope))


def _agent(provenance: Json, role: str, scope: Scope) -> HsaId | None:
    """The unit that has a role; of a person, the unit that the person acted for."""
    return first_of(
        _unit(reference, provenance, scope)
        for agent in as_list(provenance.get("agent"))
        if any(code == role for _, code in codings(agent.get("type")))
        for reference in (agent.get("who"), agent.get("onBehalfOf"))
    )


def _unit(reference: Json | None, provenance: Json, scope: Scope) -> HsaId | None:
    """The HSA-id of a unit. People have them too, so what is not said to be a unit is none."""
    meant = scope.meant(reference, provenance)
    if meant.unit is not None or meant.kind not in UNITS:
        return meant.unit
    carried = as_list((meant.target or {}).get("identifier"))
    return first_of(identifiers.hsa(one.get("system"), one.get("value")) for one in carried)
