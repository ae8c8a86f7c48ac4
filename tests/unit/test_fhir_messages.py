"""Messages, as FHIR has them."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

import pytest

from stodtjanster.information import Message
from stodtjanster.model import STOCKHOLM, Dated, HsaId, Open, Timed, Told
from tests.fhir_pages import BASE, OTHER, PERSONNUMMER, SUBJECT, appointment, communication
from tests.unit.test_fhir_rows import HSA, heard, only, why

UNIT = {
    "reference": "Organization/vc",
    "display": "Björkbackens vårdcentral",
    "identifier": {"system": HSA, "value": "TSTNMT2321000156-BJOR"},
}
TALK = {"reference": "Practitioner/lena", "display": "Lena"}


def text(said: str, kind: str = "text/plain; charset=utf-8") -> dict[str, object]:
    return {"contentAttachment": {"contentType": kind, "data": b64encode(said.encode()).decode()}}


def test_a_message_to_the_person():
    item = only(communication(sender=UNIT, category=[{"text": "Kallelse"}]))
    assert isinstance(item, Message)
    assert (item.title, item.body) == (Told("Din nya tid"), Told("Vi ses på tisdag."))
    assert (item.sender, item.category) == (Told("Björkbackens vårdcentral"), Told("Kallelse"))
    assert item.sent == Timed(datetime(2026, 11, 20, 8, 15, tzinfo=STOCKHOLM))
    assert item.received == datetime(2026, 11, 20, 8, 16, tzinfo=STOCKHOLM)
    assert item.read is None
    assert item.origin.care_unit == HsaId("TSTNMT2321000156-BJOR")
    assert item.origin.approved_for_patient
    assert item.during == item.sent


def test_r5_puts_its_words_in_attachments():
    parts = [text("Ett."), {"contentCodeableConcept": {"text": "Två."}}, text("Tre.")]
    assert only(communication(payload=parts)).body == Told("Ett.\nTvå.\nTre.")


def test_an_attachment_of_another_kind_is_told_by_its_title():
    other = {"contentAttachment": {"contentType": "application/pdf", "title": "Kallelse.pdf"}}
    markup = text("<b>nej</b>", "text/html")
    assert only(communication(payload=[other, markup])).body == Told("Kallelse.pdf")


def test_markup_is_only_letters():
    item = only(communication(payload=[{"contentString": "<script>hej</script>"}]))
    assert item.body == Told("<script>hej</script>")


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"sent": "2026-11-19"}, Dated(datetime(2026, 11, 19, tzinfo=STOCKHOLM).date())),
        ({"sent": None}, Timed(datetime(2026, 11, 20, 8, 16, tzinfo=STOCKHOLM))),
        ({"sent": None, "received": None}, Open()),
    ],
)
def test_when_it_was_sent_is_no_more_exact_than_was_said(changes, sent):
    assert only(communication(**changes)).sent == sent


@pytest.mark.parametrize("recipient", [None, [], [TALK], [{"reference": "Patient/child"}]])
def test_what_others_write_to_each_other_is_no_message_to_the_person(recipient):
    assert "not to the person" in why(communication(recipient=recipient))


def test_of_several_recipients_one_must_be_the_person():
    assert only(communication(recipient=[TALK, {"reference": "Patient/child"}, SUBJECT]))


def test_what_the_person_wrote_is_no_message_to_them():
    assert "from a patient" in why(communication(sender=SUBJECT))


@pytest.mark.parametrize(
    "status", ["preparation", "not-done", "on-hold", "stopped", "entered-in-error", "unknown"]
)
def test_what_was_not_sent_is_not_shown(status):
    assert status in why(communication(status=status))


def test_a_message_about_another_person_is_foreign():
    someone = {"identifier": {"system": PERSONNUMMER, "value": OTHER.value}}
    got = heard(communication(subject=someone), communication("k2"))
    assert [item.origin.record for item in got.items] == ["Communication/k2"]


@pytest.mark.parametrize(
    "payload",
    [
        [{"contentString": "x" * 20_001}],
        [{"contentAttachment": {"contentType": "text/plain", "data": "inte base64"}}],
        [{"contentAttachment": {"contentType": "text/plain", "data": "/w=="}}],
        [{"contentString": "x"}] * 51,
        [{"contentString": {"not": "text"}}],
        "text",
    ],
)
def test_words_that_cannot_be_read_are_a_row_lost(payload):
    got = heard(communication(payload=payload), communication("k2"))
    assert [item.origin.record for item in got.items] == ["Communication/k2"]
    assert got.reports[0].rejected == 1


def test_a_message_without_words_is_a_row_lost():
    assert heard(communication(payload=None, topic=None)).reports[0].rejected == 1


def test_a_message_about_a_time_knows_which():
    about = [TALK, {"reference": "Appointment/a1"}]
    assert only(communication(about=about)).booking == (BASE_OF_A_FILE, "Appointment/a1")


BASE_OF_A_FILE = "kommun"


def test_it_knows_the_time_by_what_the_time_is_called_when_that_came_along():
    named = {
        "meta": {"source": "urn:oid:1.2.752.129.2.1.4.1#TSTNMT2321000156-ORTO"},
        "identifier": [
            {"system": "urn:oid:1.2.752.129.2.1.2.1", "value": "TSTNMT2321000156-ORTO#NM-20431"}
        ],
    }
    got = heard(
        communication(about=[{"reference": "Appointment/a1"}]),
        beside=[appointment("a1", **named)],
    )
    (message,) = got.items
    assert isinstance(message, Message)
    assert message.booking == ("TSTNMT2321000156-ORTO", "NM-20431")


def test_an_address_is_never_that_of_another_base():
    assert only(communication(about=[{"reference": f"{BASE}/Task/1"}])).booking is None
