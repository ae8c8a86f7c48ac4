"""What we send is valid against the national schemas."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import (
    AccessLog,
    Agreement,
    Appointment,
    Block,
    CareContact,
    CareManager,
    CarePlan,
    CareService,
    Consent,
    Item,
    Listing,
    Medication,
    PersonRecord,
    ReferralStatus,
)
from stodtjanster.model import PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.rivta import RivtaSettings
from stodtjanster.sources.kit.source import Source
from tests.rivta_messages import OTHER, SETTINGS, asked, question


@dataclass(frozen=True)
class Case:
    """A kind of source, how it is set up, and the schema of what it sends."""

    kind: str
    information: type[Item]
    schema: str
    settings: dict[str, Any] = field(default_factory=dict)
    headers: frozenset[str] = frozenset({"LogicalAddress"})


LOGISTICS = "clinicalprocess/logistics/logistics"
CASES = (
    Case(
        "subject_of_care_schedule",
        Appointment,
        "crm/scheduling/1.1/interactions/GetSubjectOfCareScheduleInteraction"
        "/GetSubjectOfCareScheduleResponder_1.1.xsd",
        headers=frozenset({"LogicalAddress", "Actor"}),
    ),
    Case(
        "open_invitations",
        Appointment,
        "itintegration/engagementindex/1.0/interactions/FindContentInteraction"
        "/FindContentResponder_1.0.xsd",
        {"url": "https://127.0.0.1:9/vp/{operation}/1/rivtabp21"},
    ),
    Case(
        "care_managers",
        CareManager,
        "coreprocess/residentparticipation/residentparticipation/1.0/interactions"
        "/GetCareManagersInteraction/GetCareManagersResponder_1.0.xsd",
    ),
    Case(
        "care_plans",
        CarePlan,
        f"{LOGISTICS}/3.0/interactions/GetCarePlansInteraction/GetCarePlansResponder_2.0.xsd",
    ),
    Case(
        "care_services",
        CareService,
        f"{LOGISTICS}/3.0/interactions/GetCareServicesInteraction/GetCareServicesResponder_2.0.xsd",
    ),
    Case(
        "care_contacts",
        CareContact,
        f"{LOGISTICS}/2.0/interactions/GetCareContactsInteraction/GetCareContactsResponder_2.0.xsd",
        {"major": 2},
    ),
    Case(
        "care_contacts",
        CareContact,
        f"{LOGISTICS}/3.0/interactions/GetCareContactsInteraction/GetCareContactsResponder_3.0.xsd",
        {"major": 3},
    ),
    Case(
        "listings",
        Listing,
        "crm/carelisting/1.0/GetListing_1_0.xsd",
        {"logical_address": "24"},
        headers=frozenset({"To"}),
    ),
    Case(
        "persons",
        PersonRecord,
        "strategicresourcemanagement/persons/person/5.0/interactions"
        "/GetPersonsForProfileInteraction/GetPersonsForProfileResponder_5.0.xsd",
        {"logical_address": "SE2321000230-1000"},
    ),
    Case(
        "access_logs",
        AccessLog,
        "ehr/log/1.2/interactions/querying/GetAccessLogsForPatientInteraction"
        "/GetAccessLogsForPatientResponder_1.1.xsd",
        {"logical_address": "SE165565594230-1000"},
    ),
    Case(
        "blocks",
        Block,
        "ehr/blocking/3.2/interactions/querying/GetAllBlocksForPatientInteraction"
        "/GetAllBlocksForPatientResponder_2.0.xsd",
    ),
    Case(
        "consents",
        Consent,
        "informationsecurity/authorization/consent/2.0/interactions"
        "/GetExtendedConsentsForPatientInteraction/GetExtendedConsentsForPatientResponder_2.0.xsd",
        {"logical_address": "SE2321000230-1000"},
    ),
    Case(
        "medication_history",
        Medication,
        "clinicalprocess/activityprescription/actoutcome/2.1/interactions"
        "/GetMedicationHistoryInteraction/GetMedicationHistoryResponder_2.1.xsd",
    ),
    *(
        Case(
            "care_documentation",
            Agreement,
            f"clinicalprocess/healthcond/description/{folder}/interactions"
            f"/GetCareDocumentationInteraction/GetCareDocumentationResponder_{minor}.xsd",
            {"major": major},
        )
        for major, folder, minor in ((2, "2.1.1", "2.1"), (3, "3.0", "3.0"))
    ),
    *(
        Case(
            "request_activities",
            ReferralStatus,
            f"crm/requeststatus/{major}.0/interactions/GetRequestActivitiesInteraction"
            f"/GetRequestActivitiesResponder_{major}.0.xsd",
            {"major": major},
        )
        for major in (1, 2)
    ),
)
SCHEDULE = CASES[0]
HEADERS = {
    "LogicalAddress": "crm/scheduling/1.1/core_components/itintegration_registry_1.0.xsd",
    "To": "crm/carelisting/1.0/ws-addressing-1.0.xsd",
    "Actor": "interoperability/headers/1.0/core_components/interoperability_headers_1.0.xsd",
}
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
SUBJECTS = ["191212121212", "191401682396", "202402292383"]


class WithoutAnchors(etree.Resolver):
    """The national patterns write `^…$`, which XSD 1.0 reads as the characters themselves."""

    def resolve(self, system_url: str, public_id: str | None, context: Any) -> Any:
        written = Path(system_url.removeprefix("file://")).read_text(encoding="utf-8-sig")
        cleaned = written.replace('value="^', 'value="').replace('$"/>', '"/>')
        return self.resolve_string(cleaned.split("?>", 1)[-1], context, base_url=system_url)


def load(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser()
    parser.resolvers.add(WithoutAnchors())
    return etree.XMLSchema(etree.parse(str(path), parser))


def built(case: Case) -> Source:
    return kinds()[case.kind].build({**SETTINGS, "kind": case.kind, **case.settings})


def named(case: Case) -> str:
    return " ".join([case.kind, *map(str, case.settings.values())])


def test_every_kind_of_rivta_source_is_here() -> None:
    found = {name for name, kind in kinds().items() if issubclass(kind.settings, RivtaSettings)}
    assert {case.kind for case in CASES} == found


@pytest.mark.parametrize("agent", [None, OTHER], ids=["themself", "an agent"])
@pytest.mark.parametrize("number", SUBJECTS)
@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_request_is_valid(shared: Path, case: Case, number: str, agent: PersonId | None) -> None:
    subject = PersonId.parse(number)
    request = asked(built(case), question(case.information, subject=subject, agent=agent))
    root = etree.fromstring(request.body)
    header, body = root
    assert (header.tag, body.tag, len(body)) == (f"{SOAP}Header", f"{SOAP}Body", 1)
    schema = load(shared / "rivta" / case.schema)
    content = etree.fromstring(etree.tostring(body[0]))
    assert schema.validate(content), schema.error_log
    assert {etree.QName(block).localname for block in header} == case.headers
    for block in header:
        schema = load(shared / "rivta" / HEADERS[etree.QName(block).localname])
        assert schema.validate(etree.fromstring(etree.tostring(block))), schema.error_log


def test_the_schema_without_anchors_still_refuses(shared: Path) -> None:
    schema = load(shared / "rivta" / SCHEDULE.schema)
    request = asked(built(SCHEDULE), question(Appointment))
    body = request.body.replace(b"191212121212", b"1912")
    content = etree.fromstring(etree.tostring(etree.fromstring(body)[1][0]))
    assert not schema.validate(content)
