"""What the platform answers itself, at Inera's own address: the engagement index and the catalogue
of addresses. Nothing of it is put together from several sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from sandbox.index import Entry, Index, Transaction
from sandbox.people.units import Unit
from sandbox.platform.tak import Tak
from sandbox.producers.kit import (
    Asked,
    Build,
    Contract,
    InvalidRequestError,
    builder,
    checked_patient,
    maybe,
)

_EI = "urn:riv:itintegration:engagementindex"
_REGISTRY = "urn:riv:infrastructure:itintegration:registry"
_MOST = 1000

_core = builder(f"{_EI}:1")


class NationalContract(Contract):
    """Answered at Inera's address and at no other. The index has nothing to say of it."""

    aggregated = False

    @property
    def paths(self) -> dict[str, str]:
        """Prefixes: `r` the contract's own elements, `c` the types of its domain."""
        return {"r": self.namespace, "c": f"{self.namespace.rsplit(':', 2)[0]}:1"}

    def reaches(self, unit: Unit) -> bool:  # noqa: ARG002
        return False


class IndexContract(NationalContract):
    """A contract of the index."""

    service_domain = "riv:itintegration:engagementindex"
    keeper = "engagemangsindex"

    def __init__(self, index: Index) -> None:
        self.index = index


class FindContent(IndexContract):
    name = "FindContent"
    namespace = f"{_EI}:FindContentResponder:1"
    item = "engagement"

    def patient(self, request: etree._Element) -> str:
        domain = request.findtext("r:serviceDomain", None, self.paths)
        number = request.findtext("r:registeredResidentIdentification", None, self.paths)
        if not domain or not number:
            raise InvalidRequestError("the person or the domain is absent", _fault("EI000"))
        return checked_patient(number)

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        if asked.person is None:
            return
        domain = asked.text("r:serviceDomain", self.paths) or ""
        for entry in self.index.find(asked.person.person_id, domain):
            said = dict(_by(entry)[1:])
            if all(asked.text(f"r:{name}", self.paths) in (None, said[name]) for name in said):
                yield _engagement(builder(self.namespace), entry)


class Update(IndexContract):
    """All of it or nothing: a request that breaks a rule changes nothing."""

    name = "Update"
    namespace = f"{_EI}:UpdateResponder:1"
    item = "ResultCode"
    writes = True

    def patient(self, request: etree._Element) -> str:
        """Of the first row: they may be about many."""
        return self.transactions(request)[0].entry.resident

    def transactions(self, request: etree._Element) -> list[Transaction]:
        """What is to be changed. Raises InvalidRequestError."""
        rows = request.findall("r:engagementTransaction", self.paths)
        if not 1 <= len(rows) <= _MOST:
            raise InvalidRequestError(
                f"1 to {_MOST} transactions are taken at a time", _fault("EI000")
            )
        read = [
            Transaction(
                (row.findtext("c:deleteFlag", "", self.paths)).strip() in ("true", "1"),
                self._entry(row),
            )
            for row in rows
        ]
        if len({each.entry.key for each in read}) < len(read):
            raise InvalidRequestError("the same engagement comes twice", _fault("EI002"))
        return read

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        transactions = self.transactions(asked.request)
        if any(each.entry.owner not in (None, asked.address) for each in transactions):
            raise InvalidRequestError(
                "the logical address is not that of the owner", _fault("EI003")
            )
        self.index.update(transactions)
        yield builder(self.namespace)("ResultCode", "OK")

    def _entry(self, row: etree._Element) -> Entry:
        said = {
            etree.QName(part).localname: (part.text or "").strip()
            for part in row.findall("c:engagement/*", self.paths)
        }
        try:
            return Entry(
                checked_patient(said["registeredResidentIdentification"]),
                said["serviceDomain"],
                said["categorization"],
                said["logicalAddress"],
                said["businessObjectInstanceIdentifier"],
                said["sourceSystem"],
                said["clinicalProcessInterestId"],
                said["dataController"],
                said.get("owner"),
                said.get("mostRecentContent"),
                said.get("creationTime"),
            )
        except KeyError as missing:
            raise InvalidRequestError(f"{missing.args[0]} is absent", _fault("EI000")) from missing


class GetLogicalAddresseesByServiceContract(NationalContract):
    """Where a consumer may call a contract. An address that is found further up the tree has no
    row of its own, here as in the real catalogue.
    """

    name = "GetLogicalAddresseesByServiceContract"
    keeper = "tak"
    namespace = f"{_REGISTRY}:GetLogicalAddresseesByServiceContractResponder:2"
    service_domain = "riv:infrastructure:itintegration:registry"
    item = "logicalAddressRecord"

    def __init__(self, tak: Tak, known: Mapping[str, Contract]) -> None:
        self._tak = tak
        self._known = known

    def patient(self, request: etree._Element) -> str:  # noqa: ARG002
        return ""

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own = builder(self.namespace)
        paths = {"r": self.namespace, "c": f"{_REGISTRY}:2"}
        consumer = asked.text("r:serviceConsumerHsaId", paths)
        namespace = asked.text("r:serviceContractNameSpace/c:ServiceContractNamespace", paths)
        contract = self._known.get(namespace or "")
        if contract is None:
            return
        for address in self._tak.addressees(consumer or "", contract):
            yield own("logicalAddressRecord", own("logicalAddress", address))


def _fault(code: str) -> str:
    return f"{code} Felaktigt anrop till engagemangsindex"


def with_national(
    producers: Mapping[str, Contract], index: Index, tak: Tak
) -> Mapping[str, Contract]:
    """The contracts of the producers, and these, by namespace."""
    found = dict(producers)
    own = (FindContent(index), Update(index), GetLogicalAddresseesByServiceContract(tak, found))
    found |= {contract.namespace: contract for contract in own}
    return found


def engagement_transaction(own: Build, transaction: Transaction) -> etree._Element:
    """A change of the index, in an element of the contract's `own`."""
    return own(
        "engagementTransaction",
        _core("deleteFlag", str(transaction.delete).lower()),
        _engagement(_core, transaction.entry),
    )


def _engagement(own: Build, entry: Entry) -> etree._Element:
    return own(
        "engagement",
        *(_core(name, said) for name, said in _by(entry)),
        maybe(_core, "mostRecentContent", entry.most_recent),
        _core("sourceSystem", entry.source_system),
        maybe(_core, "creationTime", entry.created),
        maybe(_core, "updateTime", entry.updated),
        _core("dataController", entry.controller),
        maybe(_core, "owner", entry.owner),
    )


def _by(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What a row is found by, in the order of EngagementType: first the person."""
    return (
        ("registeredResidentIdentification", entry.resident),
        ("serviceDomain", entry.domain),
        ("categorization", entry.category),
        ("logicalAddress", entry.logical_address),
        ("businessObjectInstanceIdentifier", entry.record),
        ("clinicalProcessInterestId", entry.process),
    )
