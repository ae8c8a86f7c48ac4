"""Templates: one environment per language, and what every page is given."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Template

from portal.compiling import SettlingEnvironment
from portal.i18n import LANGUAGES, SOURCE_LANGUAGE, Speaker

ROOT = Path(__file__).resolve().parent
STATIC = ROOT / "static"
VIEWS = ROOT.parent / "views"


@dataclass(frozen=True, slots=True)
class Link:
    """A language (`code` is BCP 47) or a menu item."""

    href: str
    name: str
    code: str = ""
    current: bool = False


class Pages:
    """All templates in all languages."""

    def __init__(self) -> None:
        self.speakers = {code: _speaker(code) for code in LANGUAGES}
        self._environments = {code: _environment(code) for code in LANGUAGES}
        self._has_fonts = (STATIC / "fonts" / "fonts.css").exists()

    def speaker(self, code: str) -> Speaker:
        return self.speakers[code]

    def template(self, code: str, name: str) -> Template:
        return self._environments[code].get_template(name)

    def compile(self, code: str, pause: float = 0) -> None:
        """Compile every template of a language now, so that nobody's page has to wait for it.

        `pause` is how many times as long as a template took to rest after it.
        """
        environment = self._environments[code]
        for name in environment.list_templates():
            began = monotonic()
            environment.get_template(name)
            sleep(pause * (monotonic() - began))
        environment.let_go()

    def compile_beside(self) -> None:
        """The other languages, while pages are served: three quarters of the time are for those who
        wait for one. A page that comes before has its own templates compiled."""

        def compile_others() -> None:
            for code in self._environments.keys() - {SOURCE_LANGUAGE}:
                self.compile(code, pause=3)

        Thread(target=compile_others, name="templates", daemon=True).start()

    def render(self, code: str, name: str, **context: Any) -> str:
        """One whole page or part of one, with what all of them need."""
        return self.template(code, name).render({**self.common(code), **context})

    def common(self, code: str) -> dict[str, Any]:
        speaker = self.speakers[code]
        return {
            "code": code,
            "lang": speaker.language,
            "text_dir": speaker.text_dir,
            "has_fonts": self._has_fonts,
            "home_url": f"/{code}/",
            "person_name": None,
            "person_url": None,
            "acting": None,
            "working": None,
            "patient": None,
            "switch_url": None,
            "nav": (),
            "logout_url": f"/{code}/logga-ut",
            "csrf_token": "",
            "languages": (),
        }


def other_languages(code: str, path: str) -> tuple[Link, ...]:
    """The same page in the other languages; the language stands first in the path."""
    rest = path.removeprefix(f"/{code}/")
    return tuple(
        Link(f"/{other.code}/{rest}", other.name, other.tag)
        for other in LANGUAGES.values()
        if other.code != code
    )


@cache
def static_url(name: str) -> str:
    """The address of a file, with its content in it, so that browsers may keep it for good.

    tools/fonts.mjs makes the same addresses for fonts.css, which no template writes.
    """
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@cache
def _speaker(code: str) -> Speaker:
    return Speaker(LANGUAGES[code])


@cache
def _environment(code: str) -> SettlingEnvironment:
    """Templates do not change while a process runs, so they are compiled once in it."""
    speaker = _speaker(code)
    environment = SettlingEnvironment(
        speaker.gettext,
        loader=ChoiceLoader(
            [
                FileSystemLoader(ROOT / "templates"),
                *(FileSystemLoader(path) for path in sorted(VIEWS.glob("*/templates"))),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        speaker.gettext, speaker.ngettext, newstyle=True
    )
    environment.filters |= {
        "told": speaker.told,
        "told_narrow": speaker.told_narrow,
        "daytext": speaker.daytext,
        "dateword": speaker.dateword,
        "dayshort": speaker.dayshort,
        "weekday": speaker.weekday,
        "weekday_short": speaker.weekday_short,
        "clock": speaker.clock,
        "asof": speaker.asof,
        "whenever": speaker.whenever,
        "lately": speaker.lately,
        "left_to_right": speaker.left_to_right,
    }
    environment.globals["static"] = static_url
    return environment
