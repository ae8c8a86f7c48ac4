"""clinicalprocess:logistics:logistics GetCareServices 2.0: municipal services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.people.when import day
from sandbox.producers.kit import HSA_ID, Asked, builder, date_stamp, maybe, morning
from sandbox.producers.summary import SummaryContract

_NS = "urn:riv:clinicalprocess:logistics:logistics:GetCareServicesResponder:2"
_CORE = "urn:riv:clinicalprocess:logistics:logistics:3"
_LAST = "99999999"

_own = builder(_NS)
_core = builder(_CORE)


class GetCareServices(SummaryContract):
    name = "GetCareServices"
    namespace = _NS
    core = _CORE
    service_domain = "riv:clinicalprocess:logistics:logistics"
    category = "cll-cs"
    item = "careService"
    table = "care_services"

    def days(self, row: Mapping[str, Any], asked: Asked) -> tuple[str, str]:
        end = date_stamp(day(row["to"], asked.anchor)) if "to" in row else _LAST
        return date_stamp(day(row["from"], asked.anchor)), end

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        for row, person in self.rows(asked):
            header = self.header("careServiceHeader", row, person, asked)
            yield _own("careService", header, _body(row, asked))


def _body(row: Mapping[str, Any], asked: Asked) -> etree._Element:
    end = morning(day(row["to"], asked.anchor)) if "to" in row else None
    return _core(
        "careServiceBody",
        _core(
            "performerHealthCareUnit", _core("root", HSA_ID), _core("extension", row["performer"])
        ),
        _core("typeOfCareService", row["type"]),
        _core(
            "timePeriod",
            _core("start", morning(day(row["from"], asked.anchor))),
            maybe(_core, "end", end),
        ),
        _core("input", row["service"]),
        _core("scope", row["extent"]),
        maybe(_core, "housing", row.get("housing")),
    )


CONTRACT = GetCareServices()
