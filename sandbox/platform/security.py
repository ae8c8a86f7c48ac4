"""The national security services on the wire: spärr, samtycke, patientrelation and logg.

Each is its own fault target and is reached at Inera's address. The schema is the contract's; what a
value must be besides, as the TKBs have it, is answered as VALIDATION_ERROR.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import ClassVar

from lxml import etree

from sandbox.people import Person, kind_of
from sandbox.people.units import Unit
from sandbox.platform.national import NationalContract
from sandbox.producers.kit import (
    PERSONNUMMER,
    SAMORDNINGSNUMMER,
    Asked,
    Contract,
    InvalidRequestError,
    builder,
    checked_patient,
    maybe,
)
from sandbox.safeguards import RELATION, Blocked, Lifted, Paper, Reader, Safeguards

_RELATION = "urn:riv:ehr:patientrelationship"
_CONSENT = "urn:riv:informationsecurity:authorization:consent"
_BLOCKING = "urn:riv:informationsecurity:authorization:blocking"
_LOG = "urn:riv:informationsecurity:auditing:log"
_HIDDEN = "FÅR EJ VISAS: systemet"
_ACTIVITIES = ("Läsa", "Skriva", "Signera", "Utskrift", "Vidimera", "Radera", "Nödöppning")
_PURPOSES = (
    "Vård och behandling",
    "Kvalitetssäkring",
    "Annan dokumentation enligt lag",
    "Statistik",
    "Administration",
    "Kvalitetsregister",
)


class SecurityContract(NationalContract):
    """`types` is the namespace of its types. `result_name` stands where the contract has its
    result, and `code_name` and `text_name` in it."""

    types: ClassVar[str]
    result_name: ClassVar[str] = "result"
    code_name: ClassVar[str] = "resultCode"
    text_name: ClassVar[str] = "resultText"
    patient_path: ClassVar[str] = "r:patientId/c:extension"

    def __init__(self, safeguards: Safeguards) -> None:
        self.safeguards = safeguards

    @property
    def paths(self) -> dict[str, str]:
        return {"r": self.namespace, "c": self.types}

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext(self.patient_path, None, self.paths))

    def said(self, request: etree._Element, path: str) -> str:
        """The text on a path. Raises InvalidRequestError."""
        found = request.findtext(path, None, self.paths)
        if not found:
            raise InvalidRequestError(f"{path} is absent")
        return found

    def moment(self, request: etree._Element, path: str) -> dt.datetime:
        """An xs:dateTime without zone. Raises InvalidRequestError."""
        try:
            return dt.datetime.fromisoformat(self.said(request, path)).replace(tzinfo=None)
        except ValueError as error:
            raise InvalidRequestError(f"{path} is no dateTime") from error

    def verdict(self, build_in: str, code: str, message: str = "") -> etree._Element:
        """The result, as an element of a namespace."""
        core = builder(self.types)
        inner = (core(self.code_name, code), core(self.text_name, message))
        return builder(build_in)(self.result_name, *inner)


class CheckContract(SecurityContract):
    """A question: its whole answer stands in one element, with the result first."""

    wrapper: ClassVar[str]

    def result(self, code: str, message: str | None = None) -> etree._Element | None:
        return self.verdict(self.types, code, message or "")

    def response(
        self, items: Sequence[etree._Element], result: etree._Element | None
    ) -> etree._Element:
        own = builder(self.namespace)
        return own(f"{self.name}Response", own(self.wrapper, result, *(items or self.nothing())))

    def nothing(self) -> Sequence[etree._Element]:
        """What must be there when nothing is answered."""
        return ()


class RegisterContract(SecurityContract):
    """Something is put in: the item is the result of it."""

    item = "result"
    writes = True

    def result(self, code: str, message: str | None = None) -> etree._Element | None:
        return None if code == "OK" else self.verdict(self.namespace, code, message or "")


class PaperContract(RegisterContract):
    """A paper is put in. `id_name`, `unit_name`, `employee_name` and `end_name` are what the
    contract calls its parts, and at `by_path` stands who asked."""

    id_name: ClassVar[str]
    unit_name = "careUnitId"
    employee_name = "employeeId"
    end_name = "endDate"
    by_path = "r:registrationAction/c:requestedBy/c:employeeId"

    def kind(self, request: etree._Element) -> str:
        """Of which kind it is, as `Paper` has it. Raises InvalidRequestError."""
        return self.said(request, "r:assertionType")

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        request = asked.request
        paper = Paper(
            self.kind(request),
            self.said(request, f"r:{self.id_name}"),
            self.said(request, f"r:{self.unit_name}"),
            request.findtext(f"r:{self.employee_name}", "", self.paths),
            self.safeguards.now(),
            self.moment(request, f"r:{self.end_name}"),
            self.said(request, self.by_path),
            request.findtext("r:representedBy/c:extension", "", self.paths),
        )
        new = self.safeguards.register(self.patient(request), paper)
        yield self.verdict(self.namespace, "OK" if new else "ALREADYEXISTS")


class CheckPatientRelation(CheckContract):
    name = "CheckPatientRelation"
    keeper = "patientrelation"
    namespace = f"{_RELATION}:accesscontrol:CheckPatientRelationResponder:1"
    types = f"{_RELATION}:1"
    service_domain = "riv:ehr:patientrelationship:accesscontrol"
    item = "HasPatientrelation"
    wrapper = "CheckResultType"
    result_name, code_name, text_name = "Result", "ResultCode", "ResultText"
    patient_path = "r:PatientId"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        who = Reader(
            *(
                self.said(asked.request, f"r:AccessingActor/c:{name}")
                for name in ("EmployeeId", "CareProviderId", "CareUnitId")
            )
        )
        found = self.safeguards.found(self.patient(asked.request), (RELATION,), who)
        yield builder(self.types)(self.item, str(found is not None).lower())

    def nothing(self) -> Sequence[etree._Element]:
        return (builder(self.types)(self.item, "false"),)


class RegisterExtendedPatientRelation(PaperContract):
    name = "RegisterExtendedPatientRelation"
    keeper = "patientrelation"
    namespace = f"{_RELATION}:administration:RegisterExtendedPatientRelationResponder:1"
    types = f"{_RELATION}:1"
    service_domain = "riv:ehr:patientrelationship:administration"
    result_name, code_name, text_name = "ResultType", "ResultCode", "ResultText"
    patient_path = "r:PatientId"

    id_name = "PatientRelationId"
    unit_name, employee_name, end_name = "CareUnitId", "EmployeeId", "EndDate"
    by_path = "r:RegistrationAction/c:RequestedBy/c:EmployeeId"

    def kind(self, request: etree._Element) -> str:  # noqa: ARG002
        return RELATION


class CheckConsent(CheckContract):
    name = "CheckConsent"
    keeper = "samtycke"
    namespace = f"{_CONSENT}:CheckConsentResponder:2"
    types = f"{_CONSENT}:2"
    service_domain = "riv:informationsecurity:authorization:consent"
    item = "hasConsent"
    wrapper = "checkResult"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        number, who = self.patient(asked.request), _reader(self, asked.request)
        found = self.safeguards.found(number, ("Consent", "Emergency"), who)
        yield builder(self.types)(self.item, str(found is not None).lower())
        if found is not None:
            yield builder(self.types)("assertionType", found.kind)

    def nothing(self) -> Sequence[etree._Element]:
        return (builder(self.types)(self.item, "false"),)


class RegisterExtendedConsent(PaperContract):
    name = "RegisterExtendedConsent"
    keeper = "samtycke"
    namespace = f"{_CONSENT}:RegisterExtendedConsentResponder:2"
    types = f"{_CONSENT}:2"
    service_domain = "riv:informationsecurity:authorization:consent"

    id_name = "assertionId"


class NamelessContract(RegisterContract):
    """Something that is registered is changed, by its id: the person is not named."""

    def patient(self, request: etree._Element) -> str:  # noqa: ARG002
        return ""


class CancelExtendedConsent(NamelessContract):
    """An assertion is ended."""

    name = "CancelExtendedConsent"
    keeper = "samtycke"
    namespace = f"{_CONSENT}:CancelExtendedConsentResponder:2"
    types = f"{_CONSENT}:2"
    service_domain = "riv:informationsecurity:authorization:consent"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        done = self.safeguards.cancel(self.said(asked.request, "r:assertionId"))
        codes = {None: "NOTFOUND", False: "INVALIDSTATE", True: "OK"}
        yield self.verdict(self.namespace, codes[done])


class RegisterTemporaryExtendedRevoke(NamelessContract):
    """A block is lifted for a while."""

    name = "RegisterTemporaryExtendedRevoke"
    keeper = "sparr"
    namespace = "urn:riv:ehr:blocking:administration:RegisterTemporaryExtendedRevokeResponder:2"
    types = "urn:riv:ehr:blocking:2"
    service_domain = "riv:ehr:blocking:administration"
    item = "ResultType"
    result_name, code_name, text_name = "ResultType", "ResultCode", "ResultText"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        request = asked.request
        lifted = Lifted(
            self.said(request, "r:TemporaryRevokeId"),
            self.said(request, "r:RevokedForCareUnitId"),
            request.findtext("r:RevokedForEmployeeId", "", self.paths),
            self.moment(request, "r:EndDate"),
        )
        done = self.safeguards.lift(self.said(request, "r:BlockId"), lifted)
        codes = {None: "NOTFOUND", False: "ALREADYEXISTS", True: "OK"}
        yield self.verdict(self.namespace, codes[done])


class CheckBlocks(CheckContract):
    name = "CheckBlocks"
    keeper = "sparr"
    namespace = f"{_BLOCKING}:CheckBlocksResponder:4"
    types = f"{_BLOCKING}:4"
    service_domain = "riv:informationsecurity:authorization:blocking"
    item = "checkResults"
    wrapper = "checkBlocksResult"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        number, who = self.patient(asked.request), _reader(self, asked.request)
        core = builder(self.types)
        for row in asked.request.findall("r:informationEntities", self.paths):
            blocked = self.safeguards.is_blocked(
                number,
                who,
                self.said(row, "c:informationCareUnitId"),
                self.said(row, "c:informationCareProviderId"),
                self.moment(row, "c:informationEndDate"),
            )
            yield core(
                "checkResults",
                core("status", "BLOCKED" if blocked else "OK"),
                core("rowNumber", self.said(row, "c:rowNumber")),
            )


class GetAllBlocksForPatient(CheckContract):
    """The older domain's listing: the newer one has none that is published."""

    name = "GetAllBlocksForPatient"
    keeper = "sparr"
    namespace = "urn:riv:ehr:blocking:querying:GetAllBlocksForPatientResponder:2"
    types = "urn:riv:ehr:blocking:2"
    service_domain = "riv:ehr:blocking:querying"
    item = "Blocks"
    wrapper = "BlockHeaderType"
    result_name, code_name, text_name = "Result", "ResultCode", "ResultText"
    patient_path = "r:PatientId"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        if asked.person is None:
            return
        number = asked.person.person_id
        wanted = asked.texts("r:CareProviderIds", self.paths)
        for block in self.safeguards.blocks_of(number):
            if not wanted or block.provider in wanted:
                yield self._row(number, block)

    def _row(self, number: str, block: Blocked) -> etree._Element:
        core = builder(self.types)
        now = self.safeguards.now()
        return core(
            "Blocks",
            core("BlockId", block.id),
            core("BlockType", "Inner" if block.inner else "Outer"),
            core("PatientId", number),
            core("InformationStartDate", _written(block.since)),
            maybe(core, "InformationCareUnitId", block.unit if block.inner else None),
            core("InformationCareProviderId", block.provider),
            *(self._revoke(each) for each in block.lifted if now < each.until),
            core("OwnerId", _HIDDEN),
        )

    def _revoke(self, lifted: Lifted) -> etree._Element:
        core = builder(self.types)
        return core(
            "TemporaryRevokes",
            core("TemporaryRevokeId", lifted.id),
            core("EndDate", _written(lifted.until)),
            core("RevokedForCareUnitId", lifted.unit),
            maybe(core, "RevokedForEmployeeId", lifted.employee or None),
        )

    def response(
        self, items: Sequence[etree._Element], result: etree._Element | None
    ) -> etree._Element:
        core = builder(self.types)
        now = _written(self.safeguards.now())
        ends = (core("NextCreatedOnOrAfter", now), core("LatestCancellation", now))
        return super().response((*items, *ends), result)


class GetExtendedConsentsForPatient(CheckContract):
    """Asked of one provider at a time, at its own address."""

    name = "GetExtendedConsentsForPatient"
    keeper = "samtycke"
    namespace = f"{_CONSENT}:GetExtendedConsentsForPatientResponder:2"
    types = f"{_CONSENT}:2"
    service_domain = "riv:informationsecurity:authorization:consent"
    item = "pdlAssertions"
    wrapper = "getExtendedConsentsResult"

    def reaches(self, unit: Unit) -> bool:
        return unit.role == "provider"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        provider = self.said(asked.request, "r:careProviderId")
        if asked.person is None:
            return
        core = builder(self.types)
        for paper in self.safeguards.consents_to(asked.person.person_id, provider):
            yield core(
                "pdlAssertions",
                self._assertion(asked.person, provider, paper),
                self._person("representedBy", paper.represented_by),
                core("registrationInfo", *self._action(paper)),
            )

    def _assertion(self, person: Person, provider: str, paper: Paper) -> etree._Element:
        core = builder(self.types)
        return core(
            "pDLAssertion",
            core("assertionId", paper.id),
            core("assertionType", paper.kind),
            core("scope", "NationalLevel"),
            core("careProviderId", provider),
            core("careUnitId", paper.unit),
            maybe(core, "employeeId", paper.employee or None),
            core("startDate", _written(paper.start)),
            core("endDate", _written(paper.end)),
            core("ownerId", _HIDDEN),
            self._person("patientId", person.person_id),
        )

    def _person(self, name: str, number: str) -> etree._Element | None:
        if not number:
            return None
        core = builder(self.types)
        kind = SAMORDNINGSNUMMER if kind_of(number) == "samordningsnummer" else PERSONNUMMER
        return core(name, core("root", kind), core("extension", number))

    def _action(self, paper: Paper) -> Iterator[etree._Element]:
        core = builder(self.types)
        for date, by in (("requestDate", "requestedBy"), ("registrationDate", "registeredBy")):
            yield core(date, _written(paper.start))
            yield core(by, core("employeeId", paper.by))


class StoreLog(RegisterContract):
    """All rows of a message or none."""

    name = "StoreLog"
    keeper = "logg"
    namespace = f"{_LOG}:StoreLogResponder:2"
    types = f"{_LOG}:2"
    service_domain = "riv:informationsecurity:auditing:log"
    patient_path = "r:log/c:resources/c:resource/c:patient/c:patientId/c:extension"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        rows = asked.request.findall("r:log", self.paths)
        for row in rows:
            if self.said(row, "c:activity/c:purpose") not in _PURPOSES:
                yield self.verdict(self.namespace, "VALIDATION_ERROR", "purpose")
                return
            if self.said(row, "c:activity/c:activityType") not in _ACTIVITIES:
                yield self.verdict(self.namespace, "VALIDATION_ERROR", "activityType")
                return
        for row in rows:
            self.safeguards.keep(self._kept(row))
        yield self.verdict(self.namespace, "OK")

    def _kept(self, row: etree._Element) -> dict[str, object]:
        """What the panel tells of it: nobody's number."""
        owners = row.findall("c:resources/c:resource/c:careProvider/c:careProviderId", self.paths)
        return {
            "id": self.said(row, "c:logId"),
            "user": self.said(row, "c:user/c:userId"),
            "unit": self.said(row, "c:user/c:careUnit/c:careUnitId"),
            "activity": self.said(row, "c:activity/c:activityType"),
            "purpose": self.said(row, "c:activity/c:purpose"),
            "matter": self.said(row, "c:activity/c:activityLevel"),
            "owners": [owner.text for owner in owners],
        }


def security_contracts(safeguards: Safeguards) -> tuple[Contract, ...]:
    return (
        CheckPatientRelation(safeguards),
        RegisterExtendedPatientRelation(safeguards),
        CheckConsent(safeguards),
        RegisterExtendedConsent(safeguards),
        CancelExtendedConsent(safeguards),
        GetExtendedConsentsForPatient(safeguards),
        CheckBlocks(safeguards),
        GetAllBlocksForPatient(safeguards),
        RegisterTemporaryExtendedRevoke(safeguards),
        StoreLog(safeguards),
    )


def _reader(contract: SecurityContract, request: etree._Element) -> Reader:
    names = ("employeeId", "careProviderId", "careUnitId")
    return Reader(*(contract.said(request, f"r:accessingActor/c:{name}") for name in names))


def _written(moment: dt.datetime) -> str:
    """xs:dateTime of Swedish wall time."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")
