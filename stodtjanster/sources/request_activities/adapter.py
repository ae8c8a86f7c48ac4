"""Referrals through GetRequestActivities 1.0 and 2.0 (crm:requeststatus).

There is a row for each step that a referral takes. A row has no id that is its own in both majors
(that of 2.0 may be the referral's), so a step is named by the referral, what was done and when: a
step that comes in both is then shown once (rivta.md 7).
"""

from dataclasses import replace
from typing import ClassVar, Final, NamedTuple

from lxml import etree

from stodtjanster.information import Item, ReferralKind, ReferralStatus, ReferralStep
from stodtjanster.model import Origin, PersonId, Told
from stodtjanster.sources.kit.identifiers import LOCAL_ID, record_key
from stodtjanster.sources.kit.jol import Jol
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.referral_steps import CODES, KINDS, STEPS, step_name
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    Rows,
    converse,
    hear_either,
    once,
    once_texts,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.summary import since
from stodtjanster.sources.kit.times import digits, moment
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import one_text, text
from stodtjanster.sources.request_activities.settings import Settings

_DOMAIN: Final = "crm:requeststatus"
CONTRACTS: Final = tuple(
    Contract(_DOMAIN, "GetRequestActivities", major, f"urn:riv:{_DOMAIN}:{major}")
    for major in (1, 2)
)
_FIRST, _SECOND = CONTRACTS
_TYPES: Final = Types(_SECOND)
_HEAD: Final = Jol(_SECOND, "originalPatientId", silent=True)
"""Written only when it is another than the number asked about (TKB). Whether it is the same
person's former number we cannot know, so such a row is refused as anybody else's."""
_STEPS: Final = {step.value: step for step in STEPS}
_KINDS: Final = {kind.value: kind for kind in ReferralKind if kind is not ReferralKind.UNKNOWN}

_NS1: Final = f"{{{_FIRST.types}}}"
_SUBJECT: Final = f"{_NS1}subjectOfCareId"
_SENDERS_ID: Final = f"{_NS1}senderRequestId"
_RECEIVERS_ID: Final = f"{_NS1}receiverRequestId"
_KIND: Final = f"{_NS1}typeOfRequest"
_SENT_BY: Final = f"{_NS1}requestIssuedByPersonName"
_SENDER: Final = f"{_NS1}requestIssuedByOrganizationalUnitId"
_SENDER_NAME: Final = f"{_NS1}requestIssuedByOrganizationalUnitDescription"
_RECEIVER: Final = f"{_NS1}receivingOrganizationalUnitId"
_RECEIVER_NAME: Final = f"{_NS1}receivingOrganizationalUnitDescription"
_CARE_UNIT: Final = f"{_NS1}careUnit"
_SYSTEM: Final = f"{_NS1}logicalSystemId"
_STATUS: Final = f"{_NS1}statusCode"
_EVENT: Final = f"{_NS1}eventTime"

_NS2: Final = f"{{{_SECOND.types}}}"
_BODY: Final = f"{_NS2}body"
_STATUS_CODE: Final = f"{_NS2}statusCode"
_EVENT_TIME: Final = f"{_NS2}eventTime"
_REQUEST: Final = f"{_NS2}request"
_ID: Final = f"{_NS2}id"
_TYPE: Final = f"{_NS2}type"
_AUTHOR: Final = f"{_NS2}author"
_NAME: Final = f"{_NS2}name"
_ORGANIZATION: Final = f"{_NS2}organization"
_RECEIVING: Final = f"{_NS2}receivingOrganization"


class Adapter(RivtaSource[Settings]):
    """One address that answers one major of GetRequestActivities."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({ReferralStatus})
    contracts: ClassVar[tuple[Contract, ...]] = CONTRACTS

    def ask(self, ask: Ask) -> Conversation:
        """Ask from `years_back` years before the period to its end."""
        period = since(ask.period, self.settings.years_back)
        if self.settings.major == _SECOND.major:
            return converse(_ROWS[1], self.settings, ask, _HEAD.request(ask, period))
        content = _FIRST.new_request()
        own = f"{{{_FIRST.namespace}}}"
        etree.SubElement(content, f"{own}subjectOfCareId").text = ask.subject.value
        etree.SubElement(content, f"{own}fromDate").text = f"{digits(period.first)}000000"
        etree.SubElement(content, f"{own}toDate").text = f"{digits(period.last)}235959"
        return converse(_ROWS[0], self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Steps of referrals of one answer in either major, enveloped or bare. Raises SourceFailed."""
    return hear_either(body, _ROWS, reading)


class _Step(NamedTuple):
    """What a row of either major says. `ids` are those of the referral, each with the unit or the
    system that has given it; the first names it."""

    subject: PersonId | None
    origin: Origin
    code: str
    code_words: Told | None
    event: str | None
    kind: str
    kind_words: Told | None
    ids: list[tuple[str, str]]
    sender: Told | None
    sent_by: Told | None
    receiver: Told | None


def _read_first(row: etree._Element, page: Page) -> ReferralStatus:
    fields = once_texts(row, "", _NS1)
    subject = page.subject(fields.get(_SUBJECT), "subjectOfCareId")
    system = page.system[fields.get(_SYSTEM)]
    if system is None:
        raise BadRow("logicalSystemId", "missing or too long")
    given = ((_SENDERS_ID, _SENDER), (_RECEIVERS_ID, _RECEIVER))
    return _status(
        _Step(
            subject,
            Origin(
                page.reading.source,
                system,
                "",
                _FIRST.operation,
                page.reading.asked_at,
                care_unit=page.hsa[fields.get(_CARE_UNIT)],
                # The contract is the person's own channel and has no approvedForPatient.
                approved_for_patient=True,
            ),
            (fields.get(_STATUS) or "").strip(),
            None,
            fields.get(_EVENT),
            (fields.get(_KIND) or "").strip(),
            None,
            [
                (fields[tag] or "", page.system[fields.get(holder)] or system)
                for tag, holder in given
                if tag in fields
            ],
            page.told[fields.get(_SENDER_NAME)],
            page.told[fields.get(_SENT_BY)],
            page.told[fields.get(_RECEIVER_NAME)],
        ),
        page,
    )


def _read_second(row: etree._Element, page: Page) -> ReferralStatus:
    parts = _HEAD.parts(row)
    header = _HEAD.read(parts, page)
    body = once(parts.get(_BODY), "body", _NS2)
    request = once(body.get(_REQUEST), "request", _NS2)
    author = once(request.get(_AUTHOR), "request/author", _NS2)
    sender = once(author.get(_ORGANIZATION), "request/author/organization", _NS2)
    status = _TYPES.coded(body.get(_STATUS_CODE), page)
    kind = _TYPES.coded(request.get(_TYPE), page)
    given_by = page.system[_TYPES.extension(sender.get(_ID))] or header.origin.system
    return _status(
        _Step(
            header.subject,
            header.origin,
            status.of(CODES),
            status.words,
            text(body.get(_EVENT_TIME)),
            kind.of(KINDS),
            kind.words,
            [(text(request.get(_ID)) or "", given_by)],
            page.told[text(sender.get(_NAME))],
            page.told[text(author.get(_NAME))],
            page.told[one_text(request.get(_RECEIVING), _NAME)],
        ),
        page,
    )


def _status(said: _Step, page: Page) -> ReferralStatus:
    step = _STEPS.get(said.code, ReferralStep.UNKNOWN)
    words = STEPS.get(step) or said.code_words or page.told[said.code]
    if words is None:
        raise BadRow("statusCode", "missing")
    at = moment(said.event)
    if at is None:
        raise BadRow("eventTime", "not a time")
    ids = [
        (page.identifier(written, "request id"), holder)
        for written, holder in said.ids
        if written.strip()
    ]
    if not ids:
        raise BadRow("request id", "missing")
    kind = _KINDS.get(said.kind, ReferralKind.UNKNOWN)
    known = kind is not ReferralKind.UNKNOWN
    return ReferralStatus(
        subject=said.subject,
        origin=replace(
            said.origin,
            record=step_name(ids[0][0], said.code or words.text, at),
            documented_at=said.origin.documented_at or at,
        ),
        step=step,
        text=words,
        at=at,
        kind=kind,
        kind_text=None if known else said.kind_words,
        names=frozenset(_named(identity, holder) for identity, holder in ids),
        sender=said.sender,
        sent_by=said.sent_by,
        receiver=said.receiver,
    )


def _named(identity: str, holder: str) -> str:
    """An id that holds its own giver, as HSA-id#id, names the referral wherever it is told of."""
    own = record_key(LOCAL_ID, identity) if "#" in identity else None
    return own or f"{holder}|{identity}"


def _system(row: etree._Element) -> str | None:
    return address(one_text(row, _SYSTEM))


_ROWS: Final = (
    Rows(_FIRST, ReferralStatus, "requestActivity", _read_first, _system),
    Rows(_SECOND, ReferralStatus, "requestActivity", _read_second, _HEAD.system),
)
