"""The fault panel: a page for people, JSON for tests."""

from __future__ import annotations

import httpx
import pytest

from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import PLANS, Platform

BIRGITTA = "190001019801"


@pytest.fixture
def url(sandbox: Sandbox) -> str:
    return str(sandbox.info["panel"])


def test_every_target_is_whole_until_it_is_broken(url: str) -> None:
    state = httpx.get(f"{url}/api/faults").json()
    assert set(state) == {
        "nordmark",
        "sydkust",
        "sjovik-omsorg",
        "plattformen",
        "tak",
        "engagemangsindex",
        "sjovik",
        "sjovik-token",
        "fast-kontakt",
        "vardnadshavare",
        *("sparr", "samtycke", "patientrelation", "logg", "hsa"),
        "bankid",
    }
    assert set(state.values()) == {None}


def test_a_fault_is_set_told_and_taken_away(url: str) -> None:
    httpx.put(f"{url}/api/faults/sydkust", json={"kind": "slow", "seconds": 3, "times": 2})
    assert httpx.get(f"{url}/api/faults").json()["sydkust"] == {
        "kind": "slow",
        "seconds": 3.0,
        "times": 2,
        "person": None,
        "code": "VP009",
    }
    assert httpx.delete(f"{url}/api/faults/sydkust").status_code == 204
    assert httpx.get(f"{url}/api/faults").json()["sydkust"] is None


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("finns-inte", {"kind": "hang"}),
        ("sydkust", {"kind": "finns-inte"}),
        ("sydkust", {"kind": "partial"}),
        ("sydkust", {}),
        ("sydkust", {"kind": "slow", "seconds": -1}),
        ("sydkust", {"kind": "hang", "times": 0}),
        ("sydkust", {"kind": "vpfault", "code": "<b>"}),
        ("sydkust", {"kind": "hang", "okand": True}),
        ("sydkust", []),
        ("bankid", {"kind": "hang", "person": BIRGITTA}),
        ("tak", {"kind": "refuse", "person": BIRGITTA}),
        ("plattformen", {"kind": "drip"}),
    ],
)
def test_what_is_no_fault_is_refused(url: str, target: str, body: object) -> None:
    answer = httpx.put(f"{url}/api/faults/{target}", json=body)
    assert answer.status_code == 400
    assert "error" in answer.json()
    assert set(httpx.get(f"{url}/api/faults").json().values()) == {None}


def test_a_body_that_is_no_json_is_refused(url: str) -> None:
    assert httpx.put(f"{url}/api/faults/sydkust", content=b"{").status_code == 400
    assert httpx.delete(f"{url}/api/faults/finns-inte").status_code == 400


def test_the_page_names_people_targets_and_calls(sandbox: Sandbox, url: str) -> None:
    with Platform(sandbox.info) as platform:
        platform.ask(PLANS, BIRGITTA)
    page = httpx.get(url)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    for text in ("Birgitta Lindqvist", BIRGITTA, "Region Sydkust", "FindContent", "1900****-****"):
        assert text in page.text
    assert "<script" not in page.text
    assert httpx.get(f"{url}/panel.css").status_code == 200


def test_the_forms_break_and_mend(url: str) -> None:
    form = {"target": "nordmark", "kind": "hang", "seconds": "2", "times": "", "person": BIRGITTA}
    answer = httpx.post(f"{url}/fel", data=form, follow_redirects=True)
    assert "Trasig: Svarar aldrig, för en person" in " ".join(answer.text.split())
    assert httpx.get(f"{url}/api/faults").json()["nordmark"]["person"] == BIRGITTA
    mended = httpx.post(f"{url}/laga", data={"target": "nordmark"}, follow_redirects=True)
    assert "Trasig" not in mended.text
    httpx.post(f"{url}/fel", data=form)
    httpx.post(f"{url}/laga")
    assert httpx.get(f"{url}/api/faults").json()["nordmark"] is None


def test_another_site_cannot_press_the_buttons(url: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    form = {"target": "nordmark", "kind": "hang"}
    assert httpx.post(f"{url}/fel", data=form, headers=headers).status_code == 403
    assert httpx.get(f"{url}/api/faults").json()["nordmark"] is None


def test_the_login_can_be_broken_too(sandbox: Sandbox) -> None:
    discovery = f"{sandbox.info['oidc']['issuer']}/.well-known/openid-configuration"
    sandbox.fault("bankid", "http500", times=1)
    assert httpx.get(discovery).status_code == 500
    assert httpx.get(discovery).status_code == 200
    sandbox.fault("bankid", "refuse", times=1)
    with pytest.raises(httpx.TransportError):
        httpx.get(discovery)
