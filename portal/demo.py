"""The portal with its whole sandbox on this machine: two processes, one address."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click
import httpx
import orjson
import tomli_w

from portal import demo_grants
from portal.settings import FILE_VARIABLE

Process = subprocess.Popen[bytes]

START_SECONDS = 60
APPLICATION = "portal.app:create_app()"
_UNIT_KEYS = ("hsa_id", "name", "owner", "kind", "phone", "opening")
_REGIONS = {"name": "regionerna", "owner": "region", "side": "vardgivare"}
_MUNICIPALITIES = {"name": "kommunerna", "owner": "kommun", "side": "omsorgsgivare"}
# A municipality is both; its units are one or the other. The plain ones may be named to anybody.
_HEALTHCARE = frozenset({"Hemsjukvård Sjövik", "Rehab Sjövik"})
_PLAIN = frozenset({"Hemsjukvård Sjövik", "Hemtjänsten Sjövik Norr", "Björkbackens vårdcentral"})
# By the end of the source's key: what is called, and what its settings say.
_CONTRACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "subject-of-care-schedule": (
        "GetSubjectOfCareSchedule/1",
        {"kind": "subject_of_care_schedule", **_REGIONS},
    ),
    "care-managers": ("GetCareManagers/1", {"kind": "care_managers", **_REGIONS}),
    "care-plans": ("GetCarePlans/2", {"kind": "care_plans", **_REGIONS}),
    "care-contacts-2": ("GetCareContacts/2", {"kind": "care_contacts", "major": 2, **_REGIONS}),
    "care-contacts-3": ("GetCareContacts/3", {"kind": "care_contacts", "major": 3, **_REGIONS}),
    "care-services": ("GetCareServices/2", {"kind": "care_services", **_MUNICIPALITIES}),
    "medication-history": ("GetMedicationHistory/2", {"kind": "medication_history", **_REGIONS}),
    **{
        f"{kind.replace('_', '-')}-{major}": (
            f"{operation}/{major}",
            {"kind": kind, "major": major, **_REGIONS},
        )
        for kind, operation, majors in (
            ("care_documentation", "GetCareDocumentation", (2, 3)),
            ("request_activities", "GetRequestActivities", (1, 2)),
        )
        for major in majors
    },
}
_INVITATIONS = "ntjp-open-invitations"
_SJOVIK, _FAST_KONTAKT = "sjovik", "fast-kontakt"
_SYSTEM, _OMSORG = "Sammanhållen planering", "Omsorg enligt SoL och LSS"
_LINKS = {
    "journal": "https://journalen.1177.se/",
    "test_results": "https://journalen.1177.se/",
    "self_care": "https://www.1177.se/",
    "renew_prescription": "https://e-tjanster.1177.se/",
    "medicines": "https://www.ehalsomyndigheten.se/",
}
_ACCESSIBILITY = {
    "name": "Region Nordmark",
    "phone": "0980-319 299",
    "email": "tillganglighet@nordmark.example",
}
BROKEN = "sydkust=http500"
MAIN_PERSON = "birgitta"
STAFF_KEY = "siths"
CONSUMER = "TSTNMT2321000156-PORT"
SERVER = Path(__file__).resolve().parent.parent / "deploy" / "gunicorn.conf.py"


def run_demo(port: int, sandbox_port: int, state: Path) -> int:
    """Start both, say where to go, and stop both at Ctrl-C. Returns an exit code.

    The sandbox calls the portal back at the next port.
    """
    inbound_port = port + 1
    for each in (port, inbound_port):
        if _is_taken(each):
            click.echo(f"portal demo: port {each} is in use; try --port", err=True)
            return 1
    state = state.resolve()
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    sandbox = _run_sandbox(sandbox_port, inbound_port, state)
    portal: Process | None = None
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        told = _wait_for(sandbox, state / "sandbox" / "sandbox.json")
        config = state / "portal.toml"
        settings = {
            **portal_settings(told, port, state),
            "inbound": inbound_settings(told, inbound_port),
        }
        config.write_text(tomli_w.dumps(settings), encoding="utf-8")
        demo_grants.give(settings, told, datetime.now(UTC))
        portal = run_server(port, config)
        _wait_for_port(portal, port)
        introduce(told, settings["base_url"])
        _greet(told, port)
        while portal.poll() is None and sandbox.poll() is None:
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    except _NotStarted as why:
        click.echo(f"portal demo: {why}", err=True)
        return 1
    else:
        return 1
    finally:
        for process in (portal, sandbox):
            _stop(process)


def run_server(port: int, config: Path | None, application: str = APPLICATION) -> Process:
    """The portal under gunicorn on loopback."""
    environment = dict(os.environ)
    if config is not None:
        environment[FILE_VARIABLE] = str(config)
    command = [sys.executable, "-m", "gunicorn", "--config", str(SERVER)]
    command += ["--bind", f"127.0.0.1:{port}", application]
    return subprocess.Popen(tied(command), env=environment)  # noqa: S603


def tied(command: list[str]) -> list[str]:
    """The command, ended by the system when we are, however we end: nobody is left behind. As it
    is where the system cannot do that."""
    keeper = shutil.which("setpriv")
    return command if keeper is None else [keeper, "--pdeathsig", "TERM", *command]


def portal_settings(told: Mapping[str, Any], port: int, state: Path) -> dict[str, Any]:
    """What the portal must be told of the sandbox, in the shape of `portal.settings.Settings`."""
    oidc = told["oidc"]
    return {
        "base_url": f"http://localhost:{port}",
        "database_url": f"sqlite:///{state / 'portal.db'}",
        "map_url": "https://www.openstreetmap.org/search?query={place}",
        "accessibility": _ACCESSIBILITY,
        "links": [{"kind": kind, "url": url} for kind, url in _LINKS.items()],
        "secret": _secret(state / "hemlighet"),
        "sources": [
            *(*_national(told), _register(told), _invitations(told), _bookings(told)),
            *(*_regional(told), *_over_fhir(told), _guardianships(told)),
            *(_access_logs(told), _blocks(told), *_consents(told)),
            {"key": "inbox", "kind": "inbox", "name": "Portalen"},
            {"key": "portal-log", "kind": "portal_log", "name": "Portalen"},
            {"key": "own", "kind": "own", "name": "Portalen"},
        ],
        "connections": _connections(told),
        "unit_catalogue": _unit_catalogue(told),
        "worklists": [{"source": _SJOVIK, "provider": _municipality(told)["hsa_id"]}],
        "units": [
            {key: unit[key] for key in _UNIT_KEYS if unit.get(key)} | _rules_of(unit)
            for unit in told["units"]
        ],
        "security": _security(told),
        "assignments": _assignments(told),
        **_staff(told),
        "logins": [
            {
                "key": "test",
                "title": "test-BankID eller test-Freja",
                "issuer": oidc["issuer"],
                "client_id": oidc["client_id"],
                "client_key": oidc["client_key"],
                "client_alg": oidc["client_alg"],
            }
        ],
    }


def _rules_of(unit: Mapping[str, Any]) -> dict[str, Any]:
    """What the rules for staff go by: the side of SVOD, and whether a name tells anything."""
    if unit["role"] != "unit":
        return {}
    omsorg = unit["kind"] == "kommun" and unit["name"] not in _HEALTHCARE
    side = "omsorgsgivare" if omsorg else "vardgivare"
    return {"side": side, "plain": unit["name"] in _PLAIN}


def _security(told: Mapping[str, Any]) -> dict[str, Any]:
    """The national security services, each with a key that is its own."""
    keys = {"relations": "patientrelation", "consents": "samtycke", "blocks": "sparr"}
    keys["log"] = "logg"
    services = {
        name: {
            "key": key,
            "name": key,
            **_through_platform(told, "{operation}/{major}/rivtabp21"),
        }
        for name, key in keys.items()
    }
    return {**services, "system": CONSUMER}


def _assignments(told: Mapping[str, Any]) -> dict[str, Any]:
    """HSA's word on who works in what, and what roles in a system of the portal's name give."""
    units = {unit["name"]: unit for unit in told["units"]}
    municipality = units["Sjöviks kommun"]
    by_role = [
        {
            "role": f"{_SYSTEM};{name}",
            "works_as": works_as,
            "id": f"TSTNMT2321000156-R{number:03}",
            "name": name,
            "purpose": _OMSORG,
            "unit": units[place]["hsa_id"],
            "unit_name": place,
            "provider": municipality["hsa_id"],
            "provider_name": municipality["name"],
        }
        for number, (name, works_as, place) in enumerate(
            (
                ("Fast omsorgskontakt", "fast_omsorgskontakt", "Hemtjänsten Sjövik Norr"),
                ("Biståndshandläggare", "bistandshandlaggare", municipality["name"]),
                ("Hemtjänst", "hemtjanst", "Hemtjänsten Sjövik Norr"),
            ),
            1,
        )
    ]
    duties = [
        {"role": f"{_SYSTEM};{name}", "purpose": "Administration", "works_as": works_as}
        for name, works_as in (
            ("IT-administratör", "it_admin"),
            ("Loggadministratör", "loggadministrator"),
        )
    ]
    hsa = {
        "key": "hsa-assignments",
        "name": "HSA",
        **_through_platform(told, "{operation}/2/rivtabp21"),
    }
    return {"hsa": hsa, "omsorg_purposes": [_OMSORG], "duties": duties, "by_role": by_role}


def _staff(told: Mapping[str, Any]) -> dict[str, Any]:
    """The staff's provider; nothing where the sandbox has none."""
    siths = told.get("siths")
    if siths is None:
        return {}
    return {
        "staff_saml": [
            {
                "key": STAFF_KEY,
                "title": "test-SITHS",
                "entity_id": siths["entity_id"],
                "metadata_url": f"{siths['address']}/metadata",
                "metadata_signers": [siths["metadata_signer"]],
                "site": siths["site"],
                "certificate": siths["certificate"],
                "private_key": siths["key"],
                "next_certificate": siths["next_certificate"],
                "next_private_key": siths["next_key"],
            }
        ]
    }


def introduce(told: Mapping[str, Any], base_url: str) -> None:
    """Hand our metadata in to the staff's provider, as one does when a service is connected."""
    siths = told.get("siths")
    if siths is None:
        return
    with httpx.Client(timeout=START_SECONDS, trust_env=False) as client:
        own = client.get(f"{base_url}/personal/saml/{STAFF_KEY}/metadata").raise_for_status()
        client.put(f"{siths['address']}/_test/service", content=own.content).raise_for_status()


def inbound_settings(told: Mapping[str, Any], port: int) -> dict[str, Any]:
    """Where the sandbox's platform brings messages and notifications."""
    return {
        "port": port,
        "callers": [told["platform_hsa_id"]],
        "tls": {
            "ca": told["ca"],
            "certificate": told["endpoint_cert"],
            "key": told["endpoint_key"],
        },
    }


def _secret(path: Path) -> str:
    """The same at every start: what is in the database was sealed with it."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(token_urlsafe(), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _national(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each contract at the aggregated address, over mutual TLS."""
    return [
        {
            "key": f"ntjp-{key}",
            "available_svod": True,
            **settings,
            **_through_platform(told, f"{path}/rivtabp21"),
        }
        for key, (path, settings) in _CONTRACTS.items()
    ]


def _invitations(told: Mapping[str, Any]) -> dict[str, Any]:
    """Open invitations: the index, and then the units that it names."""
    return {
        "key": _INVITATIONS,
        "kind": "open_invitations",
        **_REGIONS,
        **_through_platform(told, "{operation}/1/rivtabp21"),
    }


def _connections(told: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue of addresses, which says who is connected."""
    return {
        "key": "ntjp-connections",
        "kind": "connections",
        "name": "Tjänsteadresseringskatalogen",
        **_through_platform(told, "GetLogicalAddresseesByServiceContract/2/rivtabp21"),
    }


def _unit_catalogue(told: Mapping[str, Any]) -> dict[str, Any]:
    """HSA: where units are, and how they are reached."""
    unit = next(unit for unit in told["units"] if unit["role"] == "catalogue")
    return {
        "key": "hsa",
        "kind": "units",
        "name": unit["name"],
        "logical_address": unit["hsa_id"],
        **_through_platform(told, "{operation}/{major}/rivtabp21"),
    }


def _bookings(told: Mapping[str, Any]) -> dict[str, Any]:
    """What may be asked and done about the regions' booked times, at each unit itself."""
    return {
        "key": "ntjp-bookings",
        "kind": "bookings",
        "completes": ["ntjp-subject-of-care-schedule", _INVITATIONS],
        **_REGIONS,
        **_through_platform(told, "{operation}/1/rivtabp21"),
    }


def _register(told: Mapping[str, Any]) -> dict[str, Any]:
    """Who a person is, at the national register."""
    unit = next(unit for unit in told["units"] if unit["role"] == "persons")
    return {
        "key": "ntjp-persons",
        "kind": "persons",
        "name": unit["name"],
        "logical_address": unit["hsa_id"],
        "expects": [unit["hsa_id"]],
        **_through_platform(told, "GetPersonsForProfile/5/rivtabp21"),
    }


def _guardianships(told: Mapping[str, Any]) -> dict[str, Any]:
    """Who is whose guardian, beside the platform."""
    return {
        "key": "guardianships",
        "kind": "guardianships",
        "name": "Folkbokföringen",
        "url": told["guardianships"],
        **_over_mutual_tls(told),
    }


def _access_logs(told: Mapping[str, Any]) -> dict[str, Any]:
    """Who has read, at the national log."""
    unit = next(unit for unit in told["units"] if unit["role"] == "log")
    return {
        "key": "ntjp-access-logs",
        "kind": "access_logs",
        "name": unit["name"],
        "phone": unit["phone"],
        "logical_address": unit["hsa_id"],
        "expects": [unit["hsa_id"]],
        **_through_platform(told, "GetAccessLogsForPatient/1/rivtabp21"),
    }


def _blocks(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the person has closed, at the national register."""
    return {
        "key": "ntjp-blocks",
        "kind": "blocks",
        "name": "Spärrtjänsten",
        **_through_platform(told, "GetAllBlocksForPatient/2/rivtabp21"),
    }


def _consents(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who may read by consent: the contract asks of one provider at a time."""
    return [
        {
            "key": f"consents-{unit['hsa_id'].lower()}",
            "kind": "consents",
            "name": unit["name"],
            "owner": unit["kind"],
            "phone": unit["phone"],
            "logical_address": unit["hsa_id"],
            "expects": [unit["hsa_id"]],
            **_through_platform(told, "GetExtendedConsentsForPatient/2/rivtabp21"),
        }
        for unit in told["units"]
        if unit["role"] == "provider"
    ]


def _regional(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Listings, which no aggregating service knows: each region at its own address."""
    return [
        {
            "key": f"listing-{unit['hsa_id'].lower()}",
            "kind": "listings",
            "name": unit["name"],
            "owner": "region",
            "logical_address": unit["hsa_id"],
            "expects": [unit["hsa_id"]],
            **_through_platform(told, "GetListing/1/rivtabp20"),
        }
        for unit in told["units"]
        if unit["kind"] == "region" and unit["role"] == "provider"
    ]


def _through_platform(told: Mapping[str, Any], path: str) -> dict[str, Any]:
    url = f"{told['platform'].rstrip('/')}/vp/{path}"
    return {"url": url, "consumer_hsa_id": CONSUMER, **_over_mutual_tls(told)}


def _over_mutual_tls(told: Mapping[str, Any]) -> dict[str, Any]:
    tls = {"ca": told["ca"], "certificate": told["client_cert"], "key": told["client_key"]}
    return {"tls": tls}


def _over_fhir(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    owner = _municipality(told)
    return [
        {
            "key": _SJOVIK,
            "kind": "fhir",
            "release": "R4",
            "method": "mixed",
            "provenance": True,
            "plans_from": ["CarePlan", "DocumentReference"],
            "devices_from": ["DeviceUseStatement", "SupplyRequest"],
            "absences": True,
            "scopes": ["system/*.rs", "system/AppointmentResponse.c"],
            "name": owner["name"],
            "owner": "kommun",
            "available_svod": True,
            "phone": owner["phone"],
            "tls": {"ca": told["ca"]},
            **_fhir(told, _SJOVIK),
        },
        {
            "key": _FAST_KONTAKT,
            "kind": "fhir",
            "release": "R5",
            "information": ["care_manager"],
            "name": "Inera",
            "available_svod": True,
            **_over_mutual_tls(told),
            **_fhir(told, _FAST_KONTAKT),
        },
    ]


def _municipality(told: Mapping[str, Any]) -> Mapping[str, Any]:
    units: list[dict[str, Any]] = told["units"]
    return next(u for u in units if u["kind"] == "kommun" and u["role"] == "provider")


def _fhir(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    client = told["fhir_client"]
    return {
        "base_url": told["fhir"][name],
        "client_id": client["client_id"],
        "private_key": client["key"],
        "alg": client["alg"],
    }


class _NotStarted(Exception):  # noqa: N818 - a statement
    """Said in one line to whoever typed the command."""


def _run_sandbox(port: int, inbound_port: int, state: Path) -> Process:
    told = state / "sandbox" / "sandbox.json"
    told.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox", "--state", str(told.parent)]
    command += ["--port-base", str(port), "--break", BROKEN]
    inbound = f"https://localhost:{inbound_port}/"
    command += ["--subscriber", inbound, "--inbox", inbound]
    return subprocess.Popen(tied(command), stdout=subprocess.DEVNULL)  # noqa: S603


def _wait_for(process: Process, path: Path) -> dict[str, Any]:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if path.exists():
            told: dict[str, Any] = orjson.loads(path.read_bytes())
            return told
        time.sleep(0.05)
    raise _NotStarted("the sandbox did not start; is another demo running on the same ports?")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for_port(process: Process, port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if _is_taken(port):
            return
        time.sleep(0.05)
    raise _NotStarted("the portal did not start; what it said stands above")


def _greet(told: Mapping[str, Any], port: int) -> None:
    main = next(person for person in told["people"] if person.get("key") == MAIN_PERSON)
    click.echo(
        f"\nÖppna http://localhost:{port} i en webbläsare.\n"
        f"Logga in som {main['name']}. En region är trasig med flit.\n"
        "Avsluta med Ctrl-C.\n"
    )


def _stop(process: Process | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
