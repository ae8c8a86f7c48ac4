"""A FHIR search as a conversation: requests go out, pages come in, next links are followed.

hl7.org/fhir/R4/search.html, http.html#paging; the same in R5. A next link is opaque, but it is
followed only inside the source's own base: elsewhere it would carry our token, and our network,
to a stranger.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias
from urllib.parse import quote, unquote, urljoin, urlsplit

from stodtjanster.sources.kit.fhir import bundle
from stodtjanster.sources.kit.fhir.values import LONGEST_TEXT
from stodtjanster.sources.kit.fhir.zones import with_zones
from stodtjanster.sources.kit.source import Request, Response, SourceFailed

Release: TypeAlias = Literal["R4", "R5"]
"""What a source speaks: one element may mean two things in them, so it is never guessed."""

Method: TypeAlias = Literal["GET", "POST", "mixed"]
"""mixed: POST for a search that holds a person's number, GET for all others."""

Send: TypeAlias = Callable[[Request], Generator[Request, Response, Response]]
"""Sends a request with whatever proves who we are, and gives back the answer to it."""

PORTS: Final = {"https": 443, "http": 80}
_MEDIA_TYPE: Final = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for. Order is kept, names may repeat."""

    resource_type: str
    parameters: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Manners:
    """How one source wants to be searched. `base` is without a last slash.

    POST keeps the parameters, and so the person's number, out of the source's access logs.
    `zoneless`: times without zone are Swedish.
    """

    base: str
    method: Method
    strict: bool
    max_pages: int
    max_bytes: int
    release: Release = "R4"
    zoneless: bool = False

    def first(self, query: Query) -> Request:
        encoded = "&".join(
            f"{quote(name, safe=':')}={quote(value, safe=':/,')}"
            for name, value in query.parameters
        )
        url = f"{self.base}/{query.resource_type}"
        if self.method == "GET" or (self.method == "mixed" and not _names_a_person(query)):
            return Request("GET", f"{url}?{encoded}", self._headers())
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", f"{url}/_search", headers, encoded.encode())

    def following(self, url: str) -> Request | None:
        """The request for a next link; None when it leads out of the base."""
        absolute = urljoin(f"{self.base}/", url)
        return Request("GET", absolute, self._headers()) if inside(self.base, absolute) else None

    def page(self, answer: Response) -> bundle.Page:
        """What came, read. Raises SourceFailed, see `bundle.page`."""
        if self.zoneless:
            answer = replace(answer, body=with_zones(answer.body))
        return bundle.page(answer, self.max_bytes, self.release)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": f"{_MEDIA_TYPE}; fhirVersion={bundle.VERSIONS[self.release]}"}
        if self.strict:
            # Otherwise a server may ignore what it does not know, even whom we ask about.
            headers["Prefer"] = "handling=strict"
        return headers


@dataclass(slots=True)
class Search:
    """One search under way. `cut` says why pages are missing, or None when all came."""

    manners: Manners
    cut: str | None = None

    def pages(
        self, query: Query, send: Send, take: Callable[[bundle.Page], None]
    ) -> Generator[Request, Response, None]:
        """Hand every page to `take`. Raises SourceFailed only when not even the first came."""
        request: Request | None = self.manners.first(query)
        seen: set[str] = set()
        while request is not None:
            try:
                answer = yield from send(request)
                page = self.manners.page(answer)
            except SourceFailed as failed:
                if not seen:
                    raise
                self.cut = f"a page failed: {failed.cause}"
                return
            seen.add(request.url)
            take(page)
            request = self._next(page.following, seen)

    def _next(self, url: str | None, seen: set[str]) -> Request | None:
        if url is None:
            return None
        request = self.manners.following(url)
        if request is None:
            self.cut = "a next link outside the base"
        elif request.url in seen:
            self.cut = "a next link that leads back"
        elif len(seen) >= self.manners.max_pages:
            self.cut = "more pages than we follow"
        else:
            return request
        return None


def _names_a_person(query: Query) -> bool:
    return any(name.endswith("identifier") for name, _ in query.parameters)


def origin(url: str) -> tuple[str, str, int] | None:
    """(scheme, host, port) of an address that we may call; None for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    if port is None or not parts.hostname or parts.username or parts.password:
        return None
    return parts.scheme, parts.hostname.lower(), port


def inside(base: str, url: str) -> bool:
    """True when `url` has the base's scheme, host, port and path, by any reading of it."""
    if len(url) > LONGEST_TEXT or not url.isascii() or not url.isprintable() or " " in url:
        return False
    own = origin(base)
    if own is None or origin(url) != own:
        return False
    root, path = urlsplit(base).path, unquote(urlsplit(url).path)
    if "\\" in url or "%" in path or ".." in path.split("/") or "." in path.split("/"):
        return False
    return path == root or path.startswith(f"{root}/")
