"""Messages to the portal's own SOAP endpoint, built from parts that a test may replace."""

from __future__ import annotations

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ADD = "urn:mvk:crm:casemanagement:inbox:AddMessageResponder:2"
INBOX = "urn:mvk:crm:casemanagement:inbox:2"
NOTIFY = "urn:riv:itintegration:engagementindex:ProcessNotificationResponder:1"
INDEX = "urn:riv:itintegration:engagementindex:1"
PING = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"

INBOX_XSD = "rivta/mvk/crm/casemanagement/inbox/2.0/interactions/AddMessage/"
XSD = {
    ADD: f"{INBOX_XSD}AddMessageResponder_2.0.xsd",
    NOTIFY: "rivta/itintegration/engagementindex/1.0/interactions/"
    "ProcessNotificationInteraction/ProcessNotificationResponder_1.0.xsd",
    PING: "rivta/itintegration/monitoring/1.0/interactions/"
    "PingForConfigurationInteraction/PingForConfigurationResponder_1.0.xsd",
}

WHOLE = {
    "id": "brev-1",
    "caseReadStatus": "Unread",
    "actionDate": "2026-11-19",
    "actionTime": "08:15:00",
    "caseType": "<c:id>7</c:id><c:caseTypeDescription>Kallelse</c:caseTypeDescription>",
    "userSelectionStatus": "Active",
    "healthCareFacility": "<c:hsaId>TSTNMT2321000156-ORTO</c:hsaId>"
    "<c:healthCareFacilityName>Ortopedmottagningen</c:healthCareFacilityName>"
    "<c:isServiceCategory>false</c:isServiceCategory>",
    "booking": "<c:bookingId>NM-20431</c:bookingId><c:isInvitation>true</c:isInvitation>"
    "<c:cancelled>0</c:cancelled><c:bookingDate>2026-11-24T09:15:00</c:bookingDate>",
    "businessObjectId": "NA",
    "headerText": "Du är kallad till återbesök",
    "bodyText": "Ta med din läkemedelslista.",
    "details": '<c:Cases x:type="c:WorkflowCaseType"><c:headerText>Ärende</c:headerText>'
    "<c:bodyText>Remiss</c:bodyText><c:caseStatus><c:id>3</c:id></c:caseStatus></c:Cases>",
    "msg": "Svara gärna.",
    "urlConfiguration": "<c:systemId>s</c:systemId><c:urlText>Läs mer</c:urlText>"
    "<c:urlLinkType>NewWindow</c:urlLinkType>",
}
"""Every element that a message may have."""


def message(**changes: str | None) -> str:
    """The content of `message`: whole, with some parts replaced or (None) left out."""
    parts = {**WHOLE, **changes}
    return "".join(
        f"<c:{name}>{said}</c:{name}>" for name, said in parts.items() if said is not None
    )


def add_message(person: str, said: str | None = None, *, rest: str | None = None) -> str:
    return (
        f'<m:AddMessage xmlns:m="{ADD}" xmlns:c="{INBOX}" xmlns:x="{XSI}">'
        f"<m:subjectOfCareId>{person}</m:subjectOfCareId>"
        f"<m:message>{message() if said is None else said}</m:message>"
        f"{'<m:notify>true</m:notify>' if rest is None else rest}</m:AddMessage>"
    )


def engagement(person: str, **changes: str | None) -> str:
    fields = {
        "registeredResidentIdentification": person,
        "serviceDomain": "riv:crm:scheduling",
        "categorization": "Booking",
        "logicalAddress": "TSTNMT2321000156-ORTO",
        "businessObjectInstanceIdentifier": "NM-20431",
        "clinicalProcessInterestId": "NA",
        "mostRecentContent": "20261124091500",
        "sourceSystem": "TSTNMT2321000156-NMVG",
        "creationTime": "20261101080000",
        "updateTime": "20261120120000",
        "dataController": "TSTNMT2321000156-NMVG",
        "owner": "5565594230",
        **changes,
    }
    inner = "".join(
        f"<c:{name}>{said}</c:{name}>" for name, said in fields.items() if said is not None
    )
    return (
        "<m:engagementTransaction><c:deleteFlag>false</c:deleteFlag>"
        f"<c:engagement>{inner}</c:engagement></m:engagementTransaction>"
    )


def notification(*engagements: str) -> str:
    inner = "".join(engagements)
    return (
        f'<m:ProcessNotification xmlns:m="{NOTIFY}" xmlns:c="{INDEX}">'
        f"{inner}</m:ProcessNotification>"
    )


def ping() -> str:
    return (
        f'<m:PingForConfiguration xmlns:m="{PING}">'
        f"<m:serviceContractNamespace>{ADD}</m:serviceContractNamespace>"
        "<m:logicalAddress>TSTNMT2321000156-PORT</m:logicalAddress></m:PingForConfiguration>"
    )


def envelope(content: str, header: str = "") -> bytes:
    """Refers to the address as the platform does."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header>'
        '<r:LogicalAddress xmlns:r="urn:riv:itintegration:registry:1">TSTNMT2321000156-PORT'
        f"</r:LogicalAddress>{header}</s:Header><s:Body>{content}</s:Body></s:Envelope>"
    ).encode()


def body_in(answer: bytes) -> etree._Element:
    """The element in Body of an answer."""
    (content,) = etree.fromstring(answer).find(f"{{{SOAP}}}Body")
    return content
