"""The conversation with a FHIR source: log in, find the person, search, follow the pages."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from threading import Lock

from cachetools import TTLCache

from stodtjanster.information import Appointment, Item, Listing
from stodtjanster.information.booking import BookingAct, ReportAbsence, Unsent
from stodtjanster.model import Cause, Outcome, PersonId, Report
from stodtjanster.sources.fhir.line import Line, login, manners
from stodtjanster.sources.fhir.searches import searches
from stodtjanster.sources.fhir.settings import GIVES, Settings
from stodtjanster.sources.kit.act import Deed, Doing, carry_out
from stodtjanster.sources.kit.fhir import bundle, completing, read
from stodtjanster.sources.kit.fhir.absences import absence, read_answer
from stodtjanster.sources.kit.fhir.gathering import Gathering, beside
from stodtjanster.sources.kit.fhir.scope import Scope, identity, labels, persons
from stodtjanster.sources.kit.fhir.search import Query, Search
from stodtjanster.sources.kit.fhir.values import SHAPE_ERRORS, Json, as_list
from stodtjanster.sources.kit.source import (
    Ask,
    Conversation,
    Heard,
    Request,
    Response,
    SourceFailed,
)

__all__ = ["Adapter", "Settings", "read"]

_MOST_PATIENTS = 1024


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Known:
    """The subject in this source: its reference, and whether its whereabouts are protected."""

    reference: str
    protected: bool


class Adapter:
    """One FHIR source.

    `gives` and `does` are what the settings name; of the class, what they may name.

    Which Patient a number belongs to is remembered for some minutes, in this process only, so
    that the sections of one page look it up once. It is bounded in number and time, holds nothing
    but the reference, is never written anywhere, and can be turned off
    (`patient_cache_seconds = 0`). That the person may be asked about is decided anew every time,
    before the adapter is asked at all.
    """

    gives: frozenset[type[Item]] = frozenset(GIVES.values())
    does: frozenset[type[BookingAct]] = frozenset({ReportAbsence})

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = _now) -> None:
        """Raises ValueError when the private key cannot sign."""
        self.settings = settings
        self.gives = frozenset(GIVES[name] for name in settings.information)
        self.does = Adapter.does if settings.absences else frozenset()
        self._manners = manners(settings)
        self._login = login(settings, clock)
        self._patients: TTLCache[PersonId, _Known] = TTLCache(
            _MOST_PATIENTS, settings.patient_cache_seconds
        )
        # Large answers are read in a thread of their own, so two conversations may meet here.
        self._lock = Lock()

    @property
    def completes(self) -> frozenset[str]:
        """Only its own visits."""
        return frozenset({self.settings.key})

    def act(self, act: BookingAct, doing: Doing) -> Deed:
        """Log in where that is needed, and then send once."""
        if not isinstance(act, ReportAbsence):
            raise SourceFailed(Cause.NOT_CONNECTED)
        settings = self.settings
        system, version = settings.system_of(doing.subject.kind), bundle.VERSIONS[settings.release]
        request = absence(settings.base_url, act, doing, system, version)
        line = Line(self._login, doing.correlation)
        proved = yield from line.proved(request)
        longest, language = settings.limits.max_bytes, settings.language
        outcome = yield from carry_out(proved, lambda said: read_answer(said, longest, language))
        if self._login is not None and outcome == Unsent(Cause.DENIED):
            # Not sent again, but the next one is not to be refused for the same token.
            self._login.forget()
        return outcome

    def ask(self, ask: Ask) -> Conversation:
        """See `Source.ask`. A source that knows nobody with the number has said that it has
        nothing; one that lost a page after the first has said something, and that it is partial.
        """
        line = Line(self._login, ask.correlation)
        scope = Scope(
            source=self.settings.key,
            system=self.settings.base_url,
            asked_at=ask.at,
            subject=ask.subject,
            language=self.settings.language,
            services_in_care_plans=self.settings.services_in_care_plans,
            agreements=self.settings.agreement_codes,
            referrals=self.settings.referral_codes,
            plan_documents=self.settings.plan_documents,
            planned_encounters=self.settings.planned_encounters,
            visits=ask.period if ask.information is Appointment else None,
            absences=self.settings.absences,
            asked=ask.information,
        )
        gathering = Gathering()
        system = self.settings.system_of(ask.subject.kind)
        number = f"{system}|{ask.subject.value}"
        if ask.information is Listing:
            # Who the person has chosen stands in the very Patient that carries the number.
            patient = ("identifier", number)
        elif self.settings.patient_key == "lookup":
            known = yield from self._find(ask.subject, line, gathering)
            if known is None:
                return self._heard(ask, gathering)
            scope = scope.about(known.reference, protected=known.protected)
            patient = ("patient", known.reference)
        else:
            mark = ":" if self.settings.patient_key == "identifier" else "."
            patient = (f"patient{mark}identifier", number)
        queries = searches(ask.information, ask.period, patient, self.settings)
        yield from self._gather(queries, patient, line, scope, gathering)
        return self._heard(ask, gathering)

    def _gather(
        self,
        queries: tuple[Query, ...],
        patient: tuple[str, str],
        line: Line,
        scope: Scope,
        gathering: Gathering,
    ) -> Generator[Request, Response, None]:
        """Run the searches in turn. The first must answer; what a later one loses is partial."""
        for number, query in enumerate(queries):
            wanted = frozenset({query.resource_type})
            search = Search(self._manners)
            take = partial(gathering.add, wanted=wanted, scope=scope)
            # Rows that may need more than came are read when it has been asked for.
            held: list[bundle.Page] = []
            waits = self.settings.complete and query.resource_type in completing.KINDS
            try:
                yield from search.pages(query, line.send, held.append if waits else take)
            except SourceFailed as failed:
                if number == 0:
                    raise
                search.cut = f"the search failed: {failed.cause}"
            if search.cut is not None:
                gathering.cut(f"{query.resource_type} Bundle.link", search.cut)
            around = scope
            if held:
                more = yield from self._complete(held, patient, line, scope, gathering)
                around = replace(scope, beside=more)
            for page in held:
                gathering.add(page, wanted, around)

    def _complete(
        self,
        pages: list[bundle.Page],
        patient: tuple[str, str],
        line: Line,
        scope: Scope,
        gathering: Gathering,
    ) -> Generator[Request, Response, dict[str, Json]]:
        """What the rows point at and that did not come along, by `Type/id`.

        Goals that could not be asked for make the answer partial. Names are another matter: the
        row stands, without them.
        """
        known: dict[str, Json] = {}
        rows = completing.resources(pages)
        came = {f"{row.get('resourceType')}/{row.get('id')}" for row in rows}
        for _ in range(completing.ROUNDS):
            found: list[bundle.Page] = []
            for query in completing.lacking(rows, came | known.keys(), scope.system):
                personal = query.resource_type in completing.PERSONAL
                search = Search(self._manners)
                whole = replace(query, parameters=(patient, *query.parameters))
                try:
                    asked = whole if personal else query
                    yield from search.pages(asked, line.send, found.append)
                except SourceFailed as failed:
                    search.cut = f"the search failed: {failed.cause}"
                if search.cut is not None and personal:
                    gathering.cut(query.resource_type, search.cut)
            fresh = beside(found)
            known |= fresh
            rows = list(fresh.values())
        return known

    def _find(
        self, person: PersonId, line: Line, gathering: Gathering
    ) -> Generator[Request, Response, _Known | None]:
        """The one Patient that carries the number, or None when the source has none.

        An answer that was not whole, but held the person, makes what follows partial: the person
        may have another record. Raises SourceFailed: FAULT when there are several or when such an
        answer held nobody, FOREIGN when the source gave one that does not carry the number.
        """
        with self._lock:
            known = self._patients.get(person)
        if known is not None:
            return known
        system = self.settings.system_of(person.kind)
        query = Query("Patient", (("identifier", f"{system}|{person.value}"),))
        answer = _Patients()
        search = Search(self._manners)
        yield from search.pages(query, line.send, answer.take)
        cut = search.cut or answer.cut
        if cut is not None:
            if not answer.found:
                raise SourceFailed(Cause.FAULT, f"Patient: {cut}")
            gathering.cut("Patient", cut)
        if not answer.found:
            return None
        known = _the_one(answer.found, person)
        if cut is None:
            with self._lock:
                self._patients[person] = known
        return known

    def _heard(self, ask: Ask, gathering: Gathering) -> Heard:
        report = Report(
            source=self.settings.key,
            system=self.settings.base_url,
            information=ask.information.key,
            outcome=Outcome.DATA_FROM_SOURCE,
            tried_at=ask.at,
            as_of=ask.at,
            cause=gathering.cause,
            rejected=gathering.lost,
        )
        items = tuple(
            item
            for item in gathering.shown()
            if isinstance(item, ask.information)
            and (item.during is None or ask.period.touches(item.during))
        )
        return Heard(items, (report,), tuple(gathering.rejected))


@dataclass(slots=True)
class _Patients:
    """The Patients that a search gave. `cut` says why there may be more."""

    found: list[Json] = field(default_factory=list)
    cut: str | None = None

    def take(self, page: bundle.Page) -> None:
        """Raises SourceFailed(UNREADABLE): what cannot be read must not pass for nobody."""
        for entry in page.entries:
            try:
                resource = entry["resource"]
                if resource["resourceType"] == "Patient":
                    self.found.append(resource)
                elif resource["resourceType"] == "OperationOutcome" and bundle.warns(resource):
                    self.cut = "an OperationOutcome among the entries"
            except SHAPE_ERRORS:
                raise SourceFailed(Cause.UNREADABLE, "Patient: not shaped as FHIR") from None


def _the_one(found: list[Json], person: PersonId) -> _Known:
    """An inactive or replaced Patient is a merged or mistaken record, where there is another."""
    candidates = [one for one in found if not _is_history(one)] or found
    if len(candidates) > 1:
        raise SourceFailed(Cause.FAULT, "Patient: several carry the number")
    patient = candidates[0]
    try:
        if person not in persons(patient):
            raise SourceFailed(Cause.FOREIGN, "Patient: another number than asked for")
        return _Known(identity(patient), labels(patient).protected)
    except SHAPE_ERRORS:
        raise SourceFailed(Cause.UNREADABLE, "Patient: not shaped as FHIR") from None


def _is_history(patient: Json) -> bool:
    try:
        links = [one.get("type") for one in as_list(patient.get("link"))]
    except SHAPE_ERRORS:
        raise SourceFailed(Cause.UNREADABLE, "Patient: not shaped as FHIR") from None
    return patient.get("active") is False or "replaced-by" in links
