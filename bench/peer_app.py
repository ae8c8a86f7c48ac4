"""The page as one would make it without us: plain Flask, zeep, httpx, Jinja and Babel.

Every source is called through zeep with the national WSDL, one after another or by threads, and
what zeep gives is printed by a template. It shows the rows that ours shows, and has nothing of what
ours has besides: session, rules, log, reports, order, time limits, streaming, or a word of a source
that does not answer.
"""

import ssl
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import httpx
import zeep
from babel.dates import format_datetime
from flask import Flask
from zeep.transports import Transport

from bench.parse_rows import SUBJECT

Call = Callable[[], list[Any]]

_ADDRESS: Final = {"LogicalAddress": "5565594230"}
_PERSON: Final = "1.2.752.129.2.1.3.1"
_LISTS: Final = ("booked", "managers", "plans")
_DOMAIN_OF_MANAGERS: Final = "coreprocess/residentparticipation/residentparticipation/1.0"
_PAGE: Final = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><title>Min vård</title></head><body>
<h1>Min vård</h1>
<h2>Bokade tider</h2>
<ul>
{% for row in booked %}
  <li class="handelse">
    <p class="handelse-tid"><time>{{ row.startTimeInclusive|when }}</time>
      till <time>{{ row.endTimeExclusive|when }}</time></p>
    <h4 class="handelse-rubrik">{{ row.timeTypeName or row.careTypeName }}</h4>
    <p class="handelse-enhet">{{ row.healthcare_facility_name }}</p>
    <p class="handelse-rad">{{ row.performerName }} {{ row.resourceName }}</p>
    <p class="handelse-obs">{{ row.purpose }}</p>
  </li>
{% endfor %}
</ul>
<h2>Kontakter</h2>
<ul>
{% for row in managers %}
  <li class="kort kontakt">
    <h3>{{ row.code.displayName }}</h3>
    <p class="kontakt-namn">{{ row.practitioner.name }}</p>
    <p>{{ row.managingCareUnit.name }}</p>
    {% for contact in row.contact %}{% for telecom in contact.telecom %}
    <a class="knapp" href="tel:{{ telecom.value }}">Ring {{ telecom.value }}</a>
    {% endfor %}{% endfor %}
    <p>{{ row.externalNotes }}</p>
  </li>
{% endfor %}
</ul>
<h2>Planer</h2>
<ul>
{% for row in plans %}
  {% set author = row.carePlanHeader.accountableHealthcareProfessional %}
  <li class="kort plan">
    <h4 class="handelse-rubrik">{{ row.carePlanHeader.documentTitle }}</h4>
    <p class="plan-rad">{{ row.carePlanBody.typeOfCarePlanEnum }}.
      Ansvarig: {{ author.healthcareProfessionalName }},
      {{ author.healthcareProfessionalOrgUnit.orgUnitName }}.</p>
    <p><time>{{ author.authorTime|when }}</time></p>
  </li>
{% endfor %}
</ul>
</body></html>
"""


class _Httpx(Transport):
    """zeep's calls over an httpx client."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # zeep has no types
        self._client = client

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> httpx.Response:
        return self._client.post(address, content=message, headers=headers)


def peer(national: Path, urls: Sequence[str], tls: ssl.SSLContext, threads: int = 0) -> Flask:
    """`national` is the folder of national schemas, and `urls` answer its three contracts in turn.

    With no threads a page calls one source after another.
    """
    # Connections are kept, as ours are: by itself it would keep twenty.
    client = httpx.Client(verify=tls, limits=httpx.Limits(max_connections=None), trust_env=False)
    calls = _calls(national, urls, client)
    each = ThreadPoolExecutor(threads).map if threads else map
    app = Flask(__name__)
    app.add_template_filter(_when, "when")
    template = app.jinja_env.from_string(_PAGE)

    @app.get("/")
    def page() -> str:
        answers = list(each(_made, calls))
        lists = {
            name: [row for answer in answers[place :: len(_LISTS)] for row in answer]
            for place, name in enumerate(_LISTS)
        }
        return template.render(lists)

    return app


def _calls(national: Path, urls: Iterable[str], client: httpx.Client) -> list[Call]:
    domains = {
        _booked: ("crm/scheduling/1.1", "GetSubjectOfCareSchedule"),
        _managers: (
            "coreprocess/residentparticipation/residentparticipation/1.0",
            "GetCareManagers",
        ),
        _plans: ("clinicalprocess/logistics/logistics/3.0", "GetCarePlans"),
    }
    contracts = [
        (ask, _service(national / domain, operation, client))
        for ask, (domain, operation) in domains.items()
    ]
    return [
        partial(ask, service(url))
        for (ask, service), url in zip(cycle(contracts), urls, strict=False)
    ]


def _service(domain: Path, operation: str, client: httpx.Client) -> Callable[[str], Any]:
    """Of a contract, by the address that it is called at."""
    (wsdl,) = (domain / f"interactions/{operation}Interaction").glob("*_RIVTABP21.wsdl")
    contract: Any = zeep.Client(str(wsdl), transport=_Httpx(client))  # type: ignore[no-untyped-call]  # as above
    (service,) = contract.wsdl.services.values()
    (port,) = service.ports.values()
    return partial(contract.create_service, port.binding.name)


def _booked(service: Any) -> list[Any]:
    answer = service.GetSubjectOfCareSchedule(
        healthcare_facility=_ADDRESS["LogicalAddress"],
        subject_of_care=SUBJECT.value,
        _soapheaders=_ADDRESS,
    )
    return list(answer.timeslotDetail)


def _managers(service: Any) -> list[Any]:
    person = {"root": _PERSON, "extension": SUBJECT.value}
    return list(service.GetCareManagers(patientId=person, _soapheaders=_ADDRESS))


def _plans(service: Any) -> list[Any]:
    person = {"id": SUBJECT.value, "type": _PERSON}
    return list(service.GetCarePlans(patientId=person, _soapheaders=_ADDRESS).carePlan)


def _made(call: Call) -> list[Any]:
    return call()


def _when(written: str) -> str:
    moment = datetime.strptime(written, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only to be printed
    return format_datetime(moment, "EEEE d MMMM y 'kl.' HH.mm", locale="sv_SE")
