"""Readers that somebody else would pick: zeep, xsdata and fhir.resources.

None of them makes our values. What they give is what a program would have to begin from.
"""

import subprocess
import sys
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zeep
from fhir.resources.R4B.bundle import Bundle
from lxml import etree
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.handlers import LxmlEventHandler

from bench.parse_race import Read
from stodtjanster.sources.kit.rivta import Contract

_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"


def zeep_reader(schema: Path, contract: Contract) -> Read:
    """zeep with the national WSDL beside the schema: from the bytes of a reply to its objects."""
    (wsdl,) = schema.parent.glob(f"{contract.operation}Interaction_*.wsdl")
    client = zeep.Client(str(wsdl))  # type: ignore[no-untyped-call]  # zeep has no types
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()
    operation = port.binding.get(contract.root or contract.operation)

    def read(body: bytes) -> Any:
        reply = SimpleNamespace(
            status_code=200, content=body, headers={"Content-Type": "text/xml"}, encoding="utf-8"
        )
        return port.binding.process_reply(client, operation, reply)

    return read


def xsdata_reader(schema: Path, contract: Contract, folder: Path) -> Read:
    """xsdata with classes that it makes of the national schema, in `folder`."""
    package = f"{contract.operation}_{contract.major}".lower()
    command = [sys.executable, "-m", "xsdata", "generate", str(schema)]
    subprocess.run(
        [*command, "--package", package, "--structure-style", "single-package"],
        cwd=folder,
        # Its formatter is looked for on the path.
        env={"PATH": str(Path(sys.executable).parent)},
        check=True,
        capture_output=True,
    )
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        kind = getattr(import_module(package), f"{contract.operation}Response")
    finally:
        sys.path.remove(str(folder))
    parser = XmlParser(handler=LxmlEventHandler)

    def read(body: bytes) -> Any:
        (content,) = next(etree.fromstring(body).iterchildren(_BODY))
        return parser.parse(content, kind)

    return read


def fhir_resources(body: bytes) -> Bundle:
    """The whole Bundle checked and made into objects."""
    return Bundle.model_validate_json(body)
