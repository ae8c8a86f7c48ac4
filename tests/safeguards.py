"""Answers of the registers of blocks and consents for tests, as those of `rivta_messages` are."""

from stodtjanster.sources.blocks import adapter as blocks
from stodtjanster.sources.consents import adapter as consents
from tests.rivta_messages import PERSON, TOLVAN, element, elements, envelope, identity

PROVIDER, UNIT, OTHERS = "SE2321000230-1000", "SE2321000230-1001", "SE2321000230-1002"
NURSE = "SE2321000230-77"


def block(*parts: str, **changes: str | None) -> str:
    """`parts` are liftings and exceptions."""
    said: dict[str, str | None] = {
        "BlockId": "s-1",
        "BlockType": "Inner",
        "PatientId": TOLVAN.value,
        "InformationStartDate": "2024-02-01T00:00:00",
        "InformationCareUnitId": UNIT,
        "InformationCareProviderId": PROVIDER,
        "OwnerId": "FÅR EJ VISAS",
    }
    return element("Blocks", elements(**said | changes) + "".join(parts))


def lifted(**changes: str | None) -> str:
    said: dict[str, str | None] = {
        "TemporaryRevokeId": "h-1",
        "EndDate": "2026-12-24T00:00:00",
        "RevokedForCareUnitId": OTHERS,
    }
    return element("TemporaryRevokes", elements(**said | changes))


def excluded(words: str | None = "Läkemedel - Ordination/förskrivning") -> str:
    return element(
        "ExcludedInformationTypes", elements(InfoTypeId="lak", InfoTypeDescription=words)
    )


def blocked(rows: str = "", code: str | None = "OK") -> bytes:
    result = element("Result", elements(ResultCode=code, ResultText=""))
    ends = elements(
        NextCreatedOnOrAfter="2026-11-20T10:00:00", LatestCancellation="2026-01-01T00:00:00"
    )
    inner = f"<r:BlockHeaderType>{result}{rows}{ends}</r:BlockHeaderType>"
    return envelope(blocks.CONTRACT, inner)


def assertion(patient: str | None = TOLVAN.value, rest: str = "", **changes: str | None) -> str:
    said: dict[str, str | None] = {
        "assertionId": "i-1",
        "assertionType": "Consent",
        "scope": "NationalLevel",
        "careProviderId": PROVIDER,
        "careUnitId": UNIT,
        "startDate": "2026-02-01T08:00:00",
        "endDate": "2027-02-01T00:00:00",
        "ownerId": "FÅR EJ VISAS",
        "patientId": identity(patient, PERSON),
    }
    actor = elements(employeeId=NURSE)
    registered = {
        "requestDate": "2026-01-31T15:00:00",
        "requestedBy": actor,
        "registrationDate": "2026-02-01T08:00:00",
        "registeredBy": actor,
        "reasonText": "FÅR EJ VISAS",
    }
    known = "registrationInfo" in changes
    info = changes.pop("registrationInfo") if known else elements(**registered)
    parts = element("pDLAssertion", elements(**said | changes))
    return element("pdlAssertions", parts + element("registrationInfo", info) + rest)


def consented(rows: str = "", code: str | None = "OK") -> bytes:
    result = element("result", elements(resultCode=code))
    inner = f"<r:getExtendedConsentsResult>{result}{rows}</r:getExtendedConsentsResult>"
    return envelope(consents.CONTRACT, inner)
