"""What is known of a person before anything is decided: asked once, obeyed when in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from portal.people import FRESH, REST, People
from stodtjanster.access import Facts, Policy
from stodtjanster.access.case import Grant
from stodtjanster.audit import AuditEvent, AuditUnavailable
from stodtjanster.fetch import FetchService
from stodtjanster.information import Appointment, PersonRecord
from stodtjanster.model import (
    ActorKind,
    Cause,
    Origin,
    Outcome,
    PersonId,
    Protection,
    Report,
    Situation,
    Subject,
    Told,
)
from stodtjanster.sources.kit.source import Ask, Heard, Request, Response, SourceFailed
from tests.fetching import ANNA, BO, NOON, Clock, ScriptedDriver, ScriptedSource, situation

BEFORE = PersonId.parse("189912309805")
EARLIER = PersonId.parse("190005259809")
RESERVE = PersonId.parse("19640823A1B2")
CHILD = PersonId.parse("201803092384")
HIDDEN = Protection.SEKRETESSMARKERING


def session(name: str) -> str:
    return sha256(name.encode()).hexdigest()


class Log:
    """An audit log in a list."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []
        self.broken = False

    def record(self, event: AuditEvent) -> str:
        if self.broken:
            raise AuditUnavailable("disk")
        self.events.append(event)
        return str(event.reference)


@dataclass
class Register:
    """Records by number; `down` is how it fails, `unread` how many rows it could not read."""

    records: dict[PersonId, PersonRecord] = field(default_factory=dict)
    down: Cause | None = None
    unread: int = 0
    cause: Cause | None = None

    def has(self, person: PersonId, *linked: PersonId, **said: Any) -> Register:
        told = {"name": Told("Anna Alm"), "protected": Protection.NONE, "deceased": False}
        record = f"{person.value[:4]}{len(self.records)}"
        self.records[person] = PersonRecord(
            subject=person,
            origin=Origin("register", "REG", record, "test", NOON),
            linked=linked,
            **{**told, **said},
        )
        return self

    def hear(self, ask: Ask, _pages: list[Response]) -> Heard:
        found = self.records.get(ask.subject)
        report = Report(
            "register",
            "REG",
            PersonRecord.key,
            Outcome.DATA_FROM_SOURCE,
            ask.at,
            ask.at,
            self.cause,
            rejected=self.unread,
        )
        return Heard((found,) if found else (), (report,))

    def reply(self, _request: Request) -> Response:
        if self.down is not None:
            raise SourceFailed(self.down)
        return Response(200, {}, b"")


class Desk:
    """People over a register, with a clock and a log that a test may look at."""

    def __init__(self, register: Register | None, *, answers: bool = True) -> None:
        self.clock = Clock()
        self.log = Log()
        self.source = ScriptedSource(
            "register", register.hear if register else None, gives=(PersonRecord,)
        )
        driver = ScriptedDriver(register.reply if register and answers else None)
        self.fetch = FetchService([self.source] if register else [], driver, clock=self.clock)
        self.fetch.start()
        self.people = People(
            self.fetch,
            [Appointment],
            self.clock,
            policy=Policy(),
            patience=20.0 if answers else 0.01,
        )

    def who(
        self, person: PersonId = ANNA, reach: str = "a", facts: Facts | None = None, **who: Any
    ) -> Subject:
        asked: Situation = replace(situation(person, **who), now=self.clock())
        named = {"reach": session(reach), "audit": self.log, "facts": facts}
        return self.people.recognised(asked, **named).subject

    @property
    def asked(self) -> list[PersonId]:
        return [ask.subject for ask in self.source.asked]


Open = Callable[..., Desk]


@pytest.fixture
def desk() -> Iterator[Open]:
    opened: list[Desk] = []

    def make(register: Register | None, **more: Any) -> Desk:
        opened.append(Desk(register, **more))
        return opened[-1]

    yield make
    for each in opened:
        each.fetch.stop()


class TestWhatIsKnown:
    @pytest.mark.parametrize("deceased", [False, True])
    @pytest.mark.parametrize("protected", [each for each in Protection if each != "unknown"])
    def test_the_facts_of_the_record(
        self, desk: Open, protected: Protection, deceased: bool
    ) -> None:
        register = Register().has(ANNA, protected=protected, deceased=deceased)
        assert desk(register).who() == Subject(ANNA, deceased, protected)

    def test_the_name_is_the_registers(self, desk: Open) -> None:
        at = desk(Register().has(ANNA))
        assert at.people.known(situation(), reach=session("a"), audit=at.log).name == Told(
            "Anna Alm"
        )

    def test_what_else_is_known_of_the_subject_stays(self, desk: Open) -> None:
        at = desk(Register().has(ANNA, protected=HIDDEN))
        weak = replace(situation(), subject=Subject(ANNA, lacks_capacity=True))
        known = at.people.recognised(weak, reach=session("a"), audit=at.log).subject
        assert known == Subject(ANNA, protected=HIDDEN, lacks_capacity=True)

    def test_a_link_that_nobody_can_ask_about_casts_no_doubt_on_the_rest(self, desk: Open) -> None:
        assert desk(Register(unread=1).has(ANNA)).who() == Subject(ANNA)


class TestOtherNumbers:
    def test_each_is_asked_about_too(self, desk: Open) -> None:
        at = desk(Register().has(ANNA, BEFORE).has(BEFORE, ANNA))
        assert at.who() == Subject(ANNA, others=(BEFORE,))
        assert at.asked == [ANNA, BEFORE]

    def test_and_so_are_those_that_stand_there(self, desk: Open) -> None:
        at = desk(Register().has(ANNA, BEFORE).has(BEFORE, EARLIER))
        assert at.who().others == (BEFORE, EARLIER)
        assert at.asked == [ANNA, BEFORE, EARLIER]

    @pytest.mark.parametrize("said", [{"protected": HIDDEN}, {"deceased": True}])
    def test_what_is_said_under_any_of_them_is_obeyed(
        self, desk: Open, said: dict[str, Any]
    ) -> None:
        register = Register().has(ANNA, BEFORE).has(BEFORE, ANNA, **said)
        assert desk(register).who() == replace(Subject(ANNA, others=(BEFORE,)), **said)

    def test_one_without_a_record_of_its_own(self, desk: Open) -> None:
        assert desk(Register().has(ANNA, BEFORE)).who() == Subject(ANNA, others=(BEFORE,))

    def test_one_whose_record_cannot_be_read_may_be_protected(self, desk: Open) -> None:
        known = desk(Register(unread=1).has(ANNA, BEFORE)).who()
        assert (known.protected, known.others) == (Protection.UNKNOWN, (BEFORE,))

    def test_reserve_numbers_are_known_to_nobody_else(self, desk: Open) -> None:
        at = desk(Register().has(ANNA, RESERVE))
        assert at.who() == Subject(ANNA)
        assert at.asked == [ANNA]

    def test_the_log_says_which_numbers_were_asked_about(self, desk: Open) -> None:
        at = desk(Register().has(ANNA, BEFORE))
        at.who()
        assert [event.others for event in at.log.events] == [(), (BEFORE,)]
        assert {event.subject for event in at.log.events} == {ANNA}


class TestInDoubt:
    """Who may be protected is treated as protected; who has just logged in is alive."""

    doubt = Subject(ANNA, protected=Protection.UNKNOWN)

    @pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.REFUSED, Cause.FAULT, Cause.UNREADABLE])
    def test_a_register_that_does_not_answer(self, desk: Open, cause: Cause) -> None:
        assert desk(Register(down=cause).has(ANNA)).who() == self.doubt

    def test_a_register_that_is_slow_is_not_waited_for(self, desk: Open) -> None:
        assert desk(Register().has(ANNA), answers=False).who() == self.doubt

    def test_a_number_that_the_register_does_not_know(self, desk: Open) -> None:
        assert desk(Register().has(BO)).who() == self.doubt

    def test_a_register_that_mixes_up_people(self, desk: Open) -> None:
        assert desk(Register(cause=Cause.FOREIGN).has(ANNA)).who() == self.doubt

    def test_no_register(self, desk: Open) -> None:
        at = desk(None)
        assert at.who() == self.doubt
        assert at.log.events == []

    def test_an_older_copy_is_not_believed_in_what_it_allows(self, desk: Open) -> None:
        register = Register().has(ANNA, BEFORE)
        at = desk(register)
        assert at.who() == Subject(ANNA, others=(BEFORE,))
        register.down = Cause.FAULT
        at.clock.forward(FRESH.total_seconds())
        assert at.who() == replace(self.doubt, others=(BEFORE,))

    def test_an_older_copy_is_believed_in_what_it_forbids(self, desk: Open) -> None:
        register = Register().has(ANNA, protected=HIDDEN, deceased=True)
        at = desk(register)
        at.who()
        register.down = Cause.FAULT
        at.clock.forward(FRESH.total_seconds())
        assert at.who() == Subject(ANNA, deceased=True, protected=HIDDEN)

    def test_the_register_rests_a_while_and_is_then_asked_again(self, desk: Open) -> None:
        register = Register(down=Cause.FAULT).has(ANNA)
        at = desk(register)
        at.who()
        register.down = None
        assert at.who() == self.doubt
        assert at.asked == [ANNA]
        at.clock.forward(REST.total_seconds())
        assert at.who() == Subject(ANNA)


class TestHowLong:
    def test_for_minutes_and_then_anew(self, desk: Open) -> None:
        register = Register().has(ANNA)
        at = desk(register)
        at.who()
        register.has(ANNA, protected=HIDDEN)
        at.clock.forward(FRESH.total_seconds() - 1)
        assert at.who() == Subject(ANNA)
        at.clock.forward(1)
        assert at.who() == Subject(ANNA, protected=HIDDEN)
        assert at.asked == [ANNA, ANNA]

    def test_not_after_logout(self, desk: Open) -> None:
        at = desk(Register().has(ANNA))
        at.who()
        at.people.forget(session("a"))
        at.fetch.forget(session("a"))
        at.who()
        assert at.asked == [ANNA, ANNA]

    def test_for_one_session_and_one_person(self, desk: Open) -> None:
        at = desk(Register().has(ANNA).has(BO, protected=HIDDEN))
        assert at.who(ANNA, "a") == Subject(ANNA)
        assert at.who(BO, "a") == Subject(BO, protected=HIDDEN)
        assert at.who(ANNA, "b") == Subject(ANNA)
        assert at.asked == [ANNA, BO, ANNA]


class TestWhoIsNotLookedUp:
    """Nothing in the register could let them in, so it is not asked."""

    @pytest.mark.parametrize(
        ("person", "who"),
        [(CHILD, {}), (ANNA, {"loa": "loa2"}), (BO, {"subject": ANNA})],
        ids=["a child", "a weak login", "somebody else"],
    )
    def test_who_would_not_be_let_in_anyway(
        self, desk: Open, person: PersonId, who: dict[str, Any]
    ) -> None:
        at = desk(Register().has(ANNA).has(CHILD))
        assert at.who(person, **who).protected is Protection.UNKNOWN
        assert at.asked == []
        assert at.log.events == []

    def test_a_subject_is_looked_up_for_an_ombud_with_any_grant(self, desk: Open) -> None:
        """Also one that does not reach to contacts, or to anything the register holds."""
        at = desk(Register().has(ANNA, BEFORE, protected=HIDDEN))
        ombud = {"subject": ANNA, "kind": ActorKind.OMBUD, "acting_for": ANNA}
        day = timedelta(days=1)
        grant = Grant(ANNA, BO, frozenset({"booking"}), NOON - day, NOON + day)
        assert at.who(BO, **ombud).protected is Protection.UNKNOWN
        assert at.asked == []
        known = at.who(BO, facts=Facts(grant=grant), **ombud)
        assert known == Subject(ANNA, protected=HIDDEN, others=(BEFORE,))
        assert [(e.actor, e.subject, e.ground) for e in at.log.events] == [(BO, ANNA, "OMBUD")] * 2

    def test_nobody_when_it_cannot_be_logged(self, desk: Open) -> None:
        at = desk(Register().has(ANNA))
        at.log.broken = True
        with pytest.raises(AuditUnavailable):
            at.who()
        assert at.asked == []


def test_the_log_says_on_what_ground_the_register_was_asked(desk: Open) -> None:
    at = desk(Register().has(ANNA))
    at.who()
    at.who()
    (event,) = at.log.events
    assert (event.event, event.actor, event.subject) == ("LookedUp", ANNA, ANNA)
    assert event.session == session("a")
    assert (event.information, event.sources) == (("person_record",), ("register",))
    assert (event.ground, event.purpose) == ("SELF", "Vård och behandling")
