"""Running text of RIV-TA: plain, or a small part of DocBook 5 sent as escaped text.

The subset is article/info/title/para/section/bibliography (TKB crm:scheduling, description).
"""

import html
from collections.abc import Callable, Iterator
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
    written, root = _opened(text)
    return _cut(written if root is None else "\n".join(_lines(root)))


def under_headings(
    element: etree._Element, wanted: Callable[[str], bool]
) -> tuple[tuple[str, str], ...]:
    """What stands under the headings that are wanted, as (heading, text), in order.

    In DocBook that is a section with such a title, with the sections in it. In plain text a
    heading is a line of its own or what stands before a colon. What was begun on the heading's own
    line ends at the next line of that kind, and what stands below it at the next line that is only
    a heading; both end at a blank line.
    """
    written, root = ("", element) if len(element) else _opened(element.text)
    found = _in_lines(written, wanted) if root is None else _in_sections(root, wanted)
    return tuple((heading, _cut(said)) for heading, said in found if said)


def _opened(text: str | None) -> tuple[str, etree._Element | None]:
    written = (text or "").strip()
    if written.startswith("&lt;"):
        written = html.unescape(written).strip()
    return written, parse_fragment(written) if written.startswith("<") else None


def _in_sections(root: etree._Element, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        title = next(_titles(element), None)
        heading = "" if title is None else " ".join(" ".join(_lines(title)).split())
        if wanted(heading):
            walk.skip_subtree()
            lines = list(_lines(element))
            yield heading, "\n".join(lines[1:] if lines[:1] == [heading] else lines)


def _titles(element: etree._Element) -> Iterator[etree._Element]:
    """The title of a section, which may stand in its info."""
    for part in element:
        if local_name(part) == "info":
            yield from (inner for inner in part if local_name(inner) == "title")
        elif local_name(part) == "title" and local_name(element) != "info":
            yield part


def _in_lines(written: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    heading, said, on_its_line = "", list[str](), False
    for line in written.splitlines():
        head, colon, rest = (part.strip() for part in line.partition(":"))
        begins = wanted(head)
        over = bool(said) if not (head or colon) else bool(colon) and (on_its_line or not rest)
        if heading and (begins or over):
            yield heading, "\n".join(said)
            heading = ""
        if begins:
            heading, said, on_its_line = head, [rest] if rest else [], bool(rest)
        elif heading and line.strip():
            said.append(line.strip())
    if heading:
        yield heading, "\n".join(said)


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
