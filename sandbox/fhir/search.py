"""FHIR R4 search over resources in memory: the parameters that the server advertises.

Parameter codes and paths are those of the R4 core SearchParameters. What is not in
the table is an unknown parameter.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.clock import STOCKHOLM

Resource = dict[str, Any]
Kind = Literal["token", "reference", "date"]
Match = Callable[[Resource], bool]


class BadSearchError(ValueError):
    """A search that the server refuses; the message holds no personal data."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one parameter finds its values: element paths without the resource type."""

    kind: Kind
    paths: tuple[str, ...]


_SUBJECT = Parameter("reference", ("subject",))
_STATUS = Parameter("token", ("status",))
_CATEGORY = Parameter("token", ("category",))

PARAMETERS: dict[str, dict[str, Parameter]] = {
    "Patient": {"identifier": Parameter("token", ("identifier",))},
    "Appointment": {
        "patient": Parameter("reference", ("participant.actor",)),
        "actor": Parameter("reference", ("participant.actor",)),
        "location": Parameter("reference", ("participant.actor",)),
        "status": _STATUS,
        "date": Parameter("date", ("start",)),
    },
    "Encounter": {
        "patient": _SUBJECT,
        "status": _STATUS,
        "date": Parameter("date", ("period",)),
        "appointment": Parameter("reference", ("appointment",)),
    },
    "CareTeam": {"patient": _SUBJECT, "status": _STATUS, "category": _CATEGORY},
    "CarePlan": {
        "patient": _SUBJECT,
        "status": _STATUS,
        "category": _CATEGORY,
        "intent": Parameter("token", ("intent",)),
        "date": Parameter("date", ("period",)),
    },
    "Goal": {"patient": _SUBJECT, "lifecycle-status": Parameter("token", ("lifecycleStatus",))},
    "ServiceRequest": {
        "patient": _SUBJECT,
        "status": _STATUS,
        "intent": Parameter("token", ("intent",)),
        "category": _CATEGORY,
        "authored": Parameter("date", ("authoredOn",)),
        "occurrence": Parameter("date", ("occurrencePeriod",)),
    },
    "Task": {
        "patient": Parameter("reference", ("for",)),
        "status": _STATUS,
        "owner": Parameter("reference", ("owner",)),
        "code": Parameter("token", ("code",)),
        "based-on": Parameter("reference", ("basedOn",)),
        "authored-on": Parameter("date", ("authoredOn",)),
        "modified": Parameter("date", ("lastModified",)),
    },
    "MedicationStatement": {
        "patient": _SUBJECT,
        "status": _STATUS,
        "effective": Parameter("date", ("effectivePeriod",)),
    },
    "Medication": {"code": Parameter("token", ("code",))},
    # R4 has neither status nor date here.
    "DeviceUseStatement": {"patient": _SUBJECT, "device": Parameter("reference", ("device",))},
    # `subject` searches deliverTo, and there is no `patient`.
    "SupplyRequest": {"subject": Parameter("reference", ("deliverTo",)), "status": _STATUS},
    "DocumentReference": {
        "patient": _SUBJECT,
        "status": _STATUS,
        "type": Parameter("token", ("type",)),
        "date": Parameter("date", ("date",)),
    },
    "Communication": {
        "patient": _SUBJECT,
        "status": _STATUS,
        "sent": Parameter("date", ("sent",)),
    },
    "Provenance": {
        "target": Parameter("reference", ("target",)),
        "recorded": Parameter("date", ("recorded",)),
    },
    "Device": {"identifier": Parameter("token", ("identifier",))},
    "Practitioner": {"identifier": Parameter("token", ("identifier",))},
    "PractitionerRole": {
        "practitioner": Parameter("reference", ("practitioner",)),
        "organization": Parameter("reference", ("organization",)),
    },
    "Organization": {"identifier": Parameter("token", ("identifier",))},
    "HealthcareService": {"identifier": Parameter("token", ("identifier",))},
    "Location": {},
}

INCLUDES: dict[str, str] = {
    "Appointment:location": "participant.actor",
    "Appointment:practitioner": "participant.actor",
    "Appointment:actor": "participant.actor",
    "CarePlan:goal": "goal",
    "CarePlan:activity-reference": "activity.reference",
    "CareTeam:participant": "participant.member",
    "DeviceUseStatement:device": "device",
    "DocumentReference:custodian": "custodian",
    "Encounter:service-provider": "serviceProvider",
    "Encounter:appointment": "appointment",
    "MedicationStatement:medication": "medicationReference",
    "PractitionerRole:organization": "organization",
    "PractitionerRole:practitioner": "practitioner",
    "ServiceRequest:performer": "performer",
    "ServiceRequest:requester": "requester",
    "Task:owner": "owner",
}
_FOLLOWED = INCLUDES | {
    f"{kind}:{name}": table[name].paths[0]
    for kind, table in PARAMETERS.items()
    for name in ("patient", "subject")
    if name in table
}
"""What may be included: whom a row is about, too."""
_INCLUDED_TYPE = {
    "Appointment:location": "Location",
    "Appointment:practitioner": "Practitioner",
    "Appointment:patient": "Patient",
}

# Asked for without any of these, a type would give everybody's.
_ABOUT = {"patient", "subject", "target"}
# But a unit may ask for what is booked at it.
_AT = {"Appointment": {"actor", "location"}}
PERSONAL = frozenset(name for name, table in PARAMETERS.items() if not _ABOUT.isdisjoint(table))

_COMMON = (
    *("_id", "_lastUpdated", "_count", "_sort", "_format", "_total"),
    *("_include", "_include:iterate", "_revinclude"),
)
_LAST_UPDATED = Parameter("date", ("meta.lastUpdated",))
_PREFIX = re.compile(r"(eq|ge|gt|le|lt|sa|eb)?(\d{4}.*)", re.DOTALL)


def unknown(resource_type: str, names: Sequence[str]) -> list[str]:
    """The parameters that the server does not know for a type."""
    table = PARAMETERS[resource_type]
    return [name for name in names if name not in _COMMON and name.partition(":")[0] not in table]


def names_whom(resource_type: str, query: Sequence[tuple[str, str]]) -> bool:
    """Whether a search says whom it is about, or at which unit, where it must."""
    names = {name.partition(":")[0] for name, _ in query}
    enough = _ABOUT | {"_id"} | _AT.get(resource_type, set())
    return resource_type not in PERSONAL or not names.isdisjoint(enough)


def matching(
    resource_type: str, query: Sequence[tuple[str, str]], everything: Sequence[Resource]
) -> list[Resource]:
    """The resources of a type that fulfil every known parameter. Raises BadSearchError."""
    tests = list(_tests(resource_type, query))
    return [
        resource
        for resource in everything
        if resource["resourceType"] == resource_type and all(test(resource) for test in tests)
    ]


def sorted_by(resource_type: str, key: str, rows: list[Resource]) -> list[Resource]:
    """Sorted by one date parameter, `date` or `-date`; other keys leave the order alone."""
    parameter = PARAMETERS[resource_type].get(key.removeprefix("-"))
    if parameter is None or parameter.kind != "date":
        return rows

    def when(resource: Resource) -> dt.datetime:
        spans = [_span(value) for value in values(resource, parameter.paths[0])]
        return min((start for start, _ in spans), default=_NEVER)

    return sorted(rows, key=when, reverse=key.startswith("-"))


def included(
    rows: Sequence[Resource], query: Sequence[tuple[str, str]], index: Mapping[str, Resource]
) -> list[Resource]:
    """What the rows refer to, as far as _include and _include:iterate ask for it, and their
    Provenance when _revinclude does."""
    once = [value for name, value in query if name in ("_include", "_include:iterate")]
    again = [value for name, value in query if name == "_include:iterate"]
    found: dict[str, Resource] = {}
    layer = list(_followed(rows, once, index))
    while layer:
        fresh = [resource for resource in layer if _key(resource) not in found]
        found |= {_key(resource): resource for resource in fresh}
        layer = list(_followed(fresh, again, index))
    matches = {_key(row) for row in rows}
    if ("_revinclude", "Provenance:target") in query:
        found |= {key: index[key] for key in map(_provenance_of, rows) if key in index}
    return [resource for key, resource in found.items() if key not in matches]


def _provenance_of(row: Resource) -> str:
    return f"Provenance/{row['resourceType'].lower()}-{row['id']}"


def values(resource: Any, path: str) -> Iterator[Any]:
    """Every value on a dotted path, through lists."""
    here, _, rest = path.partition(".")
    found = resource.get(here) if isinstance(resource, dict) else None
    for value in found if isinstance(found, list) else [found]:
        if value is None:
            continue
        if rest:
            yield from values(value, rest)
        else:
            yield value


def _followed(
    rows: Sequence[Resource], includes: Sequence[str], index: Mapping[str, Resource]
) -> Iterator[Resource]:
    for row in rows:
        for include in includes:
            # "CareTeam:participant:PractitionerRole" limits the type of what is included.
            name = ":".join(include.split(":")[:2])
            wanted = _INCLUDED_TYPE.get(name, ":".join(include.split(":")[2:]))
            if name.partition(":")[0] != row["resourceType"] or name not in _FOLLOWED:
                continue
            for reference in values(row, _FOLLOWED[name]):
                target = index.get(reference.get("reference", ""))
                if target is not None and wanted in ("", target["resourceType"]):
                    yield target


def _key(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _tests(resource_type: str, query: Sequence[tuple[str, str]]) -> Iterator[Match]:
    table = PARAMETERS[resource_type]
    for full_name, value in query:
        name, _, modifier = full_name.partition(":")
        if name == "_id":
            yield _id_test(value.split(","))
        elif name == "_lastUpdated":
            yield _test(_LAST_UPDATED, modifier, value)
        elif name in table:
            yield _test(table[name], modifier, value)


def _id_test(ids: Sequence[str]) -> Match:
    return lambda resource: resource["id"] in ids


def _test(parameter: Parameter, modifier: str, value: str) -> Match:
    if parameter.kind == "date":
        return _date_test(parameter, value)
    wanted = value.split(",")
    holds = _token_holds if parameter.kind == "token" or modifier == "identifier" else _refers_to
    if modifier not in ("", "not", "identifier", "Patient"):
        raise BadSearchError(f"the modifier {modifier!r} is not supported")

    def test(resource: Resource) -> bool:
        found = [value for path in parameter.paths for value in values(resource, path)]
        if modifier == "identifier":
            found = [value.get("identifier", {}) for value in found]
        hit = any(holds(value, each) for value in found for each in wanted)
        return hit != (modifier == "not")

    return test


def _token_holds(value: Any, wanted: str) -> bool:
    """`code`, `system|code` or `system|` against a code, a CodeableConcept or an Identifier."""
    system, bar, code = wanted.rpartition("|")
    if isinstance(value, str):
        return value == code
    codings = value.get("coding", [value])
    return any(
        (not bar or coding.get("system", "") == system)
        and (not code or code in (coding.get("code"), coding.get("value")))
        for coding in codings
    )


def _refers_to(value: Any, wanted: str) -> bool:
    reference = str(value.get("reference", ""))
    return wanted != "" and (reference == wanted or reference.endswith(f"/{wanted}"))


_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
_ALWAYS = dt.datetime.min.replace(tzinfo=dt.UTC)


def _date_test(parameter: Parameter, value: str) -> Match:
    found = _PREFIX.fullmatch(value)
    if found is None:
        raise BadSearchError("a date parameter is not a date")
    prefix = found[1] or "eq"
    low, high = _span(found[2])

    def test(resource: Resource) -> bool:
        spans = [_span(each) for path in parameter.paths for each in values(resource, path)]
        return any(_compare(prefix, start, end, low, high) for start, end in spans)

    return test


def _compare(
    prefix: str, start: dt.datetime, end: dt.datetime, low: dt.datetime, high: dt.datetime
) -> bool:
    """R4 search.html#date: [start, end) is the resource's, [low, high) the parameter's."""
    return {
        "eq": low <= start and end <= high,
        "ge": end > low,
        "gt": end > high,
        "le": start < high,
        "lt": start < low,
        "sa": start >= high,
        "eb": end <= low,
    }[prefix]


def _span(value: Any) -> tuple[dt.datetime, dt.datetime]:
    """A date, an instant or a Period as a half-open span in time. Raises BadSearchError."""
    if isinstance(value, dict):
        start = _span(value["start"])[0] if "start" in value else _ALWAYS
        return start, _span(value["end"])[1] if "end" in value else _NEVER
    try:
        if "T" in value:
            moment = dt.datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)
            return moment, moment + dt.timedelta(seconds=1)
        return _calendar_span(value)
    except ValueError as error:
        raise BadSearchError("a date parameter is not a date") from error


def _calendar_span(value: str) -> tuple[dt.datetime, dt.datetime]:
    """A year, a month or a day, in Swedish local time."""
    parts = [int(part) for part in value.split("-")]
    year, month, day = (*parts, *(1, 1, 1)[len(parts) :])
    first = dt.date(year, month, day)
    after = {
        1: lambda: dt.date(year + 1, 1, 1),
        2: lambda: dt.date(year + month // 12, month % 12 + 1, 1),
        3: lambda: first + dt.timedelta(days=1),
    }[len(parts)]()
    return _midnight(first), _midnight(after)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), STOCKHOLM)
