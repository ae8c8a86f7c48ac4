"""RIV-TA answers for tests, built from parts that a test may leave out or replace."""

from collections.abc import Generator
from datetime import UTC, date, datetime
from typing import Any

from stodtjanster.model import Period, PersonId, PersonIdKind
from stodtjanster.sources.kit.rivta import Contract, Reading
from stodtjanster.sources.kit.source import Ask, Heard, Request, Response
from stodtjanster.sources.subject_of_care_schedule.adapter import CONTRACT as SCHEDULE

TOLVAN = PersonId.parse("191212121212")
OTHER = PersonId.parse("199001012385")
RESERVE = PersonId(TOLVAN.value, PersonIdKind.RESERVNUMMER)
ASKED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AUTUMN = Period(date(2026, 11, 20), date(2026, 12, 31))
UNIT = "SE2321000230-1001"
OTHER_UNIT = "SE2321000230-1002"
HSA = "1.2.752.129.2.1.4.1"
PERSON = "1.2.752.129.2.1.3.1"

SETTINGS = {
    "key": "region",
    "kind": "rivta",
    "name": "Regionen",
    "url": "https://127.0.0.1:9/vp",
    "consumer_hsa_id": "SE2321000230-9000",
}


def reading(**changes: Any) -> Reading:
    return Reading(**{"source": "region", "asked_at": ASKED_AT, "subject": TOLVAN, **changes})


def question(information: Any, **changes: Any) -> Ask:
    fixed = {"subject": TOLVAN, "period": AUTUMN, "at": ASKED_AT, "correlation": "c-1"}
    return Ask(information, **{**fixed, **changes})


def asked(adapter: Any, ask: Ask) -> Request:
    """The one request of a conversation."""
    return next(adapter.ask(ask))


def told(adapter: Any, ask: Ask, body: bytes, status: int = 200) -> Heard:
    """What an adapter makes of one answer."""
    conversation: Generator[Request, Response, Heard] = adapter.ask(ask)
    next(conversation)
    try:
        conversation.send(Response(status, {"content-type": "text/xml"}, body))
    except StopIteration as done:
        return done.value
    raise AssertionError("the adapter asked again")


def element(name: str, content: str | None) -> str:
    return "" if content is None else f"<c:{name}>{content}</c:{name}>"


def elements(**content: str | None) -> str:
    return "".join(element(name, text) for name, text in content.items())


def envelope(contract: Contract, rows: str, header: str = "") -> bytes:
    response = contract.response.rpartition("}")[2]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<s:Header>{header}</s:Header><s:Body>"
        f'<r:{response} xmlns:r="{contract.namespace}"'
        f' xmlns:c="{contract.types}" xmlns:x="urn:riv:crm:scheduling:1.1">'
        f"{rows}</r:{response}></s:Body></s:Envelope>"
    ).encode()


def fault(code: str, text: str, detail: str = "") -> bytes:
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        f"<faultcode>{code}</faultcode><faultstring>{text}</faultstring>"
        f"<detail>{detail}</detail></s:Fault></s:Body></s:Envelope>"
    ).encode()


def status_row(
    address: str | None = UNIT,
    code: str | None = "DataFromSource",
    succeeded: str | None = "20261120095500",
    failed: str | None = None,
    error: tuple[str, str] | None = None,
) -> str:
    parts = {
        "logicalAddress": address,
        "statusCode": code,
        "lastSuccessfulSynch": succeeded,
        "lastUnsuccessfulSynch": failed,
    }
    rows = "".join(f"<h:{name}>{text}</h:{name}>" for name, text in parts.items() if text)
    if error is not None:
        rows += (
            "<h:lastUnsuccessfulSynchError><h:causingAgent>virtualization_platform"
            f"</h:causingAgent><h:code>{error[0]}</h:code><h:text>{error[1]}</h:text>"
            "</h:lastUnsuccessfulSynchError>"
        )
    return f"<h:ProcessingStatusList>{rows}</h:ProcessingStatusList>"


def statuses(*rows: str) -> str:
    return (
        '<h:ProcessingStatus xmlns:h="urn:riv:interoperability:headers:1">'
        f"{''.join(rows)}</h:ProcessingStatus>"
    )


def timeslot(invitation: str | None = None, **changes: str | None) -> str:
    fields = {
        "startTimeInclusive": "20261124093000",
        "endTimeExclusive": "20261124100000",
        "healthcare_facility": UNIT,
        "bookingId": "b-1",
        "subject_of_care": TOLVAN.value,
        "healthcare_facility_name": "Tallbackens vårdcentral",
        "performerName": "Lena Ek",
        "timeTypeName": "Återbesök",
        **changes,
    }
    mark = "" if invitation is None else f"<x:isInvitation>{invitation}</x:isInvitation>"
    return f"<r:timeslotDetail>{elements(**fields)}{mark}</r:timeslotDetail>"


def schedule(*rows: str, header: str = "") -> bytes:
    return envelope(SCHEDULE, "".join(rows), header)


def identity(extension: str | None, root: str = HSA) -> str:
    return elements(root=root, extension=extension)


def telecom(system: str | None, value: str) -> str:
    code = None if system is None else element("code", system)
    return element("telecom", elements(system=code, value=value))


def care_manager(
    subject: str | None = TOLVAN.value,
    system: str | None = UNIT,
    code: str = "<c:code>1</c:code><c:codeSystem>1.2.752.129.5.1.69</c:codeSystem>",
    practitioner: str = "<c:hsaId><c:root>x</c:root></c:hsaId><c:name>Lena Ek</c:name>",
    period: str = "<c:start>20260301</c:start>",
    rest: str = "",
) -> str:
    access = elements(
        accountableHealthcareProviderId=identity("SE2321000230-1000"),
        accountableCareUnitId=identity(UNIT),
        patientId=identity(subject, PERSON),
        blockComparisonTime="20260301120000",
    )
    header = elements(accessControlHeader=access, sourceSystemId=identity(system))
    body = elements(careManagerHeader=header, code=code, practitioner=practitioner, period=period)
    return f"<r:careManager>{body}{rest}</r:careManager>"


def summary_header(**changes: str | None) -> str:
    """The content of a PatientSummaryHeader."""
    unit = elements(orgUnitHSAId=UNIT, orgUnitName="Tallbackens vårdcentral")
    author = elements(
        authorTime="20260302120000",
        healthcareProfessionalName="Lena Ek",
        healthcareProfessionalOrgUnit=unit,
        healthcareProfessionalCareUnitHSAId=UNIT,
        healthcareProfessionalCareGiverHSAId="SE2321000230-1000",
    )
    fields = {
        "documentId": "p-1",
        "sourceSystemHSAId": UNIT,
        "documentTime": "20260301120000",
        "patientId": elements(id=TOLVAN.value, type=PERSON),
        "accountableHealthcareProfessional": author,
        "approvedForPatient": "true",
        **changes,
    }
    return elements(**fields)


def care_plan(
    body: str = "<c:typeOfCarePlanEnum>SIP</c:typeOfCarePlanEnum>", **changes: Any
) -> str:
    header = summary_header(**{"documentTitle": "Samordnad individuell plan", **changes})
    parts = elements(carePlanHeader=header, carePlanBody=body)
    return f"<r:carePlan>{parts}</r:carePlan>"


def care_service(header: str | None = None, **changes: str | None) -> str:
    body = {
        "performerHealthCareUnit": identity(UNIT),
        "typeOfCareService": "HTJ",
        "timePeriod": elements(start="20260301000000"),
        "input": "Hemtjänst",
        "scope": "14 timmar i veckan",
        **changes,
    }
    parts = elements(careServiceHeader=header or summary_header(), careServiceBody=elements(**body))
    return f"<r:careService>{parts}</r:careService>"


def care_contact(header: str | None = None, **changes: str | None) -> str:
    """A row of either major: what is coded is a number unless a test says otherwise."""
    body = {
        "careContactCode": "1",
        "careContactReason": "Ont i höften",
        "careContactOrgUnit": elements(orgUnitHSAId=OTHER_UNIT, orgUnitName="Ortopedmottagningen"),
        "careContactTimePeriod": elements(start="20261124093000"),
        "careContactStatus": "1",
        **changes,
    }
    parts = elements(careContactHeader=header or summary_header(), careContactBody=elements(**body))
    return f"<r:careContact>{parts}</r:careContact>"


def listing(**changes: str | None) -> str:
    fields = {
        "validFromDate": "2026-03-01T00:00:00",
        "listingType": "HL",
        "healthcare_facility": elements(
            facilityId=UNIT, hasQueue="true", facilityName="Tallbackens vårdcentral"
        ),
        "resource": elements(resourceId="SE2321000230-7001", resourceName="Lena Ek"),
        **changes,
    }
    return element("listing", elements(**fields))


def listed(*listings: str, person: str | None = TOLVAN.value) -> str:
    rows = element("personId", person) + "".join(listings)
    return f"<r:subjectOfCare>{rows}</r:subjectOfCare>"


def person_record(number: str | None = TOLVAN.value, **changes: str | None) -> str:
    fields = {
        "personalIdentity": identity(number, PERSON),
        "protectedPersonIndicator": "false",
        "testIndicator": "true",
        "primaryIdentity": "true",
        "name": elements(givenName="Tolvan", surname="Tolvansson"),
        **changes,
    }
    return element("personRecord", elements(**fields))


def requested(record: str | None = None, number: str | None = TOLVAN.value) -> str:
    """The record of a number; "" for one that the register does not know."""
    asked_about = element("requestedPersonalIdentity", identity(number, PERSON))
    found = person_record(number) if record is None else record
    return f"<r:requestedPersonRecord>{asked_about}{found}</r:requestedPersonRecord>"


def result(code: str) -> str:
    return f"<r:result>{elements(resultCode=code, logId='l-1')}</r:result>"
