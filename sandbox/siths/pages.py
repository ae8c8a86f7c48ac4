"""The provider's few pages, in Swedish. One line of script posts the answer, as real ones do."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox import oidc
from sandbox.people.employees import Employee
from sandbox.siths.idp import Answer

HERE = Path(__file__).parent
OTHER = Path(oidc.__file__).parent
STATIC = OTHER / "static"
_POST = "document.forms[0].submit()"

_templates = Environment(
    loader=FileSystemLoader([HERE / "templates", OTHER / "templates"]),
    autoescape=True,
    undefined=StrictUndefined,
)
_templates.globals["stylesheet"] = "/static/oidc.css"
_templates.globals["post"] = _POST
_LOCAL = "http://127.0.0.1:* http://localhost:* https://127.0.0.1:* https://localhost:*"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"script-src 'sha256-{b64encode(sha256(_POST.encode()).digest()).decode()}'; "
        f"form-action 'self' {_LOCAL}"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def choice(employees: Iterable[Employee]) -> web.Response:
    return _page("staff_choice.html", 200, employees=list(employees))


def answer(posted: Answer) -> web.Response:
    """A form to the service, which goes by itself where there is script."""
    return _page("staff_answer.html", 200, answer=posted)


def session(name: str) -> web.Response:
    return _page("staff_session.html", 200, name=name)


def notice(status: int, heading: str, text: str) -> web.Response:
    return _page("notice.html", status, heading=heading, text=text)


def _page(template: str, status: int, **values: object) -> web.Response:
    text = _templates.get_template(template).render(**values)
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)
