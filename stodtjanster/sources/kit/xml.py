"""XML from strangers: parsed without DTD, entities or network, within bounded time and memory."""

import threading
from typing import Final

from lxml import etree

from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import SourceFailed

MAX_BYTES: Final = 16 * 2**20
"""A little more than the 15 MiB that the tjänsteplattform lets through (VP, default)."""

_MAX_MARKS: Final = 1_000_000
_SMALL: Final = 2**20


class _Parsers(threading.local):
    """One pair for each thread: a shared lxml parser makes threads wait for each other."""

    def __init__(self) -> None:
        self.message = _parser(remove_blank_text=True)
        # Between inline elements a blank is a word boundary.
        self.fragment = _parser(remove_blank_text=False)


def _parser(*, remove_blank_text: bool) -> etree.XMLParser:
    # huge_tree=False keeps libxml2's own bounds: depth, text size, entity amplification.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=remove_blank_text,
    )


_parsers = _Parsers()


def parse(body: bytes) -> etree._Element:
    """The root of a message in whatever encoding it declares.

    Raises SourceFailed: TOO_LARGE over `MAX_BYTES` or with a tree that would not fit in memory,
    UNREADABLE when it is not well-formed or has a DOCTYPE. The detail holds a line, no content.
    """
    if len(body) > MAX_BYTES:
        raise SourceFailed(Cause.TOO_LARGE, f"more than {MAX_BYTES} bytes")
    if len(body) > _SMALL and body.count(b"<") + body.count(b"=") > _MAX_MARKS:
        raise SourceFailed(Cause.TOO_LARGE, f"more than {_MAX_MARKS} tags and attributes")
    try:
        root = etree.fromstring(body, _parsers.message)
    except etree.XMLSyntaxError as error:
        # The parser's own words may quote the message, so only the place is told.
        line = error.lineno or 1
        raise SourceFailed(Cause.UNREADABLE, f"not well-formed XML, line {line}") from None
    except ValueError:
        raise SourceFailed(Cause.UNREADABLE, "not XML") from None
    if _has_doctype(root):
        raise SourceFailed(Cause.UNREADABLE, "a DOCTYPE is not allowed")
    return root


def parse_fragment(text: str) -> etree._Element | None:
    """The root of XML that came as text inside a message; None when it is not plain XML."""
    try:
        root = etree.fromstring(text.encode(), _parsers.fragment)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if _has_doctype(root) else root


def _has_doctype(root: etree._Element) -> bool:
    return root.getroottree().docinfo.internalDTD is not None


def local_name(element: etree._Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element | None) -> dict[str, etree._Element]:
    """Child elements by qualified name, the last of each; empty for an absent element."""
    return {} if element is None else {child.tag: child for child in element}


def grouped(element: etree._Element | None) -> dict[str, list[etree._Element]]:
    """Child elements by qualified name, all of each in their order."""
    found: dict[str, list[etree._Element]] = {}
    for child in () if element is None else element:
        found.setdefault(child.tag, []).append(child)
    return found


def texts(element: etree._Element | None) -> dict[str, str | None]:
    """The unstripped texts of child elements by qualified name, the last of each."""
    return {} if element is None else {child.tag: child.text for child in element}


def all_texts(element: etree._Element | None) -> dict[str, str | None]:
    """The same of everything inside, at every depth.

    For a part in which no two names mean different things: the walk goes through it once.
    """
    return {} if element is None else {inner.tag: inner.text for inner in element.iter()}


def one_text(element: etree._Element | None, name: str) -> str | None:
    """What `texts` has under one name."""
    if element is None or len(element) == 0:
        return None
    last = element[-1]
    # Where identities have it: a walk that ends at its first step costs three times as much.
    if last.tag == name:
        return last.text
    return next((child.text for child in reversed(element) if child.tag == name), None)


def text(element: etree._Element | None) -> str | None:
    """The stripped text of an element; None when it is absent or blank."""
    written = None if element is None else element.text
    return None if written is None else written.strip() or None


def boolean(value: str | None) -> bool | None:
    """xs:boolean; None for absent or unreadable text."""
    if value is None:
        return None
    return _BOOLEANS.get(value.strip())


_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
