"""The command line: what it prints, and what it exits with."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.reading import contracts_of
from portal.store import Store
from stodtjanster.sources import kinds
from stodtjanster.sources.bookings.adapter import WRITES
from stodtjanster.sources.kit.rivta import Contract
from tests.invitations import engagement, found
from tests.rivta_messages import UNIT

CONTRACTS: list[Contract] = [
    contract
    for kind in kinds()
    for contract in contracts_of(import_module(f"stodtjanster.sources.{kind}.adapter"))
]
OPERATIONS = sorted({contract.operation for contract in CONTRACTS})
# National registers say in every answer whether it is one.
WITH_A_RESULT = {
    "GetAccessLogsForPatient",
    "GetAllBlocksForPatient",
    "GetExtendedConsentsForPatient",
}
WITH_ROWS = [
    contract
    for contract in CONTRACTS
    if contract not in WRITES and contract.operation not in WITH_A_RESULT
]
BIRGITTA = "190001019801"

UNREADABLE = {
    "nothing": b"",
    "garbage": b"\x89\x00\xff varken XML eller JSON",
    "another root": b"<a/>",
    "half": b"<a><b>",
    "entities": b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    "an outer entity": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    "deep": b"<a>" * 10_000,
    "json that is no bundle": b'{"resourceType": 7, "entry": {}}',
    "a json list": b"[1, 2]",
    "a number": b"12",
    "deep json": b"[" * 10_000,
}


def portal(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin, catch_exceptions=False)


def parse(option: str, name: str, body: bytes) -> Result:
    return portal("parse", option, name, "-", stdin=body)


def assert_unreadable(said: Result) -> None:
    """Exit 2, nothing on standard output, one line on standard error, and no value in it."""
    assert said.exit_code == 2
    assert said.stdout == ""
    assert said.stderr.startswith("portal parse: ")
    assert said.stderr.count("\n") == 1
    assert BIRGITTA not in said.stderr


def assert_read(said: Result) -> dict[str, list[object]]:
    assert said.exit_code == 0, said.stderr
    assert said.stderr == ""
    told: dict[str, list[object]] = json.loads(said.stdout)
    assert list(told) == ["items", "reports", "rejected"]
    assert all(isinstance(part, list) for part in told.values())
    return told


DIRECTORY = "urn:riv:infrastructure:directory:organization"


def parsed_unit(contract: str, major: int, element: str, **fields: str) -> dict[str, list[object]]:
    inner = "".join(f"<{name}>{said}</{name}>" for name, said in fields.items())
    body = (
        f'<{contract}Response xmlns="{DIRECTORY}:{contract}Responder:{major}">'
        f"<{element}>{inner}</{element}></{contract}Response>"
    )
    return assert_read(parse("--contract", contract, body.encode()))


class TestParse:
    @pytest.mark.parametrize("operation", OPERATIONS)
    @pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
    def test_what_cannot_be_read(self, operation: str, body: bytes) -> None:
        assert_unreadable(parse("--contract", operation, body))

    @pytest.mark.parametrize("release", ["R4", "R5"])
    @pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
    def test_what_is_no_bundle(self, release: str, body: bytes) -> None:
        assert_unreadable(parse("--fhir", release, body))

    @pytest.mark.parametrize("contract", WITH_ROWS, ids=lambda c: f"{c.operation}-{c.major}")
    def test_an_answer_without_rows(self, contract: Contract) -> None:
        namespace, name = contract.response.removeprefix("{").split("}")
        body = f'<{name} xmlns="{namespace}"/>'.encode()
        told = assert_read(parse("--contract", contract.operation, body))
        assert told["items"] == []
        assert told["rejected"] == []

    @pytest.mark.parametrize("release", ["R4", "R5"])
    def test_a_bundle_without_rows(self, release: str) -> None:
        body = b'{"resourceType": "Bundle", "type": "searchset"}'
        told = assert_read(parse("--fhir", release, body))
        assert told["items"] == []

    def test_where_the_index_leads(self) -> None:
        told = assert_read(parse("--contract", "FindContent", found(engagement("b-1", UNIT))))
        assert told["items"] == [{"address": UNIT, "record": "b-1"}]
        assert [report["system"] for report in told["reports"]] == ["5565594230"]

    def test_who_is_connected(self) -> None:
        own = "urn:riv:infrastructure:itintegration:registry"
        name = "GetLogicalAddresseesByServiceContract"
        rows = "".join(
            f"<logicalAddressRecord><logicalAddress>{address}</logicalAddress></logicalAddressRecord>"
            for address in ("SE-2", "se-1")
        )
        body = f'<{name}Response xmlns="{own}:{name}Responder:2">{rows}</{name}Response>'
        told = assert_read(parse("--contract", name, body.encode()))
        assert told == {"items": ["SE-1", "SE-2"], "reports": [], "rejected": []}
        assert_unreadable(parse("--contract", name, body.replace(rows, "").encode()))

    def test_a_unit_of_the_catalogue(self) -> None:
        told = parsed_unit("GetUnit", 5, "unit", unitHsaId=UNIT, publicName="Tallbacken")
        (entry,) = told["items"]
        assert isinstance(entry, dict)
        assert (entry["hsa_id"]["value"], entry["name"]["text"]) == (UNIT, "Tallbacken")
        assert told["reports"] == told["rejected"] == []

    def test_whose_a_unit_is(self) -> None:
        provider = {"healthCareProviderHsaId": "SE2321000230-1000"}
        told = parsed_unit(
            "GetHealthCareUnit", 2, "healthCareUnit", healthCareUnitHsaId=UNIT, **provider
        )
        (belonging,) = told["items"]
        assert belonging == {
            "units": [{"value": UNIT}],
            "provider": {"value": "SE2321000230-1000"},
            "owner": None,
        }

    @pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
    @pytest.mark.parametrize("contract", ["GetUnit", "GetHealthCareUnit"])
    def test_what_is_no_unit(self, contract: str, body: bytes) -> None:
        assert_unreadable(parse("--contract", contract, body))

    def test_a_unit_that_the_catalogue_has_not(self) -> None:
        for contract, major in (("GetUnit", 5), ("GetHealthCareUnit", 2)):
            body = f'<{contract}Response xmlns="{DIRECTORY}:{contract}Responder:{major}"/>'
            told = assert_read(parse("--contract", contract, body.encode()))
            assert told == {"items": [], "reports": [], "rejected": []}

    def test_a_time_and_a_row_that_cannot_be_read(self, tmp_path: Path) -> None:
        responder = "urn:riv:crm:scheduling:GetSubjectOfCareScheduleResponder:1"
        rows = "".join(
            "<r:timeslotDetail>"
            f"<c:startTimeInclusive>{start}</c:startTimeInclusive>"
            "<c:endTimeExclusive>20261201093000</c:endTimeExclusive>"
            "<c:healthcare_facility>TSTNMT2321000156-ORTO</c:healthcare_facility>"
            "<c:healthcare_facility_name>Ortopeden</c:healthcare_facility_name>"
            f"<c:bookingId>{start}</c:bookingId>"
            f"<c:subject_of_care>{BIRGITTA}</c:subject_of_care>"
            "</r:timeslotDetail>"
            for start in ("20261201090000", "i morgon")
        )
        file = tmp_path / "answer.xml"
        file.write_text(
            f'<r:GetSubjectOfCareScheduleResponse xmlns:r="{responder}" '
            f'xmlns:c="urn:riv:crm:scheduling:1">{rows}</r:GetSubjectOfCareScheduleResponse>',
            "utf-8",
        )
        told = assert_read(portal("parse", "--contract", "GetSubjectOfCareSchedule", str(file)))
        (item,) = told["items"]
        (rejected,) = told["rejected"]
        assert isinstance(item, dict)
        assert isinstance(rejected, dict)
        assert item["information"] == "appointment"
        assert item["subject"] == BIRGITTA
        assert item["when"]["start"].startswith("2026-12-01T09:00:00")
        assert rejected.keys() == {"where", "why"}
        assert "i morgon" not in rejected["why"]

    def test_a_contract_that_nobody_reads(self) -> None:
        said = portal("parse", "--contract", "GetNothing", "-", stdin=b"<a/>")
        assert said.exit_code == 2
        assert "GetSubjectOfCareSchedule" in said.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ["parse", "-"],
            ["parse", "--fhir", "R3", "-"],
            ["parse", "--fhir", "R4", "--contract", "GetCarePlans", "-"],
            ["parse", "--contract", "GetCarePlans"],
            ["parse", "--contract", "GetCarePlans", "/finns/inte.xml"],
            ["finns-inte"],
        ],
        ids=" ".join,
    )
    def test_what_cannot_be_meant(self, arguments: list[str]) -> None:
        said = portal(*arguments)
        assert said.exit_code == 2
        assert said.stdout == ""
        assert "Error: " in said.stderr


class TestVerify:
    def test_a_store_that_is_not_there_is_not_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = tmp_path / "borta.db"
        monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{database}")
        said = portal("audit", "verify")
        assert said.exit_code == 2
        assert said.stderr.count("\n") == 1
        assert not database.exists()

    def test_an_empty_log(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        url = f"sqlite:///{tmp_path / 'portal.db'}"
        store = Store(url)
        store.upgrade()
        store.close()
        monkeypatch.setenv("PORTAL_DATABASE_URL", url)
        said = portal("audit", "verify")
        assert said.exit_code == 0
        assert said.stdout.startswith("ok: 0 entries, head 0:")

    @pytest.mark.parametrize("anchor", ["x", "1", "1:x", "x:00", ":", "1:0g"])
    def test_an_anchor_that_is_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anchor: str
    ) -> None:
        monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'portal.db'}")
        said = portal("audit", "verify", "--anchor", anchor)
        assert said.exit_code == 2


class TestCatalogue:
    def test_what_was_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PORTAL_CONFIG", raising=False)
        told = json.loads(portal("catalogue").stdout)
        assert told.keys() == {"views", "kinds_of_source", "sources"}
        assert "appointment" in told["views"]["overview"]["asks_for"]
        assert set(told["kinds_of_source"]) == set(kinds())
        assert told["sources"] == {}


@pytest.mark.parametrize("command", ["serve", "demo", "parse", "audit", "catalogue"])
def test_every_command_explains_itself(command: str) -> None:
    said = portal(command, "--help")
    assert said.exit_code == 0
    assert "Usage:" in said.stdout
