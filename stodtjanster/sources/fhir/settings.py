"""How one FHIR source is reached and asked. What differs between servers is set here."""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, FilePath, model_validator

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Listing,
    Medication,
    Message,
    ReferralStatus,
)
from stodtjanster.model import PersonIdKind
from stodtjanster.sources.kit import identifiers
from stodtjanster.sources.kit.fhir import agreements, documents, referrals
from stodtjanster.sources.kit.fhir.search import Method, Release, origin
from stodtjanster.sources.kit.smart import Algorithm
from stodtjanster.sources.kit.source import SourceSettings

GIVES: Final[dict[str, type[Item]]] = {
    kind.key: kind
    for kind in (
        *(Appointment, CareContact, CareManager, CarePlan, CareService, Agreement, Medication),
        *(ReferralStatus, Listing, Message),
    )
}
"""What a FHIR source may know of, by the names that configuration uses."""
_ELSEWHERE: Final = frozenset({Listing.key, Message.key})
"""What has a national source, so that a FHIR source is asked only when its settings name it."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _address(url: str) -> str:
    """An https address without query; http only on the machine itself."""
    place = origin(url)
    if place is None or "?" in url or "#" in url:
        raise ValueError("an https address without user, query and fragment is needed")
    if place[0] != "https" and place[1] not in _LOOPBACK:
        raise ValueError("https is needed for any other machine than this one")
    return url.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]


def _known(name: str) -> str:
    if name not in GIVES:
        raise ValueError(f"unknown information; known are {', '.join(GIVES)}")
    return name


Information = Annotated[str, AfterValidator(_known)]


class Settings(SourceSettings):
    """`patient_key` is how the source wants to be told whom it is about:

    lookup      GET Patient?identifier=..., then patient=Patient/<id>
    identifier  patient:identifier=<system>|<number>, for logical references
    chained     patient.identifier=<system>|<number>
    """

    base_url: Address
    release: Release = "R4"
    information: tuple[Information, ...] = Field(
        default=tuple(name for name in GIVES if name not in _ELSEWHERE),
        min_length=1,
        description="what this source is asked about",
    )
    patient_key: Literal["lookup", "identifier", "chained"] = "lookup"
    method: Method = Field(
        default="POST",
        description="POST keeps the number out of the source's access logs; mixed is POST where "
        "there is a number, else GET, to which a source may answer that nothing has changed",
    )
    personnummer_system: str = identifiers.PERSONNUMMER
    samordningsnummer_system: str = identifiers.SAMORDNINGSNUMMER
    reservnummer_system: str = identifiers.RESERVNUMMER

    client_id: str | None = Field(default=None, description="None: no login, only mutual TLS")
    private_key: FilePath | None = Field(default=None, description="JWK or PEM")
    alg: Algorithm = "ES384"
    scopes: tuple[str, ...] = ("system/*.rs",)
    token_endpoint: Address | None = Field(
        default=None, description="None: from .well-known/smart-configuration, same host only"
    )

    page_size: int = Field(default=50, ge=1, le=1000)
    max_pages: int = Field(default=20, ge=1, le=1000)
    strict: bool = Field(default=True, description="Prefer: handling=strict")
    includes: bool = Field(default=True, description="ask for _include")
    complete: bool = Field(
        default=True, description="ask by _id for what an ignored _include left out"
    )
    provenance: bool = Field(
        default=False, description="ask for Provenance, which names the units of a spärr"
    )
    times_without_zone: Literal["refused", "swedish"] = Field(
        default="refused", description="a time without zone is nobody's, unless the source is known"
    )
    planned_encounters: bool = Field(
        default=True, description="a planned Encounter is a time; False: a care contact"
    )
    visits_from: tuple[Literal["ServiceRequest", "CarePlan"], ...] = Field(
        default=(), description="whose Timing tells of visits that are not booked one by one"
    )
    absences: bool = Field(
        default=False,
        description="the source takes an AppointmentResponse that declines a visit at home; the "
        "scopes must then let one be created (`system/AppointmentResponse.c`)",
    )
    services_in_care_plans: bool = Field(
        default=True, description="a CarePlan with one activity is an insats, as in KL's profiles"
    )
    plans_from: tuple[Literal["CarePlan", "DocumentReference"], ...] = Field(
        default=("CarePlan",), min_length=1, description="Inera's drafts disagree on which"
    )
    plan_documents: tuple[str, ...] = Field(
        default=documents.TYPES,
        min_length=1,
        description="tokens of DocumentReference.type or .category that are plans",
    )
    devices_from: tuple[Literal["DeviceUseStatement", "DeviceRequest", "SupplyRequest"], ...] = (
        Field(
            default=(), description="trygghetslarm, hjälpmedel, förbrukning, beside ServiceRequest"
        )
    )
    medications_from: tuple[Literal["MedicationStatement", "MedicationRequest"], ...] = Field(
        default=("MedicationStatement",), min_length=1
    )
    agreement_codes: tuple[str, ...] = Field(
        default=agreements.CODES,
        description="tokens of Task.code that are överenskommelser; empty: every Task is",
    )
    referrals_from: tuple[Literal["Task", "ServiceRequest"], ...] = Field(
        default=("Task",), min_length=1
    )
    referral_codes: tuple[str, ...] = Field(
        default=referrals.TYPES,
        description="tokens of Task and ServiceRequest that are about referrals; empty: every Task "
        "that is no agreement, and no ServiceRequest",
    )
    referral_years_back: int = Field(default=2, ge=0, le=120)
    language: str = Field(default="sv", pattern=r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    patient_cache_seconds: int = Field(default=300, ge=0, le=3600)

    def system_of(self, kind: PersonIdKind) -> str:
        return {
            PersonIdKind.PERSONNUMMER: self.personnummer_system,
            PersonIdKind.SAMORDNINGSNUMMER: self.samordningsnummer_system,
            PersonIdKind.RESERVNUMMER: self.reservnummer_system,
        }[kind]

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.client_id is None) != (self.private_key is None):
            raise ValueError("client_id and private_key belong together")
        return self
