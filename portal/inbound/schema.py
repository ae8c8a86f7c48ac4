"""The part of XML Schema that the contracts we serve are written in, checked strictly.

The national schemas are not ours to copy, so each contract is written down again as shapes, and
the tests compare: what the national schema refuses is refused here. Here is refused, besides, what
no sender has reason to write (attributes, times without end, texts without end).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final, TypeAlias

from lxml import etree

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
TYPE: Final = f"{{{_XSI}}}type"
_HINTS: Final = frozenset({f"{{{_XSI}}}schemaLocation", f"{{{_XSI}}}noNamespaceSchemaLocation"})
_BLANK: Final = " \t\r\n"
_DEEPEST: Final = 8

Check: TypeAlias = Callable[[str], bool]


class Unfit(Exception):  # noqa: N818 - a finding
    """A message that the contract does not allow: where and why, never a value from it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A sequence of parts. At its end come extensions (xs:any ##other, lax) where it is `open`: of
    any other namespaces than those, which are all of its contract's.

    `kinds` are the shapes of an abstract type by the qualified name in xsi:type, which then must be
    there.
    """

    parts: "tuple[Part, ...]" = ()
    open: frozenset[str] = frozenset()
    kinds: "Callable[[], Mapping[str, Shape]] | None" = None


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a sequence. `of` is the shape of its content, or the check of its text."""

    tag: str
    of: Shape | Check
    needed: bool = True
    many: bool = False


def check(element: etree._Element, shape: Shape) -> None:
    """Raises Unfit."""
    _check_shape(element, shape, etree.QName(element).localname, 0)


def _check_shape(element: etree._Element, shape: Shape, where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise Unfit(where, "too deep")
    _refuse_attributes(element, where, typed=shape.kinds is not None)
    if shape.kinds is not None:
        shape = _of_kind(element, shape.kinds(), where)
    _refuse_text(element, where)
    left = list(element)
    for part in shape.parts:
        found = 0
        while left and left[0].tag == part.tag and (part.many or not found):
            found += 1
            _check_part(left.pop(0), part, where, depth)
        if part.needed and not found:
            raise Unfit(f"{where}/{_local(part.tag)}", "missing or out of place")
    for stray in left:
        _check_stray(stray, shape.open, where)


def _check_part(element: etree._Element, part: Part, where: str, depth: int) -> None:
    inside = f"{where}/{_local(part.tag)}"
    if isinstance(part.of, Shape):
        _check_shape(element, part.of, inside, depth + 1)
        return
    _refuse_attributes(element, inside, typed=False)
    if len(element):
        raise Unfit(inside, "an element where there must be text")
    if not part.of(element.text or ""):
        raise Unfit(inside, "not a value of its type")


def _check_stray(element: etree._Element, home: frozenset[str], where: str) -> None:
    """An extension is of whatever content, but for what the schema would know inside it."""
    if not home or etree.QName(element).namespace is None:
        raise Unfit(where, "an element that the contract does not have there")
    for inner in element.iter():
        if etree.QName(inner).namespace in home:
            raise Unfit(where, "an element of the contract out of place")
        _refuse_typing(inner, where)


def _of_kind(element: etree._Element, kinds: Mapping[str, Shape], where: str) -> Shape:
    prefix, _, local = element.get(TYPE, "").strip(_BLANK).rpartition(":")
    named = f"{{{element.nsmap.get(prefix or None, '')}}}{local}"
    if named not in kinds:
        raise Unfit(where, "no type, or one that the contract does not have")
    return kinds[named]


def _refuse_attributes(element: etree._Element, where: str, *, typed: bool) -> None:
    if set(element.attrib) - _HINTS - ({TYPE} if typed else set()):
        raise Unfit(where, "an attribute that the contract does not have")


def _refuse_typing(element: etree._Element, where: str) -> None:
    if any(str(name).startswith(f"{{{_XSI}}}") for name in element.attrib):
        raise Unfit(where, "an extension that says what type it is of")


def _refuse_text(element: etree._Element, where: str) -> None:
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip(_BLANK):
            raise Unfit(where, "text between elements")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# -- types of text -----------------------------------------------------------------------------


def text(longest: int) -> Check:
    """xs:string, of our own greatest length."""
    return lambda said: len(said) <= longest


def one_of(*values: str) -> Check:
    """An enumeration of xs:string: white space counts."""
    return frozenset(values).__contains__


def matching(pattern: str) -> Check:
    """A pattern of xs:string, which is of the whole text."""
    compiled = re.compile(pattern, re.ASCII)
    return lambda said: compiled.fullmatch(said) is not None


def boolean(said: str) -> bool:
    return said.strip(_BLANK) in ("true", "false", "1", "0")


_ZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_DATE: Final = r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
_TIME: Final = r"(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?"


def _moment(pattern: str) -> Check:
    compiled = re.compile(pattern + _ZONE, re.ASCII)

    def is_one(said: str) -> bool:
        found = compiled.fullmatch(said.strip(_BLANK))
        if found is None:
            return False
        parts = found.groupdict()
        try:
            date.fromisoformat(parts.get("date", "2000-01-01"))
            time.fromisoformat(parts.get("time", "00:00:00"))
        except ValueError:
            return False
        return True

    return is_one


xs_date: Final = _moment(_DATE)
xs_time: Final = _moment(_TIME)
xs_datetime: Final = _moment(f"{_DATE}T{_TIME}")

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_URI: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._:-]+|[A-Za-z0-9._-]+)", re.ASCII)


def integer(said: str) -> bool:
    return _INTEGER.fullmatch(said.strip(_BLANK)) is not None


def uri(longest: int) -> Check:
    """xs:anyURI as far as domains and logical addresses need it: a name, or a URN."""
    return lambda said: len(said) <= longest and _URI.fullmatch(said.strip(_BLANK)) is not None
