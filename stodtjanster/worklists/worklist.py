"""The conversation about a unit: log in, name the unit, search, follow the pages."""

import re
from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from stodtjanster.model import Cause, HsaId
from stodtjanster.sources.fhir.line import Line, login, manners
from stodtjanster.sources.fhir.settings import Settings as SourceSettings
from stodtjanster.sources.kit import identifiers
from stodtjanster.sources.kit.fhir import bundle
from stodtjanster.sources.kit.fhir.completing import MOST_IDS, resources
from stodtjanster.sources.kit.fhir.gathering import beside
from stodtjanster.sources.kit.fhir.scope import Scope
from stodtjanster.sources.kit.fhir.search import Query, Search
from stodtjanster.sources.kit.fhir.values import SHAPE_ERRORS, Json, as_list
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from stodtjanster.worklists.settings import Settings
from stodtjanster.worklists.visits import ASKED, Sought, Visits, people, read

T = TypeVar("T")

Inquiry: TypeAlias = Generator[Request, Response, T]
"""A conversation that ends with what was asked for, or raises SourceFailed."""

_TYPES: Final = {"actor": "HealthcareService", "location": "Location"}
_MARGIN: Final = timedelta(hours=2)
"""A source may take a time of its own without zone for another; what was not asked for is left out
when the rows are read."""
_PATIENT: Final = re.compile(r"Patient/([A-Za-z0-9.\-]{1,64})")


def _now() -> datetime:
    return datetime.now(UTC)


class Worklist:
    """What is booked at the units of one provider, as one FHIR source knows it.

    `source` are the settings of that source, under which it is asked.
    """

    def __init__(
        self,
        settings: Settings,
        source: SourceSettings,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """`clock` is the machine's: a token lives between machines. Raises ValueError when the
        private key cannot sign."""
        self.provider = HsaId.parse(settings.provider)
        self.source = source
        self._settings = settings
        self._manners = manners(source)
        self._login = login(source, clock)

    def visits(
        self, unit: HsaId, start: datetime, end: datetime, *, at: datetime, correlation: str
    ) -> Inquiry[Visits]:
        """Who is booked at the unit from `start` until before `end`; all times are aware.

        Raises SourceFailed: whatever the search for appointments raises, and NOT_CONNECTED when
        the source says that it does not know the unit.
        """
        line = Line(self._login, correlation)
        sought = Sought(unit, start, end, (yield from self._known_as(unit, line)))
        source = self.source
        empty = Scope(source.key, source.base_url, at, subject=None, language=source.language)
        pages: list[bundle.Page] = []
        cut = yield from self._gather(self._query(sought), line, pages)
        scope = replace(empty, beside=beside(pages))
        apart = {*people(pages, scope)} - scope.beside.keys()
        missing = sorted(found[1] for name in apart if (found := _PATIENT.fullmatch(name)))
        for first in range(0, len(missing), MOST_IDS):
            ids = ",".join(missing[first : first + MOST_IDS])
            lookup = Query("Patient", (("_id", ids), ("_count", str(MOST_IDS))))
            came: list[bundle.Page] = []
            try:
                cut |= yield from self._gather(lookup, line, came)
            except SourceFailed:
                cut = True
            scope = replace(empty, beside={**scope.beside, **beside(came)})
        return read(pages, scope, sought, cut=cut)

    def _known_as(self, unit: HsaId, line: Line) -> Inquiry[frozenset[str]]:
        """The references that mean the unit in the source; none where it is not asked for them."""
        if self._settings.naming != "lookup":
            return frozenset()
        kind = _TYPES[self._settings.parameter]
        pages: list[bundle.Page] = []
        query = Query(kind, (("identifier", self._number(unit)),))
        cut = yield from self._gather(query, line, pages)
        found = frozenset(
            f"{kind}/{one['id']}" for one in resources(pages) if _is_unit(one, kind, unit)
        )
        if not found:
            raise SourceFailed(
                Cause.FAULT if cut else Cause.NOT_CONNECTED, "the source does not know the unit"
            )
        return found

    def _query(self, sought: Sought) -> Query:
        parameter = self._settings.parameter
        kind, number = _TYPES[parameter], self._number(sought.unit)
        typed = parameter if parameter == "location" else f"{parameter}:{kind}"
        whom = {
            "lookup": (parameter, ",".join(sorted(sought.units))),
            "identifier": (f"{parameter}:identifier", number),
            "chained": (f"{typed}.identifier", number),
        }[self._settings.naming]
        includes: tuple[tuple[str, str], ...] = ()
        if self.source.includes:
            includes = (
                ("_include", "Appointment:patient"),
                ("_include", f"Appointment:{parameter}:{kind}"),
            )
        return Query(
            "Appointment",
            (
                whom,
                ("status", ASKED),
                ("date", f"ge{_instant(sought.start - _MARGIN)}"),
                ("date", f"lt{_instant(sought.end + _MARGIN)}"),
                ("_sort", "date"),
                *includes,
                ("_count", str(self.source.page_size)),
            ),
        )

    def _number(self, unit: HsaId) -> str:
        return f"{self._settings.hsa_system}|{unit.value}"

    def _gather(self, query: Query, line: Line, into: list[bundle.Page]) -> Inquiry[bool]:
        """Whether pages are missing. Raises SourceFailed when not even the first came."""
        search = Search(self._manners)
        yield from search.pages(query, line.send, into.append)
        return search.cut is not None


def _is_unit(resource: Json, kind: str, unit: HsaId) -> bool:
    try:
        numbers = as_list(resource.get("identifier"))
        return (
            resource["resourceType"] == kind
            and isinstance(resource["id"], str)
            and any(identifiers.hsa(one.get("system"), one.get("value")) == unit for one in numbers)
        )
    except SHAPE_ERRORS:
        return False


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
