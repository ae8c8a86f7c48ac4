"""clinicalprocess:healthcond:description GetCareDocumentation 2.1 and 3.0: notes of the record.

Both majors have the same notes, as where a source is connected to both. 3.0 is answered in pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from lxml import etree

from sandbox.producers.jol import JolContract, patient_ii
from sandbox.producers.kit import Asked, Build, builder, maybe
from sandbox.producers.summary import SummaryContract, org_unit

_DOMAIN = "clinicalprocess:healthcond:description"
_NOTE_CODES = "1.2.752.129.2.2.2.11"
_WORDS = {"sao": "Samordning", "auf": "Anteckning utan fysiskt möte", "bes": "Besöksanteckning"}
_PAGE = 3
_REFERENCE = "fr-o-m-"


class GetCareDocumentation2(SummaryContract):
    name = "GetCareDocumentation"
    namespace = f"urn:riv:{_DOMAIN}:GetCareDocumentationResponder:2"
    core = f"urn:riv:{_DOMAIN}:2"
    service_domain = f"riv:{_DOMAIN}"
    category = "voo"
    item = "careDocumentation"
    table = "notes"
    period: ClassVar[str] = "timePeriod"
    # This contract alone writes a small d.
    system_element: ClassVar[str] = "sourceSystemHSAid"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own, core = builder(self.namespace), builder(self.core)
        for row, person in self.rows(asked):
            note = core(
                "clinicalDocumentNote",
                core("clinicalDocumentNoteCode", row["code"]),
                *_said(core, row),
            )
            header = self.header("careDocumentationHeader", row, person, asked)
            yield own("careDocumentation", header, core("careDocumentationBody", note))

    def result(self, code: str, message: str | None = None) -> etree._Element:
        extension = builder(f"urn:riv:{_DOMAIN}:2.1")
        return extension(
            "result",
            extension("resultCode", code),
            extension("errorCode", "INVALID_REQUEST") if code == "ERROR" else None,
            extension("logId", "NA" if code == "INFO" else "sandlåda-1"),
            maybe(extension, "message", message),
        )


class GetCareDocumentation3(JolContract):
    name = "GetCareDocumentation"
    namespace = f"urn:riv:{_DOMAIN}:GetCareDocumentationResponder:3"
    core = f"urn:riv:{_DOMAIN}:3"
    service_domain = f"riv:{_DOMAIN}"
    category = "voo"
    item = "careDocumentation"
    beside = "hasMore"
    table = "notes"

    def goes_through_aggregator(self, request: etree._Element) -> bool:
        return request.find("r:hasMoreReference", self.paths) is None

    def refuses(self, asked: Asked) -> str | None:
        system = asked.text("r:sourceSystemId/c:extension", self.paths)
        if system is not None and system != asked.address:
            return "sourceSystemId skiljer sig från den logiska adressen"
        reference = asked.text("r:hasMoreReference", self.paths)
        known = reference is None or reference.removeprefix(_REFERENCE).isdecimal()
        return None if known else "Okänd hasMoreReference"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own, core = builder(self.namespace), builder(self.core)
        reference = asked.text("r:hasMoreReference", self.paths)
        first = 0 if reference is None else int(reference.removeprefix(_REFERENCE))
        notes = list(self.rows(asked))
        for row, person in notes[first : first + _PAGE]:
            unit = org_unit(core, "orgUnit", asked.units[row["unit"]])
            header = self.header(row, patient_ii(core, "patientId", person), asked, unit)
            code = core(
                "clinicalDocumentNoteCode",
                core("code", row["code"]),
                core("codeSystem", _NOTE_CODES),
                core("displayName", _WORDS[row["code"]]),
            )
            yield own("careDocumentation", header, core("body", code, *_said(core, row)))
        if first + _PAGE < len(notes):
            yield own(
                "hasMore",
                own("logicalAddress", asked.address),
                own("reference", f"{_REFERENCE}{first + _PAGE}"),
            )

    def result(self, code: str, message: str | None = None) -> etree._Element:
        own, core = builder(self.namespace), builder(self.core)
        return own("result", core("resultCode", code), maybe(core, "resultText", message))

    def response(
        self, items: Sequence[etree._Element], result: etree._Element | None
    ) -> etree._Element:
        """All notes first: those of several sources come here one source after the other."""
        more = f"{{{self.namespace}}}hasMore"
        return super().response(sorted(items, key=lambda item: item.tag == more), result)


def _said(core: Build, row: Mapping[str, Any]) -> Iterator[etree._Element]:
    if "title" in row:
        yield core("clinicalDocumentNoteTitle", row["title"])
    yield core("clinicalDocumentNoteText", row["text"].strip())


CONTRACTS = (GetCareDocumentation2(), GetCareDocumentation3())
