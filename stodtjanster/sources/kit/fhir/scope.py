"""What a row is read in: whose it must be, what stands beside it, what it is worth."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from stodtjanster.information import Item
from stodtjanster.model import HsaId, Origin, Period, PersonId, Told
from stodtjanster.sources.kit import identifiers
from stodtjanster.sources.kit.fhir.values import (
    LONGEST_TOKEN,
    Foreign,
    Json,
    SetAside,
    Unreadable,
    as_list,
    told,
)

UNITS = frozenset({"Organization", "HealthcareService", "CareTeam", "Location"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
LONGEST_ID = 128
"""FHIR allows 64; some servers do not care."""
_OPEN_CONFIDENTIALITY = frozenset({"U", "L", "M", "N"})
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_NOT_FOR_PATIENT = frozenset({"NOPATIENT", "NOPAT", "R", "V"})
_PROTECTED = frozenset({"sekretessmarkering", "skyddadFolkbokforing"})
_APPROVAL = "https://fhir.inera.se/ig/ehds-tk/StructureDefinition/approved-for-patient"


@dataclass(frozen=True, slots=True)
class Labels:
    """What `meta.security` says.

    FHIR has no other element for approval, so no label means approved; NOPATIENT (Inera, decision
    PDL-001) means not, and so do confidentiality R, V and any code of that system that we do not
    know. So does Inera's extension for approval, unless it says true. `protected` hides where a
    person with protected identity can be found.
    """

    approved: bool = True
    protected: bool = False


PLAIN = Labels()


def labels(resource: Json) -> Labels:
    """Raises Unreadable when a label has no code: it cannot be obeyed."""
    meta = resource.get("meta")
    security = meta.get("security") if meta else None
    if not security and "extension" not in resource:
        return PLAIN
    listed = as_list(security)
    allowed = approved(listed) and not _withheld(resource)
    return Labels(allowed, any(label.get("code") in _PROTECTED for label in listed))


def _withheld(resource: Json) -> bool:
    return any(
        one.get("url") == _APPROVAL and one.get("valueBoolean") is not True
        for one in as_list(resource.get("extension"))
    )


def approved(security: Iterable[Json]) -> bool:
    """False when a label says that this is not for the patient, or says something that we do not
    know about how confidential it is. Raises Unreadable when a label has no code."""
    allowed = True
    for label in security:
        code = label.get("code")
        if not isinstance(code, str):
            raise Unreadable("a security label without code")
        unknown = label.get("system") == _CONFIDENTIALITY and code not in _OPEN_CONFIDENTIALITY
        allowed = allowed and not unknown and code not in _NOT_FOR_PATIENT
    return allowed


@dataclass(frozen=True, slots=True)
class Meant:
    """What a reference means: its resource type, what to call it, and its HSA-id if it is a unit.

    `target` is the resource, if it came along.
    """

    kind: str | None
    name: str | None
    unit: HsaId | None
    target: Json | None


@dataclass(frozen=True, slots=True)
class Seal:
    """Who answers for a record, as its Provenance says: what a block (spärr) is about.

    Inera EHDS-TK: the agent `custodian` is the vårdgivare (yttre spärr), `author` the vårdenhet
    (inre spärr).
    """

    care_provider: HsaId | None = None
    care_unit: HsaId | None = None


_NOTHING = Meant(None, None, None, None)


@dataclass(slots=True)
class Known:
    """What has already been made of the references, texts and concepts of a page: the same few
    come again on every row."""

    present: dict[bytes, Any] = field(default_factory=dict)
    meant: dict[tuple[str, str | None], Meant] = field(default_factory=dict)
    told: dict[str, Told | None] = field(default_factory=dict)
    concepts: dict[bytes, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """One page's surroundings.

    `system` is the base of the source, without a last slash, and names its records. `subject` None
    means that rows are read about anyone (a file), `asked` None that rows of every kind are.
    `patients` holds the references that are known to mean the subject, as `Patient/<id>` or a
    fullUrl. `beside` holds the other resources of the page by reference, `seals` what their
    Provenance says, by the same references. `agreements` are the codes of a Task that is one
    (empty: every Task is), `referrals` those of a Task or ServiceRequest that is a referral,
    `plan_documents` those of a document that is a plan. `planned_encounters`: an Encounter that is
    only planned is a time, else a care contact. `visits` are the days in which the times of a
    decided service are told one by one; None for not at all. `absences`: the source takes word
    that nobody will be at home.
    """

    source: str
    system: str
    asked_at: datetime
    subject: PersonId | None
    patients: frozenset[str] = frozenset()
    beside: Mapping[str, Json] = field(default_factory=dict)
    language: str = "sv"
    protected: bool = False
    services_in_care_plans: bool = True
    agreements: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()
    plan_documents: tuple[str, ...] = ()
    planned_encounters: bool = True
    visits: Period | None = None
    absences: bool = False
    asked: type[Item] | None = None
    seals: Mapping[str, Seal] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    def about(self, reference: str, *, protected: bool) -> "Scope":
        """The same, when the source has said which of its Patients the subject is."""
        return replace(self, patients=frozenset((reference,)), protected=protected)

    def require(self, kind: type[Item], otherwise: str) -> None:
        """Raises SetAside when something else was asked for: of that, such a row is no loss, even
        when it cannot be read."""
        if self.asked not in (None, kind):
            raise SetAside(otherwise)

    def relative(self, reference: str) -> str:
        """`Type/id` for anything in this source; other references stay as they are."""
        if len(reference) > LONGEST_TOKEN:
            raise Unreadable("a reference too long")
        local = reference.removeprefix(f"{self.system}/")
        return local.partition("/_history/")[0]

    def resolve(self, reference: Json | None, holder: Json) -> Json | None:
        """The resource that a reference means, if it came along. Nothing is ever fetched."""
        text = reference.get("reference") if reference else None
        if text is None:
            return None
        if text.startswith("#"):
            inner = (one for one in as_list(holder.get("contained")) if one.get("id") == text[1:])
            return next(inner, None)
        return self.beside.get(self.relative(text))

    def meant(self, reference: Json | None, holder: Json) -> Meant:
        """A reference with the same address and display means the same on every row of a page;
        one into the row itself, or without address, is read each time."""
        if reference is None:
            return _NOTHING
        text = reference.get("reference")
        if text is None or text[:1] == "#":
            return self._mean(reference, holder)
        key = (text, reference.get("display"))
        found = self.known.meant.get(key)
        if found is None:
            found = self.known.meant[key] = self._mean(reference, holder)
        return found

    def _mean(self, reference: Json, holder: Json) -> Meant:
        target = self.resolve(reference, holder)
        kind = target.get("resourceType") if target is not None else self._kind(reference)
        name = reference.get("display") or (None if target is None else title(target))
        unit = None
        identifier = reference.get("identifier")
        if identifier is not None and kind in UNITS:
            unit = identifiers.hsa(identifier.get("system"), identifier.get("value"))
        return Meant(kind, name, unit, target)

    def _kind(self, reference: Json) -> str | None:
        text = reference.get("reference")
        if text is not None and not text.startswith("urn:"):
            parts = self.relative(text).split("/")
            if len(parts) > 1:
                kind: str = parts[-2]
                return kind
        named: str | None = reference.get("type")
        return "Patient" if named is None and _names_person(reference) else named

    def kind(self, reference: Json | None, holder: Json) -> str | None:
        """The resource type that a reference points at, when it can be told."""
        return self.meant(reference, holder).kind

    def name(self, reference: Json | None, holder: Json) -> str | None:
        """What to call the one that a reference means: its display, else its own name."""
        return self.meant(reference, holder).name

    def told(self, text: str | None, resource: Json) -> Told | None:
        """Raises Unreadable, see `values.told`."""
        if text is None:
            return None
        lang = resource.get("language")
        if lang is not None:
            return told(text, _language(lang, self.language))
        found = self.known.told.get(text)
        if found is None:
            found = self.known.told[text] = told(text, self.language)
        return found

    def whose(self, reference: Json | None, holder: Json) -> PersonId | None:
        """The person that a row is about.

        Raises Foreign when that is someone else than the subject, Unreadable when it cannot be
        known. Without a subject it says whom the row names, or None.
        """
        named: frozenset[PersonId] = frozenset()
        if reference:
            if "identifier" not in reference and reference.get("reference") in self.patients:
                return self.subject
            named = self._named(reference, holder)
        if self.subject is None:
            return min(named, key=lambda person: person.value, default=None)
        if named and self.subject not in named:
            raise Foreign
        text = reference.get("reference") if reference else None
        local = "#" if text is None else self.relative(text)
        if local in self.patients:
            return self.subject
        if self.patients and local[0] != "#" and "://" not in local:
            raise Foreign
        if not named:
            raise Unreadable("the subject could not be confirmed")
        return self.subject

    def _named(self, reference: Json, holder: Json) -> frozenset[PersonId]:
        identifier = reference.get("identifier")
        if identifier is not None:
            person = identifiers.person(identifier.get("system"), identifier.get("value"))
            if person is not None:
                return frozenset((person,))
        target = self.resolve(reference, holder)
        if target is None or target.get("resourceType") != "Patient":
            return frozenset()
        return persons(target)

    def origin(
        self,
        resource: Json,
        identity: str,
        approved: bool,
        documented_at: datetime | None = None,
        care_unit: HsaId | None = None,
        unit_name: Told | None = None,
        *,
        called: str | None = None,
    ) -> Origin:
        """`called` is what the record is called in its source system, where no identifier says."""
        seal = self._seal(resource) if self.seals else None
        return Origin(
            self.source,
            self.system,
            identity,
            resource["resourceType"],
            self.asked_at,
            None if seal is None else seal.care_provider,
            care_unit if seal is None else seal.care_unit or care_unit,
            unit_name,
            approved,
            documented_at,
            named(resource, called) or known_as(resource, identity),
        )

    def _seal(self, resource: Json) -> Seal | None:
        logical = resource["id"]
        found = self.seals.get(f"{resource['resourceType']}/{logical}")
        return found or self.seals.get(f"urn:uuid:{logical}")


def _names_person(reference: Json) -> bool:
    identifier = reference.get("identifier")
    return identifier is not None and identifier.get("system") in identifiers.PERSON_SYSTEMS


def _language(said: Any, default: str) -> str:
    if isinstance(said, str) and _LANGUAGE.fullmatch(said):
        return said
    return default


def persons(patient: Json) -> frozenset[PersonId]:
    """Every person number that a Patient carries and that is in use."""
    return frozenset(
        person
        for identifier in as_list(patient.get("identifier"))
        if identifier.get("use") != "old"
        and (person := identifiers.person(identifier.get("system"), identifier.get("value")))
    )


def title(resource: Json) -> str | None:
    """The name of a practitioner, organization, team or place; never an identifier."""
    name = resource.get("name")
    if isinstance(name, list):
        return _human(name)
    if name:
        text: str = name
        return text
    for part in ("practitioner", "organization"):
        display: str | None = resource.get(part, {}).get("display")
        if display:
            return display
    description = resource.get("description")
    return description if isinstance(description, str) else None


def _human(names: list[Json]) -> str | None:
    for name in names:
        if name.get("use") == "old":
            continue
        text: str | None = name.get("text")
        if text:
            return text
        parts = [*as_list(name.get("given")), name.get("family")]
        joined = " ".join(part for part in parts if part)
        if joined:
            return joined
    return None


def identity(resource: Json) -> str:
    """`Type/id`, the identity of a row within its source."""
    logical = resource.get("id")
    if not isinstance(logical, str) or not 0 < len(logical) <= LONGEST_ID:
        raise Unreadable("no usable id")
    if not logical.isprintable():
        raise Unreadable("no usable id")
    return f"{resource['resourceType']}/{logical}"


def named(resource: Json, record: str | None) -> tuple[str, str] | None:
    """(HSA-id of the source system, record); None when either is unknown."""
    meta = resource.get("meta")
    system = identifiers.source_system(meta.get("source") if meta else None)
    return None if system is None or record is None else (system, record)


def known_as(resource: Json, identity: str) -> tuple[str, str] | None:
    """(HSA-id of the source system, record), by which RIV-TA knows the same record; None when the
    row does not name both.

    Inera EHDS-TK: `meta.source` names the system. One row that gives several records (`identity`
    then ends in `#<number>`) has them told apart here too.
    """
    meta = resource.get("meta")
    system = identifiers.source_system(meta.get("source") if meta else None)
    if system is None:
        return None
    for one in as_list(resource.get("identifier")):
        record = identifiers.record_of(one.get("system"), one.get("value"), system)
        if record is not None:
            return system, record + "".join(identity.partition("#")[1:])
    return None


def care_unit(references: Iterable[Json | None], scope: Scope, holder: Json) -> HsaId | None:
    """The first HSA-id that the reference to a unit carries as its identifier."""
    found = (scope.meant(one, holder).unit for one in references)
    return next((unit for unit in found if unit is not None), None)


def keys(reference: Json, scope: Scope) -> tuple[str, ...]:
    """The names under which the record that a reference means may be known."""
    found: list[str] = []
    text = reference.get("reference")
    if text is not None and not text.startswith("#"):
        local = scope.relative(text)
        target = scope.beside.get(local)
        if target is not None:
            found.append(f"{scope.system}|{identity(target)}")
        elif "://" in local:
            base, kind, logical = local.rsplit("/", 2)
            found.append(f"{base}|{kind}/{logical}")
        elif not local.startswith("urn:"):
            found.append(f"{scope.system}|{local}")
    identifier = reference.get("identifier")
    if identifier is not None:
        key = identifiers.record_key(identifier.get("system"), identifier.get("value"))
        if key is not None:
            found.append(key)
    return tuple(found)
