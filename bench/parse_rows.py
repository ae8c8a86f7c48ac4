"""Rows of every RIV-TA contract that is read, and an answer to put them in.

They are as full as those of real messages. No two rows have the same id or the same time: what a
reader remembers from one row to the next is what it may remember in production.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from stodtjanster.model import PersonId
from stodtjanster.sources.kit.rivta import Contract

SUBJECT: Final = PersonId.parse("191212121212")
UNIT: Final = "SE2321000230-1001"
_PROVIDER: Final = "SE2321000230-1000"

_HSA: Final = "1.2.752.129.2.1.4.1"
_LOCAL: Final = "1.2.752.129.2.1.2.1"
_PERSON: Final = "1.2.752.129.2.1.3.1"
_ENVELOPE: Final = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
<s:Header><h:ProcessingStatus xmlns:h="urn:riv:interoperability:headers:1">
<h:ProcessingStatusList><h:logicalAddress>{unit}</h:logicalAddress>
<h:statusCode>DataFromSource</h:statusCode><h:isResponseFromCache>false</h:isResponseFromCache>
<h:isResponseInSynch>true</h:isResponseInSynch>
<h:lastSuccessfulSynch>20261120101500</h:lastSuccessfulSynch>
</h:ProcessingStatusList></h:ProcessingStatus></s:Header>
<s:Body><r:{response} xmlns:r="{namespace}" xmlns:c="{types}" xmlns:x="urn:riv:crm:scheduling:1.1">
{rows}</r:{response}></s:Body></s:Envelope>"""


def answer(contract: Contract, rows: Iterable[str], unit: str = UNIT) -> bytes:
    """An answer with these rows, indented as most are; `unit` is who says that it answered."""
    envelope = _ENVELOPE.format(
        unit=unit,
        response=contract.response.rpartition("}")[2],
        namespace=contract.namespace,
        types=contract.types,
        rows="".join(rows),
    )
    root = etree.fromstring(envelope, etree.XMLParser(remove_blank_text=True))
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def timeslot(number: int, unit: str = UNIT) -> str:
    booked = _parts(
        startTimeInclusive=_stamp(number),
        endTimeExclusive=_stamp(number, minutes=15),
        healthcare_facility=unit,
        performer=f"SE2321000230-20{number:04}",
        bookingId=f"b0000000-0000-4000-8000-{number:012}",
        subject_of_care=SUBJECT.value,
        purpose="Kom fastande. Ta med din läkemedelslista.",
        reason="Återbesök",
        resourceName=f"Rum {number % 7}",
        healthcare_facility_name="Tallbackens vårdcentral",
        performerName=f"Distriktssköterska {number % 7}",
        resourceID=str(number % 7),
        timeTypeName="Återbesök",
        timeTypeID="2",
        careTypeName="Mottagningsbesök",
        careTypeID="7",
        cancel_booking_allowed="true",
        rebooking_allowed="true",
        message_allowed="false",
    )
    return _row("timeslotDetail", booked, _element("isInvitation", "false", "x"))


def care_manager(number: int, unit: str = UNIT) -> str:
    phone = _code("phone", "2.16.840.1.113883.4.642.1.72", "phone")
    return _row(
        "careManager",
        _parts(
            careManagerHeader=_parts(
                accessControlHeader=_parts(
                    accountableHealthcareProviderId=_id(_PROVIDER),
                    accountableCareUnitId=_id(unit),
                    patientId=_id(SUBJECT.value, _PERSON),
                    blockComparisonTime=_stamp(-number),
                ),
                sourceSystemId=_id(unit),
            ),
            code=_code("1", "1.2.752.129.5.1.69", "fast vårdkontakt"),
            practitioner=_parts(
                hsaId=_id(f"SE2321000230-2{number:04}"), name=f"Sköterska {number}"
            ),
            period=_parts(start=_stamp(-24 * number)[:8]),
            externalNotes="Ring vårdcentralen om du vill nå din kontakt.",
            managingCareGiver=_parts(hsaId=_id(_PROVIDER), name="Region Jämtland Härjedalen"),
            managingCareUnit=_parts(hsaId=_id(unit), name="Tallbackens vårdcentral"),
            contact=_parts(telecom=_parts(system=phone, value="0980-319 200")),
        ),
    )


def care_plan(number: int, unit: str = UNIT) -> str:
    body = _parts(
        content=_parts(mediaType="text/plain", value="UGxhbiBmw7ZyIHbDpXJlbg=="),
        participatingCareUnitHSAId=_id(unit),
        typeOfCarePlanEnum="VP",
    )
    header = _summary(number, unit, documentTitle="Vårdplan")
    return _row("carePlan", _parts(carePlanHeader=header, carePlanBody=body))


def care_service(number: int) -> str:
    body = _parts(
        performerHealthCareUnit=_id(UNIT),
        typeOfCareService="HTJ",
        timePeriod=_parts(start=_stamp(-number)),
        input="Hemtjänst",
        scope="14 timmar i veckan",
    )
    return _row("careService", _parts(careServiceHeader=_summary(number), careServiceBody=body))


def contact_2(number: int) -> str:
    return _care_contact(number, "1", "1")


def contact_3(number: int) -> str:
    kind = _code("1", "1.2.752.129.2.2.2.25", "Besök")
    return _care_contact(number, kind, _parts(code="1", displayName="Ej påbörjad"))


def _care_contact(number: int, kind: str, status: str) -> str:
    body = _parts(
        careContactCode=kind,
        careContactReason="Ont i höften",
        careContactOrgUnit=_unit(UNIT),
        careContactTimePeriod=_parts(start=_stamp(number)),
        careContactStatus=status,
    )
    return _row("careContact", _parts(careContactHeader=_summary(number), careContactBody=body))


def note_2(number: int) -> str:
    # This contract alone writes a small d.
    header = _summary(number).replace("sourceSystemHSAId", "sourceSystemHSAid")
    note = _parts(clinicalDocumentNote=_note(number, "sao"))
    return _row(
        "careDocumentation", _parts(careDocumentationHeader=header, careDocumentationBody=note)
    )


def note_3(number: int) -> str:
    header = _jol(
        number,
        patient=_parts(patientId=_id(SUBJECT.value, _PERSON)),
        unit=_parts(orgUnit=_unit(UNIT)),
    )
    note = _note(number, _code("sao", "1.2.752.129.2.2.2.11", "Samordning"))
    return _row("careDocumentation", _parts(header=header, body=note))


def _note(number: int, code: str) -> str:
    return _parts(
        clinicalDocumentNoteCode=code,
        clinicalDocumentNoteTitle="Överenskommelse",
        clinicalDocumentNoteText=f"Lena ringer dig varannan vecka. Det är samtal {number}.",
    )


def medicine(number: int) -> str:
    drug = _parts(
        nplId=_code("19990101000010", "1.2.752.129.2.1.5.1", "Metformin"),
        atcCode=_code("A10BA02", "1.2.752.129.2.2.3.1.1", "metformin"),
        pharmaceuticalForm="Filmdragerad tablett",
        strength="500",
        strengthUnit="mg",
    )
    said = _parts(dosageInstruction="1 tablett till frukost och 1 tablett till kvällsmat")
    prescription = _parts(
        prescriptionId=_id(f"LM-{number}", _LOCAL),
        typeOfPrescription="I",
        prescriptionStatus="Active",
        treatmentPurpose="Sänker blodsockret",
        prescriptionChainId=_id(f"KEDJA-{number}", _LOCAL),
        startOfTreatment=_stamp(-number),
        selfMedication="false",
        drug=_parts(drug=drug, dosage=said),
    )
    return _row(
        "medicationMedicalRecord",
        _parts(
            medicationMedicalRecordHeader=_summary(number),
            medicationMedicalRecordBody=_parts(medicationPrescription=prescription),
        ),
    )


def step_1(number: int) -> str:
    step = _parts(
        subjectOfCareId=SUBJECT.value,
        senderRequestId=f"{UNIT}#R-{number}",
        typeOfRequest="4",
        requestIssuedByPersonName="Lena Ek",
        requestIssuedByOrganizationalUnitId=UNIT,
        requestIssuedByOrganizationalUnitDescription="Tallbackens vårdcentral",
        receivingOrganizationalUnitId="SE2321000230-1002",
        receivingOrganizationalUnitDescription="Ögonmottagningen",
        careUnit=UNIT,
        logicalSystemId=UNIT,
        statusCode="20",
        eventTime=_stamp(-number),
    )
    return _row("requestActivity", step)


def step_2(number: int) -> str:
    sender = _parts(id=_id(UNIT), name="Tallbackens vårdcentral")
    body = _parts(
        statusCode=_code("20", "1.2.752.129.2.2.2.43", "Skickad"),
        eventTime=_stamp(-number),
        request=_parts(
            id=f"{UNIT}#R-{number}",
            type=_code("4", "1.2.752.129.2.2.2.24", "allmänremiss"),
            author=_parts(name="Lena Ek", organization=sender),
            receivingOrganization=_parts(id=_id(UNIT), name="Ögonmottagningen"),
        ),
    )
    return _row("requestActivity", _parts(header=_jol(number), body=body))


def listed(_number: int) -> str:
    """A person has one row with a few listings in it."""
    listed = (
        _element(
            "listing",
            _parts(
                validFromDate=f"20{10 + number}-03-01T00:00:00",
                listingType="HLM",
                healthcare_facility=_parts(
                    facilityId=UNIT, hasQueue="true", facilityName="Tallbackens vårdcentral"
                ),
                resource=_parts(resourceId="SE2321000230-7001", resourceName="Lena Ek"),
            ),
        )
        for number in range(3)
    )
    return _row("subjectOfCare", _parts(personId=SUBJECT.value), *listed)


def person(_number: int) -> str:
    identity = _id(SUBJECT.value, _PERSON)
    record = _parts(
        personalIdentity=identity,
        gender="1",
        protectedPersonIndicator="false",
        testIndicator="true",
        primaryIdentity="true",
        name=_parts(givenName="Tolvan", surname="Tolvansson"),
        addressInformation=_parts(
            residentialAddress=_parts(postalAddress2="Storgatan 1", city="Boden")
        ),
        protectedPopulationRecord="false",
    )
    return _row(
        "requestedPersonRecord", _parts(requestedPersonalIdentity=identity, personRecord=record)
    )


def free_day(number: int) -> str:
    return _row(
        "performerAvailabilityByDate",
        _parts(
            "r",
            healthcare_facility=UNIT,
            performer=f"SE2321000230-20{number:04}",
            date=_stamp(24 * number)[:8],
            resourceName=f"Rum {number % 7}",
            timeTypeName="Återbesök",
            careTypeName="Mottagningsbesök",
        ),
    )


def engagement(number: int) -> str:
    found = _parts(
        registeredResidentIdentification=SUBJECT.value,
        serviceDomain="riv:crm:scheduling",
        categorization="Invitation",
        logicalAddress=f"SE2321000230-10{number:04}",
        businessObjectInstanceIdentifier=f"b0000000-0000-4000-8000-{number:012}",
        clinicalProcessInterestId="NA",
        mostRecentContent=_stamp(number),
        sourceSystem=UNIT,
        creationTime=_stamp(-number),
        updateTime=_stamp(-number),
        dataController="232100-0214",
        owner="5565594230",
    )
    return _row("engagement", found)


def connection(number: int) -> str:
    return _row("logicalAddressRecord", _parts("r", logicalAddress=f"SE2321000230-10{number:04}"))


def catalogue_unit(_number: int) -> str:
    hours = _parts(fromDay="1", fromTime="08:00:00", toDay="5", toTime="17:00:00")
    return _row(
        "unit",
        _parts(
            "r",
            unitHsaId=UNIT,
            unitName="VC Tallbacken",
            publicName="Tallbackens vårdcentral",
            surgeryHour=hours,
            telephoneHour=hours,
            telephoneNumber="0980319200",
            structuredVisitingAddress=_parts(street="Storgatan", town="Boden"),
        ),
    )


def care_unit(_number: int) -> str:
    return _row(
        "healthCareUnit",
        _parts(
            "r",
            unitIsHealthCareUnit="true",
            healthCareUnitHsaId=UNIT,
            healthCareUnitName="VC Tallbacken",
            healthCareUnitPublicName="Tallbackens vårdcentral",
            healthCareProviderHsaId=_PROVIDER,
            healthCareProviderName="Region JH",
            healthCareProviderPublicName="Region Jämtland Härjedalen",
            healthCareProviderOrgNo="232100-0214",
        ),
    )


def result(**fields: str) -> str:
    """What a contract that has one says after its rows."""
    return _row("result", _parts(**fields))


def _summary(number: int, unit: str = UNIT, **title: str) -> str:
    """The content of a PatientSummaryHeader."""
    return _parts(
        documentId=f"dokument-{number}",
        sourceSystemHSAId=unit,
        **title,
        patientId=_parts(id=SUBJECT.value, type=_PERSON),
        accountableHealthcareProfessional=_parts(
            authorTime=_stamp(-number),
            healthcareProfessionalHSAId=f"SE2321000230-2{number:04}",
            healthcareProfessionalName=f"Sköterska {number}",
            healthcareProfessionalRoleCode=_parts(originalText="sjuksköterska"),
            healthcareProfessionalOrgUnit=_unit(unit),
            healthcareProfessionalCareUnitHSAId=unit,
            healthcareProfessionalCareGiverHSAId=_PROVIDER,
        ),
        approvedForPatient="true",
    )


def _jol(number: int, patient: str = "", unit: str = "") -> str:
    """The content of a JoL header; `patient` and the author's `unit` as majors have them."""
    access = _parts(accountableHealthcareProvider=_id(_PROVIDER), accountableCareUnit=_id(UNIT)) + (
        patient + _parts(blockComparisonTime=_stamp(-number), approvedForPatient="true")
    )
    author = _parts(
        id=_id(f"SE2321000230-2{number:04}"),
        name=f"Sköterska {number}",
        timestamp=_stamp(-number),
        byRole=_parts(originalText="sjuksköterska"),
    )
    return _parts(
        accessControlHeader=access,
        sourceSystemId=_id(UNIT),
        record=_parts(id=_id(f"dokument-{number}", UNIT), timestamp=_stamp(-number)),
        author=author + unit,
    )


def _unit(hsa_id: str) -> str:
    return _parts(
        orgUnitHSAId=hsa_id, orgUnitName="Tallbackens vårdcentral", orgUnitTelecom="0980319200"
    )


def _code(code: str, system: str, words: str) -> str:
    return _parts(code=code, codeSystem=system, displayName=words)


def _id(extension: str, root: str = _HSA) -> str:
    return _parts(root=root, extension=extension)


def _stamp(hours: int, minutes: int = 0) -> str:
    """A time of its own for each number of hours from a day in December."""
    at = datetime(2026, 12, 1, 8) + timedelta(hours=hours, minutes=minutes)  # noqa: DTZ001
    return at.strftime("%Y%m%d%H%M%S")


def _row(name: str, *content: str) -> str:
    return _element(name, "".join(content), "r")


def _parts(prefix: str = "c", /, **fields: str) -> str:
    return "".join(_element(name, content, prefix) for name, content in fields.items())


def _element(name: str, content: str, prefix: str = "c") -> str:
    return f"<{prefix}:{name}>{content}</{prefix}:{name}>"
