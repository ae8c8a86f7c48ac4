"""What the services say, as facts: a table of answers, and what the rules then come to."""

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from portal.gates import Gates
from portal.settings import SecuritySettings
from stodtjanster.access import NOT_SCREENED, Decision, Facts, Reason, Resource, decide
from stodtjanster.access.case import (
    Consent,
    ConsentStatus,
    Dependencies,
    Emergency,
    Level,
    Relation,
)
from stodtjanster.access.decision import Verdict
from stodtjanster.audit import AuditUnavailable, EventKind
from stodtjanster.fetch import NotKnown
from stodtjanster.information import CareContact, CareContactKind, CareContactStatus
from stodtjanster.model import (
    ActorKind,
    Cause,
    Open,
    Origin,
    Owner,
    PersonId,
    Protection,
    Side,
    Subject,
)
from stodtjanster.security.kit import Registered
from stodtjanster.security.liftings import Standing
from tests.security_messages import (
    BIRGITTA,
    CLINIC,
    ELSEWHERE,
    EMPLOYEE,
    NOW,
    OWN,
    SETTINGS,
    checked,
    consented,
    ended,
    related,
    situation,
    stored,
)

DOWN = NotKnown(Cause.TIMEOUT)
SERVICES = SecuritySettings(
    relations=SETTINGS.model_copy(update={"key": "relation"}),
    consents=SETTINGS.model_copy(update={"key": "consent"}),
    blocks=SETTINGS.model_copy(update={"key": "blocks"}),
)
EARLIER = PersonId.parse("189912309805")
UP = Dependencies(consent_up=True)
CERTIFIED = Emergency(declared=True, danger=True, consent_obtainable=False, reason="Emergency")
YES = Consent(ConsentStatus.GIVEN, unit=OWN.unit, person_hsa_id=EMPLOYEE)
ALL_OPEN = checked(*((str(n), "OK") for n in range(1, 9)))


class Wires:
    """In place of the fetch service: each service answers with bytes, with nothing, or never."""

    def __init__(self, **answers):
        self.answers = {"relation": related(), "consent": consented(), "blocks": ALL_OPEN}
        self.answers |= answers
        self.asked = []

    def inquire(self, settings, talk):
        self.asked.append(settings.key)
        future = Future()
        said = self.answers[settings.key]
        if callable(said):
            said = said(self.asked.count(settings.key))
        if said is not None:
            future.set_result(said if isinstance(said, NotKnown) else ended(talk(), said))
        return future


class Log:
    def __init__(self, failing=False):
        self.events = []
        self.failing = failing

    def record(self, event):
        if self.failing:
            raise AuditUnavailable("down")
        self.events.append(event)
        return str(event.reference)


def contact(place, record, **origin):
    said = {"care_provider": place.provider, "care_unit": place.unit, "documented_at": NOW}
    return CareContact(
        subject=BIRGITTA,
        origin=Origin("s", "SYS", record, "GetCareContacts", NOW, **{**said, **origin}),
        kind=CareContactKind.UNKNOWN,
        status=CareContactStatus.UNKNOWN,
        when=Open(),
    )


def gates(wires, settings=SERVICES, log=None):
    return Gates(
        wires,
        settings,
        log or Log(),
        lambda: NOW,
        owner_of=lambda origin: Owner(origin.care_provider, Side.VARD),
        patience=0.01,
    )


def gathered(settings=SERVICES, known=None, who=None, **answers):
    return gates(Wires(**answers), settings).facts_of(who or situation(), known=known)


def screened(items, who=None, settings=SERVICES, **answers):
    return gates(Wires(**answers), settings).screening(who or situation())(items).result(1)


def closed(items, **answers):
    """What is blocked, by the identity of its record."""
    said = screened(items, **answers)
    return {identity: one.blocks for identity, one in said.items() if one.blocks}


TABLE = [
    # answers, facts that are gathered, services that did not say
    ({}, Facts(Relation(True), YES, dependencies=UP), {}),
    ({"relation": related("false")}, Facts(Relation(False), YES, dependencies=UP), {}),
    ({"relation": DOWN}, Facts(None, YES, dependencies=UP), {"relation": Cause.TIMEOUT}),
    ({"relation": None}, Facts(None, YES, dependencies=UP), {"relation": Cause.TIMEOUT}),
    ({"consent": consented("false", "")}, Facts(Relation(True), dependencies=UP), {}),
    (
        {"consent": consented(kind="Emergency")},
        Facts(Relation(True), emergency=CERTIFIED, dependencies=UP),
        {},
    ),
    ({"consent": DOWN}, Facts(Relation(True)), {"consent": Cause.TIMEOUT}),
]


@pytest.mark.parametrize(("answers", "facts", "unknown"), TABLE)
def test_answers_become_facts(answers, facts, unknown):
    found = gathered(**answers)
    assert found.facts == facts
    assert found.unknown == unknown


def test_nothing_is_known_where_no_service_is_connected():
    found = gathered(settings=SecuritySettings())
    assert found.facts == Facts()
    assert set(found.unknown.values()) == {Cause.NOT_CONNECTED}


@pytest.mark.parametrize(
    "changes", [{"kind": ActorKind.CITIZEN}, {"hsa_id": None}, {"place": None}]
)
def test_nobody_is_asked_for_those_who_are_no_employees(changes):
    wires = Wires()
    found = gates(wires).facts_of(situation(**changes), known=Facts(incapacity_attested=True))
    assert found.facts == Facts(incapacity_attested=True)
    assert wires.asked == []


def test_omsorg_has_its_relation_from_elsewhere():
    insats = Facts(relation=Relation(True, "aldre"))
    wires = Wires()
    found = gates(wires).facts_of(situation(side=Side.OMSORG), known=insats)
    assert found.facts.relation == Relation(True, "aldre")
    assert "relation" not in wires.asked
    assert "relation" not in found.unknown


@pytest.mark.parametrize("relation", [related("false"), DOWN, None])
def test_no_other_word_stands_in_for_the_services(relation):
    known = Facts(relation=Relation(True), consent=YES)
    found = gathered(known=known, relation=relation, consent=consented("false", ""))
    assert not (found.facts.relation and found.facts.relation.active)
    assert found.facts.consent is None


def test_who_has_just_said_no_is_obeyed():
    no = Consent(ConsentStatus.REFUSED)
    assert gathered(known=Facts(consent=no)).facts.consent == no


def test_each_record_is_open_or_blocked_by_itself():
    own, shut, across = contact(OWN, "1"), contact(CLINIC, "2"), contact(ELSEWHERE, "3")
    # The first row is the reader's own place, and the first record the second.
    blocks = checked(("1", "OK"), ("2", "OK"), ("3", "BLOCKED"), ("4", "BLOCKED"))
    found = closed([own, shut, across], blocks=blocks)
    assert found.keys() == {shut.origin.identity, across.origin.identity}
    (inner,), (outer,) = found[shut.origin.identity], found[across.origin.identity]
    assert (inner.level, inner.unit) == (Level.INNER, CLINIC.unit)
    assert (outer.level, outer.provider) == (Level.OUTER, ELSEWHERE.provider)


def test_a_row_that_is_missing_blocks_its_record_alone():
    records = [contact(CLINIC, "1"), contact(ELSEWHERE, "2")]
    found = screened(records, blocks=checked(("1", "OK"), ("3", "OK")))
    assert [bool(one.blocks) for one in found.values()] == [True, False]
    assert all(one.up for one in found.values())


def test_nothing_is_said_of_any_when_the_service_does_not_say():
    assert screened([contact(OWN, "1"), contact(CLINIC, "2")], blocks=DOWN) == {}


def test_whoever_is_never_answered_waits():
    waiting = gates(Wires(blocks=None)).screening(situation())([contact(CLINIC, "1")])
    assert not waiting.done()


@pytest.mark.parametrize("absent", ["care_unit", "care_provider"])
def test_a_record_that_cannot_be_asked_about_is_blocked(absent):
    record = contact(ELSEWHERE, "1", **{absent: None})
    (block,) = closed([record])[record.origin.identity]
    assert resource(record, block).matching_blocks() == (block,)


def test_records_that_are_alike_are_asked_about_once():
    wires = Wires()
    sent = []
    wires.inquire = lambda settings, talk: sent.append(next(talk()).body) or Future()
    gates(wires).screening(situation())([contact(CLINIC, str(n)) for n in range(30)])
    assert max(body.count(b":informationEntities>") for body in sent) == 4


def test_a_block_under_an_earlier_number_holds():
    who = situation(subject=Subject(BIRGITTA, others=(EARLIER,)))
    record = contact(CLINIC, "1")

    def by_turn(turn):
        return ALL_OPEN if turn == 1 else checked(("1", "OK"), ("2", "BLOCKED"))

    assert closed([record], who=who, blocks=by_turn).keys() == {record.origin.identity}
    silent = screened([record], who=who, blocks=lambda turn: ALL_OPEN if turn == 1 else DOWN)
    assert silent == {}


def test_a_block_under_an_earlier_number_is_in_the_list():
    who = situation(subject=Subject(BIRGITTA, others=(EARLIER,)))
    said = Decision(Verdict.DENY, Reason.BLOCK_EXISTENCE_ONLY)
    found = Standing("b-1", True, OWN.provider, CLINIC.unit, None, None, ())
    log = Log()

    def listed(of_first, of_other):
        wires = Wires()
        answers = iter((of_first, of_other))
        wires.inquire = lambda *_: done(next(answers))
        return gates(wires, log=log).standing_blocks(who, said, session="a" * 64)

    assert listed((), (found,)) == (found,)
    assert listed((found,), (found,)) == (found,)
    assert listed((found,), DOWN) == DOWN
    assert {event.others for event in log.events} == {(EARLIER,)}


def done(value):
    future = Future()
    future.set_result(value)
    return future


def test_what_is_blocked_is_blocked_however_old_it_is():
    record = contact(ELSEWHERE, "1", documented_at=datetime(1899, 12, 31, tzinfo=UTC))
    (block,) = closed([record], blocks=checked(("1", "OK")))[record.origin.identity]
    assert resource(record, block).matching_blocks() == (block,)


def test_a_record_that_is_told_twice_is_open_where_both_are():
    twins = [contact(CLINIC, "1"), contact(OWN, "1")]
    for told in (twins, twins[::-1]):
        blocks = checked(*((str(n), "OK" if n == 1 else "BLOCKED") for n in range(1, 4)))
        assert closed(told, blocks=blocks).keys() == {twins[0].origin.identity}


def test_nothing_is_said_when_the_register_has_not_said_which_numbers_there_are():
    unsure = situation(subject=Subject(BIRGITTA, protected=Protection.UNKNOWN))
    assert screened([contact(CLINIC, "1")], who=unsure) == {}


def test_a_citizen_is_not_asked_about():
    with pytest.raises(ValueError, match="employee"):
        gates(Wires()).screening(situation(kind=ActorKind.CITIZEN))


def resource(record, *blocks):
    return Resource(
        record.info_type,
        record.origin.care_provider,
        record.origin.care_unit,
        Side.VARD,
        documented_at=record.origin.documented_at,
        available_svod=True,
        blocks=blocks,
    )


RULES = [
    (OWN, {}, Reason.OWN_UNIT),
    (CLINIC, {}, Reason.OWN_PROVIDER),
    (CLINIC, {"blocks": checked(("1", "OK"))}, Reason.BLOCKED_INNER),
    (CLINIC, {"blocks": DOWN}, Reason.DEPENDENCY_UNAVAILABLE),
    (ELSEWHERE, {}, Reason.CONSENT),
    (ELSEWHERE, {"blocks": checked(("1", "OK"))}, Reason.BLOCKED_OUTER),
    (ELSEWHERE, {"blocks": DOWN}, Reason.DEPENDENCY_UNAVAILABLE),
    (ELSEWHERE, {"consent": DOWN}, Reason.DEPENDENCY_UNAVAILABLE),
    (ELSEWHERE, {"consent": consented("false", "")}, Reason.CONSENT_MISSING),
    (ELSEWHERE, {"consent": consented(kind="Emergency")}, Reason.EMERGENCY_ACCESS),
    (ELSEWHERE, {"relation": related("false")}, Reason.NO_CARE_RELATION),
    (OWN, {"relation": DOWN}, Reason.NO_CARE_RELATION),
    (OWN, {"relation": None}, Reason.NO_CARE_RELATION),
]


@pytest.mark.parametrize(("place", "answers", "reason"), RULES)
def test_what_the_rules_come_to(place, answers, reason):
    record = contact(place, "1")
    who = situation()
    permit = decide(
        who,
        [CareContact],
        reach="a" * 64,
        facts=gathered(**answers).facts,
        owner_of=lambda origin: Owner(origin.care_provider, Side.VARD, available_svod=True),
    )
    said = screened([record], **answers).get(record.origin.identity, NOT_SCREENED)
    assert permit.admits(record, said).reason is reason


def test_what_is_registered_is_logged_first():
    log = Log()
    wires = Wires(consent=NotKnown(Cause.REFUSED))
    until = NOW + timedelta(days=30)
    said = gates(wires, log=log).register_consent(
        situation(), until, session="a" * 64, reference=uuid4()
    )
    (event,) = log.events
    assert said == NotKnown(Cause.REFUSED)
    assert (event.event, event.detail) == (EventKind.REGISTERED, "consent")
    assert (event.employee, event.place, event.subject) == (EMPLOYEE, OWN, BIRGITTA)


def test_what_cannot_be_logged_is_not_registered():
    wires = Wires()
    with pytest.raises(AuditUnavailable):
        gates(wires, log=Log(failing=True)).register_relation(
            situation(), NOW + timedelta(days=1), session="a" * 64, reference=uuid4()
        )
    assert wires.asked == []


def test_a_citizen_registers_nothing():
    with pytest.raises(ValueError, match="employee"):
        gates(Wires()).register_relation(
            situation(kind=ActorKind.CITIZEN),
            NOW + timedelta(days=1),
            session="a" * 64,
            reference=uuid4(),
        )


def test_what_was_registered_is_told():
    body = stored().replace(b"auditing:log", b"authorization:consent")
    body = body.replace(b"StoreLog", b"RegisterExtendedConsent")
    said = gates(Wires(consent=body)).register_consent(
        situation(), NOW + timedelta(days=1), session="a" * 64, reference=uuid4()
    )
    assert said is Registered.DONE
