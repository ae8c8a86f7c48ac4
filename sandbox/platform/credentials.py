"""HSA's infrastructure:directory:authorizationmanagement: what employees may work in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from lxml import etree

from sandbox.people.employees import Workforce
from sandbox.platform.national import NationalContract
from sandbox.producers.kit import Asked, InvalidRequestError, builder

_DOMAIN = "urn:riv:infrastructure:directory:authorizationmanagement"
_core = builder(f"{_DOMAIN}:2")
_ORGANISATION = "232100-0156"
# The order of the schema. What a row does not have is left out.
_MEMBERS = (
    *("commissionName", "commissionHsaId", "commissionPurpose", "commissionRight"),
    *("healthCareUnitHsaId", "healthCareUnitName"),
    *("healthCareUnitStartDate", "healthCareUnitEndDate"),
    *("healthCareProviderHsaId", "healthCareProviderName", "healthCareProviderOrgNo"),
    *("healthCareProviderStartDate", "healthCareProviderEndDate"),
    *("feignedHealthCareProvider", "feignedHealthCareUnit", "feignedCommission"),
    *("archivedHealthCareProvider", "archivedHealthCareUnit"),
)


class GetCredentialsForPersonIncludingProtectedPerson(NationalContract):
    """About an employee, and so about nobody's care."""

    name = "GetCredentialsForPersonIncludingProtectedPerson"
    keeper = "hsa"
    namespace = f"{_DOMAIN}:{name}Responder:2"
    service_domain = "riv:infrastructure:directory:authorizationmanagement"
    item: ClassVar[str] = "credentialInformation"

    def __init__(self, workforce: Workforce) -> None:
        self._workforce = workforce

    def patient(self, request: etree._Element) -> str:  # noqa: ARG002
        return ""

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        written = asked.text("r:personHsaId", self.paths)
        if written is None:
            raise InvalidRequestError("only personHsaId is known here")
        employee = self._workforce.employee(written)
        if employee is None:
            return
        feigned = asked.text("r:includeFeignedObject", self.paths) == "true"
        rows = [
            _commission(row)
            for row in self._workforce.commissions(employee)
            if feigned or not row.get("feignedCommission")
        ]
        yield builder(self.namespace)(
            self.item,
            _core("givenName", employee.given_name),
            _core("middleAndSurName", employee.family_name),
            _core("personHsaId", employee.hsa_id),
            *(_core("healthCareProfessionalLicence", each) for each in employee.licences),
            *(_role(each) for each in employee.system_roles),
            _core("protectedPerson", "false"),
            *rows,
        )


def _role(written: str) -> etree._Element:
    system, role = written.split(";")
    return _core("hsaSystemRole", _core("systemId", system), _core("role", role))


def _commission(row: Mapping[str, Any]) -> etree._Element:
    said = {"healthCareProviderOrgNo": _ORGANISATION, **row}
    made = _core("commission")
    for name in _MEMBERS:
        value = said.get(name, ())
        for each in value if isinstance(value, list | tuple) else (value,):
            made.append(_right(each) if name == "commissionRight" else _core(name, _written(each)))
    return made


def _right(written: str) -> etree._Element:
    names = ("activity", "informationClass", "scope")
    parts = zip(names, written.split(";"), strict=True)
    return _core("commissionRight", *(_core(name, part) for name, part in parts))


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
