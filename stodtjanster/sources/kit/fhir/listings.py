"""Patient.generalPractitioner as our Listing: the health centre, or doctor, that is chosen.

hl7.org/fhir/R4/patient.html calls it the nominated care provider. It is never told as a fast
läkarkontakt: that is a legal role, which this element does not give anybody.
"""

from stodtjanster.information import Listing, ListingKind
from stodtjanster.model import HsaId
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit, persons
from stodtjanster.sources.kit.fhir.values import Foreign, Json, SetAside, as_list

_OFFICE = "Organization"


def chosen(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Listing, ...]:
    """One Listing for each. Raises Foreign for another person's Patient, SetAside for a record
    that is not in use, or of somebody whose health centre would tell where they live."""
    named = persons(resource)
    if scope.subject is not None and scope.subject not in named:
        raise Foreign
    if resource.get("active") is False:
        raise SetAside("not in use")
    if labels.protected:
        raise SetAside("protected")
    subject = scope.subject or min(named, key=lambda person: person.value, default=None)
    listings = []
    for number, one in enumerate(as_list(resource.get("generalPractitioner"))):
        office = scope.kind(one, resource) == _OFFICE
        role = {} if office else scope.resolve(one, resource) or {}
        organization = one if office else role.get("organization")
        holder = resource if office else role
        unit = scope.told(scope.name(organization, holder), resource)
        listings.append(
            Listing(
                subject=subject,
                origin=scope.origin(
                    resource,
                    f"{identity}#{number}",
                    labels.approved,
                    None,
                    _unit(organization, scope, holder),
                    unit,
                ),
                kind=ListingKind.DOCTORS_OFFICE if office else ListingKind.DOCTOR,
                unit=unit,
                name=None if office else scope.told(scope.name(one, resource), resource),
            )
        )
    return tuple(listings)


def _unit(organization: Json | None, scope: Scope, holder: Json) -> HsaId | None:
    return care_unit((organization,), scope, holder)
