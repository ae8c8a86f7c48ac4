"""Starting, stopping and telling others where things are."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.service.conftest import ROOT, Sandbox, start_sandbox, stop_sandbox, stopping
from tests.service.sandbox_wire import SCHEDULE, Platform

BIRGITTA = "190001019801"


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_sandbox_json_tells_everything(sandbox: Sandbox) -> None:
    info = sandbox.info
    for name in ("ca", "client_cert", "client_key"):
        assert Path(info[name]).is_file()
    assert info["platform"].startswith("https://127.0.0.1:")
    assert info["fhir"]["sjovik"].startswith("https://127.0.0.1:")
    assert info["fhir_client"]["alg"] == "ES384"
    assert info["panel"].startswith("http://127.0.0.1:")
    assert info["oidc"]["issuer"].startswith("http://127.0.0.1:")
    discovery = httpx.get(f"{info['oidc']['issuer']}/.well-known/openid-configuration")
    assert discovery.json()["issuer"] == info["oidc"]["issuer"]


def test_the_personas_are_there_with_published_numbers(sandbox: Sandbox, shared: Path) -> None:
    published = (shared / "testdata" / "personnummer.csv").read_text("utf-8")
    people = {person["name"]: person for person in sandbox.info["people"]}
    assert people["Birgitta Lindqvist"]["person_id"] == BIRGITTA
    assert not people["Elsa Lindqvist"]["login"]
    assert sum(person["staff"] for person in people.values()) == 4
    for person in people.values():
        assert f"\n{person['person_id']}," in published


def test_units_have_hsa_ids_names_and_fictional_telephones(sandbox: Sandbox) -> None:
    units = {unit["hsa_id"]: unit for unit in sandbox.info["units"]}
    assert units["TSTNMT2321000156-BJOR"]["name"] == "Björkbackens vårdcentral"
    assert units["TSTNMT2321000156-SYDK"]["role"] == "system"
    for hsa_id, unit in units.items():
        assert hsa_id.startswith("TSTNMT2321000156-")
        assert unit["kind"] in ("region", "kommun", "other")
        assert unit["phone"].startswith("0980-319 2")


def test_certificates_name_who_they_are_and_keys_are_private(sandbox: Sandbox) -> None:
    certificate = x509.load_pem_x509_certificate(Path(sandbox.info["client_cert"]).read_bytes())
    (serial,) = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    assert serial.value == "TSTNMT2321000156-PORT"
    for name in ("client_key", "unauthorised_key"):
        assert stat.S_IMODE(Path(sandbox.info[name]).stat().st_mode) == 0o600
    key = Path(sandbox.info["fhir_client"]["key"])
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told_to(tmp_path: Path, number: signal.Signals) -> None:
    running = start_sandbox(tmp_path)
    running.process.send_signal(number)
    assert running.process.wait(timeout=30) == 0
    stop_sandbox(running)
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.info["panel"])


def test_it_stops_even_when_somebody_waits_for_a_hanging_source(tmp_path: Path) -> None:
    running = start_sandbox(tmp_path)
    running.fault("sjovik-token", "hang")
    address = httpx.URL(running.info["fhir"]["sjovik"])
    context = ssl.create_default_context(cafile=running.info["ca"])
    raw = socket.create_connection((address.host, address.port))
    with context.wrap_socket(raw, server_hostname=address.host) as waiting:
        waiting.sendall(f"POST {address.path}/token HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not running.calls("sjovik-token"):
            pass
        assert stop_sandbox(running) == 0


def test_keys_are_used_again(tmp_path: Path) -> None:
    def keys(sandbox: Sandbox) -> list[bytes]:
        names = ("ca", "client_cert", "client_key")
        return [Path(sandbox.info[name]).read_bytes() for name in names]

    with stopping(start_sandbox(tmp_path)) as first:
        before = keys(first)
    with stopping(start_sandbox(tmp_path)) as second:
        assert keys(second) == before
        with Platform(second.info) as platform:
            assert platform.ask(SCHEDULE, BIRGITTA).rows


def test_broken_keys_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("inte ett certifikat", "utf-8")
    with (
        stopping(start_sandbox(tmp_path)) as running,
        Platform(running.info) as platform,
    ):
        assert platform.ask(SCHEDULE, BIRGITTA).rows


def test_config_only_writes_and_does_not_listen(tmp_path: Path) -> None:
    done = run("--state", str(tmp_path), "--config-only", "--port-base", "19400")
    assert done.returncode == 0
    info = json.loads((tmp_path / "sandbox.json").read_text("utf-8"))
    assert info["panel"] == "http://127.0.0.1:19400"
    assert info["platform"] == "https://127.0.0.1:19401"
    assert run("--state", str(tmp_path), "--config-only", "--port-base", "0").returncode == 2


def test_a_taken_port_is_one_line_and_exit_status_two(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--state", str(tmp_path), "--port-base", str(port))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "sandbox.json").exists()


def test_an_unknown_fault_on_the_command_line_is_refused(tmp_path: Path) -> None:
    done = run("--state", str(tmp_path), "--port-base", "0", "--break", "sydkust=trött")
    assert done.returncode == 2
    assert "trött" in done.stderr


def test_it_may_start_broken_and_at_another_time(tmp_path: Path) -> None:
    flags = ("--break", "sydkust=http500", "--now", "2026-06-01T21:00")
    with (
        stopping(start_sandbox(tmp_path, *flags)) as running,
        Platform(running.info) as platform,
    ):
        answer = platform.ask(SCHEDULE, BIRGITTA)
    assert answer.codes["SYNC"] == "NoDataSynchFailed"
    assert answer.texts("startTimeInclusive") == ["20260605091500", "20260606100000"]


def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    table = Path("/proc/net/tcp")
    if not table.is_file():
        pytest.skip("no /proc/net/tcp here: who listens where cannot be read")
    ports = {
        httpx.URL(url).port
        for url in (
            sandbox.info["panel"],
            sandbox.info["platform"],
            sandbox.info["fhir"]["sjovik"],
            sandbox.info["oidc"]["issuer"],
            sandbox.info["siths"]["address"],
        )
    }
    listening = {
        int(local.rpartition(":")[2], 16): local.partition(":")[0]
        for local in (line.split()[1] for line in table.read_text().splitlines()[1:])
        if int(local.rpartition(":")[2], 16) in ports
    }
    assert set(listening) == ports
    assert set(listening.values()) == {"0100007F"}
