"""What must be true of every page, whoever reads it and however (WCAG 2.2 A and AA, and more)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

_AXE = """async (forced) => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  // axe reads the colours of the style sheet, not those that the system forces upon them.
  const rules = forced ? {'color-contrast': {enabled: false}} : {};
  const found = await axe.run(document, {runOnly: tags, rules});
  return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}`));
}"""
_OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
_CLIPPED = """[...document.querySelectorAll('main *, header *, footer *')].filter(e =>
  !e.closest('.dold, .hoppa, svg, progress') && e.checkVisibility() && e.clientWidth > 0 &&
  e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
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
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: e.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60),
    ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    covered: !(at && (e.contains(at) || at.contains(e))),
    section: e.closest('[slot]')?.slot ?? e.closest('header, main, footer')?.tagName ?? '',
  };
}"""
_SHEET = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
NO_SETTING = ""
DOUBLE_TEXT = "html { font-size: 200% !important }"
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important } p { margin-block-end: 2em !important }"""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the Tab key stopped. `ring` is in CSS pixels; `section` is the part of the page."""

    name: str
    ring: float
    covered: bool
    section: str


def axe_violations(page: Page, source: str, *, forced: bool = False) -> list[str]:
    """What axe-core finds. Give it a page whose policy is bypassed."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source)
    found: list[str] = page.evaluate(_AXE, forced)
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


def tab_stops(page: Page, most: int = 400) -> list[Stop]:
    """Every stop of the Tab key from the beginning of the page until it leaves the page."""
    page.evaluate("document.activeElement?.blur?.()")
    stops: list[Stop] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        said: dict[str, Any] | None = page.evaluate(_STOP)
        if said is None:
            return stops
        stops.append(Stop(**said))
    raise AssertionError(f"the Tab key never leaves the page: {stops[-3:]}")
