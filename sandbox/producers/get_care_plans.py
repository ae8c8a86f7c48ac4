"""clinicalprocess:logistics:logistics GetCarePlans 2.0: vårdplaner as documents."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.pdf import one_page
from sandbox.producers.kit import HSA_ID, Asked, builder
from sandbox.producers.summary import SummaryContract

_NS = "urn:riv:clinicalprocess:logistics:logistics:GetCarePlansResponder:2"
# GetCarePlans 2.0 uses the domain types of version 3.
_CORE = "urn:riv:clinicalprocess:logistics:logistics:3"

_own = builder(_NS)
_core = builder(_CORE)


class GetCarePlans(SummaryContract):
    name = "GetCarePlans"
    namespace = _NS
    core = _CORE
    service_domain = "riv:clinicalprocess:logistics:logistics"
    category = "cll-cp"
    item = "carePlan"
    table = "care_plans"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        for row, person in self.rows(asked):
            header = self.header("carePlanHeader", row, person, asked)
            yield _own("carePlan", header, _body(row))


def _body(row: Mapping[str, Any]) -> etree._Element:
    participants = (
        _core("participatingCareUnitHSAId", _core("root", HSA_ID), _core("extension", hsa_id))
        for hsa_id in row.get("participants", ())
    )
    kind = _core("typeOfCarePlanEnum", row["type"])
    contents = [_content(one) for one in (row, *row.get("also", ())) if "media_type" in one]
    return _core("carePlanBody", *contents, *participants, kind)


def _content(row: Mapping[str, Any]) -> etree._Element:
    """A document, or the address where it lies."""
    media_type = _core("mediaType", row["media_type"])
    if "content" not in row:
        return _core("content", media_type, _core("reference", row["reference"]))
    text = row["content"].strip()
    data = one_page(text) if row["media_type"] == "application/pdf" else text.encode()
    return _core("content", media_type, _core("value", base64.b64encode(data).decode()))


CONTRACT = GetCarePlans()
