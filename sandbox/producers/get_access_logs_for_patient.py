"""ehr:log:querying GetAccessLogsForPatient 1.1: the citizen's own log, answered from a queue."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from sandbox.clock import STOCKHOLM
from sandbox.people.units import Unit
from sandbox.people.when import span
from sandbox.producers.kit import (
    Asked,
    Contract,
    InvalidRequestError,
    builder,
    checked_patient,
    maybe,
)

_NS = "urn:riv:ehr:log:querying:GetAccessLogsForPatientResponder:1"
_CORE = "urn:riv:ehr:log:querying:1"
_PATHS = {"r": _NS}
_WAIT_SECONDS = "30"

_own = builder(_NS)
_core = builder(_CORE)


class GetAccessLogsForPatient(Contract):
    """Who has a `log_queue` is given a report only after so many questions about it by its name.
    Every question without a name orders a new one, as the contract says."""

    name = "GetAccessLogsForPatient"
    namespace = _NS
    service_domain = "riv:ehr:log:querying"
    item = "AccessLog"
    aggregated = False

    def __init__(self) -> None:
        self._orders: dict[str, tuple[str, int]] = {}

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("r:PatientId", None, _PATHS))

    def reaches(self, unit: Unit) -> bool:
        return unit.role == "log"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        number = self.patient(asked.request)
        first, last = (_moment(asked.text(f"r:{name}", _PATHS)) for name in ("FromDate", "ToDate"))
        name = asked.text("r:QueuedReportId", _PATHS)
        waiting = self._waiting(name, number, asked)
        if waiting is not None:
            yield waiting
            return
        rows = asked.person.rows("access_log") if asked.person is not None else ()
        for row in rows:
            at = span(row, asked.anchor)[0]
            if first <= at <= last:
                yield _row(row, at, asked.units)

    def _waiting(self, name: str | None, number: str, asked: Asked) -> etree._Element | None:
        """The result that stands in place of the rows; None when they are there."""
        if name is not None:
            whose, asked_before = self._orders.get(name, ("", 0))
            if whose != number:
                return _result("REPORT_NOT_FOUND", "Rapporten finns inte")
        else:
            name, asked_before = str(uuid.uuid4()), 0
        self._orders[name] = (number, asked_before + 1)
        kept: Mapping[str, Any] = asked.person.sources.get("log_queue", {}) if asked.person else {}
        if asked_before >= kept.get("questions", 0):
            return None
        code = "REPORT_IN_PROCESS" if asked_before else "REPORT_ON_QUEUE"
        return _result(code, "Rapporten tas fram", name)

    def result(self, code: str, message: str | None = None) -> etree._Element:
        return _result(code, message or "")

    def response(
        self, items: Sequence[etree._Element], result: etree._Element | None
    ) -> etree._Element:
        instead = [item for item in items if etree.QName(item).localname == "Result"]
        said = instead[0] if instead else result
        failed = said is not None and said.findtext(f"{{{_CORE}}}ResultCode") != "OK"
        # The contract spells it so.
        logs = None if failed else _core("AccesssLogs", *items)
        parts = [] if said is None else [said]
        parts += [] if logs is None else [logs]
        return _own(f"{self.name}Response", _own("AccessLogsResultType", *parts))


def _row(row: Mapping[str, Any], at: dt.datetime, units: Mapping[str, Unit]) -> etree._Element:
    unit = units[row["unit"]]
    provider = units[unit.provider]
    return _core(
        "AccessLog",
        _core("CareProviderId", provider.hsa_id),
        _core("CareProviderName", provider.name),
        _core("CareUnitId", unit.hsa_id),
        maybe(_core, "CareUnitName", row.get("unit_name", unit.name)),
        _core("AccessDate", at.replace(tzinfo=None).isoformat(timespec="seconds")),
        _core("UserId", row.get("user", "TSTNMT2321000156-LEEK")),
        _core("UserName", "FÅR EJ VISAS: vem som läste"),
        _core("UserTitle", "FÅR EJ VISAS: titel"),
        _core("Purpose", row.get("purpose", "Vård och behandling")),
        _core("ResourceType", row["resource"]),
    )


def _result(code: str, message: str, queued: str | None = None) -> etree._Element:
    return _core(
        "Result",
        _core("ResultCode", code),
        _core("ResultText", message),
        maybe(_core, "QueuedReportId", queued),
        maybe(_core, "QueueTime", _WAIT_SECONDS if queued else None),
    )


def _moment(written: str | None) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(written or "").replace(tzinfo=STOCKHOLM)
    except ValueError:
        raise InvalidRequestError("FromDate or ToDate is no time") from None


CONTRACT = GetAccessLogsForPatient()
