"""What must be true of every page, whoever reads it and however (WCAG 2.2 A and AA, and more)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from playwright.sync_api import Page, ViewportSize

_AXE = """async (colours) => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  // axe reads the colours of the style sheet, not those that the system forces upon them.
  const contrast = {'color-contrast': {enabled: colours !== 'forced'}};
  const options = colours === 'only' ? {runOnly: {type: 'rule', values: ['color-contrast']}}
    : {runOnly: tags, rules: contrast};
  const found = await axe.run(document, {...options, resultTypes: ['violations']});
  return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}`));
}"""
_OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
# What is cut down to nothing is there for screen readers, and fits nowhere on purpose.
_CLIPPED = """[...document.querySelectorAll('main *, header *, footer *')].filter(e => {
  if (e.closest('.hoppa, svg, progress') || !e.checkVisibility() || e.clientWidth === 0 ||
    e.scrollWidth <= e.clientWidth + 1 || getComputedStyle(e).display === 'inline') return false;
  for (let one = e; one; one = one.parentElement) {
    if (getComputedStyle(one).clipPath !== 'none') return false;
  }
  return true;
})
  .map(e => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`)"""
_SMALL = """[...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]
  .filter(e => {
    const box = e.getBoundingClientRect();
    const hidden = !e.checkVisibility() || box.width === 0 || e.classList.contains('hoppa');
    return !hidden && (box.width < 24 || box.height < 24);
  }).map(e => e.textContent.trim().slice(0, 40))"""
_HEADINGS = """[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
  .filter(e => e.checkVisibility()).map(e => +e.tagName[1])"""
_MOVING = """[document, ...[...document.querySelectorAll('*')].flatMap(e => e.shadowRoot ?? [])]
  .flatMap(root => root.getAnimations({subtree: true}))
  .filter(one => one.playState === 'running').map(one => one.constructor.name)"""
_STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const name = e === window.firstStop && e !== window.lastStop ? null : e.textContent.trim();
  const within = e === window.lastStop;
  window.firstStop ??= e;
  window.lastStop = e;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  // Of what is taller than what is left of the window, the part that is in it (WCAG 2.4.11).
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const at = document.elementFromPoint(box.x + box.width / 2, (top + bottom) / 2);
  return {
    name: name?.replace(/\\s+/g, ' ').slice(0, 60) ?? null,
    within,
    ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    covered: !(at && (e.contains(at) || at.contains(e))),
    section: e.closest('[slot]')?.slot ?? e.closest('header, main, footer')?.tagName ?? '',
  };
}"""
# Whoever is in a group of choices moves among them with the arrow keys.
_REACHABLE = """(() => {
  const groups = new Set();
  return [...document.querySelectorAll('a[href], button, summary, select, textarea, input, ' +
    '[tabindex="0"]')].filter(e => {
    if (!e.checkVisibility() || e.disabled || e.type === 'hidden') return false;
    if (e.type !== 'radio') return true;
    const first = !groups.has(e.name);
    groups.add(e.name);
    return first;
  }).length;
})()"""
_PAGE = """({title: document.title, h1: document.querySelector('h1')?.innerText ?? '',
  lang: document.documentElement.lang, dir: document.documentElement.dir,
  mains: document.querySelectorAll('main').length,
  footer: document.querySelector('footer')?.textContent ?? ''})"""
_SHEET = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
Colours = Literal["own", "forced", "only"]
NO_SETTING = ""
DOUBLE_TEXT = "html { font-size: 200% !important }"
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important } p { margin-block-end: 2em !important }"""
_SETTINGS = {"as is": NO_SETTING, "200 %": DOUBLE_TEXT, "spacing": TEXT_SPACING}
SIZES: dict[str, ViewportSize] = {
    "1280": {"width": 1280, "height": 900},
    "390": {"width": 390, "height": 844},
    # 400 % zoom on a window of 1280 by 1024.
    "320": {"width": 320, "height": 256},
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the Tab key stopped. `ring` is in CSS pixels; `section` is the part of the page."""

    name: str
    ring: float
    covered: bool
    section: str


def axe_violations(page: Page, source: str, colours: Colours = "own") -> list[str]:
    """What axe-core finds. Give it a page whose policy is bypassed.

    `colours` are the page's own, forced by the system, or the only thing to look at.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(source)
    found: list[str] = page.evaluate(_AXE, colours)
    return found


def set_text(page: Page, css: str) -> None:
    """What a reader has set over our own style: DOUBLE_TEXT, TEXT_SPACING or NO_SETTING."""
    page.evaluate(_SHEET, css)


def overflow(page: Page) -> int:
    """How far one must scroll sideways, in CSS pixels (1.4.10)."""
    wide: int = page.evaluate(_OVERFLOW)
    return wide


def clipped(page: Page) -> list[str]:
    """Texts that do not fit where they stand (1.4.4, 1.4.12)."""
    found: list[str] = page.evaluate(_CLIPPED)
    return found


def small_targets(page: Page) -> list[str]:
    """Links and buttons under 24 by 24 CSS pixels (2.5.8)."""
    found: list[str] = page.evaluate(_SMALL)
    return found


def skipped_headings(page: Page) -> list[int]:
    """The levels of the headings in order, when one is skipped; else nothing (1.3.1)."""
    levels: list[int] = page.evaluate(_HEADINGS)
    whole = levels[:1] == [1] and levels.count(1) == 1
    stepwise = all(after <= before + 1 for before, after in pairwise(levels))
    return [] if whole and stepwise else levels


def moving(page: Page) -> list[str]:
    """Animations and transitions that run (2.3.3)."""
    found: list[str] = page.evaluate(_MOVING)
    return found


def everything(page: Page, axe: str) -> list[str]:
    """All that is wrong with a page, at every width, in every colouring and by keyboard.

    Rules that do not look at colours are tried in light colours, and where the system forces its
    own, which changes what is drawn. Leaves the page light and 1280 wide.
    """
    wrong = [f"headings {levels}" for levels in [skipped_headings(page)] if levels]
    wrong += [f"moves: {one}" for one in moving(page)]
    wrong += _unnamed(page)
    for size in ("390", "320", "1280"):
        page.set_viewport_size(SIZES[size])
        wrong += [f"{size}: {one}" for one in (*_colours(page, axe), *_texts(page))]
        if size != "390":
            wrong += [f"{size}: {one}" for one in _keyboard(page)]
    return wrong


def _unnamed(page: Page) -> list[str]:
    """What a browser and a screen reader are told of the page itself (2.4.2, 3.1.1)."""
    said: dict[str, Any] = page.evaluate(_PAGE)
    parts = {
        "title": said["title"].startswith(said["h1"]) and len(said["title"]) > len(said["h1"]) > 0,
        "language": (said["lang"] == "ar") == (said["dir"] == "rtl") and bool(said["lang"]),
        "one main": said["mains"] == 1,
        "help in the footer": "112" in said["footer"],
    }
    return [f"no {part}" for part, right in parts.items() if not right]


def _colours(page: Page, axe: str) -> list[str]:
    page.emulate_media(color_scheme="light", forced_colors="none")
    wrong = axe_violations(page, axe)
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark {one}" for one in axe_violations(page, axe, "only")]
    page.emulate_media(color_scheme="light", forced_colors="active")
    wrong += [f"forced {one}" for one in axe_violations(page, axe, "forced")]
    page.emulate_media(forced_colors="none")
    return wrong


def _texts(page: Page) -> list[str]:
    wrong = []
    for name, css in _SETTINGS.items():
        set_text(page, css)
        found = (overflow(page), clipped(page), small_targets(page))
        if found != (0, [], []):
            wrong.append(f"{name} {found}")
    set_text(page, NO_SETTING)
    return wrong


def _keyboard(page: Page) -> list[str]:
    reachable: int = page.evaluate(_REACHABLE)
    stops = tab_stops(page)
    wrong = [f"no ring: {stop.name}" for stop in stops if stop.ring < 2]
    wrong += [f"hidden: {stop.name}" for stop in stops if stop.covered]
    if len(stops) != reachable:
        wrong.append(f"{len(stops)} stops of {reachable}")
    return wrong


def tab_stops(page: Page, most: int = 400) -> list[Stop]:
    """Every stop of the Tab key, from where it is to where it began."""
    page.evaluate(
        "document.activeElement?.blur?.(); window.firstStop = window.lastStop = undefined"
    )
    stops: list[Stop] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        said: dict[str, Any] | None = page.evaluate(_STOP)
        if said is None:
            # The browser's own buttons come between the last and the first.
            continue
        if said["name"] is None:
            return stops
        if said.pop("within"):
            # The parts of a field for a date, which the browser itself shows the place in.
            continue
        stops.append(Stop(**said))
    raise AssertionError(f"the Tab key never comes back: {stops[-3:]}")
