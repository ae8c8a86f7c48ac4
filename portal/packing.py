"""Answers compressed on their way to the browser, and why some are not (docs/adr/0024)."""

import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from flask import Request, Response, request

_PACKED: Final = frozenset({"text/html", "text/css", "image/svg+xml"})
_GZIP: Final = zlib.MAX_WBITS | 16
_QUICK: Final = 4
"""A page is packed while somebody waits for it: more takes longer than it saves."""
_OURS: Final = frozenset({"same-origin", "none"})
"""Sec-Fetch-Site of what was asked for from our own page, or from the browser's address field."""


def pack(response: Response) -> Response:
    """Compress what may be, each chunk so that the browser can show it when it comes."""
    if response.mimetype not in _PACKED or response.status_code in (206, 304):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or request.method == "HEAD":
        return response
    if request.endpoint == "static":
        response.direct_passthrough = False
        response.set_data(_whole(response.get_data()))
        etag, _weak = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
    elif may_be_steered(request):
        response.vary.add("Sec-Fetch-Site")
        return response
    elif response.is_streamed:
        chunks = response.response
        if hasattr(chunks, "close"):
            response.call_on_close(chunks.close)
        response.response = _chunks(response.iter_encoded())
    else:
        response.set_data(b"".join(_chunks([response.get_data()])))
    response.content_encoding = "gzip"
    return response


def may_be_steered(asked: Request) -> bool:
    """Whether another site may have chosen words that the answer repeats.

    Packed with such words, the token of the page's forms could be guessed from the lengths of many
    answers (BREACH).
    """
    if asked.headers.get("Sec-Fetch-Site") in _OURS:
        return False
    return asked.method != "GET" or bool(asked.query_string)


def _chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_QUICK, zlib.DEFLATED, _GZIP)
    for chunk in chunks:
        yield packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


@lru_cache(maxsize=32)
def _whole(content: bytes) -> bytes:
    """Of a file that everybody gets: packed once, as small as it can be."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return packer.compress(content) + packer.flush()
