"""Identifier systems: the same thing has several URIs in Sweden, so compare what they mean.

Sources: HL7 Sweden base profiles 1.1.0, Inera EHDS-TK 0.3.3, RIV-TA OIDs.
"""

from hashlib import sha256
from typing import Final

from stodtjanster.model import HsaId, PersonId

PERSONNUMMER: Final = "http://electronichealth.se/identifier/personnummer"
SAMORDNINGSNUMMER: Final = "http://electronichealth.se/identifier/samordningsnummer"
RESERVNUMMER: Final = "http://electronichealth.se/identifier/nationelltReservnummer"

PERSON_SYSTEMS: Final = frozenset(
    {
        PERSONNUMMER,
        SAMORDNINGSNUMMER,
        RESERVNUMMER,
        "urn:oid:1.2.752.129.2.1.3.1",
        "urn:oid:1.2.752.129.2.1.3.3",
        "urn:oid:1.2.752.74.9.1",
        "https://terminology.hl7.se/sid/se-personnummer",
    }
)
HSA_ID: Final = "urn:oid:1.2.752.29.4.19"
HSA_SYSTEMS: Final = frozenset({HSA_ID, "urn:oid:1.2.752.129.2.1.4.1"})
SOURCE_SYSTEM: Final = "urn:oid:1.2.752.129.2.1.4.1#"
_SOURCES: Final = (SOURCE_SYSTEM, "https://tjanstekatalogen.inera.se/Endpoint/")
LOCAL_ID: Final = "urn:oid:1.2.752.129.2.1.2.1"
_LONGEST = 256


def person(system: object, value: object) -> PersonId | None:
    """The person that an identifier names; None when it names none that can be checked.

    The system alone is never trusted: public examples put a personnummer under the wrong one, so
    the kind comes from the number itself. A number without century is refused.
    """
    if system not in PERSON_SYSTEMS or not isinstance(value, str) or len(value) > _LONGEST:
        return None
    try:
        return PersonId.parse(value.strip().replace("-", "").upper())
    except ValueError:
        return None


def hsa(system: object, value: object) -> HsaId | None:
    """The HSA-id that an identifier holds, or None."""
    if system not in HSA_SYSTEMS or not isinstance(value, str):
        return None
    try:
        return HsaId.parse(value)
    except ValueError:
        return None


def source_system(source: object) -> str | None:
    """The HSA-id of the system that a record was made in, as `meta.source` says it; else None.

    Inera EHDS-TK 0.3.3 has an OID with a fragment, and its newer pages (GENERAL-005) the address
    of the system in the service catalogue.
    """
    if not isinstance(source, str) or len(source) > _LONGEST:
        return None
    named = (source.removeprefix(start) for start in _SOURCES if source.startswith(start))
    return next(named, "").strip().upper() or None


def is_record(system: object) -> bool:
    """Whether an identifier names a record by a root that RIV-TA knows, whoever gave the name."""
    return isinstance(system, str) and (system == LOCAL_ID or system.startswith(SOURCE_SYSTEM))


def record_of(system: object, value: object, holder: str) -> str | None:
    """The record's name in the system whose HSA-id is `holder`; None when the identifier is
    somebody else's, or of a system that RIV-TA does not know."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return None
    if system == LOCAL_ID:
        named, mark, record = value.partition("#")
        if not mark:
            return value
        return record if record and named.strip().upper() == holder else None
    return value if system == f"{SOURCE_SYSTEM}{holder}" else None


def contact_of(kind: str, staff: HsaId) -> str | None:
    """The name of a fast kontakt in its source system: what the person is to whom, and nothing
    of titles and times. Neither GetCareManagers nor its FHIR twin gives the record an id.

    None when what stands for the HSA-id is a person's number, which must not be traced.
    """
    try:
        PersonId.parse(staff.value)
    except ValueError:
        return sha256(f"{kind}\x1f{staff.value}".encode()).hexdigest()[:32]
    return None


def record_key(system: object, value: object) -> str | None:
    """The name `<system>|<record>` under which records of any source point at each other.

    RIV-TA names the same record by the source system's HSA-id. FHIR carries it in one of two
    ways: in the system, as `urn:oid:1.2.752.129.2.1.4.1#<HSA-id>`, or in the value, as
    `<HSA-id>#<record>` under the root for local ids. Every other system stays as it is. None when
    either is missing.
    """
    if not isinstance(system, str) or not isinstance(value, str) or not system or not value:
        return None
    if len(system) > _LONGEST or len(value) > _LONGEST:
        return None
    if system.startswith(SOURCE_SYSTEM):
        system = system.removeprefix(SOURCE_SYSTEM).strip().upper()
    elif system == LOCAL_ID and "#" in value:
        holder, _, value = value.partition("#")
        system = holder.strip().upper()
    return f"{system}|{value}"
