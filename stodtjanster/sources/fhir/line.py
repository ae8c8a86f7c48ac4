"""The way to a FHIR source: how it wants to be searched, and how we prove who we are."""

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Final

from stodtjanster.sources.fhir.settings import Settings
from stodtjanster.sources.kit.fhir.search import Manners
from stodtjanster.sources.kit.smart import Client, Login, Token, load_key
from stodtjanster.sources.kit.source import Request, Response

_UNAUTHORIZED: Final = 401


class Line:
    """Sends for one conversation: proves who we are, and once more if the token was refused."""

    __slots__ = ("_correlation", "_login", "_refreshed")

    def __init__(self, login: Login | None, correlation: str) -> None:
        self._login, self._correlation, self._refreshed = login, correlation, False

    def send(self, request: Request) -> Generator[Request, Response, Response]:
        if self._login is None:
            return (yield self._addressed(request, None))
        token = yield from self._login.token()
        answer = yield self._addressed(request, token)
        if answer.status == _UNAUTHORIZED and not self._refreshed:
            self._refreshed = True
            token = yield from self._login.token(refused=token)
            answer = yield self._addressed(request, token)
        return answer

    def proved(self, request: Request) -> Generator[Request, Response, Request]:
        """The request as it is to be sent, for one that must not be sent again."""
        token = None if self._login is None else (yield from self._login.token())
        return self._addressed(request, token)

    def _addressed(self, request: Request, token: Token | None) -> Request:
        headers = {**request.headers, "X-Request-Id": self._correlation}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.value}"
        return Request(request.method, request.url, headers, request.body)


def login(settings: Settings, clock: Callable[[], datetime]) -> Login | None:
    """None without a client of ours. Raises ValueError when the private key cannot sign."""
    if settings.client_id is None or settings.private_key is None:
        return None
    return Login(
        Client(
            settings.base_url,
            settings.client_id,
            load_key(settings.private_key.read_bytes(), settings.alg),
            settings.alg,
            settings.scopes,
            settings.token_endpoint,
        ),
        clock,
    )


def manners(settings: Settings) -> Manners:
    return Manners(
        settings.base_url,
        settings.method,
        settings.strict,
        settings.max_pages,
        settings.limits.max_bytes,
        settings.release,
        settings.times_without_zone == "swedish",
    )
