"""Pictures of pages, and how far they are from the ones that somebody has looked at.

What axe cannot see, a picture shows: a column that has collapsed, a mark that is gone. Pictures are
taken at half size, where letters are a little blurred and places are exact.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from e2e.checks import SIZES

BASELINES = Path(__file__).resolve().parent / "baselines"
NOTE = BASELINES / "note.json"
# At night, when nobody has a time: a clock between three and half past says when it was fetched.
NOW = "2026-11-20T03:00:00+01:00"
_FETCHED = r"0?3([.:])[0-2]\d"
# How far apart two values of a colour must be to count, of 255; less is the edge of a letter.
FAR_OFF = 48
# So large a share of the pixels may be that far off.
TOLERATED = 0.004

_STILL = f"""() => {{
  document.querySelectorAll('details').forEach(one => {{ one.open = false }});
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (all.nextNode()) {{
    all.currentNode.data = all.currentNode.data.replace(/\\b{_FETCHED}\\b/g, '03$100');
  }}
}}"""
_DIFFERENCE = """async ([one, other, far]) => {
  const read = async data => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await read(one), await read(other)];
  if (a.width !== b.width || Math.abs(a.height - b.height) > 4) {
    return `${a.width} by ${a.height} is now ${b.width} by ${b.height}`;
  }
  const pixels = a.width * Math.min(a.height, b.height);
  let off = 0;
  for (let at = 0; at < pixels * 4; at += 4) {
    const parts = [0, 1, 2].map(part => Math.abs(a.data[at + part] - b.data[at + part]));
    if (Math.max(...parts) > far) off += 1;
  }
  return off / pixels;
}"""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a page is read: `size` is one of `SIZES`."""

    language: str
    size: str
    scheme: str


MODES = (Mode("sv", "390", "light"), Mode("sv", "1280", "dark"), Mode("ar", "1280", "light"))


def reader(browser: Browser, url: str, mode: Mode) -> Page:
    context = browser.new_context(
        base_url=url,
        viewport=SIZES[mode.size],
        color_scheme="dark" if mode.scheme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=0.5,
    )
    return context.new_page()


def take(page: Page) -> bytes:
    """The whole page, with every moment of fetching made the same."""
    page.evaluate(_STILL)
    return page.screenshot(full_page=True, animations="disabled")


def difference(page: Page, one: bytes, other: bytes) -> float | str:
    """The share of pixels that are far off, or in words why there is none. `page` is any page whose
    policy lets it decode a picture: about:blank."""
    shown = [base64.b64encode(picture).decode() for picture in (one, other)]
    found: float | str = page.evaluate(_DIFFERENCE, [*shown, FAR_OFF])
    return found


def noted() -> dict[str, Any]:
    """By which browser the baselines were taken; empty when there are none."""
    return dict(json.loads(NOTE.read_text("utf-8"))) if NOTE.exists() else {}


def keep(name: str, picture: bytes, browser: Browser) -> None:
    """Make a picture the one to compare with. Somebody must then look at it."""
    BASELINES.mkdir(exist_ok=True)
    (BASELINES / f"{name}.png").write_bytes(picture)
    NOTE.write_text(json.dumps({"browser": browser.version, "now": NOW}, indent=2) + "\n", "utf-8")
