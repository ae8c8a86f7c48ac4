"""Renders the templates with invented content and looks at them, without a running portal.

`python -m e2e.ui_gallery` writes pages and pictures to artifacts/gallery and checks every page:
axe, no overflow at 320 px, with text spacing and with 200 % text, targets of at least 24 px and a
visible focus ring on every stop. Ends with 1 when something is wrong.
"""

import http.server
import sys
import threading
import time as clock_time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from markupsafe import Markup
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from e2e import ui_gallery_samples as samples
from portal.i18n import at
from portal.pages import STATIC, Link, Pages, other_languages

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "artifacts" / "gallery"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGES = Pages()


def shell(*, inside: bool, lang: str = "sv", text_dir: str = "ltr") -> dict[str, Any]:
    """What a page is given besides what all pages have."""
    own = {"languages": other_languages(lang, f"/{lang}/mig/"), "text_dir": text_dir}
    if inside:
        nav = (Link(f"/{lang}/mig/", "Översikt", current=True),)
        own |= {"person_name": "Birgit Sandelin", "nav": nav, "csrf_token": "prov"}
    return own


def render(lang: str, template: str, context: dict[str, Any]) -> str:
    with at(samples.NOW):
        return PAGES.render(lang, template, **context)


def streamed(
    sections: list[tuple[str, dict[str, object]]],
    lang: str = "sv",
    *,
    text_dir: str = "ltr",
    ends: bool = True,
) -> list[str]:
    """The chunks of one overview, in the order they are sent."""
    context = shell(inside=True, lang=lang, text_dir=text_dir) | {
        "title": "Översikt",
        "asked": 6,
        "answered": 5,
        "frame": "overview/frame.html",
        "about_one": False,
    }
    chunks = [render(lang, "page_open.html", context)]
    chunks += [render(lang, name, own) for name, own in sections]
    return [*chunks, render(lang, "page_close.html", context)] if ends else chunks


def simple(template: str, title: str, *, inside: bool = False, **own: Any) -> list[str]:
    return [render("sv", template, shell(inside=inside) | {"title": title} | own)]


def alone(position: int) -> list[str]:
    inner = Markup(render("sv", *samples.FULL[position]))
    return simple("fragment.html", "Kontakter", inside=True, section=inner, page_url="/sv/mig/")


def pages() -> dict[str, list[str]]:
    logins = (Link("/login/bankid", "BankID"), Link("/login/freja", "Freja"))
    return {
        "oversikt": streamed(samples.FULL),
        "allt-svarade": streamed(samples.GOOD),
        "tomt": streamed(samples.EMPTY_PAGE),
        "vet-inte": streamed(samples.UNKNOWN_PAGE),
        "halvvags": streamed(samples.HALF, ends=False),
        "engelska": streamed(samples.FULL, "en"),
        "hoger-till-vanster": streamed(samples.FULL, text_dir="rtl"),
        "ensam-del": alone(0),
        "start": simple("start.html", "Din vård och omsorg på ett ställe", logins=logins),
        "inloggning-gick-inte": simple(
            "login_failed.html",
            "Inloggningen gick inte",
            reason="Du avbröt inloggningen.",
        ),
        "far-inte": simple(
            "denied.html",
            "Du kan inte se din planering här",
            inside=True,
            reason="Det finns ett skydd för dina uppgifter.",
        ),
        "nekad": simple("refused.html", "Sidan går inte att visa"),
        "stangt": simple("unavailable.html", "Vi kan inte visa dina uppgifter just nu"),
        "utloggad": simple("logged_out.html", "Du är utloggad"),
        "for-lange-sedan": simple("session_ended.html", "Du har loggats ut"),
    }


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the pages under the same content security policy as the portal."""

    pages: ClassVar[dict[str, list[str]]] = {}
    types: ClassVar[dict[str, str]] = {
        ".css": "text/css",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
    }

    def do_GET(self) -> None:
        path = self.path.split("?", 1)[0]
        static = STATIC / path.removeprefix("/static/")
        name = path.strip("/").removeprefix("langsam/")
        if path.startswith("/static/") and static.is_file():
            self.send(self.types.get(static.suffix, "text/plain"), iter([static.read_bytes()]))
        elif name in self.pages:
            slow = path.startswith("/langsam/")
            self.send("text/html; charset=utf-8", self.paced(self.pages[name], slow))
        else:
            self.send_error(404)

    def paced(self, chunks: list[str], slow: bool) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk.encode()
            clock_time.sleep(0.3 if slow else 0)

    def send(self, kind: str, chunks: Iterator[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(chunk)
            self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        """Silent: the requests are our own."""


SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }"""
AXE_RUN = """async (forced) => {
  const rules = forced ? {'color-contrast': {enabled: false}} : {};
  const tags = ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'];
  const found = await axe.run(document, {runOnly: tags, rules});
  return found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(' | '));
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CLIPPED = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(e =>
  !e.closest('.dold, .hoppa, svg, progress') && e.checkVisibility() && e.clientWidth > 0 &&
  e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30))"""
SMALL = """() => [...document.querySelectorAll('a, button, summary')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && !e.classList.contains('hoppa') && (box.width < 24 || box.height < 24);
}).map(e => e.textContent.trim().slice(0, 40))"""
RING = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return 'body';
  const style = getComputedStyle(e);
  const clear = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return (clear ? 'ok ' : 'no ring ') + e.textContent.trim().slice(0, 40);
}"""
SHIFT = """() => new Promise(done => new PerformanceObserver(list => done(
  list.getEntries().filter(e => !e.hadRecentInput).reduce((sum, e) => sum + e.value, 0)))
  .observe({type: 'layout-shift', buffered: true}))"""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of looking: a width in CSS pixels and what the reader has set."""

    name: str
    width: int
    height: int = 900
    settings: tuple[tuple[str, str], ...] = ()


MODES = (
    Mode("1280", 1280),
    Mode("390", 390, 844),
    Mode("320", 320, 256),
    Mode("dark-1280", 1280, settings=(("color_scheme", "dark"),)),
    Mode("dark-390", 390, 844, (("color_scheme", "dark"),)),
    Mode("forced-1280", 1280, settings=(("forced_colors", "active"),)),
)


class Gallery:
    """Opens pages, keeps pictures and collects what is wrong."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser = browser
        self.base = base
        self.faults: list[str] = []

    def open(self, name: str, mode: Mode) -> Page:
        page = self.browser.new_page(
            viewport={"width": mode.width, "height": mode.height}, reduced_motion="reduce"
        )
        watch = self.watcher(name)
        page.on("console", watch)
        page.emulate_media(**dict(mode.settings))  # type: ignore[arg-type]  # names from MODES
        page.goto(f"{self.base}/{name}")
        page.evaluate("document.fonts.ready")
        # Taking a picture adds a style of its own to shadow roots, which our policy stops.
        page.remove_listener("console", watch)
        return page

    def watcher(self, name: str) -> Callable[[ConsoleMessage], None]:
        def watch(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.fault(name, "console", message.text)

        return watch

    def fault(self, name: str, what: str, found: object) -> None:
        if found:
            self.faults.append(f"{name}: {what}: {found}")

    def look(self, name: str, mode: Mode) -> None:
        page = self.open(name, mode)
        label = f"{name}-{mode.name}"
        page.screenshot(path=OUT / f"{label}.png", full_page=True)
        page.evaluate(AXE.read_text())
        self.fault(label, "axe", page.evaluate(AXE_RUN, mode.name.startswith("forced")))
        self.fault(label, "overflow", page.evaluate(OVERFLOW))
        self.fault(label, "clipped", page.evaluate(CLIPPED))
        self.fault(label, "small targets", page.evaluate(SMALL))
        page.close()

    def stretch(self, name: str, width: int) -> None:
        """Text spacing (WCAG 1.4.12) and 200 % text (1.4.4)."""
        page = self.open(name, Mode("", width))
        for what, css in (("spacing", SPACING), ("double", "html { font-size: 200% }")):
            page.evaluate(
                "css => { const s = new CSSStyleSheet(); s.replaceSync(css);"
                "document.adoptedStyleSheets = [s]; }",
                css,
            )
            label = f"{name}-{what}-{width}"
            page.screenshot(path=OUT / f"{label}.png", full_page=True)
            self.fault(label, "overflow", page.evaluate(OVERFLOW))
            self.fault(label, "clipped", page.evaluate(CLIPPED))
        page.close()

    def unfold(self, name: str, mode: Mode) -> None:
        page = self.open(name, mode)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.screenshot(path=OUT / f"{name}-utfalld-{mode.name}.png", full_page=True)
        page.evaluate(AXE.read_text())
        self.fault(f"{name}-utfalld", "axe", page.evaluate(AXE_RUN, False))
        self.fault(f"{name}-utfalld", "overflow", page.evaluate(OVERFLOW))
        page.close()

    def tab_through(self, name: str) -> None:
        page = self.open(name, MODES[0])
        stops = page.locator("a, button, summary").count()
        for _ in range(stops):
            page.keyboard.press("Tab")
            stop = page.evaluate(RING)
            if stop.startswith("no ring"):
                self.fault(name, "focus", stop)
        page.close()

    def on_paper(self, name: str) -> None:
        page = self.open(name, MODES[0])
        page.pdf(path=OUT / f"{name}.pdf", format="A4", print_background=False)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 700, "height": 1000})
        page.screenshot(path=OUT / f"{name}-print.png", full_page=True)
        page.close()

    def shift(self, name: str) -> None:
        """Prints how much the page moves while it is filled; a measure, not a verdict."""
        for mode in MODES[:2]:
            page = self.browser.new_page(viewport={"width": mode.width, "height": mode.height})
            page.goto(f"{self.base}/langsam/{name}")
            page.evaluate("setTimeout(() => {}, 0)")
            moved = page.evaluate(
                f"() => Promise.race([({SHIFT})(), new Promise(d => setTimeout(d, 500, 0))])"
            )
            print(f"{name} {mode.name}: layout shift {moved:.3f}")
            page.close()


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    Handler.pages = pages()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wanted = sys.argv[1:] or list(Handler.pages)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        gallery = Gallery(browser, f"http://127.0.0.1:{server.server_port}")
        for name in wanted:
            for mode in MODES:
                gallery.look(name, mode)
        for name in ("oversikt", "start"):
            gallery.tab_through(name)
            for width in (1280, 390, 320):
                gallery.stretch(name, width)
        for mode in MODES[:3]:
            gallery.unfold("oversikt", mode)
        gallery.on_paper("oversikt")
        gallery.shift("oversikt")
        gallery.shift("allt-svarade")
        browser.close()
    server.shutdown()
    print("\n".join(gallery.faults) or "no faults")
    return 1 if gallery.faults else 0


if __name__ == "__main__":
    sys.exit(main())
