"""Running text of RIV-TA: plain, or a small part of DocBook 5 sent as escaped text.

The subset is article/info/title/para/section/bibliography (TKB crm:scheduling, description).
"""

import html
from collections.abc import Iterator
from typing import Final

from lxml import etree

from stodtjanster.sources.kit.xml import local_name, parse_fragment

MAX_TEXT: Final = 20_000
_BLOCKS: Final = frozenset(
    {"article", "section", "info", "title", "para", "simpara", "bibliography", "listitem"}
)


def plain_text(element: etree._Element) -> str:
    """The text of an element as `unmarked` gives it, whether or not its markup was escaped."""
    return _cut("\n".join(_lines(element))) if len(element) else unmarked(element.text)


def unmarked(text: str | None) -> str:
    """Text as lines, one for each title and paragraph.

    The message parser has undone one escaping, or a CDATA section. A producer that escaped twice
    is met by undoing one more. What then is not well-formed, or brings a DOCTYPE, is shown as it
    stands. Cut, visibly, after `MAX_TEXT` characters.
    """
    written = (text or "").strip()
    if written.startswith("&lt;"):
        written = html.unescape(written).strip()
    root = parse_fragment(written) if written.startswith("<") else None
    return _cut(written if root is None else "\n".join(_lines(root)))


def _lines(root: etree._Element) -> Iterator[str]:
    """Text between the edges of block elements, white space folded. Walks without recursion."""
    line: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if local_name(element) in _BLOCKS:
            if folded := " ".join("".join(line).split()):
                yield folded
            line = []
        if event == "start":
            line.append(element.text or "")
        elif element is not root:
            line.append(element.tail or "")
    if folded := " ".join("".join(line).split()):
        yield folded


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
