"""The sandbox writes to people's inboxes and tells of changes; a whole portal takes both in."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from portal.demo import inbound_settings
from portal.inbound.endpoint import operations
from sandbox.clock import Clock
from sandbox.messages import envelope
from sandbox.people import load_people
from sandbox.people.units import load_units
from stodtjanster.information import Appointment, Message
from stodtjanster.model import Need, Outcome, PersonId
from tests.fetching import landed, permit
from tests.inbound_messages import ADD, XSD, body_in
from tests.service.conftest import FLAGS, Sandbox, start_sandbox, stopping
from tests.service.portal_client import Portal, running_portal, until
from tests.service.sandbox_wire import Platform, schema
from tests.service.test_sandbox_index import update

BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
NEEDS = {"messages": Need(Message, 400, 1), "booked": Need(Appointment, 1, 40)}


def test_every_message_in_the_people_files_follows_the_national_schema(shared: Path) -> None:
    national, units = schema(shared / XSD[ADD]), load_units()
    sent = 0
    for person in load_people():
        for row in person.rows("messages"):
            made = envelope(person, row, units[row["unit"]], Clock().anchor(), "SE-1")
            content = etree.fromstring(etree.tostring(body_in(made)))
            assert national.validate(content), national.error_log
            sent += 1
    assert sent >= 4


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port that is ours to listen at, and at which nobody does yet."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Portal]]:
    """A sandbox that has tried to write before there was anybody to write to, and a portal."""
    with reserved_port() as port:
        url = f"https://127.0.0.1:{port}/"
        flags = (*FLAGS, "--inbox", url, "--subscriber", url)
        with stopping(start_sandbox(tmp_path_factory.mktemp("sandbox"), *flags)) as sandbox:
            until(lambda: bool(sandbox.calls("inkorg")), "the sandbox to try")
            state = tmp_path_factory.mktemp("portal")
            inbound = inbound_settings(sandbox.info, port)
            with running_portal(sandbox, state, inbound=inbound) as portal:
                yield sandbox, portal
                portal.app.extensions["inbound"].stop()


def kept(portal: Portal, person: PersonId) -> int:
    assert portal.house.messages is not None
    return len(portal.house.messages.of(person, 100))


def answer(portal: Portal, person: PersonId, name: str, reach: str = "here"):
    now = portal.clock()
    who = permit(person, Message, Appointment, reach=reach, now=now)
    return landed(portal.house.fetch.begin(who, {name: NEEDS[name]}), name)


def test_what_stands_in_the_files_arrives_once(both: tuple[Sandbox, Portal]) -> None:
    _, portal = both
    until(lambda: kept(portal, BIRGITTA) == 3 and kept(portal, SARA) == 1, "the messages")
    found = answer(portal, BIRGITTA, "messages")
    assert found.complete
    read = {item.origin.record: item for item in found.items if isinstance(item, Message)}
    told = {item.origin.identity[1]: item for item in read.values()}
    assert told.keys() == {"NM-M-501", "NM-M-502", "SY-M-88"}
    assert [told[name].read for name in sorted(told)] == [False, False, True]
    assert told["NM-M-502"].body is not None
    assert told["NM-M-502"].body.text.count("\n") == 1
    assert "<" not in told["NM-M-502"].body.text
    assert told["SY-M-88"].sender is not None
    assert told["SY-M-88"].origin.system == "TSTNMT2321000156-RSVG"


def test_a_message_about_a_time_points_at_that_time(both: tuple[Sandbox, Portal]) -> None:
    _, portal = both
    until(lambda: kept(portal, BIRGITTA) == 3, "the messages")
    about = {item.booking for item in answer(portal, BIRGITTA, "messages").items if item.booking}
    booked = {item.origin.identity for item in answer(portal, BIRGITTA, "booked").items}
    assert len(about) == 2
    assert about <= booked


def test_receiving_is_logged_by_who_sent_it(both: tuple[Sandbox, Portal]) -> None:
    _, portal = both
    until(lambda: kept(portal, SARA) >= 1, "the message")
    events = [event for event in portal.events("Received") if event.subject == SARA]
    assert events
    assert events[0].systems == ("TSTNMT2321000156-RNVG", "TSTNMT2321000156-PLAT")
    assert events[0].actor is None


def test_one_more_is_sent_from_the_panel(both: tuple[Sandbox, Portal]) -> None:
    sandbox, portal = both
    until(lambda: kept(portal, SARA) == 1, "the messages")
    sandbox.panel.post("/api/messages", json={"person": SARA.value}).raise_for_status()
    until(lambda: kept(portal, SARA) == 2, "the new message")
    assert sandbox.panel.post("/meddelande", data={"person": SARA.value}).status_code == 303
    until(lambda: kept(portal, SARA) == 3, "another")
    for wrong in ({"person": "nobody"}, {}, ["person"]):
        assert sandbox.panel.post("/api/messages", json=wrong).status_code == 400


def test_a_sandbox_without_an_inbox_to_write_to_says_so(sandbox: Sandbox) -> None:
    said = sandbox.panel.post("/api/messages", json={"person": SARA.value})
    assert said.status_code == 400
    assert "Skriv till någon" not in sandbox.panel.get("/").text


def test_without_a_place_to_keep_them_messages_are_not_served(both: tuple[Sandbox, Portal]) -> None:
    _, portal = both
    served = {each.request for each in operations(portal.house)}
    kept_nowhere = {each.request for each in operations(replace(portal.house, messages=None))}
    assert served - kept_nowhere == {f"{{{ADD}}}AddMessage"}


def test_a_change_in_the_index_empties_the_shelf(both: tuple[Sandbox, Portal]) -> None:
    sandbox, portal = both
    for reach in ("one", "two"):
        answer(portal, SARA, "booked", reach)
        again = answer(portal, SARA, "booked", reach)
        assert Outcome.DATA_FROM_CACHE in schedule(again)
    with Platform(sandbox.info) as platform:
        assert platform.send(update()).status_code == 200
    for reach in ("one", "two"):
        until(
            lambda reach=reach: (
                Outcome.DATA_FROM_SOURCE in schedule(answer(portal, SARA, "booked", reach))
            ),
            "the shelf to be emptied",
        )


def schedule(found) -> set[Outcome]:
    source = "ntjp-subject-of-care-schedule"
    return {report.outcome for report in found.reports if report.source == source}
