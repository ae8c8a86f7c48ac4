"""What HSA says of an employee: each assignment is usable or refused for a reason."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from stodtjanster.model import Cause, HsaId, Place
from stodtjanster.security.assignments import (
    CREDENTIALS,
    Assignment,
    Credentials,
    Unusable,
    credentials_of,
)
from stodtjanster.security.kit import Settings
from stodtjanster.sources.kit.source import SourceFailed
from tests.security_messages import EMPLOYEE, NOW, SYSTEM, answer, ended

SETTINGS = Settings(
    key="hsa-assignments",
    name="HSA",
    url="https://127.0.0.1:9/vp/{operation}/2",
    consumer_hsa_id=SYSTEM.value,
)
MEMBERS = {
    "commissionName": "Vård",
    "commissionHsaId": "TSTNMT2321000156-C001",
    "commissionPurpose": "Vård och behandling",
    "healthCareUnitHsaId": "TSTNMT2321000156-BJOR",
    "healthCareUnitName": "Björkbacken",
    "healthCareProviderHsaId": "TSTNMT2321000156-RNVG",
    "healthCareProviderName": "Region Nordmark",
}
RIGHT = (
    "<c:commissionRight><c:activity>Läsa</c:activity>"
    "<c:informationClass>alla</c:informationClass><c:scope>SJF</c:scope></c:commissionRight>"
)
ROLE = "<c:hsaSystemRole><c:systemId>System</c:systemId><c:role>Roll</c:role></c:hsaSystemRole>"


def commission(**changes):
    """A commission; a member that is None is left out."""
    said = "".join(f"<c:{k}>{v}</c:{k}>" for k, v in (MEMBERS | changes).items() if v is not None)
    return f"<c:commission>{said}{RIGHT}</c:commission>"


def person(*inner, hsa_id=EMPLOYEE.value):
    said = f"<c:personHsaId>{hsa_id}</c:personHsaId>{''.join(inner)}"
    return f"<r:credentialInformation>{said}</r:credentialInformation>"


def read(*people):
    talk = credentials_of(SETTINGS, EMPLOYEE, now=NOW, correlation="c")
    return ended(talk, answer(CREDENTIALS, "".join(people)))


def refusal(*people):
    with pytest.raises(SourceFailed) as failed:
        read(*people)
    return failed.value.cause


def test_an_assignment_is_read_as_it_stands():
    assert read(person(ROLE, commission())) == Credentials(
        (
            Assignment(
                id=HsaId("TSTNMT2321000156-C001"),
                name="Vård",
                purpose="Vård och behandling",
                rights=("Läsa;alla;SJF",),
                place=Place(HsaId("TSTNMT2321000156-RNVG"), HsaId("TSTNMT2321000156-BJOR")),
                unit_name="Björkbacken",
                provider_name="Region Nordmark",
            ),
        ),
        (),
        ("System;Roll",),
    )


LICENCE = "<c:healthCareProfessionalLicence>{}</c:healthCareProfessionalLicence>"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (["Läkare"], ("Läkare",)),
        (["Sjuksköterska", "Barnmorska"], ("Sjuksköterska", "Barnmorska")),
        ([" Läkare\n", "Läkare"], ("Läkare",)),
        (["", "x" * 201, "Läk\tare", "Dietist"], ("Dietist",)),
        ([], ()),
    ],
)
def test_licences_are_read_and_one_that_cannot_be_gives_nothing(written, read_as):
    assert read(person(*map(LICENCE.format, written), commission())).licences == read_as


def test_one_that_hangs_on_the_provider_has_the_provider_as_its_unit():
    said = read(person(commission(healthCareUnitHsaId=None, healthCareUnitName=None)))
    (assignment,) = said.assignments
    assert assignment.place.unit == assignment.place.provider
    assert assignment.unit_name == "Region Nordmark"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"feignedCommission": "true"}, Unusable.FEIGNED),
        ({"feignedHealthCareUnit": "1"}, Unusable.FEIGNED),
        ({"feignedHealthCareProvider": "true"}, Unusable.FEIGNED),
        ({"feignedCommission": "kanske"}, Unusable.UNREADABLE),
        ({"archivedHealthCareUnit": "true"}, Unusable.ARCHIVED),
        ({"archivedHealthCareProvider": "true"}, Unusable.ARCHIVED),
        ({"healthCareUnitEndDate": "2026-11-20T13:30:00"}, Unusable.EXPIRED),
        ({"healthCareProviderEndDate": "2020-01-01T00:00:00"}, Unusable.EXPIRED),
        ({"healthCareUnitStartDate": "2026-11-20T13:30:01"}, Unusable.NOT_BEGUN),
        ({"healthCareUnitEndDate": "i vår"}, Unusable.UNREADABLE),
        ({"commissionHsaId": "Å Ä Ö"}, Unusable.UNREADABLE),
        ({"commissionHsaId": None}, Unusable.UNREADABLE),
        ({"commissionPurpose": ""}, Unusable.UNREADABLE),
        ({"commissionName": "x" * 201}, Unusable.UNREADABLE),
        ({"healthCareUnitName": None}, Unusable.UNREADABLE),
        ({"healthCareProviderHsaId": None}, Unusable.UNREADABLE),
    ],
)
def test_what_cannot_be_worked_in_is_refused_with_its_reason(changes, reason):
    good = commission(commissionHsaId="TSTNMT2321000156-C009")
    said = read(person(commission(**changes), good))
    assert said.refused == (reason,)
    assert [each.id.value for each in said.assignments] == ["TSTNMT2321000156-C009"]


def test_what_a_test_person_has_is_feigned():
    said = read(person(commission(), "<c:feignedPerson>true</c:feignedPerson>"))
    assert said == Credentials(refused=(Unusable.FEIGNED,))


def test_the_narrowest_of_the_times_counts_and_the_end_is_over():
    said = read(
        person(
            commission(
                healthCareUnitStartDate="2026-01-01T00:00:00",
                healthCareProviderStartDate="2026-02-01T00:00:00",
                healthCareUnitEndDate="2026-12-24T00:00:00",
                healthCareProviderEndDate="2027-01-01T00:00:00",
            )
        )
    )
    (assignment,) = said.assignments
    assert assignment.starts == datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert assignment.ends == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert assignment.flaw(assignment.ends) is Unusable.EXPIRED


def test_nobody_has_no_assignments():
    assert read() == Credentials()


@pytest.mark.parametrize(
    "people",
    [
        (person(commission(), hsa_id="TSTNMT2321000156-KAST"),),
        (person(commission()), person(commission(), hsa_id="TSTNMT2321000156-KAST")),
    ],
)
def test_an_answer_about_somebody_else_says_nothing(people):
    assert refusal(*people) is Cause.FOREIGN


@pytest.mark.parametrize(
    "people",
    [
        person(ROLE.replace("<c:role>Roll</c:role>", "")),
        "<r:credentialInformation/>",
    ],
)
def test_half_a_role_and_half_a_person_say_nothing(people):
    assert refusal(people) is Cause.UNREADABLE


def test_the_employee_is_asked_for_by_hsa_id_and_without_test_objects():
    asked = next(credentials_of(SETTINGS, EMPLOYEE, now=NOW, correlation="c"))
    request = etree.fromstring(asked.body).find(".//{*}Body")[0]
    texts = {etree.QName(each).localname: each.text for each in request}
    assert texts == {"personHsaId": EMPLOYEE.value, "includeFeignedObject": "false"}
    assert asked.url.endswith(f"/{CREDENTIALS.operation}/2")
