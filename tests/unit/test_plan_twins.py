"""One plan that two sources tell of: GetCarePlans has its document, FHIR what it is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from stodtjanster.information import (
    Activity,
    Attachment,
    CarePlanKind,
    CarePlanStatus,
    Goal,
)
from stodtjanster.model import Told
from tests.viewing import at, booking, plan

TEXT = Attachment("text/plain", b"Planen")
SCAN = Attachment("application/pdf", b"%PDF-1.4")
DOCUMENT = replace(
    plan("sip", title=Told("Trygg hemma"), attachments=(TEXT,)),
    kind=CarePlanKind.UNKNOWN,
    responsible=Told("Lena Ek"),
)
STRUCTURE = plan(
    "sip-fhir",
    kind=CarePlanKind.SIP,
    title=Told("SIP"),
    status=CarePlanStatus.ACTIVE,
    goals=(Goal(Told("Gå")),),
    activities=(Activity(Told("Träna")),),
    attachments=(SCAN, TEXT),
    first=date(2026, 11, 3),
    responsible=Told("Någon annan"),
    parents=["p"],
    children=["rp"],
    meetings=("m",),
)


def test_what_the_first_says_stands_and_what_it_lacks_is_filled_in() -> None:
    joined = DOCUMENT.with_twin(STRUCTURE)
    assert (joined.title, joined.responsible) == (Told("Trygg hemma"), Told("Lena Ek"))
    assert joined.origin == DOCUMENT.origin
    assert (joined.goals, joined.activities) == (STRUCTURE.goals, STRUCTURE.activities)
    assert joined.first == date(2026, 11, 3)
    assert (joined.kind, joined.status) == (CarePlanKind.SIP, CarePlanStatus.ACTIVE)


def test_nothing_that_either_points_at_is_lost() -> None:
    joined = DOCUMENT.with_twin(STRUCTURE)
    assert joined.keys == {"sip", "sip-fhir"}
    assert (joined.parents, joined.children, joined.meetings) == (("p",), ("rp",), ("m",))


def test_a_document_that_both_have_is_given_once() -> None:
    assert DOCUMENT.with_twin(STRUCTURE).attachments == (TEXT, SCAN)


def test_whichever_comes_first_the_same_is_known() -> None:
    one, other = DOCUMENT.with_twin(STRUCTURE), STRUCTURE.with_twin(DOCUMENT)
    assert set(one.attachments) == set(other.attachments)
    assert (one.goals, one.keys, one.kind) == (other.goals, other.keys, other.kind)


def test_a_plan_is_as_it_was_beside_an_equal() -> None:
    assert STRUCTURE.with_twin(STRUCTURE) == STRUCTURE


def test_other_records_are_told_whole_by_the_first() -> None:
    one, other = booking(at(1), title="En"), booking(at(2), title="Annan")
    assert one.with_twin(other) == one
