"""What the national security services say of a reader, made into facts for the rules.

Fail closed: whatever was not surely said in the reader's favour is no fact, and a record that is
not surely open is blocked. Only staff pass these gates; of omsorg the relation is an insats or an
utredning, which no national service knows of, so that one has to be known already.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final, TypeVar
from uuid import UUID, uuid4, uuid5

from portal.settings import SecuritySettings
from stodtjanster.access import Decision, Facts, OwnerOf, Reason, Screened
from stodtjanster.access.case import (
    Block,
    Consent,
    ConsentStatus,
    Dependencies,
    Emergency,
    Level,
    Relation,
)
from stodtjanster.access.decision import Activity
from stodtjanster.access.reasons import EMERGENCY_OPENINGS, LAW
from stodtjanster.audit import AuditEvent, AuditLog, EventKind
from stodtjanster.fetch import FetchService, NotKnown
from stodtjanster.fetch.screening import Identity, ScreenedItems, Screening, when_all
from stodtjanster.information import Item
from stodtjanster.model import (
    ActorKind,
    Cause,
    HsaId,
    PersonId,
    Place,
    Protection,
    Side,
    Situation,
)
from stodtjanster.security.blocks import Row, check_blocks
from stodtjanster.security.consents import (
    Assertion,
    cancel_consent,
    check_consent,
    register_consent,
)
from stodtjanster.security.kit import Accessing, Inquiry, Registered, Registration, Settings
from stodtjanster.security.liftings import LiftReason, Standing, lift_block, list_blocks
from stodtjanster.security.relations import check_relation, register_relation

T = TypeVar("T")

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""What has no time of its own may be from any."""
BLOCKS: Final = "block"
"""What the log calls what is known of blocks: the key of the kind of information."""
_SINCE_EVER: Final = datetime.min.replace(tzinfo=UTC)
_MOMENT: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Gathered:
    """`unknown` are the services that did not say, for the page and the log."""

    facts: Facts
    unknown: Mapping[str, Cause]


class Gates:
    """Thread-safe. Nobody waits longer than `patience` seconds for relation and consent."""

    def __init__(
        self,
        fetch: FetchService,
        settings: SecuritySettings,
        audit: AuditLog,
        clock: Callable[[], datetime],
        *,
        owner_of: OwnerOf,
        patience: float,
    ) -> None:
        self._fetch = fetch
        self._settings = settings
        self._audit = audit
        self._clock = clock
        self._owner_of = owner_of
        self._patience = patience

    def facts_of(self, situation: Situation, *, known: Facts | None = None) -> Gathered:
        """What may be known of a reader now. `known` are facts from elsewhere: of them a relation
        counts for omsorg only, and of a consent only that it was refused. What is blocked is asked
        of each record: see `screening`.
        """
        known = known or Facts()
        reader = _reader(situation)
        if reader is None:
            return Gathered(known, {})
        deadline = monotonic() + self._patience
        person = situation.subject.person
        is_care = situation.actor.side is Side.VARD
        relations = self._settings.relations if is_care else None
        relation = self._ask(relations, check_relation, reader, person)
        consent = self._ask(self._settings.consents, check_consent, reader, person)
        related = _result(relation, deadline)
        consented = _result(consent, deadline)
        unknown = {
            name: said.cause
            for name, said in (("relation", related), ("consent", consented))
            if isinstance(said, NotKnown) and (is_care or name != "relation")
        }
        facts = replace(
            known,
            relation=_relation(related) if is_care else known.relation,
            consent=_refusal(known) or _consent(consented, reader),
            emergency=_emergency(consented),
            dependencies=Dependencies(consent_up=not isinstance(consented, NotKnown)),
        )
        return Gathered(facts, unknown)

    def screening(self, situation: Situation, lifted: tuple[Block, ...] = ()) -> Screening:
        """Asks what of records is blocked for an employee: see `stodtjanster.fetch.screening`.
        `lifted` are blocks that the employee has had lifted: the service says of what lay under
        them only that it is open, and the log is to say why.

        Raises ValueError when the situation is not that of an employee.
        """
        reader = _reader(situation)
        if reader is None:
            raise ValueError("only an employee with an assignment is asked about")
        return partial(self._screen, situation, reader, lifted)

    def _screen(
        self,
        situation: Situation,
        reader: Accessing,
        lifted: tuple[Block, ...],
        items: Sequence[Item],
    ) -> Future[ScreenedItems]:
        sheet = _Sheet.of(items, reader, situation, self._owner_of)
        # Blocks may be kept under any number that the person has had.
        opened = [
            self._ask(self._settings.blocks, partial(_check, sheet.rows), reader, number)
            for number in situation.subject.numbers
        ]
        return when_all(opened, partial(_screened, sheet, situation, lifted))

    def standing_blocks(
        self, situation: Situation, said: Decision, *, session: str
    ) -> tuple[Standing, ...] | NotKnown:
        """Every block of the person that holds, under every number; one that does not say leaves
        nothing known. `said` is what the rules said of knowing of them: who has blocked, or only
        that somebody has.

        Raises AuditUnavailable when it cannot be logged first, and ValueError when the situation is
        not that of an employee.
        """
        reader = self._reader(situation)
        self._note(
            situation,
            reader,
            session,
            event=EventKind.DISCLOSURE if said.permitted else EventKind.LOOKED_UP,
            information=(BLOCKS,),
            ground=said.reason,
            others=situation.subject.others,
        )
        # As when records are screened: blocks may be kept under any number.
        inquiry = partial(list_blocks, now=self._clock())
        asked = [
            self._ask(self._settings.blocks, inquiry, reader, number)
            for number in situation.subject.numbers
        ]
        deadline = monotonic() + self._patience
        found: dict[str, Standing] = {}
        for each in asked:
            said_of_one = _result(each, deadline)
            if isinstance(said_of_one, NotKnown):
                return said_of_one
            found |= {block.id: block for block in said_of_one}
        return tuple(found.values())

    def register_relation(
        self, situation: Situation, until: datetime, *, session: str, reference: UUID
    ) -> Registered | NotKnown:
        """The employee says that they take part in the person's care, until then. Told again under
        one `reference`, it is one relation.

        Raises AuditUnavailable when it cannot be logged first, and ValueError when the situation is
        not that of an employee.
        """
        reader = self._reader(situation)
        self._note(situation, reader, session, detail="relation", reference=reference)
        registration = Registration(str(reference), self._clock(), until)
        return self._landed(
            self._ask(
                self._settings.relations,
                register_relation,
                reader,
                situation.subject.person,
                registration=registration,
            )
        )

    def register_consent(
        self,
        situation: Situation,
        until: datetime,
        *,
        session: str,
        reference: UUID,
        personal: bool = False,
        represented_by: PersonId | None = None,
    ) -> Registered | NotKnown:
        """The person, or who answers for them, has said yes to the unit, or with `personal` to the
        employee alone. Raises as `register_relation` does."""
        reader = self._reader(situation)
        self._note(situation, reader, session, detail="consent", reference=reference)
        registration = Registration(str(reference), self._clock(), until, personal)
        inquiry = partial(register_consent, represented_by=represented_by)
        return self._landed(
            self._ask(
                self._settings.consents,
                inquiry,
                reader,
                situation.subject.person,
                registration=registration,
            )
        )

    def register_emergency(
        self, situation: Situation, until: datetime, reason: str, *, session: str, reference: UUID
    ) -> Registered | NotKnown:
        """There is an emergency, and nobody to ask: for the employee alone. `reason` in words goes
        to the national service only. Raises as `register_relation` does."""
        reader = self._reader(situation)
        self._note(
            situation,
            reader,
            session,
            detail="emergency",
            reference=reference,
            ground=Reason.EMERGENCY_ACCESS,
        )
        registration = Registration(str(reference), self._clock(), until, personal=True)
        inquiry = partial(register_consent, kind=Assertion.EMERGENCY, reason=reason)
        return self._landed(
            self._ask(
                self._settings.consents,
                inquiry,
                reader,
                situation.subject.person,
                registration=registration,
            )
        )

    def end_emergency(
        self, situation: Situation, assertion: UUID, *, session: str
    ) -> Registered | NotKnown:
        """The emergency is over before its time. Raises as `register_relation` does."""
        reader = self._reader(situation)
        self._note(situation, reader, session, detail="emergency-ended", reference=assertion)
        inquiry = partial(cancel_consent, assertion=str(assertion), at=self._clock())
        return self._landed(
            self._ask(self._settings.consents, inquiry, reader, situation.subject.person)
        )

    def lift(
        self,
        situation: Situation,
        blocks: Sequence[Standing],
        until: datetime,
        reason: LiftReason,
        *,
        session: str,
        reference: UUID,
        words: str | None = None,
    ) -> tuple[Registered | NotKnown, ...]:
        """Lift inner blocks for the employee alone: what came of each. Raises as
        `register_relation` does."""
        reader = self._reader(situation)
        emergency = reason is LiftReason.EMERGENCY
        ground = Reason.BLOCK_LIFTED_EMERGENCY if emergency else Reason.BLOCK_LIFTED_CONSENT
        self._note(situation, reader, session, detail="lifting", reference=reference, ground=ground)
        asked = [
            self._ask(
                self._settings.blocks,
                partial(lift_block, block=block.id, reason=reason, words=words),
                reader,
                situation.subject.person,
                registration=Registration(
                    str(uuid5(reference, block.id)), self._clock(), until, personal=True
                ),
            )
            for block in blocks
        ]
        deadline = monotonic() + self._patience
        return tuple(_result(each, deadline) for each in asked)

    def note_refusal(self, situation: Situation, *, session: str) -> None:
        """The person says no: that it was asked and answered is in the log, and no service has a
        place for it. Raises as `register_relation` does."""
        self._note(situation, self._reader(situation), session, detail="consent-refused")

    def _reader(self, situation: Situation) -> Accessing:
        reader = _reader(situation)
        if reader is None:
            raise ValueError("only an employee with an assignment registers anything")
        return reader

    def _note(
        self,
        situation: Situation,
        reader: Accessing,
        session: str,
        *,
        event: EventKind = EventKind.REGISTERED,
        detail: str | None = None,
        reference: UUID | None = None,
        ground: Reason | None = None,
        information: tuple[str, ...] = (),
        others: tuple[PersonId, ...] = (),
    ) -> None:
        """Raises AuditUnavailable."""
        in_emergency = ground in EMERGENCY_OPENINGS
        self._audit.record(
            AuditEvent(
                event=event,
                at=self._clock(),
                actor=situation.actor.person,
                actor_kind=situation.actor.kind,
                loa=situation.actor.loa,
                subject=situation.subject.person,
                others=others,
                information=information,
                ground=ground.value if ground else None,
                law=LAW[ground].value if ground else None,
                purpose=situation.purpose,
                detail=detail,
                session=session,
                reference=reference or uuid4(),
                employee=reader.employee,
                place=reader.place,
                activity=Activity.EMERGENCY_OPENING if in_emergency else None,
            )
        )

    def _landed(self, asked: Future[T | NotKnown]) -> T | NotKnown:
        return _result(asked, monotonic() + self._patience)

    def _ask(
        self,
        settings: Settings | None,
        inquiry: Callable[..., Inquiry[T]],
        reader: Accessing,
        subject: PersonId,
        **more: object,
    ) -> Future[T | NotKnown]:
        if settings is None:
            unasked: Future[T | NotKnown] = Future()
            unasked.set_result(NotKnown(Cause.NOT_CONNECTED))
            return unasked
        talk = partial(inquiry, settings, reader, subject, correlation=str(uuid4()), **more)
        return self._fetch.inquire(settings, talk)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The rows to ask about, each once, and the records that each of them is about.

    A record without unit or provider has no row, and so is never surely open. The reader's own
    place is always asked about: then an answer about nothing else still says that the service is
    there, and the schema wants a row.
    """

    rows: tuple[Row, ...]
    of_records: Mapping[Identity, frozenset[tuple[HsaId | None, Row | None]]]

    @classmethod
    def of(
        cls,
        items: Iterable[Item],
        reader: Accessing,
        situation: Situation,
        owner_of: OwnerOf,
    ) -> "_Sheet":
        now = situation.now
        # One that is told twice is open where both are.
        records: dict[Identity, frozenset[tuple[HsaId | None, Row | None]]] = {}
        rows = [Row(reader.place, now - _MOMENT, now)]
        for item in items:
            provider, row = _row(item, owner_of, now)
            identity = item.origin.identity
            records[identity] = records.get(identity, frozenset()) | {(provider, row)}
            rows += [row] if row is not None else []
        return cls(tuple(dict.fromkeys(rows)), records)


def _screened(
    sheet: _Sheet,
    situation: Situation,
    lifted: tuple[Block, ...],
    said: Sequence[frozenset[Row] | NotKnown],
) -> ScreenedItems:
    """What is surely open under every number. One that did not say leaves nothing known, and so
    does a register that has not said which numbers there are."""
    free = [rows for rows in said if not isinstance(rows, NotKnown)]
    if len(free) < len(said) or situation.subject.protected is Protection.UNKNOWN:
        return {}
    surely = frozenset.intersection(*free)
    found = {}
    for identity, told in sheet.of_records.items():
        shut = [(provider, row) for provider, row in told if row not in surely]
        blocks = tuple(_block(provider, row, situation) for provider, row in shut)
        found[identity] = Screened(blocks or lifted, up=True)
    return found


def _row(item: Item, owner_of: OwnerOf, now: datetime) -> tuple[HsaId | None, Row | None]:
    """Who answers for a record, and its row if it can have one."""
    provider, unit = owner_of(item.origin).provider, item.origin.care_unit
    if provider is None or unit is None:
        return provider, None
    documented = item.origin.documented_at
    return provider, Row(Place(provider, unit), documented or EARLIEST, documented or now)


def _block(provider: HsaId | None, row: Row | None, situation: Situation) -> Block:
    """What stands between the reader and a record. The service says that it is blocked for them and
    not how: within one's own provider only an inner block can be (PDL 4 kap. 4 §)."""
    own = situation.actor.provider
    holder = provider or own
    if holder is None:
        raise ValueError("an employee has a provider")
    level = Level.INNER if provider == own else Level.OUTER
    # When, the service has judged already: it is not compared with the record's time again.
    return Block(level, holder, row.owner.unit if row else None, _SINCE_EVER)


def _check(
    rows: tuple[Row, ...],
    settings: Settings,
    reader: Accessing,
    subject: PersonId,
    *,
    correlation: str,
) -> Inquiry[frozenset[Row]]:
    return check_blocks(settings, reader, subject, rows, correlation=correlation)


def _reader(situation: Situation) -> Accessing | None:
    actor = situation.actor
    if actor.kind is not ActorKind.STAFF or actor.hsa_id is None or actor.place is None:
        return None
    return Accessing(actor.hsa_id, actor.place)


def _relation(said: bool | NotKnown) -> Relation | None:
    return None if isinstance(said, NotKnown) else Relation(said)


def _refusal(known: Facts) -> Consent | None:
    """What the person has just said no to is a no, whatever was registered before."""
    consent = known.consent
    return consent if consent and consent.status is not ConsentStatus.GIVEN else None


def _consent(said: Assertion | NotKnown | None, reader: Accessing) -> Consent | None:
    """The service answers for the reader and for now; a certificate of emergency is no consent."""
    if said is not Assertion.CONSENT:
        return None
    return Consent(ConsentStatus.GIVEN, unit=reader.place.unit, person_hsa_id=reader.employee)


def _emergency(said: Assertion | NotKnown | None) -> Emergency | None:
    """A certificate that holds: that there was danger, and nobody to ask, was said in it."""
    if said is not Assertion.EMERGENCY:
        return None
    return Emergency(declared=True, danger=True, consent_obtainable=False, reason=said.value)


def _result(asked: Future[T | NotKnown], deadline: float) -> T | NotKnown:
    try:
        return asked.result(max(0.0, deadline - monotonic()))
    except TimeoutError:
        return NotKnown(Cause.TIMEOUT)
