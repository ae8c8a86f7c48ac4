"""Answers of GetAccessLogsForPatient for tests, built as those of `rivta_messages` are."""

from stodtjanster.sources.access_logs.adapter import CONTRACT
from tests.rivta_messages import element, elements, envelope

PROVIDER, UNIT = "SE2321000230-1000", "SE2321000230-1001"


def row(**changes: str | None) -> str:
    said: dict[str, str | None] = {
        "CareProviderId": PROVIDER,
        "CareProviderName": "Region Nordmark",
        "CareUnitId": UNIT,
        "CareUnitName": "Akutmottagningen",
        "AccessDate": "2026-11-08T02:31:00",
        "UserId": "SE2321000230-77",
        "UserName": "FÅR EJ VISAS",
        "UserTitle": "FÅR EJ VISAS",
        "Purpose": "Vård och behandling",
        "ResourceType": "Journal",
    }
    return element("AccessLog", elements(**said | changes))


def answered(logs: str | None = "", code: str | None = "OK", **result: str | None) -> bytes:
    told = element("Result", elements(ResultCode=code, ResultText="", **result))
    inner = told + element("AccesssLogs", logs)
    return envelope(CONTRACT, f"<r:AccessLogsResultType>{inner}</r:AccessLogsResultType>")
