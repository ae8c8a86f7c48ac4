"""Asking an identity provider over HTTP, with bounds on how long and how much it may answer."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from portal.identity.refusal import LoginRefusal, LoginRefused

_MOST_BYTES = 512 * 1024
_MOST_SECONDS = 10.0
_EACH_STEP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    media_type: str
    body: bytes

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object; anything else is refused as malformed."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise LoginRefused(LoginRefusal.MALFORMED) from None
        if not isinstance(value, dict):
            raise LoginRefused(LoginRefusal.MALFORMED)
        return value


def ask(
    http: httpx.Client,
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request. Redirects are not followed: an endpoint is where its metadata says.

    Raises LoginRefused when the provider is not reached, answers 5xx, answers too slowly (also
    a byte at a time) or with more than half a megabyte.
    """
    deadline = time.monotonic() + _MOST_SECONDS
    body = bytearray()
    try:
        with http.stream(
            method,
            url,
            data=form,
            headers=headers,
            follow_redirects=False,
            timeout=_EACH_STEP_SECONDS,
        ) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise LoginRefused(LoginRefusal.MALFORMED)
                if time.monotonic() > deadline:
                    raise LoginRefused(LoginRefusal.PROVIDER_UNREACHABLE)
    except httpx.HTTPError as error:
        raise LoginRefused(LoginRefusal.PROVIDER_UNREACHABLE) from error
    if response.is_server_error:
        raise LoginRefused(LoginRefusal.PROVIDER_UNREACHABLE)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Reply(response.status_code, media_type, bytes(body))
