"""The gates between an employee and a patient: one page each, and one decision on it.

What is said here is logged, then registered with the national service, then forgotten by us: the
next page asks the services anew. Nothing opens because something was written in a form.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hmac import digest
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Blueprint, redirect, request

from portal.forms import Mistake, Option
from portal.gate_forms import (
    DAYS,
    HOURS,
    ME,
    OTHER,
    SELF,
    UNIT,
    ConsentForm,
    EmergencyForm,
    LiftForm,
    RelationForm,
    read_consent,
    read_emergency,
    read_lift,
    read_relation,
    times,
)
from portal.patient_visit import (
    BLOCKS,
    CONSENT,
    EMERGENCY,
    GATES,
    PatientVisit,
    lacking,
    patient_page,
)
from portal.security import STAFF_COOKIE
from portal.staff_openings import Opening, OpeningKind, lifted_block
from portal.staff_sessions import StaffSession
from portal.staff_visit import Answered, home, note
from stodtjanster.access import Case, Decision, Facts, Reason, Resource, judge
from stodtjanster.access.case import ConsentStatus
from stodtjanster.audit import EventKind
from stodtjanster.fetch import NotKnown
from stodtjanster.model import Cause, Place, Side
from stodtjanster.security.kit import Accessing
from stodtjanster.security.liftings import LiftReason, Standing
from views.kit.words import N_

bp = Blueprint("patient_gates", __name__)

_CANNOT: Final = f"{CONSENT}/kan-inte-svara"
_END: Final = f"{EMERGENCY}/avsluta"
_BLOCK_INFO: Final = "block_info"

_RELATION: Final = N_("Intyga vårdrelation")
_CONSENT: Final = N_("Säger patienten ja till att du läser uppgifter från andra?")
_UNABLE: Final = N_("Patienten kan inte svara")
_BLOCKS: Final = N_("Spärrade uppgifter")
_EMERGENCY: Final = N_("Nödöppning")

_CLOSED: Final = {
    Reason.NO_CARE_RELATION: N_(
        "I omsorgen är det insatsen eller utredningen som ger rätt att läsa. Den går inte att "
        "intyga här. Saknas den, prata med den som beslutar om insatsen."
    ),
    Reason.EMERGENCY_NOT_FOR_OMSORG: N_(
        "Lagen ger bara hälso- och sjukvården rätt att nödöppna. Den som arbetar i omsorgen kan "
        "inte göra det. Behöver patienten vård genast, ring 112."
    ),
    Reason.BLOCK_INFO_NOT_FOR_OMSORG: N_(
        "Lagen ger bara hälso- och sjukvården rätt att få veta att det finns spärrade uppgifter."
    ),
    Reason.CONSENT_REFUSED: N_(
        "Patienten har sagt nej till att du läser uppgifter från andra. Ett nej gäller också vid "
        "nödöppning."
    ),
    Reason.CONSENT: N_("Patienten samtycker redan. Du behöver ingen nödöppning."),
    Reason.COMMISSION_RIGHT: N_("Ditt uppdrag ger inte rätt att läsa uppgifter från andra."),
}
_CLOSED_OTHERWISE: Final = N_("Reglerna ger inte rätt till det i ditt uppdrag.")
_UNSURE: Final = N_(
    "Tjänsten svarade inte i tid. Vi vet inte om det blev registrerat. Inget har öppnats. Försök "
    "igen: det registreras ändå bara en gång."
)
_UNDONE: Final = N_("Tjänsten tog inte emot det. Inget har registrerats och inget har öppnats.")
_NOT_ENDED: Final = N_("Tjänsten svarade inte som den ska. Nödöppningen kan fortfarande gälla.")
_SOME_STAND: Final = N_(
    "Alla spärrar blev inte hävda. De som inte blev det är kvar. Försök igen om en stund."
)
_UNASKED: Final = ConsentForm(SELF, "", UNIT, "7", None, None)
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@patient_page(bp, GATES, gate=True)
def relation(visit: PatientVisit) -> Answered:
    """The employee may attest that they take part in the care, whoever the number is."""
    against = _against_relation(visit)
    return _relation_page(visit, RelationForm("1", None)) if against is None else against


@patient_page(bp, GATES, ("POST",), gate=True)
def attest(visit: PatientVisit) -> Answered:
    against = _against_relation(visit)
    if against is not None:
        return against
    form = read_relation(request.form, _words(visit))
    if form.lasting is None:
        return _relation_page(visit, form), 400
    said = visit.house.gates.register_relation(
        visit.situation,
        visit.situation.now + form.lasting,
        session=visit.session.id_hash,
        reference=_reference(visit, GATES),
    )
    return _registered(visit, said, lambda alarm: _relation_page(visit, form, alarm))


@patient_page(bp, CONSENT, gate=True)
def consent(visit: PatientVisit) -> Answered:
    """What the person says of others' records being read."""
    if not visit.lets_in():
        return lacking(visit)
    return _consent_page(visit, _UNASKED)


@patient_page(bp, CONSENT, ("POST",), gate=True)
def answer(visit: PatientVisit) -> Answered:
    if not visit.lets_in():
        return lacking(visit)
    match request.form.get("svar"):
        case "ja":
            numbers = visit.situation.subject.numbers
            return _consented(visit, read_consent(request.form, numbers, _words(visit)))
        case "nej":
            return _refused(visit)
        case "kan-inte":
            return redirect(f"{visit.base}{_CANNOT}", code=303)
        case _:
            return _consent_page(visit, _UNASKED), 400


@patient_page(bp, _CANNOT, gate=True)
def unable(visit: PatientVisit) -> Answered:
    """What the law asks for when somebody cannot be asked, and what of it there is a way to do."""
    if not visit.lets_in():
        return lacking(visit)
    in_care = visit.situation.actor.side is Side.VARD
    return visit.render(
        "gates/unable.html",
        _UNABLE,
        emergency_url=f"{visit.base}{EMERGENCY}" if in_care else None,
        back_url=f"{visit.base}{CONSENT}",
    )


@patient_page(bp, EMERGENCY, gate=True)
def emergency(visit: PatientVisit) -> Answered:
    """There is danger and nobody to ask: healthcare only, for hours, and it is always reviewed."""
    against = _against_emergency(visit)
    if against is not None:
        return against
    unsaid = EmergencyForm("", danger=False, unanswering=False, chosen="2", lasting=None)
    return _emergency_page(visit, unsaid)


@patient_page(bp, EMERGENCY, ("POST",), gate=True)
def open_in_emergency(visit: PatientVisit) -> Answered:
    against = _against_emergency(visit)
    if against is not None:
        return against
    form = read_emergency(request.form, _words(visit))
    if form.mistakes or form.lasting is None:
        return _emergency_page(visit, form), 400
    refusal = _would_open(visit, form)
    if refusal is not None:
        return _closed(visit, _EMERGENCY, refusal)
    until, reference = visit.situation.now + form.lasting, _reference(visit, EMERGENCY)
    # Kept first: if the answer is lost it may be there all the same, and then it can be ended.
    opening = Opening(
        OpeningKind.EMERGENCY, reference, visit.situation.subject.person, _place(visit), until
    )
    if not _note(visit, lambda kept: replace(kept, openings=_with(visit, kept, opening))):
        return redirect(home(visit.language), code=303)
    said = visit.house.gates.register_emergency(
        visit.situation, until, form.reason, session=visit.session.id_hash, reference=reference
    )
    return _registered(visit, said, lambda alarm: _emergency_page(visit, form, alarm))


@patient_page(bp, _END, ("POST",), gate=True)
def end_emergency(visit: PatientVisit) -> Answered:
    """It is over before its time. Only whoever opened knows what it is called."""
    opening = visit.emergency
    if opening is None:
        return redirect(f"{visit.base}{EMERGENCY}", code=303)
    said = visit.house.gates.end_emergency(
        visit.situation, opening.id, session=visit.session.id_hash
    )
    visit.house.patients.forget(visit.session.id_hash)
    if isinstance(said, NotKnown):
        return _ongoing(visit, _NOT_ENDED), 503
    _note(
        visit,
        lambda kept: replace(
            kept, openings=tuple(each for each in kept.openings if each.id != opening.id)
        ),
    )
    return redirect(visit.base, code=303)


@patient_page(bp, BLOCKS, gate=True)
def blocks(visit: PatientVisit) -> Answered:
    """That something is blocked, and the way to have inner blocks lifted inside the own house."""
    known = _known_blocks(visit)
    return _blocks_page(visit, known) if isinstance(known, _Known) else known


@patient_page(bp, BLOCKS, ("POST",), gate=True)
def lift(visit: PatientVisit) -> Answered:
    known = _known_blocks(visit)
    if not isinstance(known, _Known):
        return known
    if not known.inner:
        return redirect(visit.base, code=303)
    form = read_lift(request.form, _words(visit))
    if form.mistakes or form.lasting is None:
        return _blocks_page(visit, known, form), 400
    return _lifted(visit, known, form, form.lasting)


@dataclass(frozen=True, slots=True)
class _Known:
    """What an employee may know of blocks. `others` are the names of the providers who have
    blocked, told in an emergency only; `inner` are those inside the own provider that stand."""

    elsewhere: bool
    others: tuple[str, ...]
    inner: tuple[Standing, ...]
    lifted: bool


def _consented(visit: PatientVisit, form: ConsentForm) -> Answered:
    if form.mistakes or form.lasting is None:
        return _consent_page(visit, form), 400
    said = visit.house.gates.register_consent(
        visit.situation,
        visit.situation.now + form.lasting,
        session=visit.session.id_hash,
        reference=_reference(visit, CONSENT),
        personal=form.personal,
        represented_by=form.represented_by,
    )
    numbers = set(visit.situation.subject.numbers)
    if not isinstance(said, NotKnown) and not _note(
        visit,
        lambda kept: replace(
            kept, refused=tuple(each for each in kept.refused if each not in numbers)
        ),
    ):
        return redirect(home(visit.language), code=303)
    return _registered(visit, said, lambda alarm: _consent_page(visit, form, alarm))


def _refused(visit: PatientVisit) -> Answered:
    person = visit.situation.subject.person
    visit.house.gates.note_refusal(visit.situation, session=visit.session.id_hash)
    kept = _note(visit, lambda kept: replace(kept, refused=tuple({*kept.refused, person})))
    visit.house.patients.forget(visit.session.id_hash)
    return redirect(f"{visit.base}{CONSENT}" if kept else home(visit.language), code=303)


def _against_relation(visit: PatientVisit) -> Answered | None:
    """What is said to whoever has no relation to attest, or has one."""
    if visit.situation.actor.side is Side.OMSORG:
        return _closed(visit, _RELATION, Reason.NO_CARE_RELATION)
    if visit.lets_in():
        return redirect(visit.base, code=303)
    unsure = "relation" in visit.met.bearings.unknown
    if unsure or visit.against().reason is not Reason.NO_CARE_RELATION:
        return lacking(visit)
    return None


def _against_emergency(visit: PatientVisit) -> Answered | None:
    """What is said to whoever cannot declare one, or has."""
    if visit.situation.actor.side is not Side.VARD:
        return _closed(visit, _EMERGENCY, Reason.EMERGENCY_NOT_FOR_OMSORG)
    if not visit.lets_in():
        return lacking(visit)
    if visit.facts.emergency is not None:
        # A form that is sent twice finds the emergency that it began.
        return _ongoing(visit) if request.method == "GET" else redirect(visit.base, code=303)
    if "consent" in visit.met.bearings.unknown:
        return _emergency_page(visit, None), 503
    said = visit.facts.consent
    if said is not None:
        given = said.status is ConsentStatus.GIVEN
        return _closed(visit, _EMERGENCY, Reason.CONSENT if given else Reason.CONSENT_REFUSED)
    return None


def _would_open(visit: PatientVisit, form: EmergencyForm) -> Reason | None:
    """Why the rules would open nothing in this emergency: what opens nothing is not declared."""
    types = {kind.info_type for view in visit.views() for kind in view.kinds}
    in_need = replace(visit.facts, emergency=form.said)
    said = [_across(visit, each, in_need) for each in sorted(types)]
    if any(not each.denied for each in said):
        return None
    return said[0].reason if said else Reason.ROLE_INFO_TYPE


def _lifted(visit: PatientVisit, known: _Known, form: LiftForm, lasting: timedelta) -> Answered:
    until, reference = visit.situation.now + lasting, _reference(visit, BLOCKS)
    place = _place(visit)
    opening = Opening(
        OpeningKind.LIFTED,
        reference,
        visit.situation.subject.person,
        place,
        until,
        tuple(lifted_block(each, place, until, form.by) for each in known.inner),
    )
    # Kept first: the service will only say that what lay under them is open, and not why.
    if not _note(visit, lambda kept: replace(kept, openings=_with(visit, kept, opening))):
        return redirect(home(visit.language), code=303)
    said = visit.house.gates.lift(
        visit.situation,
        known.inner,
        until,
        form.by,
        session=visit.session.id_hash,
        reference=reference,
        words=form.reason or None,
    )
    failed = next((each for each in said if isinstance(each, NotKnown)), None)
    if failed is None:
        return _registered(visit, said[0], lambda _alarm: _blocks_page(visit, known, form))
    visit.house.patients.forget(visit.session.id_hash)
    return _blocks_page(visit, known, form, _SOME_STAND), 503


def _may_know(visit: PatientVisit, block: Standing | None) -> Decision:
    """What the rules say of knowing of a block of the own provider; of another's for None."""
    if block is None:
        return _across(visit, _BLOCK_INFO, visit.facts)
    side = visit.situation.actor.side
    return _judged(visit, Resource(_BLOCK_INFO, block.provider, block.unit, side), visit.facts)


def _across(visit: PatientVisit, info_type: str, facts: Facts) -> Decision:
    """Of the record at another provider that is likeliest to be opened, if there is one."""
    now = visit.situation.now
    return _judged(visit, Resource(info_type, start=now, available_svod=True), facts)


def _judged(visit: PatientVisit, resource: Resource, facts: Facts) -> Decision:
    """As if nothing were blocked: that is asked of each record."""
    up = replace(facts.dependencies, blocking_up=True)
    now, actor, subject = visit.situation.now, visit.situation.actor, visit.situation.subject
    case = Case(now, actor, subject, resource, replace(facts, dependencies=up))
    return judge(case, visit.house.settings.access.policy())


def _known_blocks(visit: PatientVisit) -> _Known | Answered:
    """What may be known of blocks, or what is said to whoever may not know, or cannot."""
    if not visit.lets_in():
        return lacking(visit)
    said = _may_know(visit, None)
    if said.reason is Reason.DEPENDENCY_UNAVAILABLE:
        return _blocks_page(visit, None), 503
    if said.denied:
        return _closed(visit, _BLOCKS, said.reason)
    standing = visit.house.gates.standing_blocks(
        visit.situation, said, session=visit.session.id_hash
    )
    if isinstance(standing, NotKnown):
        return _blocks_page(visit, None), 503
    actor = visit.situation.actor
    others = [each.provider.value for each in standing if each.provider != actor.provider]
    inside = [
        each
        for each in standing
        if each.inner
        and each.provider == actor.provider
        and each.unit != actor.unit
        and not _may_know(visit, each).denied
    ]
    reader = Accessing(visit.session.hsa_id, _place(visit))
    return _Known(
        elsewhere=bool(others),
        others=tuple(sorted({_named(visit, key) for key in others})) if said.permitted else (),
        inner=tuple(each for each in inside if not each.is_lifted_for(reader)),
        lifted=any(each.is_lifted_for(reader) for each in inside),
    )


def _named(visit: PatientVisit, key: str) -> str:
    found = visit.house.directory.find(key)
    return found.name if found else key


def _registered(visit: PatientVisit, said: object, again: Callable[[str], str]) -> Answered:
    """On to the patient when it is there; else the form again, with what happened."""
    visit.house.patients.forget(visit.session.id_hash)
    if not isinstance(said, NotKnown):
        return redirect(visit.base, code=303)
    return again(_UNSURE if said.cause is Cause.TIMEOUT else _UNDONE), 503


def _closed(visit: PatientVisit, title: str, reason: Reason) -> Answered:
    """This gate is not for them, or not now: why, in words."""
    subject = visit.situation.subject.person
    note(visit.house, EventKind.REFUSED, reason.value, visit.session, subject=subject)
    why = _words(visit).gettext(_CLOSED.get(reason, _CLOSED_OTHERWISE))
    return visit.render("gates/closed.html", title, why=why, back_url=visit.base), 403


def _relation_page(visit: PatientVisit, form: RelationForm, alarm: str | None = None) -> str:
    return _page(
        visit, "gates/relation.html", _RELATION, form, alarm, times=_times(visit, DAYS, form.chosen)
    )


def _consent_page(visit: PatientVisit, form: ConsentForm, alarm: str | None = None) -> str:
    said = visit.facts.consent
    words = _words(visit)
    answered = (
        (SELF, N_("Patienten själv")),
        (OTHER, N_("En företrädare")),
    )
    reach = (
        (UNIT, N_("Alla på enheten")),
        (ME, N_("Bara jag")),
    )
    return _page(
        visit,
        "gates/consent.html",
        _CONSENT,
        form,
        alarm,
        times=_times(visit, DAYS, form.chosen),
        answered=tuple(Option(k, words.gettext(n), k == form.who) for k, n in answered),
        reach=tuple(Option(k, words.gettext(n), k == form.whom) for k, n in reach),
        status=said.status.value if said else None,
        silent="consent" in visit.met.bearings.unknown,
        unit=visit.work.assignment.unit_name,
    )


def _emergency_page(
    visit: PatientVisit, form: EmergencyForm | None, alarm: str | None = None
) -> str:
    """`form` None: whether the person has consented cannot be asked about."""
    return _page(
        visit,
        "gates/emergency.html",
        _EMERGENCY,
        form,
        alarm,
        times=_times(visit, HOURS, form.chosen if form else ""),
    )


def _ongoing(visit: PatientVisit, alarm: str | None = None) -> str:
    mine = visit.emergency
    return _page(
        visit,
        "gates/ongoing.html",
        _EMERGENCY,
        None,
        alarm,
        until=mine.until if mine else None,
        end_url=f"{visit.base}{_END}",
        blocks_url=f"{visit.base}{BLOCKS}",
    )


def _blocks_page(
    visit: PatientVisit,
    known: _Known | None,
    form: LiftForm | None = None,
    alarm: str | None = None,
) -> str:
    """`known` None: it cannot be asked about."""
    words = _words(visit)
    form = form or LiftForm("", "", False, "2", None)
    grounds = (
        (LiftReason.CONSENT, N_("Patienten samtycker")),
        (LiftReason.EMERGENCY, N_("Patienten kan inte svara, och vården kan inte vänta")),
    )
    return _page(
        visit,
        "gates/blocks.html",
        _BLOCKS,
        form,
        alarm,
        known=known,
        times=_times(visit, HOURS, form.chosen),
        grounds=tuple(Option(k, words.gettext(n), k == form.ground) for k, n in grounds),
    )


def _page(
    visit: PatientVisit, template: str, title: str, form: Any, alarm: str | None, **context: Any
) -> str:
    mistakes: tuple[Mistake, ...] = form.mistakes if form else ()
    return visit.render(
        template,
        title,
        form=form,
        mistakes=mistakes,
        wrong={each.field: each.text for each in mistakes},
        alarm=_words(visit).gettext(alarm) if alarm else None,
        form_id=_form_id(),
        back_url=visit.base,
        **context,
    )


def _times(
    visit: PatientVisit, offered: dict[str, tuple[timedelta, str]], chosen: str
) -> tuple[Option, ...]:
    return times(offered, chosen, _words(visit))


def _words(visit: PatientVisit) -> Any:
    return visit.house.pages.speaker(visit.language)


def _form_id() -> str:
    """The one that was sent, so that what is sent again is the same; else a new one."""
    sent = request.form.get("blankett", "")
    return sent if _FORM.fullmatch(sent) else secrets.token_urlsafe(16)


def _reference(visit: PatientVisit, gate: str) -> UUID:
    """What a form registers, sent once or twice: of this login, patient and gate, so that nobody
    can name what is another's."""
    sent = request.form.get("blankett", "")
    if not _FORM.fullmatch(sent):
        return uuid4()
    parts = (visit.session.id_hash, visit.situation.subject.person.value, gate, sent)
    made = digest(visit.house.handle_secret, "\x1f".join(parts).encode(), "sha256")
    return UUID(bytes=made[:16], version=4)


def _note(visit: PatientVisit, change: Callable[[StaffSession], StaffSession]) -> bool:
    """Keep something with the login. False when it has ended meanwhile. Raises StoreUnavailable."""
    token = request.cookies.get(STAFF_COOKIE, "")
    return visit.house.staff.sessions.note(token, visit.house.clock(), change) is not None


def _with(visit: PatientVisit, kept: StaffSession, opening: Opening) -> tuple[Opening, ...]:
    """The newest last; what is over is let go of."""
    now = visit.situation.now
    rest = (each for each in kept.openings if each.id != opening.id and now < each.until)
    return (*rest, opening)


def _place(visit: PatientVisit) -> Place:
    return visit.work.assignment.place
