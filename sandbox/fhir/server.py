"""A FHIR server: metadata, SMART configuration, token, search and read over HTTPS.

The municipality's also takes answers to visits (AppointmentResponse).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.faults import Fault, deliver
from sandbox.fhir import fast_kontakt, render, search
from sandbox.fhir.auth import ALGORITHM, RefusedError, Tokens, covers
from sandbox.fhir.bundle import Found, Pages, outcome, searchset, with_outcome
from sandbox.fhir.record import PERSONNUMMER, SAMORDNINGSNUMMER, local
from sandbox.fhir.responses import RefusedResponseError, declined
from sandbox.people import kind_of
from sandbox.raw import patient_id_of

if TYPE_CHECKING:
    # The country keeps what these servers have answered.
    from sandbox.country import Country

Resource = dict[str, Any]
Query = list[tuple[str, str]]

MEDIA_TYPE = "application/fhir+json"

_LARGEST_PAGE = 50
_ASKED_VERSION = re.compile(r"fhirVersion=(\d+\.\d+)")
_BY_NUMBER = {
    "patient:identifier": "patient",
    "patient.identifier": "patient",
    "subject:identifier": "subject",
    "subject:Patient.identifier": "subject",
}
_UNIT_BY_NUMBER = "actor:HealthcareService.identifier"
_ANSWER = "AppointmentResponse"
# Faults about what is said; the others are about how it arrives.
_MEANING = ("empty", "partial", "wrong-person", "next-elsewhere")
# A page at another name of the same server: following it shows in the call log.
_ELSEWHERE = "localhost"


@dataclass(frozen=True, slots=True)
class Place:
    """One server: `name` is its fault target and ends its path, `version` its FHIR release,
    `types` what it knows of, `hold` makes what it holds. `raw` is True for the one that serves
    raw messages, and `answers` for the one that visits may be answered to."""

    name: str
    title: str
    version: str
    types: frozenset[str]
    hold: Callable[..., list[Resource]]
    raw: bool = False
    answers: bool = False

    @property
    def path(self) -> str:
        return f"/fhir/{self.name}"


SJOVIK = Place(
    "sjovik",
    "Sjöviks kommun (sandlåda)",
    "4.0.1",
    frozenset(search.PARAMETERS),
    render.resources,
    raw=True,
    answers=True,
)
FAST_KONTAKT = Place(
    "fast-kontakt",
    "Fast kontakt (sandlåda)",
    "5.0.0",
    frozenset({"Patient", "CareTeam", "Practitioner", "PractitionerRole", "Organization"}),
    fast_kontakt.resources,
)


def create(
    country: Country, tokens: Tokens, place: Place, *, base: str, page_size: int
) -> web.Application:
    """The server as an application; `base` is its public address, without a slash at the end."""
    server = _Server(country, tokens, place, base, page_size)
    path = place.path
    app = web.Application()
    app.add_routes(
        [
            web.get(f"{path}/metadata", server.metadata),
            web.get(f"{path}/.well-known/smart-configuration", server.smart_configuration),
            web.post(f"{path}/token", server.token),
            web.get(path, server.next_page),
            web.get(f"{path}/", server.next_page),
            web.get(path + "/{type}", server.search),
            web.post(path + "/{type}/_search", server.search),
            web.get(path + "/{type}/{id}", server.read),
        ]
    )
    if place.answers:
        app.add_routes([web.post(f"{path}/{_ANSWER}", server.respond)])
    return app


class _Server:
    def __init__(
        self, country: Country, tokens: Tokens, place: Place, base: str, page_size: int
    ) -> None:
        self._country = country
        self._tokens = tokens
        self._place = place
        self._base = base
        self._page_size = page_size
        self._pages = Pages()
        self._held: list[Resource] = []
        self._index: dict[str, Resource] = {}
        self._held_for: object = None

    async def metadata(self, _request: web.Request) -> web.Response:
        now = self._country.clock.now().isoformat()
        return self._fhir(capability_statement(self._place, self._base, now))

    async def smart_configuration(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "token_endpoint": f"{self._base}/token",
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
                "grant_types_supported": ["client_credentials"],
                "scopes_supported": ["system/*.rs", f"system/{_ANSWER}.c"],
                "capabilities": ["client-confidential-asymmetric", "permission-v2"],
            }
        )

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        target = f"{self._place.name}-token"
        self._country.calls.note(target, "token")
        fault = self._country.faults.take(target)

        async def answer() -> web.Response:
            try:
                issued = self._tokens.issue(form, f"{self._base}/token")
            except RefusedError as error:
                status = 401 if error.error == "invalid_client" else 400
                body = {"error": error.error, "error_description": error.description}
                return web.json_response(body, status=status, headers=_NO_STORE)
            return web.json_response(issued, headers=_NO_STORE)

        return await deliver(request, fault, answer, "json")

    async def search(self, request: web.Request) -> web.StreamResponse:
        resource_type = request.match_info["type"]
        query: Query = list(request.query.items())
        if request.method == "POST":
            query += [(name, str(value)) for name, value in (await request.post()).items()]
        query = self._with_ids(query)
        person_id = self._about(resource_type, query)
        fault = self._called(request, resource_type, person_id)

        async def answer() -> web.Response:
            return self._search(request, resource_type, query, person_id, fault)

        return await deliver(request, _on_the_wire(fault), answer, "json")

    async def next_page(self, request: web.Request) -> web.StreamResponse:
        found = self._pages.get(request.query.get("_page", ""))
        resource_type = found.resource_type if found else ""
        person_id = found.person_id if found else ""
        fault = self._called(request, resource_type, person_id)

        async def answer() -> web.Response:
            refusal = self._refusal(request, resource_type)
            if refusal is not None:
                return refusal
            if found is None:
                return self._error(410, "expired", "Sidan finns inte längre. Sök igen.")
            page = self._page(found, fault)
            return _unless_known(request, self._fhir(page), page)

        return await deliver(request, _on_the_wire(fault), answer, "json")

    async def read(self, request: web.Request) -> web.StreamResponse:
        resource_type, local = request.match_info["type"], request.match_info["id"]
        fault = self._called(request, resource_type, "")

        async def answer() -> web.Response:
            refusal = self._refusal(request, resource_type)
            if refusal is not None:
                return refusal
            self._everything()
            found = self._index.get(f"{resource_type}/{local}")
            if found is None:
                return self._error(404, "not-found", "Resursen finns inte")
            return _unless_known(request, self._fhir(found), found)

        return await deliver(request, _on_the_wire(fault), answer, "json")

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take an answer to a visit."""
        body = await request.text()
        fault = self._called(request, _ANSWER, "", body)

        async def answer() -> web.Response:
            scopes = self._tokens.scopes(request.headers.get("Authorization"))
            refusal = self._refusal(request, "")
            if refusal is None and not covers(scopes or (), _ANSWER, "c"):
                refusal = self._error(403, "forbidden", "Åtkomstintyget räcker inte")
            return refusal or self._respond(body)

        return await deliver(request, _on_the_wire(fault), answer, "json")

    def _respond(self, body: str) -> web.Response:
        self._everything()
        visits = (
            row
            for person in self._country.people
            for row in person.sources.get("municipality", {}).get("visits", ())
        )
        refusals = {row["id"]: row["absence_refused"] for row in visits if "absence_refused" in row}
        try:
            response = json.loads(body)
            visit = declined(response, self._index.get, refusals, self._country.clock.now())
        except json.JSONDecodeError:
            return self._error(400, "structure", "Svaret är inte JSON")
        except RefusedResponseError as error:
            return self._error(error.status, error.code, error.text)
        self._country.responses.decline(visit)
        taken = {"severity": "information", "code": "informational"}
        return self._fhir({"resourceType": "OperationOutcome", "issue": [taken]}, 201)

    def _called(
        self, request: web.Request, resource_type: str, person_id: str, body: str = ""
    ) -> Fault | None:
        target = "annan-server" if request.url.host == _ELSEWHERE else self._place.name
        self._country.calls.note(
            target,
            resource_type,
            person_id=person_id,
            logical_address=self._place.name,
            correlation_id=request.headers.get("x-request-id", ""),
        )
        self._country.calls.keep(target, request.path_qs, _without_token(request.headers), body)
        return self._country.faults.take(self._place.name, person_id)

    def _refusal(self, request: web.Request, resource_type: str) -> web.Response | None:
        scopes = self._tokens.scopes(request.headers.get("Authorization"))
        if scopes is None:
            response = self._error(401, "login", "Åtkomstintyg saknas eller har gått ut")
            response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return response
        asked = _ASKED_VERSION.search(request.headers.get("Accept", ""))
        if asked is not None and not self._place.version.startswith(asked[1]):
            return self._error(406, "not-supported", "Servern talar en annan version av FHIR")
        if resource_type and resource_type not in self._place.types:
            return self._error(404, "not-supported", "Resurstypen stöds inte")
        if resource_type and not covers(scopes, resource_type):
            return self._error(403, "forbidden", "Åtkomstintyget räcker inte")
        return None

    def _search(
        self,
        request: web.Request,
        resource_type: str,
        query: Query,
        person_id: str,
        fault: Fault | None,
    ) -> web.Response:
        refusal = self._refusal(request, resource_type)
        if refusal is not None:
            return refusal
        raw = self._country.raw.next(person_id, resource_type) if self._place.raw else None
        if raw is not None:
            return web.Response(body=raw, content_type=MEDIA_TYPE, charset="utf-8")
        strange = search.unknown(resource_type, [name for name, _ in query])
        if strange and "handling=strict" in request.headers.get("Prefer", ""):
            return self._error(400, "not-supported", "Sökparametern stöds inte")
        if not search.names_whom(resource_type, query):
            return self._error(400, "required", "Sökningen måste gälla en patient")
        try:
            page = self._page(self._found(resource_type, query, person_id, fault), fault)
            return _unless_known(request, self._fhir(page), page)
        except search.BadSearchError:
            return self._error(400, "invalid", "Sökningen går inte att tolka")

    def _found(
        self, resource_type: str, query: Query, person_id: str, fault: Fault | None
    ) -> Found:
        everything = self._everything()
        kind = fault.kind if fault is not None else ""
        matches = [] if kind == "empty" else search.matching(resource_type, query, everything)
        if kind == "wrong-person":
            matches = self._somebody_else(resource_type, query, matches)
        if not matches and kind == "" and resource_type == "Patient":
            matches = self._raw_patient(person_id)
        named = dict(query)
        sort = named.get("_sort", "")
        return Found(
            resource_type=resource_type,
            person_id=person_id,
            self_url=f"{self._base}/{resource_type}?{urlencode(query)}",
            matches=search.sorted_by(resource_type, sort, matches),
            include=[(n, v) for n, v in query if "include" in n],
            size=_page_size(named.get("_count"), self._page_size),
        )

    def _page(self, found: Found, fault: Fault | None) -> Resource:
        kind = fault.kind if fault is not None else ""
        next_url = None
        if found.next_start is not None or kind == "next-elsewhere":
            name = self._pages.keep(replace(found, start=found.next_start or 0))
            next_url = f"{self._base}?_page={name}"
            if kind == "next-elsewhere":
                next_url = next_url.replace("127.0.0.1", _ELSEWHERE, 1)
        included = search.included(found.page, found.include, self._index)
        bundle = searchset(self._base, found, included, next_url)
        return with_outcome(bundle) if kind == "partial" else bundle

    def _everything(self) -> Sequence[Resource]:
        anchor, responses = self._country.clock.anchor(), self._country.responses
        if self._held_for != (anchor, responses.version):
            held = self._place.hold(self._country.people, self._country.units, anchor)
            self._held = [responses.told(resource) for resource in held]
            self._index = {f"{r['resourceType']}/{r['id']}": r for r in self._held}
            self._held_for = (anchor, responses.version)
        return self._held

    def _with_ids(self, query: Query) -> Query:
        """A person's number, logical or chained, as `patient=Patient/id`, and a unit's as
        `actor=HealthcareService/id`: the same question."""
        return [_by_id(name, value) for name, value in query]

    def _about(self, resource_type: str, query: Query) -> str:
        """The number of the person that a search is about; "" if it is nobody we know."""
        named = dict(query)
        if resource_type == "Patient":
            return named.get("identifier", "").rpartition("|")[2]
        patient = named.get("patient", named.get("subject", "")).removeprefix("Patient/")
        known = {
            patient_id_of(person.person_id): person.person_id for person in self._country.people
        }
        return (known | self._country.raw.patients()).get(patient, "")

    def _raw_patient(self, person_id: str) -> list[Resource]:
        """Who has only raw messages here still needs a Patient to ask about."""
        if not self._place.raw or person_id not in self._country.raw.person_ids():
            return []
        coordination = kind_of(person_id) == "samordningsnummer"
        system = SAMORDNINGSNUMMER if coordination else PERSONNUMMER
        number = {"system": system, "value": person_id}
        patient_id = patient_id_of(person_id)
        return [{"resourceType": "Patient", "id": patient_id, "identifier": [number]}]

    def _somebody_else(
        self, resource_type: str, query: Query, matches: list[Resource]
    ) -> list[Resource]:
        """What the same search finds about another person, or at another unit."""
        everything = self._everything()
        at = [name for name, _ in query if name.partition(":")[0] in ("actor", "location")]
        if at and not self._about(resource_type, query):
            anywhere = [(name, value) for name, value in query if name not in at]
            elsewhere = search.matching(resource_type, anywhere, everything)
            return [one for one in elsewhere if one not in matches]
        for person in self._country.people:
            patient = f"Patient/{patient_id_of(person.person_id)}"
            changed = [
                ("_id", patient.removeprefix("Patient/"))
                if name == "identifier"
                else (name, patient if name in ("patient", "subject") else value)
                for name, value in query
            ]
            others = search.matching(resource_type, changed, everything)
            if others and others != matches:
                return others
        return matches

    def _fhir(self, resource: Resource, status: int = 200) -> web.Response:
        body = json.dumps(resource, ensure_ascii=False).encode()
        said = f"{MEDIA_TYPE}; fhirVersion={self._place.version[:3]}; charset=utf-8"
        return web.Response(status=status, body=body, headers={"Content-Type": said})

    def _error(self, status: int, code: str, text: str) -> web.Response:
        return self._fhir(outcome(code, text), status)


_NO_STORE = {"Cache-Control": "no-store"}


def _by_id(name: str, value: str) -> tuple[str, str]:
    number = value.rpartition("|")[2]
    if name in _BY_NUMBER:
        return _BY_NUMBER[name], f"Patient/{patient_id_of(number)}"
    if name == _UNIT_BY_NUMBER:
        return "actor", f"HealthcareService/{local(number)}"
    return name, value


def _unless_known(request: web.Request, whole: web.Response, resource: Resource) -> web.Response:
    """The answer with its ETag, or 304 to whoever has it already.

    The addresses of pages are made anew for each search, and are no part of what is told.
    """
    if request.method != "GET":
        return whole
    told = {name: value for name, value in resource.items() if name != "link"}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    tag = f'W/"{digest}"'
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"ETag": tag})
    whole.headers["ETag"] = tag
    return whole


def capability_statement(place: Place, base: str, date: str) -> Resource:
    """What the server can do, from the same table that search uses."""
    types = [
        {
            "type": name,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchInclude": [i for i in search.INCLUDES if i.startswith(f"{name}:")],
            "searchParam": [{"name": n, "type": p.kind} for n, p in table.items()],
        }
        for name, table in search.PARAMETERS.items()
        if name in place.types
    ]
    if place.answers:
        types.append({"type": _ANSWER, "interaction": [{"code": "create"}]})
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "implementation": {"description": place.title, "url": base},
        "fhirVersion": place.version,
        "format": ["json"],
        # An empty array is not allowed in FHIR JSON.
        "rest": [
            {
                "mode": "server",
                "resource": [{k: v for k, v in each.items() if v} for each in types],
            }
        ],
    }


def _on_the_wire(fault: Fault | None) -> Fault | None:
    return None if fault is None or fault.kind in _MEANING else fault


def _page_size(asked: str | None, default: int) -> int:
    if asked is None or not asked.isdecimal() or asked == "0":
        return default
    # A server may give less than is asked for: that is what paging is for.
    return min(int(asked), default, _LARGEST_PAGE)


def _without_token(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name.lower(): "Bearer ..." if name.lower() == "authorization" else value
        for name, value in headers.items()
    }
