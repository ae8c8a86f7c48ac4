"""CareTeam of category fast-kontakt as our CareManager.

Source: Inera FHIR CareTeam ("Fast kontakt") 0.9, which is R5; R4 differs in `participant.role`.
"""

from typing import Any, Final

from stodtjanster.information import CareManager, CareManagerKind, Telecom, TelecomKind
from stodtjanster.model import Told
from stodtjanster.sources.kit import identifiers
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit, title
from stodtjanster.sources.kit.fhir.values import (
    LONGEST_TOKEN,
    Json,
    SetAside,
    as_list,
    codings,
    days,
    first_of,
    first_text,
)

KIND_SYSTEMS: Final = frozenset(
    {
        "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/kv_typ_av_fast_kontakt",
        "urn:oid:1.2.752.129.5.1.69",
    }
)
_CATEGORY = "fast-kontakt"
_VIA_TEAM = "https://fhir.inera.se/ig/careteam/StructureDefinition/riv-contact-via-team-extension"
_SHOWN = frozenset({"active"})
_OTHER = frozenset({"proposed", "suspended", "inactive", "entered-in-error"})
_TELECOM = {
    "phone": TelecomKind.PHONE,
    "sms": TelecomKind.PHONE,
    "email": TelecomKind.EMAIL,
    "url": TelecomKind.URL,
}


def care_team(
    resource: Json, identity: str, labels: Labels, scope: Scope
) -> tuple[CareManager, ...]:
    """One CareManager per member. Raises SetAside for a team of another category."""
    if resource.get("status") is not None:
        check(resource["status"], _SHOWN, _OTHER)
    members = [
        one
        for one in as_list(resource.get("participant"))
        if not _is_patient(one.get("member"), resource, scope)
    ]
    fixed = any(code == _CATEGORY for _, code in codings(resource.get("category")))
    if not fixed:
        members = [one for one in members if _kind(one) is not None]
    if not members:
        raise SetAside("not a team of fast kontakt")
    subject = scope.whose(resource.get("subject"), resource)
    managers = as_list(resource.get("managingOrganization"))
    manager = scope.name(managers[0], resource) if managers else None
    return tuple(
        member.manager(
            subject=subject,
            origin=scope.origin(
                resource,
                # One team may name several: each is a record of its own.
                identity if len(members) == 1 else f"{identity}#{number}",
                labels.approved,
                care_unit=care_unit(managers, scope, resource),
                unit_name=scope.told(manager, resource),
                called=member.called,
            ),
            team_id=identity if len(members) > 1 else None,
        )
        for number, member in enumerate(
            _Member(one, resource, scope, protected=labels.protected or scope.protected)
            for one in members
        )
    )


def _is_patient(member: Json | None, resource: Json, scope: Scope) -> bool:
    return member is not None and scope.kind(member, resource) == "Patient"


def _kind(member: Json) -> CareManagerKind | None:
    """None when no role is of the national code system; UNKNOWN for a code that we do not know."""
    for system, code in codings(member.get("role")):
        if system in KIND_SYSTEMS:
            return next((kind for kind in CareManagerKind if kind == code), CareManagerKind.UNKNOWN)
    return None


class _Member:
    """One member with what the PractitionerRole, Practitioner and team beside it say."""

    __slots__ = ("member", "person", "protected", "role", "scope", "team", "via")

    def __init__(self, member: Json, team: Json, scope: Scope, *, protected: bool) -> None:
        self.member, self.team, self.scope, self.protected = member, team, scope, protected
        found = scope.resolve(member.get("member"), team) or {}
        kind = found.get("resourceType")
        self.role = found if kind == "PractitionerRole" else {}
        self.person = found if kind == "Practitioner" else self._beside("practitioner")
        self.via = next(
            (
                one["valueReference"]
                for one in as_list(member.get("extension"))
                if one.get("url") == _VIA_TEAM
            ),
            None,
        )

    def manager(self, *, subject: Any, origin: Any, team_id: str | None) -> CareManager:
        first, last = days(self.member.get("period") or self.team.get("period"))
        return CareManager(
            subject=subject,
            origin=origin,
            kind=_kind(self.member) or CareManagerKind.UNKNOWN,
            kind_text=self._told(first_text(self.member.get("role"))),
            name=self._told(self._name()),
            qualification=self._told(
                first_text(self.role.get("code")) or first_text(self.person.get("qualification"))
            ),
            team_id=team_id,
            team_name=self._told(self.scope.name(self.via, self.team) or self.team.get("name")),
            unit=self._told(self._unit()),
            telecom=() if self.protected else self._telecom(),
            notes=self._told(self._notes()),
            first=first,
            last=last,
        )

    @property
    def called(self) -> str | None:
        """What the contact is called in its source system, by who the member of staff is."""
        kind = _kind(self.member)
        carried = [*as_list(self.person.get("identifier")), *as_list(self.role.get("identifier"))]
        staff = first_of(identifiers.hsa(one.get("system"), one.get("value")) for one in carried)
        return None if kind is None or staff is None else identifiers.contact_of(kind, staff)

    def _beside(self, part: str) -> Json:
        return self.scope.resolve(self.role.get(part), self.role) or {}

    def _told(self, text: str | None) -> Told | None:
        return self.scope.told(text, self.team)

    def _name(self) -> str | None:
        own = title(self.person) if self.person else None
        if own:
            return own
        display: str | None = (self.member.get("member") or {}).get("display")
        return display or (title(self.role) if self.role else None)

    def _unit(self) -> str | None:
        references = [
            self.role.get("organization"),
            self.member.get("onBehalfOf"),
            *as_list(self.team.get("managingOrganization")),
        ]
        names = (self.scope.name(one, self.role or self.team) for one in references)
        return next((name for name in names if name), None)

    def _telecom(self) -> tuple[Telecom, ...]:
        """The contact's own, else those of the team by which it is reached, else the role's; never
        those of the practitioner, which may be private. R5 keeps the role's one level down."""
        via = self.scope.resolve(self.via, self.team) or {}
        points = (
            self.team.get("telecom")
            or via.get("telecom")
            or self.role.get("telecom")
            or [
                one for each in as_list(self.role.get("contact")) for one in each.get("telecom", ())
            ]
        )
        return tuple(
            Telecom(_TELECOM.get(point.get("system"), TelecomKind.OTHER), point["value"])
            for point in as_list(points)
            if isinstance(point.get("value"), str)
            and 0 < len(point["value"]) <= LONGEST_TOKEN
            and point.get("use") != "old"
        )

    def _notes(self) -> str | None:
        return "\n".join(note["text"] for note in as_list(self.team.get("note"))) or None
