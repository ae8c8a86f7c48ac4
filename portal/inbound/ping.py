"""PingForConfiguration 1.0 (itintegration:monitoring): whoever forwards to us asks if we are up."""

from importlib.metadata import version
from typing import Final

from lxml import etree

from portal.inbound.delivery import Delivery, Operation
from portal.inbound.schema import Part, Shape, uri
from stodtjanster.model import STOCKHOLM

_MESSAGES: Final = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
REQUEST: Final = f"{{{_MESSAGES}}}PingForConfiguration"
SHAPE: Final = Shape(
    (
        Part(f"{{{_MESSAGES}}}serviceContractNamespace", uri(256)),
        Part(f"{{{_MESSAGES}}}logicalAddress", uri(256)),
    ),
    open=frozenset({_MESSAGES}),
)


def _take(delivery: Delivery) -> etree._Element:
    response = etree.Element(f"{REQUEST}Response", nsmap={"m": _MESSAGES})
    etree.SubElement(response, f"{{{_MESSAGES}}}version").text = version("portalen")
    when = delivery.at.astimezone(STOCKHOLM).strftime("%Y%m%d%H%M%S")
    etree.SubElement(response, f"{{{_MESSAGES}}}pingDateTime").text = when
    return response


OPERATION: Final = Operation(REQUEST, SHAPE, _take)
