"""A plain consumer of the sandbox's wires, for tests: SOAP envelopes, tokens, schemas."""

from __future__ import annotations

import json
import ssl
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from lxml import etree

NATIONAL = "5565594230"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
REGISTRY = "urn:riv:itintegration:registry:1"
HEADERS = "urn:riv:interoperability:headers:1"

SCHEDULE = "urn:riv:crm:scheduling:GetSubjectOfCareScheduleResponder:1"
MANAGERS = (
    "urn:riv:coreprocess:residentparticipation:residentparticipation:GetCareManagersResponder:1"
)
MANAGERS_CORE = "urn:riv:coreprocess:residentparticipation:residentparticipation:1"
PLANS = "urn:riv:clinicalprocess:logistics:logistics:GetCarePlansResponder:2"
PLANS_CORE = "urn:riv:clinicalprocess:logistics:logistics:3"
SERVICES = "urn:riv:clinicalprocess:logistics:logistics:GetCareServicesResponder:2"
CONTACTS_2 = "urn:riv:clinicalprocess:logistics:logistics:GetCareContactsResponder:2"
CONTACTS_3 = "urn:riv:clinicalprocess:logistics:logistics:GetCareContactsResponder:3"
LISTING = "urn:riv:crm:carelisting:GetListingResponder:1"
MEDICINES = (
    "urn:riv:clinicalprocess:activityprescription:actoutcome:GetMedicationHistoryResponder:2"
)
NOTES_2 = "urn:riv:clinicalprocess:healthcond:description:GetCareDocumentationResponder:2"
NOTES_3 = "urn:riv:clinicalprocess:healthcond:description:GetCareDocumentationResponder:3"
NOTES_3_CORE = "urn:riv:clinicalprocess:healthcond:description:3"
REFERRALS_1 = "urn:riv:crm:requeststatus:GetRequestActivitiesResponder:1"
REFERRALS_2 = "urn:riv:crm:requeststatus:GetRequestActivitiesResponder:2"
PERSONS = "urn:riv:strategicresourcemanagement:persons:person:GetPersonsForProfileResponder:5"
ADDRESSING = "http://www.w3.org/2005/08/addressing"

NAMES = {
    SCHEDULE: "GetSubjectOfCareSchedule",
    MANAGERS: "GetCareManagers",
    PLANS: "GetCarePlans",
    SERVICES: "GetCareServices",
    CONTACTS_2: "GetCareContacts",
    CONTACTS_3: "GetCareContacts",
    LISTING: "getListing",
    MEDICINES: "GetMedicationHistory",
    NOTES_2: "GetCareDocumentation",
    NOTES_3: "GetCareDocumentation",
    REFERRALS_1: "GetRequestActivities",
    REFERRALS_2: "GetRequestActivities",
    PERSONS: "GetPersonsForProfile",
}
ROWS = {
    SCHEDULE: "timeslotDetail",
    MANAGERS: "careManager",
    PLANS: "carePlan",
    SERVICES: "careService",
    CONTACTS_2: "careContact",
    CONTACTS_3: "careContact",
    LISTING: "subjectOfCare",
    MEDICINES: "medicationMedicalRecord",
    NOTES_2: "careDocumentation",
    NOTES_3: "careDocumentation",
    REFERRALS_1: "requestActivity",
    REFERRALS_2: "requestActivity",
    PERSONS: "requestedPersonRecord",
}

XSD = {
    SCHEDULE: "crm/scheduling/1.1/interactions/GetSubjectOfCareScheduleInteraction/"
    "GetSubjectOfCareScheduleResponder_1.1.xsd",
    MANAGERS: "coreprocess/residentparticipation/residentparticipation/1.0/interactions/"
    "GetCareManagersInteraction/GetCareManagersResponder_1.0.xsd",
    PLANS: "clinicalprocess/logistics/logistics/3.0/interactions/GetCarePlansInteraction/"
    "GetCarePlansResponder_2.0.xsd",
    SERVICES: "clinicalprocess/logistics/logistics/3.0/interactions/GetCareServicesInteraction/"
    "GetCareServicesResponder_2.0.xsd",
    CONTACTS_2: "clinicalprocess/logistics/logistics/2.0/interactions/GetCareContactsInteraction/"
    "GetCareContactsResponder_2.0.xsd",
    CONTACTS_3: "clinicalprocess/logistics/logistics/3.0/interactions/GetCareContactsInteraction/"
    "GetCareContactsResponder_3.0.xsd",
    LISTING: "crm/carelisting/1.0/GetListing_1_0.xsd",
    MEDICINES: "clinicalprocess/activityprescription/actoutcome/2.1/interactions/"
    "GetMedicationHistoryInteraction/GetMedicationHistoryResponder_2.1.xsd",
    NOTES_2: "clinicalprocess/healthcond/description/2.1.1/interactions/"
    "GetCareDocumentationInteraction/GetCareDocumentationResponder_2.1.xsd",
    NOTES_3: "clinicalprocess/healthcond/description/3.0/interactions/"
    "GetCareDocumentationInteraction/GetCareDocumentationResponder_3.0.xsd",
    REFERRALS_1: "crm/requeststatus/1.0/interactions/GetRequestActivitiesInteraction/"
    "GetRequestActivitiesResponder_1.0.xsd",
    REFERRALS_2: "crm/requeststatus/2.0/interactions/GetRequestActivitiesInteraction/"
    "GetRequestActivitiesResponder_2.0.xsd",
    PERSONS: "strategicresourcemanagement/persons/person/5.0/interactions/"
    "GetPersonsForProfileInteraction/GetPersonsForProfileResponder_5.0.xsd",
}
HEADERS_XSD = "interoperability/headers/1.0/core_components/interoperability_headers_1.0.xsd"

_QUESTIONS = {
    SCHEDULE: "<m:healthcare_facility>{address}</m:healthcare_facility>"
    "<m:subject_of_care>{person}</m:subject_of_care>",
    **{
        contract: f'<m:patientId xmlns:c="{core}"><c:root>1.2.752.129.2.1.3.1</c:root>'
        "<c:extension>{person}</c:extension></m:patientId>"
        for contract, core in {
            MANAGERS: MANAGERS_CORE,
            NOTES_3: NOTES_3_CORE,
            REFERRALS_2: "urn:riv:crm:requeststatus:2",
        }.items()
    },
    **{
        contract: f'<m:patientId xmlns:c="{core}"><c:id>{{person}}</c:id>'
        "<c:type>1.2.752.129.2.1.3.1</c:type></m:patientId>"
        for contract, core in {
            PLANS: PLANS_CORE,
            SERVICES: PLANS_CORE,
            CONTACTS_2: "urn:riv:clinicalprocess:logistics:logistics:2",
            CONTACTS_3: PLANS_CORE,
            MEDICINES: "urn:riv:clinicalprocess:activityprescription:actoutcome:2",
            NOTES_2: "urn:riv:clinicalprocess:healthcond:description:2",
        }.items()
    },
    LISTING: "<m:personId>{person}</m:personId>",
    PERSONS: '<m:personId xmlns:c="urn:riv:strategicresourcemanagement:persons:person:5">'
    "<c:root>1.2.752.129.2.1.3.1</c:root><c:extension>{person}</c:extension></m:personId>"
    "<m:profile>P2</m:profile><m:ignoreReferredIdentity>true</m:ignoreReferredIdentity>",
    REFERRALS_1: "<m:subjectOfCareId>{person}</m:subjectOfCareId>",
}


def question(
    contract: str,
    person: str,
    address: str | None = NATIONAL,
    *,
    actor: bool = True,
    more: str = "",
) -> str:
    """A request envelope; `more` is put last in the body element."""
    inner = _QUESTIONS[contract].format(person=person, address=address)
    element = "a:To" if contract == LISTING else "r:LogicalAddress"
    logical = "" if address is None else f"<{element}>{address}</{element}>"
    acting = (
        f"<h:Actor><h:actorId>{person}</h:actorId><h:actorType>subject_of_care</h:actorType></h:Actor>"
        if actor
        else ""
    )
    name = NAMES[contract]
    return (
        f'<e:Envelope xmlns:e="{SOAP}" xmlns:r="{REGISTRY}" xmlns:h="{HEADERS}"'
        f' xmlns:a="{ADDRESSING}">'
        f"<e:Header>{logical}{acting}</e:Header>"
        f'<e:Body><m:{name} xmlns:m="{contract}">{inner}{more}</m:{name}></e:Body></e:Envelope>'
    )


class Platform:
    """A consumer of the tjänsteplattform with a client certificate: its name in sandbox.json."""

    def __init__(
        self, info: dict[str, Any], *, authorised: bool = True, certificate: str = ""
    ) -> None:
        context = ssl.create_default_context(cafile=info["ca"])
        kind = certificate or ("client" if authorised else "unauthorised")
        context.load_cert_chain(info[f"{kind}_cert"], info[f"{kind}_key"])
        self._url = f"{info['platform']}/vp/Anything/1"
        self.client = httpx.Client(verify=context, timeout=30)

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()

    def send(
        self, envelope: str | bytes, profile: str = "rivtabp21", **headers: str
    ) -> httpx.Response:
        """`profile` is what the URL says that it is; the message may say another."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            f"{self._url}/{profile}", content=envelope, headers={"Content-Type": "text/xml"} | named
        )

    def ask(
        self, contract: str, person: str, address: str | None = NATIONAL, **kwargs: Any
    ) -> Answer:
        return Answer(contract, self.send(question(contract, person, address, **kwargs)))


class Answer:
    """A response envelope: rows, status rows, fault."""

    def __init__(self, contract: str, response: httpx.Response) -> None:
        self.contract = contract
        self.response = response
        self.root = etree.fromstring(response.content)
        self.body = self.root.find(f"{{{SOAP}}}Body")[0]

    @property
    def rows(self) -> list[Any]:
        return self.body.findall(f"{{{self.contract}}}{ROWS[self.contract]}")

    @property
    def fault(self) -> str | None:
        return self.body.findtext("faultstring")

    @property
    def status(self) -> dict[str, Any]:
        """The rows of ProcessingStatus by logical address."""
        rows = self.root.findall(f".//{{{HEADERS}}}ProcessingStatusList")
        return {row.findtext(f"{{{HEADERS}}}logicalAddress"): row for row in rows}

    @property
    def codes(self) -> dict[str, str]:
        return {
            address.rpartition("-")[2]: row.findtext(f"{{{HEADERS}}}statusCode")
            for address, row in self.status.items()
        }

    def texts(self, name: str) -> list[str]:
        """The texts of every element with a local name, in any namespace."""
        return [element.text for element in self.root.iter(f"{{*}}{name}")]


class Municipality:
    """A client of a FHIR server with a token, and with the portal's certificate."""

    def __init__(self, info: dict[str, Any], name: str = "sjovik") -> None:
        self.base = info["fhir"][name]
        self._client_info = info["fhir_client"]
        self.key = ECKey.import_key(json.loads(Path(self._client_info["key"]).read_text("utf-8")))
        context = ssl.create_default_context(cafile=info["ca"])
        context.load_cert_chain(info["client_cert"], info["client_key"])
        self.http = httpx.Client(verify=context, timeout=30, base_url=self.base)

    def __enter__(self) -> Municipality:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def assertion(self, *, key: ECKey | None = None, **changed: Any) -> str:
        claims = {
            "iss": self._client_info["client_id"],
            "sub": self._client_info["client_id"],
            "aud": f"{self.base}/token",
            "exp": int(time.time()) + 240,
            "jti": str(uuid.uuid4()),
        } | changed
        header = {"alg": "ES384", "kid": self.key.kid}
        return jwt.encode(header, claims, key or self.key, algorithms=["ES384"])

    def token_request(self, assertion: str, scope: str = "system/*.rs") -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            "scope": scope,
        }
        return self.http.post("/token", data=form)

    def login(self, scope: str = "system/*.rs") -> Municipality:
        issued = self.token_request(self.assertion(), scope).raise_for_status().json()
        self.http.headers["Authorization"] = f"Bearer {issued['access_token']}"
        return self

    def patient(self, person: str) -> str:
        """The FHIR reference of a person, by number."""
        kind = "samordningsnummer" if int(person[6:8]) > 60 else "personnummer"
        system = f"http://electronichealth.se/identifier/{kind}"
        found = self.bundle("/Patient", identifier=f"{system}|{person}")
        return f"Patient/{found['entry'][0]['resource']['id']}"

    def bundle(self, url: str, **params: Any) -> dict[str, Any]:
        answer = self.http.get(url, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all_pages(self, url: str, **params: Any) -> list[dict[str, Any]]:
        """Every page of a search."""
        pages = [self.bundle(url, **params)]
        while (following := next_link(pages[-1])) is not None:
            pages.append(self.bundle(following))
        return pages


def next_link(bundle: dict[str, Any]) -> str | None:
    return next((x["url"] for x in bundle["link"] if x["relation"] == "next"), None)


def entries(bundle: dict[str, Any], mode: str = "match") -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle.get("entry", []) if e["search"]["mode"] == mode]


def schema(path: Path) -> etree.XMLSchema:
    """A national schema without the anchors that XSD 1.0 reads as letters."""
    parser = etree.XMLParser()
    parser.resolvers.add(_WithoutAnchors())
    return etree.XMLSchema(etree.fromstring(_stripped(path), parser, base_url=str(path)))


class _WithoutAnchors(etree.Resolver):
    def resolve(self, url: str, _public_id: str, context: Any) -> Any:
        return self.resolve_string(_stripped(Path(url)), context, base_url=url)


def _stripped(path: Path) -> bytes:
    return (
        path.read_bytes().replace(b'pattern value="^', b'pattern value="').replace(b'$"/>', b'"/>')
    )
