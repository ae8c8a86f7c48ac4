"""The fault panel: a page for people and a JSON API for tests. On loopback only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.country import Country
from sandbox.faults import FOR_EVERYBODY, KINDS, TARGETS, Fault, UnknownFaultError
from sandbox.messages import Postman

HERE = Path(__file__).parent

_TITLES = {
    "nordmark": "Region Nordmark",
    "sydkust": "Region Sydkust",
    "sjovik-omsorg": "Sjöviks kommun, verksamhetssystem",
    "plattformen": "Tjänsteplattformen",
    "tak": "Tjänsteadresseringskatalogen",
    "engagemangsindex": "Engagemangsindex",
    "sjovik": "Sjöviks kommun",
    "sjovik-token": "Sjöviks kommun, åtkomstintyg",
    "fast-kontakt": "Inera, fast kontakt",
    "vardnadshavare": "Uppgifter om vårdnadshavare",
    "sparr": "Spärrtjänsten",
    "samtycke": "Samtyckestjänsten",
    "patientrelation": "Patientrelationstjänsten",
    "logg": "Loggtjänsten",
    "hsa": "HSA, medarbetaruppdrag",
    "bankid": "Inloggningen",
}
_SHOWN_CALLS = 50


class FaultRequest(BaseModel):
    """A fault as JSON or as a form; the limits keep a slip of the finger from stopping a test."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    seconds: float = Field(default=2.0, ge=0, le=120)
    code: str = Field(default="VP009", pattern=r"^VP[0-9]{3}$")
    times: int | None = Field(default=None, ge=1)
    person: str | None = None

    def fault(self) -> Fault:
        return Fault(**self.model_dump())


def create(country: Country, postman: Postman | None = None) -> web.Application:
    """The panel as an application. Without a postman there is nobody to send messages to."""
    panel = _Panel(country, postman)
    app = web.Application(middlewares=[_same_site])
    app.add_routes(
        [
            web.get("/", panel.page),
            web.get("/panel.css", panel.stylesheet),
            web.post("/fel", panel.break_form),
            web.post("/laga", panel.mend_form),
            web.post("/meddelande", panel.message_form),
            web.post("/api/messages", panel.message),
            web.get("/api/faults", panel.faults),
            web.put("/api/faults/{target}", panel.put_fault),
            web.delete("/api/faults/{target}", panel.delete_fault),
            web.delete("/api/faults", panel.delete_faults),
            web.get("/api/calls", panel.calls),
            web.delete("/api/calls", panel.delete_calls),
            web.get("/api/requests", panel.requests),
            web.get("/api/log", panel.log),
            web.delete("/api/assignments/{hsa_id}", panel.end_assignment),
            web.delete("/api/bookings", panel.restore_bookings),
        ]
    )
    return app


@web.middleware
async def _same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    # Another page in the same browser must not be able to press the buttons.
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise web.HTTPForbidden(text="Panelen kan bara användas från sin egen sida.")
    response = await handler(request)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'"
    return response


class _Panel:
    def __init__(self, country: Country, postman: Postman | None) -> None:
        self._country = country
        self._postman = postman
        environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True)
        self._page = environment.get_template("panel.html")

    async def page(self, _request: web.Request) -> web.Response:
        state = self._country.faults.state()
        text = self._page.render(
            state=state,
            targets=TARGETS,
            titles=_TITLES,
            kinds=KINDS,
            told={target: _told(fault) for target, fault in state.items() if fault},
            for_everybody=FOR_EVERYBODY,
            people=self._country.people,
            sends=self._postman is not None,
            calls=self._country.calls.calls()[: -_SHOWN_CALLS - 1 : -1],
        )
        return web.Response(text=text, content_type="text/html")

    async def stylesheet(self, _request: web.Request) -> web.Response:
        return web.Response(text=(HERE / "panel.css").read_text("utf-8"), content_type="text/css")

    async def break_form(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items() if value}
        self._set(form.pop("target", ""), form)
        raise web.HTTPSeeOther("/")

    async def mend_form(self, request: web.Request) -> web.Response:
        form = await request.post()
        self._clear(str(form["target"]) if "target" in form else None)
        raise web.HTTPSeeOther("/")

    async def message_form(self, request: web.Request) -> web.Response:
        self._write_to(str((await request.post()).get("person", "")))
        raise web.HTTPSeeOther("/")

    async def message(self, request: web.Request) -> web.Response:
        try:
            person = (await request.json())["person"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise _bad_request("a person is needed") from error
        self._write_to(str(person))
        return web.Response(status=202)

    async def faults(self, _request: web.Request) -> web.Response:
        state = self._country.faults.state()
        return web.json_response(
            {target: fault.as_json() if fault else None for target, fault in state.items()}
        )

    async def put_fault(self, request: web.Request) -> web.Response:
        try:
            details = await request.json()
        except json.JSONDecodeError as error:
            raise _bad_request("the body is not JSON") from error
        target = request.match_info["target"]
        return web.json_response(self._set(target, details).as_json())

    async def delete_fault(self, request: web.Request) -> web.Response:
        self._clear(request.match_info["target"])
        return web.Response(status=204)

    async def delete_faults(self, _request: web.Request) -> web.Response:
        self._clear(None)
        return web.Response(status=204)

    async def calls(self, _request: web.Request) -> web.Response:
        return web.json_response(self._country.calls.calls())

    async def delete_calls(self, _request: web.Request) -> web.Response:
        self._country.calls.clear()
        return web.Response(status=204)

    async def requests(self, request: web.Request) -> web.Response:
        return web.json_response(self._country.calls.requests(request.query.get("target", "")))

    async def log(self, _request: web.Request) -> web.Response:
        return web.json_response(self._country.safeguards.logged())

    async def end_assignment(self, request: web.Request) -> web.Response:
        self._country.workforce.end(request.match_info["hsa_id"])
        return web.Response(status=204)

    async def restore_bookings(self, _request: web.Request) -> web.Response:
        self._country.bookings.restore()
        self._country.index.restore()
        self._country.responses.restore()
        self._country.safeguards.restore()
        self._country.workforce.restore()
        return web.Response(status=204)

    def _set(self, target: str, details: Mapping[str, Any]) -> Fault:
        try:
            fault = FaultRequest.model_validate(details).fault()
            self._country.faults.set(target, fault)
        except ValidationError as error:
            raise _bad_request(f"not a fault: {error.error_count()} errors") from error
        except UnknownFaultError as error:
            raise _bad_request(str(error)) from error
        return fault

    def _write_to(self, person_id: str) -> None:
        person = self._country.person(person_id)
        if self._postman is None or person is None:
            raise _bad_request("nobody to write to")
        self._postman.send_new(person)

    def _clear(self, target: str | None) -> None:
        try:
            self._country.faults.clear(target)
        except UnknownFaultError as error:
            raise _bad_request(str(error)) from error


def _told(fault: Fault) -> str:
    """A fault in plain Swedish."""
    details = {"slow": f" ({fault.seconds:g} sekunder)", "vpfault": f" ({fault.code})"}
    times = f", {fault.times} gånger till" if fault.times else ""
    person = ", för en person" if fault.person else ""
    return KINDS[fault.kind] + details.get(fault.kind, "") + times + person


def _bad_request(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": text}), content_type="application/json")
