"""What did not come along, since a source may ignore `_include`: found out here, and asked for by
`_id`.

Only where the rows are few and cannot be told without what they point at: the goals and tasks of a
plan, the people of a team, the medicine of a prescription. Appointments say their participants in
words.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from stodtjanster.sources.kit.fhir.bundle import Page
from stodtjanster.sources.kit.fhir.search import Query
from stodtjanster.sources.kit.fhir.values import SHAPE_ERRORS, Json

MOST_IDS: Final = 100
"""So many of one type are asked for; a person has fewer."""
ROUNDS: Final = 2
"""A team leads to a role, and the role to a person and a unit. Nothing leads further."""
_PATHS: Final[dict[str, tuple[str, ...]]] = {
    "CarePlan": (
        *("goal", "careTeam", "activity.detail.goal", "activity.reference"),
        "activity.plannedActivityReference",
    ),
    "CareTeam": (
        *("participant.member", "managingOrganization"),
        "participant.extension.valueReference",
    ),
    "MedicationStatement": ("medicationReference", "medication.reference"),
    "MedicationRequest": ("medicationReference", "medication.reference", "requester"),
    "DeviceUseStatement": ("device",),
    "DeviceUsage": ("device.reference",),
    "DeviceRequest": ("codeReference", "code.reference"),
    "SupplyRequest": ("itemReference", "item.reference"),
    "Patient": ("generalPractitioner",),
    "PractitionerRole": ("practitioner", "organization"),
}
KINDS: Final = frozenset(_PATHS)
# A display names these well enough.
_NAMED: Final = frozenset(
    {"PractitionerRole", "Practitioner", "Organization", "Medication", "Device"}
)
# A goal also has a state, a task an owner, and the team by which someone is reached a telephone.
_TOLD_BY_ITSELF: Final = frozenset({"Goal", "CareTeam", "Task", "ServiceRequest"})
PERSONAL: Final = frozenset({"Goal", "Task", "ServiceRequest"})
"""A source may refuse to search these without being told whom it is about."""
_LOCAL: Final = re.compile(
    r"([A-Z][A-Za-z]{1,40})/([A-Za-z0-9.\-]{1,64})(/_history/.*)?", re.DOTALL
)


def lacking(resources: Iterable[Json], held: Collection[str], base: str) -> list[Query]:
    """A search by id for each type that these resources point at and that is not `held`."""
    wanted: dict[str, dict[str, None]] = {}
    for resource in resources:
        for kind, logical in _pointed_at(resource, base):
            if f"{kind}/{logical}" not in held:
                wanted.setdefault(kind, {})[logical] = None
    return [
        Query(kind, (("_id", ",".join(list(ids)[:MOST_IDS])), ("_count", str(MOST_IDS))))
        for kind, ids in wanted.items()
    ]


def resources(pages: Iterable[Page]) -> list[Json]:
    """Every resource of the pages that looks like one."""
    entries = (entry for page in pages for entry in page.entries if isinstance(entry, dict))
    found = (entry.get("resource") for entry in entries)
    return [one for one in found if isinstance(one, dict)]


def _pointed_at(resource: Json, base: str) -> Iterator[tuple[str, str]]:
    for path in _PATHS.get(str(resource.get("resourceType")), ()):
        try:
            references = list(_values(resource, path.split(".")))
        except SHAPE_ERRORS:
            continue
        for reference in references:
            target = _target(reference, base)
            if target is not None:
                yield target


def _values(node: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for one in node:
            yield from _values(one, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path[0] in node:
        yield from _values(node[path[0]], path[1:])


def _target(reference: Any, base: str) -> tuple[str, str] | None:
    """The type and id of a resource in this very source, when only it can say what is missing."""
    if not isinstance(reference, dict) or not isinstance(reference.get("reference"), str):
        return None
    text: str = reference["reference"]
    found = _LOCAL.fullmatch(text.removeprefix(f"{base}/"))
    if found is None:
        return None
    kind = found[1]
    named = kind in _NAMED and bool(reference.get("display"))
    return (kind, found[2]) if kind in _TOLD_BY_ITSELF or (kind in _NAMED and not named) else None
