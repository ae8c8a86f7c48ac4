"""What it costs to read RIV-TA answers, against the floor: lxml building the tree and no more.

Run as `python -m bench.parse_rivta`. Floor and ours take turns in one run, so that a busy machine
slows both; the best round of each is told.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter_ns

from lxml import etree

from stodtjanster.model import PersonId
from stodtjanster.sources.care_managers import adapter as care_managers
from stodtjanster.sources.care_plans import adapter as care_plans
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.subject_of_care_schedule import adapter as schedule

ROWS = 500
ROUNDS = 15
SUBJECT = PersonId.parse("191212121212")

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">
  <soapenv:Header>
    <h:ProcessingStatus xmlns:h="urn:riv:interoperability:headers:1">
      <h:ProcessingStatusList>
        <h:logicalAddress>SE2321000230-1001</h:logicalAddress>
        <h:statusCode>DataFromSource</h:statusCode>
        <h:isResponseFromCache>false</h:isResponseFromCache>
        <h:isResponseInSynch>true</h:isResponseInSynch>
        <h:lastSuccessfulSynch>20261120101500</h:lastSuccessfulSynch>
      </h:ProcessingStatusList>
    </h:ProcessingStatus>
  </soapenv:Header>
  <soapenv:Body>
    <r:{operation}Response xmlns:r="{namespace}" xmlns:c="{types}"
        xmlns:x="urn:riv:crm:scheduling:1.1">
{rows}
    </r:{operation}Response>
  </soapenv:Body>
</soapenv:Envelope>
"""

TIMESLOT = """      <r:timeslotDetail>
        <c:startTimeInclusive>202612{day:02}{hour:02}3000</c:startTimeInclusive>
        <c:endTimeExclusive>202612{day:02}{hour:02}4500</c:endTimeExclusive>
        <c:healthcare_facility>SE2321000230-1001</c:healthcare_facility>
        <c:performer>SE2321000230-20{n:04}</c:performer>
        <c:bookingId>b0000000-0000-4000-8000-{n:012}</c:bookingId>
        <c:subject_of_care>191212121212</c:subject_of_care>
        <c:purpose>Kom fastande. Ta med din läkemedelslista.</c:purpose>
        <c:reason>Återbesök</c:reason>
        <c:resourceName>Rum {room}</c:resourceName>
        <c:healthcare_facility_name>Tallbackens vårdcentral</c:healthcare_facility_name>
        <c:performerName>Distriktssköterska {room}</c:performerName>
        <c:resourceID>{room}</c:resourceID>
        <c:timeTypeName>Återbesök</c:timeTypeName>
        <c:timeTypeID>2</c:timeTypeID>
        <c:careTypeName>Mottagningsbesök</c:careTypeName>
        <c:careTypeID>7</c:careTypeID>
        <c:cancel_booking_allowed>true</c:cancel_booking_allowed>
        <c:rebooking_allowed>true</c:rebooking_allowed>
        <c:message_allowed>false</c:message_allowed>
        <x:isInvitation>false</x:isInvitation>
      </r:timeslotDetail>"""

CARE_MANAGER = """      <r:careManager>
        <c:careManagerHeader>
          <c:accessControlHeader>
            <c:accountableHealthcareProviderId>
              <c:root>1.2.752.129.2.1.4.1</c:root><c:extension>SE2321000230-1000</c:extension>
            </c:accountableHealthcareProviderId>
            <c:patientId>
              <c:root>1.2.752.129.2.1.3.1</c:root><c:extension>191212121212</c:extension>
            </c:patientId>
            <c:blockComparisonTime>20260301120000</c:blockComparisonTime>
          </c:accessControlHeader>
          <c:sourceSystemId>
            <c:root>1.2.752.129.2.1.4.1</c:root><c:extension>SE2321000230-1001</c:extension>
          </c:sourceSystemId>
        </c:careManagerHeader>
        <c:code><c:code>1</c:code><c:codeSystem>1.2.752.129.5.1.69</c:codeSystem></c:code>
        <c:practitioner>
          <c:hsaId>
            <c:root>1.2.752.129.2.1.4.1</c:root><c:extension>SE2321000230-2{n:04}</c:extension>
          </c:hsaId>
          <c:name>Sköterska {n}</c:name>
        </c:practitioner>
        <c:period><c:start>20260301</c:start></c:period>
        <c:managingCareGiver>
          <c:hsaId>
            <c:root>1.2.752.129.2.1.4.1</c:root><c:extension>SE2321000230-1000</c:extension>
          </c:hsaId>
          <c:name>Region Jämtland Härjedalen</c:name>
        </c:managingCareGiver>
        <c:contact>
          <c:telecom>
            <c:system><c:code>phone</c:code></c:system><c:value>0980-319 200</c:value>
          </c:telecom>
        </c:contact>
      </r:careManager>"""

CARE_PLAN = """      <r:carePlan>
        <c:carePlanHeader>
          <c:documentId>plan-{n}</c:documentId>
          <c:sourceSystemHSAId>SE2321000230-1001</c:sourceSystemHSAId>
          <c:documentTitle>Vårdplan</c:documentTitle>
          <c:documentTime>20260301120000</c:documentTime>
          <c:patientId><c:id>191212121212</c:id><c:type>1.2.752.129.2.1.3.1</c:type></c:patientId>
          <c:accountableHealthcareProfessional>
            <c:authorTime>20260302120000</c:authorTime>
            <c:healthcareProfessionalName>Läkare {n}</c:healthcareProfessionalName>
            <c:healthcareProfessionalOrgUnit>
              <c:orgUnitName>Tallbackens vårdcentral</c:orgUnitName>
            </c:healthcareProfessionalOrgUnit>
          </c:accountableHealthcareProfessional>
          <c:approvedForPatient>true</c:approvedForPatient>
        </c:carePlanHeader>
        <c:carePlanBody>
          <c:content><c:mediaType>text/plain</c:mediaType><c:value>UGxhbg==</c:value></c:content>
          <c:typeOfCarePlanEnum>VP</c:typeOfCarePlanEnum>
        </c:carePlanBody>
      </r:carePlan>"""


def measure() -> list[tuple[str, float, float]]:
    """(name, floor, ours) for each contract, in microseconds a row."""
    cases: tuple[tuple[str, str, Callable[..., Heard]], ...] = (
        ("GetSubjectOfCareSchedule", TIMESLOT, schedule.read),
        ("GetCareManagers", CARE_MANAGER, care_managers.read),
        ("GetCarePlans", CARE_PLAN, care_plans.read),
    )
    contracts = (schedule.CONTRACT, care_managers.CONTRACT, care_plans.CONTRACT)
    found = []
    for (name, row, read), contract in zip(cases, contracts, strict=True):
        rows = "\n".join(
            row.format(n=n, day=n % 28 + 1, hour=8 + n % 9, room=n % 7) for n in range(ROWS)
        )
        body = ENVELOPE.format(
            operation=contract.operation,
            namespace=contract.namespace,
            types=contract.types,
            rows=rows,
        ).encode()
        found.append((name, *_race(body, read)))
    return found


def _race(body: bytes, read: Callable[..., Heard]) -> tuple[float, float]:
    reading = Reading("bench", datetime(2026, 11, 20, tzinfo=UTC), SUBJECT)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True
    )

    def floor() -> None:
        etree.fromstring(body, parser)

    def ours() -> None:
        heard = read(body, reading=reading)
        assert len(heard.items) == ROWS
        assert not heard.rejected

    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for place, run in enumerate((floor, ours)):
            begun = perf_counter_ns()
            run()
            best[place] = min(best[place], (perf_counter_ns() - begun) / 1_000 / ROWS)
    return best[0], best[1]


if __name__ == "__main__":
    for name, floor, ours in measure():
        print(
            f"{name:26} floor {floor:6.1f} us/row   ours {ours:6.1f} us/row   {ours / floor:.2f} x"
        )
