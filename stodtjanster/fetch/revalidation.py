"""Asking whether something has changed instead of asking for it again: ETag and If-None-Match.

RFC 9110 13.1.2 and hl7.org/fhir/R4/http.html#cread. What an ETag stands for is kept with the
answer on the shelf, and so for one source, one person and one login session: nobody is told that
"nothing has changed" of what another person or session was given. An answer that has not changed
is read again from its bytes, with every check that a new one meets.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from stodtjanster.sources.kit.source import Request, Response

MOST_BYTES: Final = 4 * 2**20
"""Of the bodies kept for one answer; what does not fit is asked for whole the next time."""
_OK: Final = 200
_NOT_MODIFIED: Final = 304
_TAG: Final = re.compile(r'(W/)?"[!#-~]{0,128}"', re.ASCII)
_ASKED: Final = "If-None-Match"


@dataclass(frozen=True, slots=True)
class Tagged:
    """An answer, and the ETag that stands for it."""

    tag: str
    response: Response


class Revalidation:
    """What is known of one order's answers while its flight is in the air. Lives on the loop."""

    def __init__(self, kept: Mapping[str, Tagged]) -> None:
        self._kept = kept
        self._used: dict[str, Tagged] = {}
        self._left = MOST_BYTES

    async def send(
        self, send: Callable[[Request], Awaitable[Response]], request: Request
    ) -> Response:
        """The answer to a request: the one that we have when the source says that it still holds.

        Only a GET may be asked so. A 304 that nobody asked for goes on as it came.
        """
        if request.method != "GET":
            return await send(request)
        known = self._kept.get(request.url)
        if known is not None:
            headers = {**request.headers, _ASKED: known.tag}
            request = replace(request, headers=headers)
        response = await send(request)
        if response.status == _NOT_MODIFIED and known is not None:
            response = known.response
        self._note(request.url, response)
        return response

    @property
    def tagged(self) -> Mapping[str, Tagged]:
        """What to keep with the answer. A flight that heard of nothing leaves what was there."""
        return self._used or self._kept

    def _note(self, url: str, response: Response) -> None:
        tag = response.headers.get("etag", "")
        if response.status != _OK or not _TAG.fullmatch(tag) or _is_private(response):
            return
        if len(response.body) <= self._left:
            self._left -= len(response.body)
            self._used[url] = Tagged(tag, response)


def _is_private(response: Response) -> bool:
    """The source forbids a copy, or its answer depends on more than the address."""
    stored = response.headers.get("cache-control", "").lower()
    return "no-store" in stored or response.headers.get("vary", "").strip() == "*"
