"""The identity provider's endpoints."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from sandbox.oidc.shelf import Shelf
from sandbox.people.employees import Employee
from sandbox.siths import pages
from sandbox.siths.idp import HIGH, LOW, Asked, Idp, LoggedIn, Refused, Shape
from sandbox.siths.keys import SamlKeys, saml_keys

HOST = "idp.sithis.localhost"
"""Another site than localhost to a browser, and this very machine (RFC 6761, 6.3)."""

COOKIE = "siths"
_LOGIN_SECONDS = 600
_SESSION_SECONDS = 3600
_NO_STORE = {"Cache-Control": "no-store"}

T = TypeVar("T")


def create(
    *,
    port: int,
    employees: Sequence[Employee],
    state: Path,
    clock: Callable[[], float] = time.time,
) -> tuple[web.Application, dict[str, object]]:
    """Build the provider, and what a service must know to use it.

    It is to listen on `port` of loopback; keys are kept in `state`. `clock` gives seconds since
    1970.
    """
    folder = state / "siths"
    folder.mkdir(parents=True, exist_ok=True)
    keys = saml_keys(folder)
    base = f"http://{HOST}:{port}"
    idp = Idp(base, keys.first, keys.federation, folder)
    provider = _Provider(idp, keys, employees, clock)
    told: dict[str, object] = {
        "entity_id": idp.entity_id,
        "site": base,
        # Names under localhost are the browser's knowledge: a server asks at the number.
        "address": f"http://127.0.0.1:{port}",
        "metadata_signer": str(keys.federation.certificate),
        "certificate": str(keys.portal.certificate),
        "key": str(keys.portal.key),
        "next_certificate": str(keys.portal_next.certificate),
        "next_key": str(keys.portal_next.key),
    }
    return provider.application(), told


@dataclass(frozen=True, slots=True)
class _Session:
    """Somebody is logged in at the provider."""

    employee: Employee
    login: LoggedIn


class _Provider:
    def __init__(
        self,
        idp: Idp,
        keys: SamlKeys,
        employees: Sequence[Employee],
        clock: Callable[[], float],
    ) -> None:
        self._idp = idp
        self._keys = keys
        self._employees = {each.key: each for each in employees}
        self._begun: Shelf[Asked] = Shelf(_LOGIN_SECONDS, clock)
        self._sessions: Shelf[_Session] = Shelf(_SESSION_SECONDS, clock)
        self._shape = Shape()
        # pysaml2 changes its own state while it answers.
        self._turn = asyncio.Lock()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self.show_session),
                web.get("/metadata", self.metadata),
                web.get("/sso", self.begin),
                web.get("/login/{login}", self.show_login),
                web.post("/login/{login}", self.log_in),
                web.get("/slo", self.logout_message),
                web.post("/logga-ut", self.log_out_everywhere),
                web.put("/_test/service", self.register),
                web.put("/_test/next", self.shape_next),
                web.post("/_test/rotate", self.rotate),
                web.get("/favicon.ico", self.no_icon),
                web.static("/static", pages.STATIC),
            ]
        )
        return app

    async def metadata(self, _: web.Request) -> web.Response:
        text = await self._aside(lambda: self._idp.metadata(self._keys.second.certificate))
        return web.Response(body=text, content_type="application/samlmetadata+xml")

    async def begin(self, request: web.Request) -> web.Response:
        try:
            asked = await self._aside(lambda: self._idp.asked(_single(request.query)))
        except Refused:
            return pages.notice(400, "Det går inte att logga in", "Begäran kan inte godtas.")
        login = secrets.token_urlsafe(32)
        self._begun.put(login, asked)
        return web.Response(status=303, headers=_NO_STORE | {"Location": f"/login/{login}"})

    async def show_login(self, request: web.Request) -> web.Response:
        """Always, also to somebody who is logged in: ForceAuthn is what services are to ask for."""
        if self._begun.get(request.match_info["login"]) is None:
            return _forgotten()
        return pages.choice(self._employees.values())

    async def log_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self._begun.pop(request.match_info["login"])
        if asked is None:
            return _forgotten()
        employee = self._employees.get(str(form.get("person")))
        if "cancel" in form or employee is None:
            return pages.answer(await self._aside(lambda: self._idp.no(asked)))
        shape, self._shape = self._shape, Shape()
        level = LOW if "low" in form else HIGH
        answer = await self._aside(lambda: self._idp.answer(asked, employee, level, shape))
        response = pages.answer(answer)
        if answer.login is not None:
            token = secrets.token_urlsafe(32)
            self._sessions.put(token, _Session(employee, answer.login))
            response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", path="/")
        return response

    async def show_session(self, request: web.Request) -> web.Response:
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        if session is None:
            return pages.notice(200, "Test-SITHS", "Ingen är inloggad.")
        return pages.session(session.employee.name)

    async def log_out_everywhere(self, request: web.Request) -> web.Response:
        """The provider begins: it asks the service to end the session."""
        session = self._sessions.pop(request.cookies.get(COOKIE, ""))
        if session is None:
            return _logged_out()
        url = await self._aside(lambda: self._idp.log_out(session.login))
        return web.Response(status=303, headers=_NO_STORE | {"Location": url})

    async def logout_message(self, request: web.Request) -> web.Response:
        """The service begins, or answers."""
        if "SAMLResponse" in request.query:
            return _logged_out()
        try:
            name_id, url = await self._aside(lambda: self._idp.logout_asked(_single(request.query)))
        except Refused:
            return pages.notice(400, "Det går inte att logga ut", "Begäran kan inte godtas.")
        token = request.cookies.get(COOKIE, "")
        session = self._sessions.get(token)
        if session is not None and session.login.name_id == name_id:
            self._sessions.pop(token)
        return web.Response(status=303, headers=_NO_STORE | {"Location": url})

    async def register(self, request: web.Request) -> web.Response:
        """A service's metadata, as it is handed in to whoever runs a provider."""
        metadata = await request.read()
        try:
            service = await self._aside(lambda: self._idp.register(metadata))
        except Refused:
            return web.json_response({"error": "not metadata of a service here"}, status=400)
        return web.json_response({"service": service})

    async def shape_next(self, request: web.Request) -> web.Response:
        """Say how the next answer shall be made, and only that one."""
        try:
            self._shape = Shape.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.Response(status=204)

    async def rotate(self, _: web.Request) -> web.Response:
        """From now on the second key signs."""
        await self._aside(lambda: self._idp.sign_with(self._keys.second))
        return web.Response(status=204)

    async def no_icon(self, _: web.Request) -> web.Response:
        """Browsers ask for one by themselves; a 404 would look like a fault in the console."""
        return web.Response(status=204)

    async def _aside(self, work: Callable[[], T]) -> T:
        async with self._turn:
            return await asyncio.to_thread(work)


def _single(query: Mapping[str, str]) -> dict[str, str]:
    return dict(query.items())


def _forgotten() -> web.Response:
    return pages.notice(400, "Inloggningen finns inte kvar", "Börja om i tjänsten.")


def _logged_out() -> web.Response:
    return pages.notice(200, "Du är utloggad", "Du kan stänga sidan.")
