"""What the RIV-TA sources share: contract, settings, conversation, and the walk over rows."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Annotated, ClassVar, Final, Generic, TypeAlias, TypeVar

from lxml import etree
from pydantic import Field

from stodtjanster.catalogue import Connection, Expectation
from stodtjanster.information import Item
from stodtjanster.model import (
    Cause,
    HsaId,
    Outcome,
    PersonId,
    PersonIdKind,
    Report,
    Told,
)
from stodtjanster.sources.kit.docbook import plain_text, unmarked
from stodtjanster.sources.kit.paging import MAX_PAGES, More, joined, without
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.soap import (
    Addressing,
    Faulted,
    Message,
    body_of,
    envelope,
    http_headers,
    open_message,
)
from stodtjanster.sources.kit.source import (
    Ask,
    Conversation,
    Heard,
    Limits,
    Rejection,
    Request,
    Response,
    SourceFailed,
    SourceSettings,
)
from stodtjanster.sources.kit.status import address, read_statuses
from stodtjanster.sources.kit.xml import boolean, children, local_name, text, texts

T = TypeVar("T")

NATIONAL: Final = "5565594230"
"""Inera: the logical address of the national aggregating services."""

PERSON_ROOTS: Final = {
    PersonIdKind.PERSONNUMMER: "1.2.752.129.2.1.3.1",
    PersonIdKind.SAMORDNINGSNUMMER: "1.2.752.129.2.1.3.3",
}
"""OID of each kind of number that the engagemangsindex and the aggregating services know."""

MAX_ID: Final = 256
_MAX_NAME: Final = 1_000


LogicalAddress = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]


class RivtaSettings(SourceSettings):
    """A contract at a logical address. A direct address works as well as the national one.

    `expects` are logical addresses that the country's catalogue should list for the contract: the
    source's own, or those that it is known to reach behind the national one. Whom the catalogue
    turns out to lack is not asked, and is said not to share this.
    """

    url: str = Field(pattern=r"^https?://\S+$")
    logical_address: LogicalAddress = NATIONAL
    consumer_hsa_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    expects: frozenset[LogicalAddress] = frozenset()
    limits: Limits = Limits(answer_seconds=32.0)
    """The platform gives an aggregated call 30 s and then answers with what came (AgP)."""


S = TypeVar("S", bound=RivtaSettings)


class RivtaSource(Generic[S]):
    """One configured address. Subclasses say what it gives and how it is asked.

    `contracts` are the majors of its contract: which one is asked with, `major` of the settings
    tells where there are several.
    """

    contracts: ClassVar[tuple["Contract", ...]]

    def __init__(self, settings: S) -> None:
        self._settings = settings

    @property
    def expects(self) -> Expectation:
        only = self.contracts[0].major
        major = getattr(self._settings, "major", only)
        contract = next(each for each in self.contracts if each.major == major)
        return Expectation(
            Connection(self._settings.consumer_hsa_id, contract.namespace),
            self._settings.logical_address,
            self._settings.expects,
        )

    @property
    def settings(self) -> S:
        return self._settings


@dataclass(frozen=True, slots=True)
class Contract:
    """A tjänstekontrakt: `domain` without `urn:riv:`, `types` the namespace of its types.

    `root` is the local name of the request, where that is not the operation's. `unknown` is the
    local name of the fault with which a source says that it does not know the person.
    """

    domain: str
    operation: str
    major: int
    types: str
    root: str = ""
    addressing: Addressing = Addressing.RIVTABP21
    unknown: str = ""

    @property
    def namespace(self) -> str:
        return f"urn:riv:{self.domain}:{self.operation}Responder:{self.major}"

    @property
    def action(self) -> str:
        """The soapAction of RIVTABP21 rule 15; the official WSDLs have it wrong at times."""
        return f"{self.namespace}:{self.root or self.operation}"

    @property
    def request(self) -> str:
        return f"{{{self.namespace}}}{self.root or self.operation}"

    @property
    def response(self) -> str:
        return f"{self.request}Response"

    def new_request(self) -> etree._Element:
        """An empty request element, with prefixes for both namespaces."""
        return etree.Element(self.request, nsmap={"m": self.namespace, "core": self.types})


class BadRow(Exception):  # noqa: N818 - a finding about a row, not a failure of ours
    """A row, or a part of one, that cannot be shown: where in the row and why, no values."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class ForeignRow(BadRow):
    """A row about another person than the one that was asked about."""


class Once(dict[str | None, T]):
    """What was made of each text: the same few names, ids and flags come again on every row."""

    def __init__(self, make: Callable[[str | None], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, written: str | None) -> T:
        made = self[written] = self._make(written)
        return made


def name(written: str | None) -> Told | None:
    """A short text, cut visibly where it is absurdly long."""
    if written is None or len(written) <= _MAX_NAME:
        return Told.maybe(written)
    return Told.maybe(written[: _MAX_NAME - 1] + "…")


def prose(written: str | None) -> Told | None:
    """Running text, freed of its markup."""
    return Told.maybe(unmarked(written))


def hsa_id(written: str | None) -> HsaId | None:
    """None for what cannot be an HSA-id."""
    try:
        return HsaId.parse(written) if written else None
    except ValueError:
        return None


@dataclass(slots=True)
class Page:
    """The reading of one answer: its memory, and what had to be left out of it."""

    reading: Reading
    told: Once[Told | None] = field(default_factory=lambda: Once(name))
    said: Once[Told | None] = field(default_factory=lambda: Once(prose))
    hsa: Once[HsaId | None] = field(default_factory=lambda: Once(hsa_id))
    system: Once[str | None] = field(default_factory=lambda: Once(address))
    flag: Once[bool | None] = field(default_factory=lambda: Once(boolean))
    rejected: list[Rejection] = field(default_factory=list)
    bad: dict[str | None, int] = field(default_factory=dict)
    foreign: set[str | None] = field(default_factory=set)
    row: str = ""
    number: int = 0

    @property
    def asker(self) -> str:
        """Whom the question was sent to."""
        return _asker(self.reading)

    def subject(self, written: str | None, where: str) -> PersonId | None:
        """The person that a row is about.

        When nobody in particular was asked about, None stands for a number that nobody can have:
        real test messages are full of them. Otherwise raises ForeignRow when it is not who was
        asked about, and BadRow when it cannot be told.
        """
        asked = self.reading.subject
        if asked is None:
            return _person(written)
        if written == asked.value:
            return asked
        number = written.strip().replace("-", "") if written else ""
        if not number:
            raise BadRow(where, "the person is missing")
        if number != asked.value:
            raise ForeignRow(where, "another person")
        return asked

    def prose(self, element: etree._Element | None) -> Told | None:
        """Running text, such as the instructions that go out with every invitation of a kind."""
        if element is None:
            return None
        return Told.maybe(plain_text(element)) if len(element) else self.said[element.text]

    def identifier(self, written: str | None, where: str) -> str:
        """A stripped id. Raises BadRow when it is missing or too long."""
        stripped = written.strip() if written else ""
        if not stripped:
            raise BadRow(where, "missing")
        if len(stripped) > MAX_ID:
            raise BadRow(where, "too long")
        return stripped

    def reject(self, bad: BadRow, system: str | None) -> None:
        """Count a row, or a part of a row that itself is kept."""
        row = f"{self.row}[{self.number}]"
        where = f"{row}/{bad.where}" if bad.where else row
        self.rejected.append(Rejection(where, bad.why))
        self.bad[system] = self.bad.get(system, 0) + 1
        if isinstance(bad, ForeignRow):
            self.foreign.add(system)


def _asker(reading: Reading) -> str:
    return (reading.address or NATIONAL).upper()


def _person(written: str | None) -> PersonId | None:
    try:
        return PersonId.parse(written.strip().replace("-", "")) if written else None
    except ValueError:
        return None


ReadRow: TypeAlias = Callable[[etree._Element, Page], Item | tuple[Item, ...] | None]
SystemOf: TypeAlias = Callable[[etree._Element], str | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """How the answers of a contract are read.

    `read` makes an item of a row, several where a row holds several, None for one that is left out
    by rule (nullified, another period), and raises BadRow. `system` tells who holds a row, as far
    as that can be read. A `paged` contract says with hasMore that more is to be asked for.
    """

    contract: Contract
    information: type[Item]
    name: str
    read: ReadRow
    system: SystemOf
    paged: bool = False


def hear(body: bytes, rows: Rows, reading: Reading) -> Heard:
    """Read a whole answer, enveloped or not. Raises SourceFailed when nothing can be read."""
    return hear_either(body, (rows,), reading)


def hear_either(body: bytes, majors: Sequence[Rows], reading: Reading) -> Heard:
    """Read an answer in any of the majors of a contract: the namespace tells which.

    More that it tells of is not asked for here, so the answer is then partial.
    """
    return without(*_hear_page(body, majors, reading))


def _hear_page(
    body: bytes, majors: Sequence[Rows], reading: Reading
) -> tuple[Heard, tuple[More, ...]]:
    by_response = {rows.contract.response: rows for rows in majors}
    try:
        message = open_message(body, *by_response)
    except Faulted as fault:
        return _nobody_known(fault, majors, reading), ()
    return _hear(message, by_response[message.content.tag], reading)


def _nobody_known(fault: Faulted, majors: Sequence[Rows], reading: Reading) -> Heard:
    """An answer without rows, when that is what the fault means. Raises it when it does not."""
    for rows in majors:
        unknown = f"{{{rows.contract.namespace}}}{rows.contract.unknown}"
        if rows.contract.unknown and unknown in fault.names:
            at, key = reading.asked_at, rows.information.key
            asker = _asker(reading)
            report = Report(reading.source, asker, key, Outcome.DATA_FROM_SOURCE, at, at)
            return Heard(reports=(report,))
    raise fault


def _hear(message: Message, rows: Rows, reading: Reading) -> tuple[Heard, tuple[More, ...]]:
    page = Page(reading, row=rows.name)
    namespace = rows.contract.namespace
    tag = f"{{{namespace}}}{rows.name}"
    items: list[Item] = []
    more: list[More] = []
    failed = False
    for element in message.content:
        if element.tag == tag:
            items.extend(_read(element, rows, page))
        elif local_name(element) == "result":
            failed = failed or _is_error(element)
        elif rows.paged and element.tag == f"{{{namespace}}}hasMore":
            more.append(More.of(element, namespace))
        elif _is_stray(element, rows):
            page.number += 1
            page.reject(BadRow("", "an element that the contract does not have"), None)
    key = rows.information.key
    asker = page.asker
    reports = list(
        read_statuses(
            message.statuses,
            source=reading.source,
            information=key,
            aggregator=asker,
            asked_at=reading.asked_at,
        )
    )
    if failed:
        # result.resultCode ERROR: whom we asked did not do what we asked for.
        outcome = Outcome.DATA_FROM_SOURCE if items else Outcome.NO_DATA_SYNCH_FAILED
        at = reading.asked_at
        report = Report(reading.source, asker, key, outcome, at, None, Cause.FAULT)
        reports = [*(other for other in reports if other.system != asker), report]
    heard = Heard(tuple(items), _with_bad(reports, page, asker, key), tuple(page.rejected))
    return heard, tuple(more)


def _read(element: etree._Element, rows: Rows, page: Page) -> tuple[Item, ...]:
    page.number += 1
    try:
        made = rows.read(element, page)
    except BadRow as bad:
        page.reject(bad, rows.system(element))
        return ()
    if made is None:
        return ()
    return made if isinstance(made, tuple) else (made,)


def known_to_the_index(person: PersonId) -> bool:
    """The reserve numbers of care are known neither to the index nor to the aggregating services
    (TKB), so such a person is not asked about."""
    return person.kind in PERSON_ROOTS


def unknowable(settings: RivtaSettings, information: type[Item]) -> Heard:
    """What is heard of a person who is not asked about."""
    address = settings.logical_address.upper()
    report = Report(
        settings.key, address, information.key, Outcome.NOT_ASKED, cause=Cause.NOT_CONNECTED
    )
    return Heard(reports=(report,))


def converse(
    rows: Rows, settings: RivtaSettings, ask: Ask, content: etree._Element, *, actor: bool = False
) -> Conversation:
    """Ask and read the answer, page after page where it has several."""
    if not known_to_the_index(ask.subject):
        return unknowable(settings, rows.information)
    address = settings.logical_address
    heard, more = yield from _turn(rows, settings, ask, content, address, actor=actor)
    waiting, followed, lost = deque(more), set[More](), list[More]()
    while waiting and len(followed) < MAX_PAGES:
        place = waiting.popleft()
        if not place or place in followed:
            lost.append(place)
            continue
        followed.add(place)
        request = deepcopy(content)
        reference = etree.SubElement(request, f"{{{rows.contract.namespace}}}hasMoreReference")
        reference.text = place.reference
        try:
            page, more = yield from _turn(rows, settings, ask, request, place.address, actor=actor)
        except SourceFailed as failed:
            lost.append(place)
            if failed.cause is Cause.TIMEOUT:
                # The time of the whole conversation may be out: what has come is handed over now.
                break
        else:
            heard = joined(heard, page)
            waiting.extend(more)
    return without(heard, [*lost, *waiting])


def _turn(
    rows: Rows,
    settings: RivtaSettings,
    ask: Ask,
    content: etree._Element,
    address: str,
    *,
    actor: bool,
) -> Generator[Request, Response, tuple[Heard, tuple[More, ...]]]:
    """One request, and its answer as far as it goes. Raises SourceFailed."""
    response = yield post(
        settings.url,
        rows.contract,
        content,
        address=address,
        consumer=settings.consumer_hsa_id,
        correlation=ask.correlation,
        actor=ask.actor if actor else None,
        agent=ask.agent is not None,
    )
    reading = Reading(settings.key, ask.at, ask.subject, ask.period, address)
    try:
        body = body_of(response)
    except Faulted as fault:
        return _nobody_known(fault, (rows,), reading), ()
    return _hear_page(body, (rows,), reading)


def post(
    url: str,
    contract: Contract,
    content: etree._Element,
    *,
    address: str,
    consumer: str,
    correlation: str,
    actor: PersonId | HsaId | None,
    agent: bool = False,
) -> Request:
    """A call of `contract` at a logical address. `actor` and `agent` as for `soap.envelope`."""
    return Request(
        "POST",
        url,
        http_headers(action=contract.action, consumer=consumer, correlation=correlation),
        envelope(
            content,
            logical_address=address,
            actor=actor,
            agent=agent,
            addressing=contract.addressing,
        ),
    )


def once(
    element: etree._Element | None, where: str, namespace: str, *many: str
) -> dict[str, etree._Element]:
    """Child elements by qualified name, as `children` gives them.

    Raises BadRow when an element of `namespace` comes twice without being one of `many` (local
    names): a row with two persons or two ids is nobody's.
    """
    found = children(element)
    if element is None or len(found) == len(element):
        return found
    seen = set()
    for child in element:
        if child.tag in seen and child.tag.startswith(namespace) and local_name(child) not in many:
            raise BadRow(where, "an element comes twice")
        seen.add(child.tag)
    return found


def once_texts(
    element: etree._Element | None, where: str, namespace: str, *many: str
) -> dict[str, str | None]:
    """The unstripped texts of child elements, under the same rule as `once`."""
    found = texts(element)
    if element is not None and len(found) != len(element):
        once(element, where, namespace, *many)
    return found


def digest(*parts: str | None) -> str:
    """A stable name for a record that came without one, made of what is true of it."""
    return sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:32]


def _is_error(result: etree._Element) -> bool:
    """Whatever namespace it is in: that of the contract, of its types, or of an extension."""
    return any(local_name(part) == "resultCode" and text(part) == "ERROR" for part in result)


def _is_stray(element: etree._Element, rows: Rows) -> bool:
    """A row in disguise: the contract's own namespace, or a row's name in another one.

    Elements of other namespaces are the extensions that every contract allows (xs:any ##other).
    """
    own = element.tag.startswith(f"{{{rows.contract.namespace}}}")
    return own or local_name(element) == rows.name


def _with_bad(reports: list[Report], page: Page, asker: str, key: str) -> tuple[Report, ...]:
    """Lay the rows that were left out on the report of their system, else on whom we asked."""
    places = {report.system: place for place, report in reversed(list(enumerate(reports)))}
    for system, count in page.bad.items():
        place = places.get(system or asker, places.get(asker))
        if place is None:
            place = places[asker] = len(reports)
            at = page.reading.asked_at
            source = page.reading.source
            reports.append(Report(source, asker, key, Outcome.DATA_FROM_SOURCE, at, at))
        found = reports[place]
        cause = Cause.FOREIGN if system in page.foreign else found.cause
        reports[place] = replace(found, rejected=found.rejected + count, cause=cause)
    return tuple(reports)
