"""The population register through GetPersonsForProfile 5.0 (personuppgiftstjänsten, rivta.md 7).

Read are the name, the protection, the death and the other numbers of the person. Addresses,
kinship, contacts and places come in the same answer and are left where they are.
"""

from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import FullName, Item, PersonRecord
from stodtjanster.model import Origin, PersonId, Protection, Told
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    ForeignRow,
    Page,
    RivtaSource,
    Rows,
    converse,
    digest,
    hear,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import text, texts
from stodtjanster.sources.persons.settings import Settings

CONTRACT: Final = Contract(
    "strategicresourcemanagement:persons:person",
    "GetPersonsForProfile",
    5,
    "urn:riv:strategicresourcemanagement:persons:person:5",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_TYPES: Final = Types(CONTRACT)
_REQUESTED: Final = f"{_NS}requestedPersonalIdentity"
_RECORD: Final = f"{_NS}personRecord"
_IDENTITY: Final = f"{_NS}personalIdentity"
_NAME: Final = f"{_NS}name"
_NAME_PARTS: Final = (f"{_NS}givenName", f"{_NS}middleName", f"{_NS}surname")
_PROTECTED: Final = f"{_NS}protectedPersonIndicator"
_PROTECTED_RECORD: Final = f"{_NS}protectedPopulationRecord"
_DEREGISTRATION: Final = f"{_NS}deregistration"
_REASON: Final = f"{_NS}deregistrationReasonCode"
_FOUND_DEAD: Final = f"{_NS}foundDeadAtDate"
_DEAD: Final = "AV"
"""Avliden, among Skatteverket's reasons for deregistration."""
_LINKS: Final = ("linkedIdentity", "referredPersonalIdentities")
_LINKED: Final = f"{_NS}referredPersonalIdentity"
_MANY: Final = (
    *_LINKS,
    "contactInformation",
    "contactPerson",
    "confirmedIdentity",
    "citizenship",
    "relationship",
    "attachment",
)


class Adapter(RivtaSource[Settings]):
    """The register at one address."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({PersonRecord})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        content = CONTRACT.new_request()
        _TYPES.about(content, ask.subject, "personId")
        etree.SubElement(content, f"{{{CONTRACT.namespace}}}profile").text = self.settings.profile
        # The record of the number itself: one that it refers to stands in that record.
        ignore = etree.SubElement(content, f"{{{CONTRACT.namespace}}}ignoreReferredIdentity")
        ignore.text = "true"
        return converse(_ROWS, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Records of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _read_person(row: etree._Element, page: Page) -> PersonRecord | None:
    """A number that the register does not know has no record."""
    fields = once(row, "", _NS)
    subject = _whose(fields.get(_REQUESTED), "requestedPersonalIdentity", page)
    record = fields.get(_RECORD)
    if record is None:
        return None
    parts = once(record, "personRecord", _NS, *_MANY)
    if _whose(parts.get(_IDENTITY), "personRecord/personalIdentity", page) != subject:
        raise ForeignRow("personRecord/personalIdentity", "another number than the one asked about")
    protected = _protection(parts, page)
    deceased = _is_dead(parts.get(_DEREGISTRATION))
    name = _name(parts.get(_NAME), page)
    linked = _linked(record, subject, page)
    return PersonRecord(
        subject=subject,
        origin=Origin(
            page.reading.source,
            page.asker,
            _record(name, protected, deceased, linked),
            CONTRACT.operation,
            page.reading.asked_at,
        ),
        name=name,
        full_name=_full_name(parts.get(_NAME), page),
        protected=protected,
        deceased=deceased,
        linked=linked,
    )


def _whose(identity: etree._Element | None, where: str, page: Page) -> PersonId | None:
    once(identity, where, _NS)
    return page.subject(_TYPES.extension(identity), where)


def _protection(parts: dict[str, etree._Element], page: Page) -> Protection:
    """Raises BadRow when it cannot be told: who may be protected is never taken for unprotected."""
    marked = page.flag[text(parts.get(_PROTECTED))]
    if marked is None:
        raise BadRow("personRecord/protectedPersonIndicator", "missing or not a boolean")
    registered = _PROTECTED_RECORD in parts and page.flag[text(parts[_PROTECTED_RECORD])]
    if registered is None:
        raise BadRow("personRecord/protectedPopulationRecord", "not a boolean")
    if registered:
        return Protection.SKYDDAD_FOLKBOKFORING
    return Protection.SEKRETESSMARKERING if marked else Protection.NONE


def _is_dead(deregistration: etree._Element | None) -> bool:
    parts = once(deregistration, "personRecord/deregistration", _NS)
    return text(parts.get(_REASON)) == _DEAD or _FOUND_DEAD in parts


def _name(name: etree._Element | None, page: Page) -> Told | None:
    once(name, "personRecord/name", _NS)
    written = texts(name)
    return page.told[" ".join(written.get(part) or "" for part in _NAME_PARTS)]


def _full_name(name: etree._Element | None, page: Page) -> FullName | None:
    written = texts(name)
    first, middle, last = (page.told[written.get(part)] for part in _NAME_PARTS)
    if first is None or last is None:
        return None
    return FullName(first.text, last.text, middle.text if middle else None)


def _linked(record: etree._Element, subject: PersonId | None, page: Page) -> tuple[PersonId, ...]:
    """The person's other numbers. One that cannot be asked about is counted: what is known under
    it will be missing."""
    found: dict[PersonId, None] = {}
    for local in _LINKS:
        for number, link in enumerate(record.iterchildren(f"{_NS}{local}"), 1):
            where = f"personRecord/{local}[{number}]"
            try:
                linked = _number(link, where)
            except BadRow as bad:
                page.reject(bad, page.asker)
            else:
                found[linked] = None
    return tuple(linked for linked in found if linked != subject)


def _number(link: etree._Element, where: str) -> PersonId:
    identity = once(link, where, _NS).get(_LINKED)
    once(identity, where, _NS)
    try:
        return PersonId.parse((_TYPES.extension(identity) or "").strip())
    except ValueError:
        raise BadRow(where, "not a number that can be asked about") from None


def _record(
    name: Told | None, protected: Protection, deceased: bool, linked: tuple[PersonId, ...]
) -> str:
    """The register's key is the number, which must not be the name of a record. So two records
    of one number that say different things are both kept, and the stricter can be obeyed."""
    others = (number.value for number in linked)
    return digest(name.text if name else None, protected.value, str(deceased), *others)


def _system(_row: etree._Element) -> None:
    """The answer does not say who holds it."""


_ROWS: Final = Rows(CONTRACT, PersonRecord, "requestedPersonRecord", _read_person, _system)
