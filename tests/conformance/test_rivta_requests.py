"""What we send is valid against the national schemas."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import Appointment, CareManager, CarePlan
from stodtjanster.model import PersonId
from stodtjanster.sources import kinds
from tests.rivta_messages import SETTINGS, asked, question

CASES = {
    "subject_of_care_schedule": (
        Appointment,
        (
            "crm/scheduling/1.1/interactions/GetSubjectOfCareScheduleInteraction"
            "/GetSubjectOfCareScheduleResponder_1.1.xsd"
        ),
    ),
    "care_managers": (
        CareManager,
        (
            "coreprocess/residentparticipation/residentparticipation/1.0/interactions"
            "/GetCareManagersInteraction/GetCareManagersResponder_1.0.xsd"
        ),
    ),
    "care_plans": (
        CarePlan,
        (
            "clinicalprocess/logistics/logistics/3.0/interactions/GetCarePlansInteraction"
            "/GetCarePlansResponder_2.0.xsd"
        ),
    ),
}
HEADERS = {
    "LogicalAddress": "crm/scheduling/1.1/core_components/itintegration_registry_1.0.xsd",
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


@pytest.mark.parametrize("number", SUBJECTS)
@pytest.mark.parametrize("kind", CASES)
def test_a_request_is_valid(shared: Path, kind: str, number: str) -> None:
    information, path = CASES[kind]
    source = kinds()[kind].build({**SETTINGS, "kind": kind})
    request = asked(source, question(information, subject=PersonId.parse(number)))
    root = etree.fromstring(request.body)
    header, body = root
    assert (header.tag, body.tag, len(body)) == (f"{SOAP}Header", f"{SOAP}Body", 1)
    schema = load(shared / "rivta" / path)
    content = etree.fromstring(etree.tostring(body[0]))
    assert schema.validate(content), schema.error_log
    names = {etree.QName(block).localname for block in header}
    actor = {"Actor"} if kind == "subject_of_care_schedule" else set()
    assert names == {"LogicalAddress"} | actor
    for block in header:
        schema = load(shared / "rivta" / HEADERS[etree.QName(block).localname])
        assert schema.validate(etree.fromstring(etree.tostring(block))), schema.error_log


def test_the_schema_without_anchors_still_refuses(shared: Path) -> None:
    schema = load(shared / "rivta" / CASES["subject_of_care_schedule"][1])
    source = kinds()["subject_of_care_schedule"].build({**SETTINGS, "kind": "x"})
    body = asked(source, question(Appointment)).body.replace(b"191212121212", b"1912")
    content = etree.fromstring(etree.tostring(etree.fromstring(body)[1][0]))
    assert not schema.validate(content)
