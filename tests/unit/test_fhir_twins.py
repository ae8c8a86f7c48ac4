"""A record that RIV-TA tells of too is known by its source system and id, and by nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import CareManager
from stodtjanster.information.hierarchy import plan_trees
from stodtjanster.sources.care_managers.adapter import CONTRACT
from stodtjanster.sources.care_managers.adapter import read as read_managers
from stodtjanster.sources.kit.reading import Reading
from tests.fhir_pages import NOW, OTHER, PERSON, appointment, care_plan, care_team, encounter
from tests.rivta_messages import care_manager, elements, envelope, identity
from tests.unit.test_fhir_rows import HSA, heard, only

NORD = "TSTNMT2321000156-NORD"
SOURCES = [
    f"urn:oid:1.2.752.129.2.1.4.1#{NORD}",
    f"https://tjanstekatalogen.inera.se/Endpoint/{NORD.lower()}",
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("make", [appointment, care_plan, encounter])
def test_a_record_of_another_system_has_the_identity_that_it_has_there(source, make):
    identifier = [{"system": "urn:oid:1.2.752.129.2.1.2.1", "value": f"{NORD}#7"}]
    item = only(make(meta={"source": source}, identifier=identifier))
    assert item.origin.identity == (NORD, "7")
    assert item.origin.system == "kommun"
    unnamed = only(make(meta={"source": source}))
    assert unnamed.origin.identity[0] == "kommun"


def test_a_copy_of_a_plan_has_the_names_of_the_plan():
    local = "urn:oid:1.2.752.129.2.1.2.1"
    copy = care_plan(
        "sip", meta={"source": SOURCES[1]}, identifier=[{"system": local, "value": "SIP-1"}]
    )
    below = care_plan("gp", partOf=[{"reference": "CarePlan/sip"}])
    over, under = heard(copy, below).items
    assert over.keys >= {"kommun|CarePlan/sip", f"{NORD}|SIP-1"}
    assert plan_trees([under, over])[0].children[0].plan is under


STAFF = {"system": HSA, "value": "TSTNMT2321000156-LEEK"}


def fast_kontakt(*carried: Any, code: str = "1", source: str = SOURCES[0], **more: Any) -> Any:
    system = "urn:oid:1.2.752.129.5.1.69"
    role = {"coding": [{"system": system, "code": code}]}
    team = care_team(
        meta={"source": source},
        participant=[{"role": role, "member": {"reference": "PractitionerRole/r1"}}],
        **more,
    )
    beside = [
        {
            "resourceType": "PractitionerRole",
            "id": "r1",
            "practitioner": {"reference": "Practitioner/o1", "display": "Lena Ek"},
        },
        {"resourceType": "Practitioner", "id": "o1", "identifier": list(carried)},
    ]
    return only(team, beside=beside)


def through_rivta() -> CareManager:
    """What GetCareManagers tells of the same contact."""
    row = care_manager(
        subject=PERSON.value,
        system=NORD,
        practitioner=elements(hsaId=identity(STAFF["value"].lower()), name="Lena Ek"),
    )
    (item,) = read_managers(envelope(CONTRACT, row), reading=Reading("region", NOW, PERSON)).items
    return item


def test_a_fast_kontakt_through_rivta_is_the_same_by_who_it_is_and_what_they_are():
    assert fast_kontakt(STAFF).origin.identity == through_rivta().origin.identity
    assert "LEEK" not in repr(through_rivta())
    for other in (
        fast_kontakt(STAFF, code="2"),
        fast_kontakt({**STAFF, "value": "TSTNMT2321000156-OMSA"}),
        fast_kontakt(STAFF, source=f"urn:oid:1.2.752.129.2.1.4.1#{NORD}2"),
        # The same title, name and days, and nothing that says who it is.
        fast_kontakt(),
        fast_kontakt({"system": HSA, "value": OTHER.value}),
    ):
        assert other.origin.identity != through_rivta().origin.identity
    assert OTHER.value not in repr(fast_kontakt({"system": HSA, "value": OTHER.value}))
