"""The provider's few pages, in Swedish, without script."""

from collections.abc import Iterable
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.people import Person

HERE = Path(__file__).parent
STATIC = HERE / "static"
EIDS = {"bankid": "Test-BankID", "freja": "Test-Freja"}

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
)
_templates.globals["stylesheet"] = "/static/oidc.css"
_HEADERS = {
    "Cache-Control": "no-store",
    # The answer to the form is a redirect to the portal, and browsers hold form-action to that.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://127.0.0.1:* http://localhost:* "
        "https://127.0.0.1:* https://localhost:*"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def choice(people: Iterable[Person], eid: str, *, fixed: bool, message: str) -> web.Response:
    """Who to be; `fixed` when the one who asked has chosen the e-legitimation already."""
    return _page(
        "choice.html", 200, people=list(people), eid=eid, eids=EIDS, fixed=fixed, message=message
    )


def notice(status: int, heading: str, text: str) -> web.Response:
    return _page("notice.html", status, heading=heading, text=text)


def _page(template: str, status: int, **values: object) -> web.Response:
    text = _templates.get_template(template).render(**values)
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)
