"""What the national schemas refuse, our own reader of what is sent to us refuses too."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from portal.inbound import add_message, ping, process_notification
from portal.inbound.schema import Unfit, check
from portal.inbound.soap import Fault, content_of
from stodtjanster.sources.kit.xml import parse
from tests import inbound_messages as made
from tests.conftest import SHARED
from tests.service.sandbox_wire import schema

ANNA = "196408233234"
SHAPES = {
    made.ADD: add_message.SHAPE,
    made.NOTIFY: process_notification.SHAPE,
    made.PING: ping.SHAPE,
}
EXTENSION = '<e:more xmlns:e="urn:other"><e:inner kind="x">text</e:inner></e:more>'
WHOLE = {
    "message": made.add_message(
        ANNA, rest="<m:notify>1</m:notify><m:sourceSystem>S</m:sourceSystem>"
    ),
    "notification": made.notification(made.engagement(ANNA), made.engagement(ANNA, owner=None)),
    "ping": made.ping(),
    "notification-extended": made.notification(made.engagement(ANNA)).replace(
        "</m:ProcessNotification>", f"{EXTENSION}</m:ProcessNotification>"
    ),
}
VALUES = (
    "", " ", "x", "0", "1", "true", " true ", "TRUE", "Read", " Read", "Unread", "Active", "active",
    "2026-11-20", "2026-11-20Z", "2026-02-30", "20261120", "2026-11-20+14:00", "2026-11-20+15:00",
    "-0044-03-15", "12026-11-20", "08:15:00", "24:00:00", "24:00:01", "08:15", "08:15:00.123456",
    "2026-11-20T08:15:00", "2026-11-20T24:00:00", "2026-11-20 08:15:00", "20261120081500",
    "20261399081500", "20261120246000", ANNA, f"^{ANNA}$", "19640823T234", "19640823-3234",
    "640823-3234", "riv:crm:scheduling", "urn:riv:crm:scheduling", "%2$s", "a b", "http://[",
    "a:b:c", "1:2", "::", "#a#b", "NewWindow", "OldWindow", "3", "+3", "3.0", "å",
    "\u00a0true", "9" * 20,
)  # fmt: skip


@cache
def national(namespace: str) -> etree.XMLSchema:
    return schema(SHARED / made.XSD[namespace])


def follows(content: etree._Element) -> bool:
    """Whether the national schema takes it."""
    alone = etree.fromstring(etree.tostring(content))
    return bool(national(etree.QName(content).namespace or "").validate(alone))


def is_taken(content: etree._Element) -> bool:
    try:
        check(content, SHAPES[etree.QName(content).namespace or ""])
    except Unfit:
        return False
    return True


@pytest.mark.usefixtures("shared")
class TestAgainstTheNationalSchemas:
    @pytest.mark.parametrize("name", WHOLE)
    def test_a_message_with_every_element_is_taken(self, name: str) -> None:
        content = parse(WHOLE[name].encode())
        assert follows(content)
        assert is_taken(content)

    @pytest.mark.parametrize("left_out", made.WHOLE)
    def test_no_part_of_a_message_must_be_there(self, left_out: str) -> None:
        content = parse(made.add_message(ANNA, made.message(**{left_out: None})).encode())
        assert follows(content)
        assert is_taken(content)

    @given(data=st.data())
    @settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
    def test_whatever_is_done_to_a_message_what_they_refuse_is_refused(self, data: Any) -> None:
        root = parse(WHOLE[data.draw(st.sampled_from(sorted(WHOLE)))].encode())
        for _ in range(data.draw(st.integers(1, 3))):
            mutate(root, data)
        content = parse(etree.tostring(root))
        if etree.QName(content).namespace in SHAPES and is_taken(content):
            assert follows(content), national(etree.QName(content).namespace or "").error_log

    @pytest.mark.parametrize("value", VALUES)
    def test_every_value_in_every_place(self, value: str) -> None:
        for whole in WHOLE.values():
            count = len(list(parse(whole.encode()).iter()))
            for place in range(count):
                root = parse(whole.encode())
                element = list(root.iter())[place]
                if not len(element):
                    element.text = value
                    content = parse(etree.tostring(root))
                    assert follows(content) or not is_taken(content), element.tag

    @pytest.mark.parametrize("contract", [made.NOTIFY, made.PING])
    def test_real_requests_are_taken_when_they_follow_it_and_else_refused(
        self, contract: str, shared: Path
    ) -> None:
        domain, _, operation = contract.removeprefix("urn:riv:").rpartition(":")[0].rpartition(":")
        folder = f"{domain.replace(':', '.')}.{operation.removesuffix('Responder')}.1"
        files = sorted((shared / "rivta" / "samples" / folder).glob("request-*.xml"))
        assert files
        for file in files:
            try:
                content = content_of(file.read_bytes())
            except Fault:
                assert "INVALID" in file.name
                continue
            assert is_taken(content) == follows(content) == ("-valid-" in file.name), file.name

    def test_what_we_answer_follows_them(self) -> None:
        for answer in (
            add_message._response("OK", None, "brev-1"),
            add_message._response("ERROR", "Personnumret finns inte."),
            add_message.fault_info("told"),
        ):
            assert follows(answer)


def mutate(root: etree._Element, data: Any) -> None:
    """One thing that may have happened to a message."""
    element = data.draw(st.sampled_from(list(root.iter())))
    local = etree.QName(element).localname
    how = data.draw(st.sampled_from(["text", "attribute", "name", "more", "place"]))
    if how == "text":
        element.text = data.draw(st.sampled_from(VALUES))
    elif how == "attribute":
        names = ["kind", f"{{{made.XSI}}}nil", f"{{{made.XSI}}}type", "{urn:other}a"]
        kinds = ["c:MessageCaseType", "c:WorkflowCaseType", "c:CaseType", "c:BookingType", "q:x"]
        element.set(
            data.draw(st.sampled_from(names)), data.draw(st.sampled_from([*kinds, *VALUES]))
        )
    elif how == "name":
        other = element.tag.replace(local, data.draw(st.sampled_from(["id", "x", "booking"])))
        element.tag = data.draw(st.sampled_from([other, f"{{urn:other}}{local}", local]))
    elif how == "more":
        grafted = copy.deepcopy(data.draw(st.sampled_from(list(root.iter()))))
        element.append(data.draw(st.sampled_from([grafted, etree.Element("{urn:other}e")])))
    elif element.getparent() is not None:
        move(element, data)


def move(element: etree._Element, data: Any) -> None:
    parent = element.getparent()
    how = data.draw(st.sampled_from(["tail", "drop", "double", "last"]))
    if how == "tail":
        element.tail = data.draw(st.sampled_from(VALUES))
    elif how == "drop":
        parent.remove(element)
    elif how == "double":
        parent.insert(parent.index(element), copy.deepcopy(element))
    else:
        parent.append(element)


def test_nothing_is_deeper_than_it_needs_to_be() -> None:
    cases = ""
    for _ in range(50):
        cases = f'<c:Cases x:type="c:MessageCaseType"><c:details>{cases}</c:details></c:Cases>'
    content = parse(made.add_message(ANNA, made.message(details=cases)).encode())
    with pytest.raises(Unfit, match="deep"):
        check(content, add_message.SHAPE)


@pytest.mark.parametrize(
    ("name", "longest"), [("id", 256), ("headerText", 1_000), ("bodyText", 20_000)]
)
def test_no_text_is_without_end(name: str, longest: int) -> None:
    for length, taken in ((longest, True), (longest + 1, False)):
        said = made.message(**{name: "x" * length})
        assert is_taken(parse(made.add_message(ANNA, said).encode())) is taken


def test_what_is_wrong_is_told_without_what_was_said() -> None:
    said = made.message(caseReadStatus="hemligt", actionDate="hemligt")
    with pytest.raises(Unfit) as unfit:
        check(parse(made.add_message("hemligt", said).encode()), add_message.SHAPE)
    assert "hemligt" not in str(unfit.value)
