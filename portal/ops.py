"""For those who run the portal: is it alive, can it serve, how are the sources. No person in it."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from portal.house import house
from portal.store import StoreUnavailable

bp = Blueprint("ops", __name__, url_prefix="/drift")

_OPERATORS = ("127.0.0.1", "::1")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@bp.get("/lever")
def alive() -> str:
    return "ok"


@bp.get("/redo")
def ready() -> tuple[str, int]:
    """503 while the log cannot be written, or nobody's session be found: nothing could be shown
    anyway."""
    h = house()
    try:
        h.store.ping()
        h.sessions.ping()
    except StoreUnavailable:
        return "store", 503
    return "ok", 200


@bp.get("/kallor")
def sources() -> BaseResponse | tuple[str, int]:
    """From this machine only, and never through the proxy that may stand on it."""
    forwarded = any(name in request.headers for name in _FORWARDED)
    if forwarded or request.remote_addr not in _OPERATORS:
        return "", 404
    h = house()
    return jsonify(breakers=h.fetch.status(), calls=h.tally.rows())
