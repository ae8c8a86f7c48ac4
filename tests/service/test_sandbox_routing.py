"""The sandbox's platform finds its way as VP does, and says what is wrong when it cannot."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

from tests.service.conftest import Sandbox, start_sandbox, stopping
from tests.service.sandbox_wire import (
    ADDRESSING,
    LISTING,
    NATIONAL,
    PLANS,
    REGISTRY,
    SCHEDULE,
    SOAP,
    Answer,
    Platform,
    question,
    schema,
)

BIRGITTA = "190001019801"
SARA = "199001012385"
KLARA = "199001092387"
VIKTOR = "198408209990"
PING = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
PING_XSD = (
    "rivta/itintegration/monitoring/1.0/interactions/PingForConfigurationInteraction/"
    "PingForConfigurationResponder_1.0.xsd"
)
SIDES = {
    **dict.fromkeys((1, 2, 3, 4, 5, 11, 13, 15), "Client"),
    **dict.fromkeys((6, 7, 8, 9, 10, 12, 14), "Server"),
}


def unit(code: str) -> str:
    return f"TSTNMT2321000156-{code}"


@pytest.fixture
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    with Platform(sandbox.info) as consumer:
        yield consumer


def assert_is(response: httpx.Response, number: int, platform: str = "Sandlådan") -> None:
    """A fault by the book: status, media type, side, text, and the details in English."""
    assert response.status_code == 500
    assert response.headers["content-type"].startswith("text/xml")
    assert response.headers["x-skltp-correlation-id"]
    fault = etree.fromstring(response.content).find(f".//{{{SOAP}}}Fault")
    assert fault.findtext("faultcode") == f"soapenv:{SIDES[number]}"
    text = fault.findtext("faultstring")
    assert text.startswith(f"VP{number:03} [{platform}] ")
    assert text != f"VP{number:03} [{platform}] "
    assert fault.findtext("detail/detailString")


def older(envelope: str) -> str:
    """The same message with its address as RIVTABP20 has it."""
    return envelope.replace("r:LogicalAddress>", "a:To>")


# Each fault by what gives it.


def test_a_profile_that_nobody_speaks_is_vp001(platform: Platform) -> None:
    assert_is(platform.send(question(SCHEDULE, SARA), profile="rivtabp19"), 1)


def test_a_certificate_that_names_nobody_is_vp002(sandbox: Sandbox) -> None:
    with Platform(sandbox.info, certificate="nameless") as consumer:
        assert_is(consumer.send(question(SCHEDULE, SARA)), 2)


def test_a_certificate_of_a_stranger_does_not_come_in(sandbox: Sandbox, tmp_path: Path) -> None:
    certificate, key = _own_certificate(tmp_path)
    context = ssl.create_default_context(cafile=sandbox.info["ca"])
    context.load_cert_chain(certificate, key)
    with httpx.Client(verify=context) as client, pytest.raises(httpx.TransportError):
        client.post(sandbox.info["platform"], content=question(SCHEDULE, SARA))


@pytest.mark.parametrize("address", [None, ""])
def test_no_address_is_vp003(platform: Platform, address: str | None) -> None:
    assert_is(platform.send(question(SCHEDULE, SARA, address)), 3)


@pytest.mark.parametrize(
    ("contract", "address", "hint"),
    [
        (SCHEDULE, unit("FINNSEJ"), False),
        (SCHEDULE, f"{unit('BJOR')} ", True),
        (SCHEDULE, unit("BJOR").lower(), False),
        (SCHEDULE, unit("VP04"), False),
        (LISTING, unit("BJOR"), False),
    ],
)
def test_no_way_to_an_address_is_vp004(
    platform: Platform, contract: str, address: str, hint: bool
) -> None:
    response = platform.send(question(contract, SARA, address))
    assert_is(response, 4)
    assert ("whitespace" in response.text) is hint


def test_a_contract_that_nobody_has_is_vp004(platform: Platform) -> None:
    envelope = question(SCHEDULE, SARA, unit("BJOR")).replace("Responder:1", "Responder:9")
    assert_is(platform.send(envelope), 4)


@pytest.mark.parametrize("code", ["VP05", "VP50"])
def test_each_profile_is_served_where_the_route_has_it_and_is_else_vp005(
    platform: Platform, code: str
) -> None:
    newer = question(SCHEDULE, VIKTOR, unit(code))
    served, refused = (older(newer), newer) if code == "VP05" else (newer, older(newer))
    assert Answer(SCHEDULE, platform.send(served)).fault is None
    assert_is(platform.send(refused), 5)


def test_two_ways_to_an_address_are_vp006(platform: Platform) -> None:
    assert_is(platform.send(question(SCHEDULE, VIKTOR, unit("VP06"))), 6)


def test_no_right_to_an_address_is_vp007(sandbox: Sandbox, platform: Platform) -> None:
    assert_is(platform.send(question(SCHEDULE, VIKTOR, unit("VP07"))), 7)
    with Platform(sandbox.info, authorised=False) as stranger:
        assert_is(stranger.send(question(SCHEDULE, SARA)), 7)


def test_a_way_is_looked_for_before_the_right_to_go_it(sandbox: Sandbox) -> None:
    with Platform(sandbox.info, authorised=False) as stranger:
        assert_is(stranger.send(question(SCHEDULE, SARA, unit("FINNSEJ"))), 4)


def test_no_catalogue_of_addresses_is_vp008(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("tak", "refuse", times=1)
    assert_is(platform.send(question(SCHEDULE, SARA)), 8)
    assert platform.ask(SCHEDULE, SARA).rows


@pytest.mark.parametrize(
    ("address", "broken", "said"),
    [
        ("VP09", None, "Connection refused"),
        ("BJOR", "refuse", "Connection refused"),
        ("BJOR", "hang", "Timeout"),
        ("BJOR", "drip", "Timeout"),
        ("BJOR", "http500", "HTTP_STATUS=500"),
        ("BJOR", "garbage", None),
    ],
)
def test_a_producer_that_does_not_answer_is_vp009(
    sandbox: Sandbox, platform: Platform, address: str, broken: str | None, said: str | None
) -> None:
    if broken:
        sandbox.fault("nordmark", broken)
    response = platform.send(question(SCHEDULE, VIKTOR, unit(address)))
    if said is None:
        # VP does not read an answer with status 200.
        assert response.status_code == 200
        return
    assert_is(response, 9)
    assert said in response.text


def test_a_route_without_url_is_vp010(platform: Platform) -> None:
    assert_is(platform.send(question(SCHEDULE, VIKTOR, unit("VP10"))), 10)


def test_a_call_outside_tls_is_vp011(sandbox: Sandbox) -> None:
    assert_is(httpx.post(sandbox.info["platform_http"], content=question(SCHEDULE, SARA)), 11)


def test_too_many_calls_at_once_are_vp012(tmp_path: Path) -> None:
    running = start_sandbox(tmp_path, "--capacity", "1", "--fanout-timeout", "60")
    with ThreadPoolExecutor() as pool, Platform(running.info) as platform:
        with stopping(running):
            running.fault("nordmark", "drip", times=1)
            first = pool.submit(platform.ask, SCHEDULE, SARA, unit("BJOR"))
            while not running.calls("nordmark"):
                pass
            assert_is(platform.send(question(SCHEDULE, SARA)), 12)
        # What it was busy with ends with it.
        with pytest.raises(httpx.TransportError):
            first.result()


def test_to_speak_in_anothers_name_is_vp013(sandbox: Sandbox, platform: Platform) -> None:
    name = "x_rivta_original_serviceconsumer_hsaid"
    assert_is(platform.send(question(SCHEDULE, SARA), **{name: unit("OBEH")}), 13)
    own = platform.send(question(SCHEDULE, SARA), **{name: unit("PORT")})
    assert own.status_code == 200


def test_a_loop_is_vp014(platform: Platform) -> None:
    assert_is(platform.send(question(SCHEDULE, VIKTOR, unit("VP14"))), 14)
    history = f"{unit('PORT')},{unit('PLAT')}"
    assert_is(platform.send(question(SCHEDULE, SARA), x_rivta_routing_history=history), 14)


def test_what_cannot_be_read_is_vp015(platform: Platform) -> None:
    assert_is(platform.send(question(SCHEDULE, SARA)[:-9]), 15)


@pytest.mark.parametrize("number", [1, 2, 3, 8, 11, 12, 13, 15])
def test_another_platform_on_the_way_may_say_any_of_it(platform: Platform, number: int) -> None:
    response = platform.send(question(SCHEDULE, VIKTOR, unit(f"VP{number:02}")))
    assert_is(response, number, "Regional plattform")


@pytest.mark.parametrize("number", SIDES)
def test_any_fault_can_be_chosen(sandbox: Sandbox, platform: Platform, number: int) -> None:
    sandbox.fault("plattformen", "vpfault", code=f"VP{number:03}")
    assert_is(platform.send(question(SCHEDULE, SARA)), number)


def test_it_may_start_with_any_of_them(tmp_path: Path) -> None:
    flags = ("--break", "plattformen=vpfault:VP012")
    with stopping(start_sandbox(tmp_path, *flags)) as running, Platform(running.info) as platform:
        assert_is(platform.send(question(SCHEDULE, SARA)), 12)


# Up the tree of units.


@pytest.mark.parametrize("code", ["BARM", "PROV"])
def test_way_and_right_are_found_further_up_the_tree(platform: Platform, code: str) -> None:
    answer = platform.ask(SCHEDULE, KLARA, unit(code))
    assert answer.fault is None
    assert len(answer.rows) == 1


def test_the_producer_is_given_the_address_that_was_called(
    sandbox: Sandbox, platform: Platform
) -> None:
    platform.ask(SCHEDULE, KLARA, unit("PROV"))
    (called,) = sandbox.calls("nordmark")
    assert called["logical_address"] == unit("PROV")


def test_what_has_no_right_further_up_has_none(platform: Platform) -> None:
    for code in ("PSYK", "SJKH"):
        assert_is(platform.send(question(SCHEDULE, SARA, unit(code))), 7)


def test_the_climb_stops_for_a_contract_that_is_excepted(platform: Platform) -> None:
    """Its region, above, would have answered."""
    assert platform.ask(LISTING, BIRGITTA, unit("RNVG")).fault is None
    assert_is(platform.send(question(LISTING, BIRGITTA, unit("BARM"))), 4)


def test_the_old_way_to_write_an_address_names_both(platform: Platform) -> None:
    old = f"{unit('RNVG')}#{unit('BARM')}"
    assert platform.ask(LISTING, BIRGITTA, old).texts("resourceName") == ["Sara Nyström, läkare"]
    assert_is(platform.send(question(SCHEDULE, BIRGITTA, old)), 4)


# RIVTABP20 and 21.


@pytest.mark.parametrize("contract", [SCHEDULE, PLANS, LISTING])
def test_a_message_in_the_other_profile_is_translated(platform: Platform, contract: str) -> None:
    address = unit("RNVG") if contract == LISTING else NATIONAL
    newer = question(contract, BIRGITTA, address).replace("a:To>", "r:LogicalAddress>")
    said = [Answer(contract, platform.send(each)) for each in (older(newer), newer)]
    assert [len(answer.rows) > 0 for answer in said] == [True, True]
    assert etree.tostring(said[0].body) == etree.tostring(said[1].body)


def test_the_namespace_of_the_address_does_not_matter(platform: Platform) -> None:
    """Earlier release candidates had another one, and are still sent."""
    candidate = question(SCHEDULE, SARA).replace(REGISTRY, "urn:riv:infrastructure:itintegration")
    assert Answer(SCHEDULE, platform.send(candidate)).rows


# PingForConfiguration.


def ping(address: str) -> str:
    return (
        f'<e:Envelope xmlns:e="{SOAP}" xmlns:r="{REGISTRY}" xmlns:a="{ADDRESSING}"><e:Header>'
        f"<r:LogicalAddress>{address}</r:LogicalAddress></e:Header><e:Body>"
        f'<p:PingForConfiguration xmlns:p="{PING}"><p:serviceContractNamespace>{SCHEDULE}'
        f"</p:serviceContractNamespace><p:logicalAddress>{address}</p:logicalAddress>"
        "</p:PingForConfiguration></e:Body></e:Envelope>"
    )


@pytest.mark.parametrize(
    ("code", "component"),
    [
        ("PLAT", "Tjänsteplattformen"),
        (NATIONAL, "Aggregerande tjänster"),
        ("NORD", "Region Nordmarks bokningssystem"),
        ("RNVG", "Region Nordmark"),
        ("BJOR", "Björkbackens vårdcentral"),
        ("SJVO", "Sjöviks kommuns verksamhetssystem"),
        ("PERS", "Personuppgiftstjänsten"),
        ("HSAK", "HSA-katalogen"),
        # Nobody has a row for it: the default leads to the platform.
        ("FINNSEJ", "Tjänsteplattformen"),
    ],
)
@pytest.mark.parametrize("profile", ["rivtabp20", "rivtabp21"])
def test_every_component_answers_a_ping(
    platform: Platform, shared: Path, code: str, component: str, profile: str
) -> None:
    asked = ping(code if code == NATIONAL else unit(code))
    response = platform.send(older(asked) if profile == "rivtabp20" else asked, profile)
    assert response.status_code == 200, response.text
    body = etree.fromstring(response.content).find(f"{{{SOAP}}}Body")[0]
    national = schema(shared / PING_XSD)
    assert national.validate(body), national.error_log
    assert national.validate(etree.fromstring(asked).find(f"{{{SOAP}}}Body")[0])
    assert body.findtext(f".//{{{PING}}}value") == component


def test_a_component_that_is_down_answers_no_ping(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("sydkust", "refuse")
    assert_is(platform.send(ping(unit("SYDK"))), 9)
    assert platform.send(ping(unit("NORD"))).status_code == 200


def _own_certificate(folder: Path) -> tuple[Path, Path]:
    """As good as the portal's, signed by nobody whom the platform trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, unit("PORT"))])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "own.pem", folder / "own.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private
