"""clinicalprocess:logistics:logistics GetCareContacts 2.0 and 3.0: visits, calls and stays.

Both majors have the same records, as where a source is connected to both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from lxml import etree

from sandbox.people.when import day, span
from sandbox.producers.kit import Asked, builder, maybe, morning, stamp
from sandbox.producers.summary import SummaryContract, org_unit

_DOMAIN = "clinicalprocess:logistics:logistics"
_KIND_SYSTEM = "1.2.752.129.2.2.2.25"
_KINDS = {"1": "Besök", "2": "Telefon", "3": "Vårdtillfälle", "4": "Dagsjukvård", "5": "Annan"}
_STATUSES = {
    "1": "Ej påbörjad",
    "2": "Inställd",
    "3": "Pågående",
    "4": "Avbruten",
    "5": "Avslutad",
}
_WITHOUT_END = ("1", "3")
_LAST = "99999999"


class GetCareContacts3(SummaryContract):
    name = "GetCareContacts"
    namespace = f"urn:riv:{_DOMAIN}:GetCareContactsResponder:3"
    core = f"urn:riv:{_DOMAIN}:3"
    service_domain = f"riv:{_DOMAIN}"
    category = "vko"
    item = "careContact"
    table = "care_contacts"

    def days(self, row: Mapping[str, Any], asked: Asked) -> tuple[str, str]:
        start, end = _times(row, asked)
        if end is not None:
            return start[:8], end[:8]
        return start[:8], _LAST if row["status"] == "3" else start[:8]

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own, core = builder(self.namespace), builder(self.core)
        for row, person in self.rows(asked):
            start, end = _times(row, asked)
            yield own(
                "careContact",
                self.header("careContactHeader", row, person, asked),
                core(
                    "careContactBody",
                    self.code("careContactCode", row["kind"], _KINDS, _KIND_SYSTEM),
                    maybe(core, "careContactReason", row.get("reason")),
                    org_unit(core, "careContactOrgUnit", asked.units[row["unit"]]),
                    core("careContactTimePeriod", core("start", start), maybe(core, "end", end)),
                    self.code("careContactStatus", row["status"], _STATUSES),
                ),
            )

    def code(
        self, name: str, code: str, words: Mapping[str, str], system: str | None = None
    ) -> etree._Element:
        """A coded element: the status has no code system of its own (NPÖ)."""
        core = builder(self.core)
        return core(
            name,
            core("code", code),
            maybe(core, "codeSystem", system),
            core("displayName", words[code]),
        )


class GetCareContacts2(GetCareContacts3):
    namespace = f"urn:riv:{_DOMAIN}:GetCareContactsResponder:2"
    core = f"urn:riv:{_DOMAIN}:2"
    period: ClassVar[str] = "timePeriod"
    titled = False

    def code(
        self,
        name: str,
        code: str,
        words: Mapping[str, str],  # noqa: ARG002
        system: str | None = None,  # noqa: ARG002
    ) -> etree._Element:
        """2.0 has numbers only."""
        return builder(self.core)(name, code)

    def result(self, code: str, message: str | None = None) -> None:
        """2.0 has no result."""


def _times(row: Mapping[str, Any], asked: Asked) -> tuple[str, str | None]:
    """Start and end as TKB has them: a visit ends when it starts, what goes on has no end."""
    start = stamp(span(row, asked.anchor)[0])
    if row["status"] in _WITHOUT_END:
        return start, None
    return start, morning(day(row["to"], asked.anchor)) if "to" in row else start


CONTRACTS = (GetCareContacts2(), GetCareContacts3())
