"""What every response carries, how cookies are set, and who may post."""

from collections.abc import Iterable
from hmac import compare_digest
from urllib.parse import urlsplit

from flask import Request, Response, request
from werkzeug.wrappers import Response as BaseResponse

SESSION_COOKIE = "__Host-session"
LOGIN_COOKIE = "__Host-login"
STAFF_COOKIE = "__Host-staff"
STAFF_LOGIN_COOKIE = "__Host-staff-login"
YEAR = 365 * 24 * 3600
_KEEPABLE = (200, 206, 304)

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": f"max-age={YEAR}; includeSubDomains",
}
_ON_DOCUMENTS = {
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def content_policy(login_origins: Iterable[str]) -> str:
    """Nothing inline and nothing from elsewhere. Forms may end at a login provider (logout)."""
    form_action = " ".join(["'self'", *sorted(set(login_origins))])
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self'",
            f"form-action {form_action}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def protect(response: Response, policy: str) -> Response:
    """Add the headers. What is not a static file is about a person: nobody keeps it."""
    response.headers.update(_ALWAYS)
    if request.endpoint == "static" and response.status_code in _KEEPABLE:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        # A style or a font is no document, but a picture may be opened as one.
        if response.mimetype != "image/svg+xml":
            return response
    else:
        response.headers["Cache-Control"] = "no-store"
    response.headers.update(_ON_DOCUMENTS)
    response.headers["Content-Security-Policy"] = policy
    return response


def set_cookie(response: BaseResponse, name: str, value: str) -> None:
    """Until the browser closes; the server decides how long it is worth anything."""
    response.set_cookie(name, value, secure=True, httponly=True, samesite="Lax", path="/")


def set_crossing_cookie(response: BaseResponse, name: str, value: str, seconds: int) -> None:
    """For a login whose answer is posted to us by another site: no other cookie comes along then.

    It opens nothing but the login that this browser began, once and for a few minutes.
    """
    response.set_cookie(
        name, value, max_age=seconds, secure=True, httponly=True, samesite="None", path="/"
    )


def drop_cookie(response: BaseResponse, name: str) -> None:
    response.delete_cookie(name, secure=True, httponly=True, samesite="Lax", path="/")


def is_own_post(req: Request, csrf: str, own_origin: str) -> bool:
    """A form of ours, sent from a page of ours: token, and what the browser says of its origin."""
    if not is_own_form(req, own_origin):
        return False
    return compare_digest(req.form.get("csrf_token", "").encode(), csrf.encode())


def is_own_form(req: Request, own_origin: str) -> bool:
    """A form that nothing says was sent from elsewhere. Alone it is enough only where there is no
    session that a token could belong to."""
    if req.mimetype != "application/x-www-form-urlencoded":
        return False
    if req.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    return req.headers.get("Origin", own_origin) in (own_origin, "null")
