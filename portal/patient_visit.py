"""Pages of staff about a patient: whose they are stands in the address, and above every page.

A page is registered with `patient_page`, and is called with a `PatientVisit` that the rules have
let in. `/<language>/personal/patient/<handle>/…` is the whole state: one patient for each tab.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, Final, TypeAlias

from flask import Blueprint, request

from portal.gate import open_for
from portal.house import House
from portal.i18n import at
from portal.pages import Link, other_languages
from portal.patients import Met, obeying
from portal.staff_actor import actor_of
from portal.staff_openings import Opening, OpeningKind, openings_of
from portal.staff_sessions import StaffSession
from portal.staff_visit import Answered, StaffVisit, home, note, refused, staff_page
from portal.visit import slash
from stodtjanster.access import Decision, Facts, Permit, Reason, decide
from stodtjanster.access.ages import age_for_others
from stodtjanster.access.case import Block, ConsentStatus
from stodtjanster.audit import EventKind
from stodtjanster.catalogue import Directory, Naming
from stodtjanster.fetch.screening import Screening
from stodtjanster.model import PersonId, Protection, Side, Situation, Subject
from views.kit.view import Asked, Scene, View
from views.kit.words import N_

_WHY_NOT: Final = {
    Reason.NO_CARE_RELATION: N_(
        "Det finns ingen vårdrelation mellan dig och den som du söker, eller ingen insats som din "
        "enhet ger. Vi säger inte om numret finns."
    ),
    Reason.STAFF_OWN_RECORD: N_(
        "Du läser inte om dig själv i arbetet. Logga in som privatperson i stället."
    ),
    Reason.ADMIN_NO_CLINICAL: N_(
        "Ditt uppdrag gäller att sköta system. Det ger inte rätt att läsa om någon patient."
    ),
    Reason.COMMISSION_PURPOSE: N_("Ditt uppdrags ändamål ger inte rätt att läsa om patienter."),
    Reason.COMMISSION_EXPIRED: N_("Ditt uppdrag gäller inte längre."),
    Reason.SUBJECT_DECEASED: N_("Enligt folkbokföringen är personen avliden."),
    Reason.AUTHN_LOA_TOO_LOW: N_("Du behöver logga in med SITHS på en högre tillitsnivå."),
}
_WHY_NOT_OTHERWISE: Final = N_("Ditt uppdrag eller din roll ger inte rätt att läsa det här.")

PatientPage: TypeAlias = Callable[..., Answered]

GATES: Final = "vardrelation"
"""The page that says what is lacking between employee and patient, below the patient's address."""
CONSENT: Final = "samtycke"
BLOCKS: Final = "sparr"
EMERGENCY: Final = "nodoppning"
"""The other gates."""


@dataclass(frozen=True, slots=True)
class PatientBar:
    """What stands above every page about a patient. `number` is hidden in part, `age` is None for
    somebody whose number tells none; `consent` and `emergency` say what the reading rests on, and
    `until` when the emergency ends, where that is known. The gates have no address for those who
    are not let in, and an emergency none for omsorg."""

    name: str
    number: str
    age: int | None
    protected: bool
    consent: ConsentStatus | None
    emergency: bool
    until: datetime | None
    home_url: str
    close_url: str
    consent_url: str | None
    blocks_url: str | None
    emergency_url: str | None


@dataclass(frozen=True, slots=True)
class PatientVisit:
    """One request of an employee about one patient. `met` is what is known of the two now."""

    work: StaffVisit
    met: Met
    handle: str

    @property
    def house(self) -> House:
        return self.work.house

    @property
    def session(self) -> StaffSession:
        return self.work.session

    @property
    def language(self) -> str:
        return self.work.language

    @property
    def situation(self) -> Situation:
        return self.met.situation

    @property
    def facts(self) -> Facts:
        return self.met.bearings.facts

    @property
    def base(self) -> str:
        return f"{home(self.language)}patient/{self.handle}/"

    @property
    def name(self) -> str:
        """What the register calls the patient."""
        known = self.met.known
        if known is not None and known.name is not None:
            return known.name.text
        return self.house.pages.speaker(self.language).gettext(N_("Patienten"))

    @property
    def given_name(self) -> str:
        known = self.met.known
        first = known.full_name.first if known is not None and known.full_name else ""
        return first.split()[0] if first.split() else self.name

    @property
    def openings(self) -> tuple[Opening, ...]:
        """What the employee has opened about the patient in this login, and still holds."""
        return openings_of(
            self.session.openings,
            self.situation.subject.person,
            self.situation.actor.place,
            self.situation.now,
        )

    @property
    def emergency(self) -> Opening | None:
        """The emergency that this login began last, while the service says that one holds."""
        if self.facts.emergency is None:
            return None
        mine = [each for each in self.openings if each.kind is OpeningKind.EMERGENCY]
        return mine[-1] if mine else None

    @property
    def lifted(self) -> tuple[Block, ...]:
        """The blocks that this login has had lifted."""
        return tuple(block for each in self.openings for block in each.blocks)

    def permit(self, view: View) -> Permit:
        """What of a view may be fetched here, logged. Raises Refused and AuditUnavailable."""
        return open_for(
            self.house,
            self.situation,
            view.kinds,
            self.session,
            facts=self.facts,
            lifted=self.lifted,
        )

    def screening(self) -> Screening:
        return self.house.gates.screening(self.situation, self.lifted)

    def scene(self, asked: Asked | None = None) -> Scene:
        h = self.house
        return Scene(
            self.situation,
            h.pages.speaker(self.language),
            self._directory(),
            self.base,
            asked or Asked(),
            travel_minutes=h.settings.travel_minutes,
            matters=h.settings.turned_to(),
            name=self.given_name,
            secret=h.handle_secret,
        )

    def _directory(self) -> Directory:
        """Where there is something about the patient is told when others' records may be read, and
        then of no unit: its name may say what it is."""
        consent = self.facts.consent
        across = self.facts.emergency or (consent and consent.status is ConsentStatus.GIVEN)
        told = self.house.directory.naming(Naming.OWNER if across else Naming.SOURCE)
        protected = self.situation.subject.protected is not Protection.NONE
        return told.discreetly() if protected else told

    def views(self) -> tuple[View, ...]:
        """What the employee's role asks here, in the order of the menu."""
        actor = self.situation.actor
        found = (
            view
            for view in self.house.views.values()
            if actor.kind in view.audience and actor.role in view.roles and self._opens(view)
        )
        return tuple(sorted(found, key=lambda view: (view.rank, view.key)))

    def shell(self, title: str, current: View | None = None) -> dict[str, Any]:
        """What the frame of a page about the patient is given. `title` is translated already."""
        return {
            "title": title,
            "home_url": self.base,
            "person_name": self.session.name,
            "csrf_token": self.session.csrf,
            "logout_url": f"{home(self.language)}logga-ut",
            "working": self.session.chosen,
            "switch_url": f"{home(self.language)}uppdrag",
            "patient": self._bar(),
            "nav": self._menu(current),
            "languages": other_languages(self.language, request.full_path.rstrip("?"))
            if request.method == "GET"
            else (),
        }

    def render(self, template: str, title: str, **context: Any) -> str:
        """A whole page that is not streamed. `title` is in Swedish."""
        words = self.house.pages.speaker(self.language)
        shell = self.shell(words.gettext(title))
        with at(self.situation.now):
            return self.house.pages.render(self.language, template, **{**shell, **context})

    def refused(self, detail: str) -> tuple[str, int]:
        """Unknown and forbidden look the same. `detail` is for the log: a fixed word."""
        return refused(self.house, self.session, self.language, detail), 404

    def lets_in(self) -> bool:
        """Whether anything at all could be shown, of all that there is."""
        return self.house.patients.lets_in(self.met, reach=self.session.id_hash)

    def against(self) -> Decision:
        """Why nothing is shown: what the rules say of the kinds that the role is for."""
        kinds = {kind for view in self.house.views.values() for kind in view.kinds}
        permit = decide(
            self.situation,
            kinds,
            reach=self.session.id_hash,
            policy=self.house.settings.access.policy(),
            facts=self.facts,
        )
        said = sorted(permit.decisions.items(), key=lambda each: each[0].key)
        fit = (each for _, each in said if each.reason is not Reason.ROLE_INFO_TYPE)
        return next(fit, permit.ground)

    def _opens(self, view: View) -> bool:
        permit = decide(
            self.situation,
            view.kinds,
            reach=self.session.id_hash,
            policy=self.house.settings.access.policy(),
            facts=self.facts,
        )
        return bool(permit.granted)

    def _menu(self, current: View | None) -> tuple[Link, ...]:
        words = self.house.pages.speaker(self.language)
        views = self.views() if self.lets_in() else ()
        named = [(view, view.menu) for view in views if view.menu is not None]
        if len(named) < 2:
            return ()
        return tuple(
            Link(self.base + slash(view.path), words.gettext(name), current=view is current)
            for view, name in named
        )

    def _bar(self) -> PatientBar:
        facts, emergency = self.facts, self.emergency
        number = self.situation.subject.person.value
        inside = self.lets_in()
        in_care = inside and self.situation.actor.side is Side.VARD
        return PatientBar(
            name=self.name,
            number=f"{number[:8]}-xxxx",
            age=age_for_others(self.situation.subject.person, self.situation.today),
            protected=self.situation.subject.protected is not Protection.NONE,
            consent=facts.consent.status if inside and facts.consent else None,
            emergency=inside and facts.emergency is not None,
            until=emergency.until if inside and emergency else None,
            home_url=self.base,
            close_url=home(self.language),
            consent_url=f"{self.base}{CONSENT}" if inside else None,
            blocks_url=f"{self.base}{BLOCKS}" if in_care else None,
            emergency_url=f"{self.base}{EMERGENCY}" if in_care else None,
        )


def patient_page(
    blueprint: Blueprint, path: str, methods: tuple[str, ...] = ("GET",), *, gate: bool = False
) -> Callable[[PatientPage], PatientPage]:
    """Put a page at this path below a patient's address, as `staff_page` does.

    A handle that was not made in this login and assignment is refused, as one that nobody has.
    Where nothing could be shown of the patient the page is not called: what is lacking is told
    instead, in the same words whoever it is and whether or not they exist. A `gate` is called all
    the same: it is there to mend that.
    """

    def register(page: PatientPage) -> PatientPage:
        @wraps(page)
        def answer(work: StaffVisit, handle: str, **rest: Any) -> Answered:
            visit = meet(work, handle)
            if visit is None:
                return refused(work.house, work.session, work.language, "unknown-handle"), 404
            if gate or visit.lets_in():
                return page(visit, **rest)
            return lacking(visit)

        staff_page(blueprint, f"patient/<handle>/{path}", methods)(answer)
        return page

    return register


def address(work: StaffVisit, person: PersonId) -> str:
    """Where the pages about a patient begin, for this employee now."""
    return f"{home(work.language)}patient/{work.house.patients.handle(work.session, person)}/"


def meet(work: StaffVisit, handle: str) -> PatientVisit | None:
    """The patient behind a handle; None where it means nothing. Raises AuditUnavailable."""
    person = work.house.patients.person(work.session, handle)
    return None if person is None else about(work, person, handle)


def about(work: StaffVisit, person: PersonId, handle: str) -> PatientVisit:
    """What is known of employee and patient now. Raises AuditUnavailable."""
    h = work.house
    bare = Situation(
        actor=actor_of(work.session, work.assignment, h.settings.assignments),
        subject=Subject(person),
        language=work.language,
        now=h.clock(),
        purpose=work.assignment.purpose,
    )
    met = h.patients.meet(bare, reach=work.session.id_hash)
    bearings = obeying(met.bearings, met.situation.subject.numbers, work.session)
    return PatientVisit(work, replace(met, bearings=bearings), handle)


def lacking(visit: PatientVisit) -> Answered:
    """Nothing is shown, and why: in words that do not tell whether there is such a person."""
    said = visit.against()
    subject = visit.situation.subject.person
    note(
        visit.house,
        EventKind.REFUSED,
        said.reason.value,
        visit.session,
        subject=subject,
        decision=said,
    )
    title = N_("Du kan inte läsa om patienten här")
    # What would show nothing whatever else was said is not told as silence.
    silent = "relation" in visit.met.bearings.unknown
    page = visit.render(
        "patient_lacking.html",
        title,
        reason=visit.house.pages.speaker(visit.language).gettext(
            _WHY_NOT.get(said.reason, _WHY_NOT_OTHERWISE)
        ),
        unknown=silent,
        may_attest=said.reason is Reason.NO_CARE_RELATION
        and visit.situation.actor.side is Side.VARD,
        gate_url=f"{visit.base}{GATES}",
    )
    return page, 503 if silent else 403


__all__ = [
    "BLOCKS",
    "CONSENT",
    "EMERGENCY",
    "GATES",
    "PatientBar",
    "PatientVisit",
    "about",
    "address",
    "lacking",
    "meet",
    "patient_page",
]
