"""The OpenID provider's endpoints."""

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from multidict import MultiMapping
from pydantic import ValidationError

from sandbox.oidc import keys, pages, requests
from sandbox.oidc.client import CLIENT_ALG, RegisteredClient, UnknownClient
from sandbox.oidc.requests import AuthorizationRequest, RefusedRequest, UntrustedRequest
from sandbox.oidc.shelf import Shelf
from sandbox.oidc.tokens import (
    AUTHN_PROVIDER,
    COORDINATION_NUMBER,
    PERSONAL_NUMBER,
    Issuer,
    Login,
)
from sandbox.oidc.vices import Vices, altered
from sandbox.people import Person

CLIENT_ID = "portalen"
LOW, HIGH = (f"http://id.elegnamnden.se/loa/1.0/loa{level}" for level in (2, 3))
_PUSHED_SECONDS = 90
_LOGIN_SECONDS = 600
_CODE_SECONDS = 60
_TOKEN_SECONDS = 300
_NO_STORE = {"Cache-Control": "no-store"}


def create(
    *,
    issuer: str,
    people: Sequence[Person],
    state: Path,
    require_pushed: bool = False,
    clock: Callable[[], float] = time.time,
) -> tuple[web.Application, dict[str, object]]:
    """Build the provider, and what its client must know to use it.

    `issuer` is the address the application will be served at. Keys are kept in `state`;
    `require_pushed` refuses requests that come through the browser. `clock` gives seconds
    since 1970.
    """
    folder = state / "oidc"
    path, key = keys.client_key(folder)
    endpoints = (issuer, f"{issuer}/token", f"{issuer}/par")
    client = RegisteredClient(CLIENT_ID, key, endpoints, clock)
    writer = Issuer(issuer, CLIENT_ID, keys.signing_keys(folder), keys.pairwise_salt(folder))
    provider = _Provider(writer, client, people, require_pushed=require_pushed, clock=clock)
    registration: dict[str, object] = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_key": str(path),
        "client_alg": CLIENT_ALG,
        "registered_redirect_uris": list(requests.REDIRECT_RULE),
    }
    return provider.application(), registration


@dataclass(frozen=True, slots=True)
class _Spent:
    """A code that was used: the token it gave, to be withdrawn when the code comes again."""

    access_token: str


class _Provider:
    def __init__(
        self,
        writer: Issuer,
        client: RegisteredClient,
        people: Sequence[Person],
        *,
        require_pushed: bool,
        clock: Callable[[], float],
    ) -> None:
        self._writer = writer
        self._client = client
        self._people = tuple(person for person in people if person.login)
        self._require_pushed = require_pushed
        self._clock = clock
        self._pushed: Shelf[AuthorizationRequest] = Shelf(_PUSHED_SECONDS, clock)
        self._begun: Shelf[AuthorizationRequest] = Shelf(_LOGIN_SECONDS, clock)
        self._codes: Shelf[Login | _Spent] = Shelf(_CODE_SECONDS, clock)
        self._tokens: Shelf[Login] = Shelf(_TOKEN_SECONDS, clock)
        self._vices = Vices()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self.discovery),
                web.get("/jwks", self.jwks),
                web.post("/par", self.push),
                web.get("/authorize", self.authorize),
                web.post("/authorize", self.authorize),
                web.get("/login/{login}", self.show_login),
                web.post("/login/{login}", self.log_in),
                web.post("/token", self.token),
                web.get("/userinfo", self.userinfo),
                web.post("/userinfo", self.userinfo),
                web.get("/session/end", self.end_session),
                web.post("/session/end", self.end_session),
                web.put("/_test/next", self.set_vices),
                web.post("/_test/rotate", self.rotate),
                web.get("/favicon.ico", self.no_icon),
                web.static("/static", pages.STATIC),
            ]
        )
        return app

    async def discovery(self, _: web.Request) -> web.Response:
        issuer = self._writer.issuer
        metadata = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "pushed_authorization_request_endpoint": f"{issuer}/par",
            "require_pushed_authorization_requests": self._require_pushed,
            "end_session_endpoint": f"{issuer}/session/end",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "userinfo_signing_alg_values_supported": ["ES256", "RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [CLIENT_ALG],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "claims_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "scopes_supported": list(requests.SCOPES),
            "claims_supported": [
                PERSONAL_NUMBER,
                COORDINATION_NUMBER,
                AUTHN_PROVIDER,
                *("sub", "acr", "auth_time", "name", "given_name", "family_name", "birthdate"),
            ],
            "acr_values_supported": [LOW, HIGH],
            "prompt_values_supported": ["login"],
            "ui_locales_supported": ["sv"],
            "https://id.oidc.se/disco/userMessageSupported": True,
            "https://id.oidc.se/disco/userMessageSupportedMimeTypes": ["text/plain"],
            "https://id.oidc.se/disco/authnProviderSupported": True,
        }
        return web.json_response(metadata)

    async def jwks(self, _: web.Request) -> web.Response:
        return web.json_response(self._writer.jwks())

    async def push(self, request: web.Request) -> web.Response:
        """RFC 9126: the same request as at the authorization endpoint, past the browser."""
        try:
            form = _single(await request.post())
            self._client.authenticate(form)
            asked = requests.read(form, self._client.client_id)
        except UnknownClient:
            return _error(401, "invalid_client")
        except UntrustedRequest:
            return _error(400, "invalid_request")
        except RefusedRequest as refused:
            return _error(400, refused.error)
        request_uri = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(32)}"
        self._pushed.put(request_uri, asked)
        answer = {"request_uri": request_uri, "expires_in": _PUSHED_SECONDS}
        return web.json_response(answer, status=201, headers=_NO_STORE)

    async def authorize(self, request: web.Request) -> web.Response:
        try:
            given = request.query if request.method == "GET" else await request.post()
            asked = self._asked(_single(given))
        except UntrustedRequest as untrusted:
            return pages.notice(400, "Det går inte att logga in", str(untrusted))
        except RefusedRequest as refused:
            answer = {"error": refused.error, "state": refused.state}
            return self._answer(refused.redirect_uri, answer, Vices())
        login = secrets.token_urlsafe(32)
        self._begun.put(login, asked)
        return web.Response(status=303, headers=_NO_STORE | {"Location": f"/login/{login}"})

    async def show_login(self, request: web.Request) -> web.Response:
        asked = self._begun.get(request.match_info["login"])
        if asked is None:
            return _forgotten()
        fixed = self._chosen(asked.provider)
        eid = fixed or request.query.get("legitimation", "")
        eid = eid if eid in pages.EIDS else next(iter(pages.EIDS))
        people = self._who_can_use(eid)
        return pages.choice(people, eid, fixed=fixed is not None, message=asked.message)

    async def log_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self._begun.pop(request.match_info["login"])
        if asked is None:
            return _forgotten()
        vices, self._vices = self._vices, Vices()
        answer: dict[str, str | None] = {"state": asked.state}
        acr = LOW if "low" in form else HIGH
        eid = str(form.get("legitimation"))
        named = (p for p in self._who_can_use(eid) if p.key == form.get("person"))
        person = None if "cancel" in form else next(named, None)
        if person is None:
            return self._answer(asked.redirect_uri, answer | {"error": "access_denied"}, vices)
        if asked.levels and acr not in asked.levels:
            error = {"error": "unmet_authentication_requirements"}
            return self._answer(asked.redirect_uri, answer | error, vices)
        code = secrets.token_urlsafe(32)
        others = (p.person_id for p in self._people if p.kind != person.kind)
        login = Login(
            person=person,
            request=asked,
            eid=self._eid_uri(eid),
            acr=acr,
            auth_time=int(self._clock()),
            vices=vices,
            other_number=next(others, person.person_id),
        )
        self._codes.put(code, login)
        return self._answer(asked.redirect_uri, answer | {"code": code}, vices)

    async def token(self, request: web.Request) -> web.Response:
        try:
            form = _single(await request.post())
            self._client.authenticate(form)
        except UnknownClient:
            return _error(401, "invalid_client")
        except UntrustedRequest:
            return _error(400, "invalid_request")
        if form.get("grant_type") != "authorization_code":
            return _error(400, "unsupported_grant_type")
        login = self._redeem(form)
        if login is None:
            return _error(400, "invalid_grant")
        access_token = secrets.token_urlsafe(32)
        self._tokens.put(access_token, login)
        self._codes.put(form["code"], _Spent(access_token))
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": _TOKEN_SECONDS,
            "scope": " ".join(sorted(login.request.scopes)),
            "id_token": self._writer.id_token(login, access_token, int(self._clock())),
        }
        return web.json_response(answer, headers=_NO_STORE)

    async def userinfo(self, request: web.Request) -> web.Response:
        scheme, _, access_token = request.headers.get("Authorization", "").partition(" ")
        login = self._tokens.get(access_token) if scheme.lower() == "bearer" else None
        if login is None:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return web.Response(status=401, headers=headers)
        text, media_type = self._writer.userinfo(login, int(self._clock()))
        return web.Response(text=text, content_type=media_type, headers=_NO_STORE)

    async def end_session(self, request: web.Request) -> web.Response:
        """There is no session here to end; the browser is only sent back where it came from."""
        given = request.query if request.method == "GET" else await request.post()
        target = str(given.get("post_logout_redirect_uri", ""))
        known = given.get("client_id") == self._client.client_id
        parts = urlsplit(target)
        if not known or parts.hostname not in ("127.0.0.1", "localhost") or parts.query:
            return pages.notice(200, "Du är utloggad", "Du kan stänga sidan.")
        state = f"?{urlencode({'state': str(given['state'])})}" if "state" in given else ""
        return web.Response(status=303, headers=_NO_STORE | {"Location": target + state})

    async def set_vices(self, request: web.Request) -> web.Response:
        """Say what shall be wrong with the next login, and only that one."""
        try:
            self._vices = Vices.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.Response(status=204)

    async def rotate(self, _: web.Request) -> web.Response:
        self._writer.rotate()
        return web.Response(status=204)

    async def no_icon(self, _: web.Request) -> web.Response:
        """Browsers ask for one by themselves; a 404 would look like a fault in the console."""
        return web.Response(status=204)

    def _asked(self, params: Mapping[str, str]) -> AuthorizationRequest:
        if "request_uri" in params:
            asked = self._pushed.pop(params["request_uri"])
            if asked is None or params.get("client_id") != self._client.client_id:
                raise UntrustedRequest("Begäran är för gammal eller redan använd. Börja om.")
            return asked
        if self._require_pushed:
            raise UntrustedRequest("Tjänsten måste lämna sin begäran i förväg.")
        return requests.read(params, self._client.client_id)

    def _redeem(self, form: Mapping[str, str]) -> Login | None:
        """The login of a code, once. A code that comes again takes its token with it."""
        login = self._codes.pop(form.get("code", ""))
        if isinstance(login, _Spent):
            self._tokens.pop(login.access_token)
            return None
        if login is None or form.get("redirect_uri") != login.request.redirect_uri:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        return login if challenge == login.request.code_challenge else None

    def _who_can_use(self, eid: str) -> tuple[Person, ...]:
        """BankID needs a personnummer; Freja can carry a samordningsnummer."""
        if eid == "bankid":
            return tuple(p for p in self._people if p.kind == "personnummer")
        return self._people if eid == "freja" else ()

    def _eid_uri(self, eid: str) -> str:
        return f"{self._writer.issuer}/eid/{eid}"

    def _chosen(self, provider: str | None) -> str | None:
        return next((eid for eid in pages.EIDS if self._eid_uri(eid) == provider), None)

    def _answer(
        self, redirect_uri: str, answer: Mapping[str, str | None], vices: Vices
    ) -> web.Response:
        members = altered({**answer, "iss": self._writer.issuer}, vices.response)
        location = f"{redirect_uri}?{urlencode(members)}"
        return web.Response(status=303, headers=_NO_STORE | {"Location": location})


def _single(given: MultiMapping[Any]) -> dict[str, str]:
    """Parameters that stand once each, as OAuth 2.0 (RFC 6749, 3.1) demands."""
    if len(given) != len(set(given)):
        raise UntrustedRequest("Begäran säger samma sak två gånger.")
    return {name: str(value) for name, value in given.items()}


def _error(status: int, error: str) -> web.Response:
    return web.Response(
        status=status,
        text=json.dumps({"error": error}),
        content_type="application/json",
        headers=_NO_STORE,
    )


def _forgotten() -> web.Response:
    return pages.notice(
        404, "Inloggningen finns inte kvar", "Gå tillbaka till tjänsten och börja om."
    )
