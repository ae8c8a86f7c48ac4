"""Identifier systems: the same thing has several URIs in Sweden, so compare what they mean.

Sources: HL7 Sweden base profiles 1.1.0, Inera EHDS-TK 0.3.3, RIV-TA OIDs.
"""

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
HSA_SYSTEMS: Final = frozenset({"urn:oid:1.2.752.29.4.19", "urn:oid:1.2.752.129.2.1.4.1"})
SOURCE_SYSTEM: Final = "urn:oid:1.2.752.129.2.1.4.1#"
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
