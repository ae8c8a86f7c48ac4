"""What it costs to read RIV-TA answers, against the floor: lxml building the tree and no more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from lxml import etree

from bench import parse_rows as rows
from bench.parse_peers import xsdata_reader, zeep_reader
from bench.parse_race import FLOOR, OURS, WALK, Raced, Read, race
from bench.parse_rows import SUBJECT, UNIT, answer
from stodtjanster.catalogue import Entry
from stodtjanster.model import HsaId, Period, Told
from stodtjanster.sources.bookings import adapter as bookings
from stodtjanster.sources.care_contacts import adapter as care_contacts
from stodtjanster.sources.care_documentation import adapter as care_documentation
from stodtjanster.sources.care_managers import adapter as care_managers
from stodtjanster.sources.care_plans import adapter as care_plans
from stodtjanster.sources.care_services import adapter as care_services
from stodtjanster.sources.connections import adapter as connections
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.listings import adapter as listings
from stodtjanster.sources.medication_history import adapter as medication_history
from stodtjanster.sources.open_invitations import adapter as open_invitations
from stodtjanster.sources.persons import adapter as persons
from stodtjanster.sources.request_activities import adapter as request_activities
from stodtjanster.sources.subject_of_care_schedule import adapter as schedule
from stodtjanster.sources.units import adapter as units

MANY: Final = 200
_NOW: Final = datetime(2026, 11, 20, tzinfo=UTC)
_READING: Final = Reading("bench", _NOW, SUBJECT, Period(date(2026, 9, 1), date(2027, 12, 31)))
_BOOKING: Final = {contract.operation: contract for contract in bookings.CONTRACTS}
_LOGGED: Final = rows.result(resultCode="OK", logId="NA")
_DONE: Final = rows.result(resultCode="OK")


@dataclass(frozen=True, slots=True)
class Answer:
    """A contract, its schema, how a row of its answer is written and how the answer is read.

    `schema` lies below the folder of national schemas. `read` gives how many values it made.
    `rows` is 1 where an answer is about one thing; `after` is what comes after the rows.
    """

    contract: Contract
    schema: str
    row: Callable[[int], str]
    read: Callable[[bytes], int]
    rows: int = MANY
    after: str = ""

    @property
    def name(self) -> str:
        return f"{self.contract.operation} {self.contract.major}"

    def body(self) -> bytes:
        return answer(self.contract, (*map(self.row, range(self.rows)), self.after))


def _items(read: Callable[..., Heard]) -> Callable[[bytes], int]:
    def count(body: bytes) -> int:
        heard = read(body, reading=_READING)
        assert not heard.rejected
        return len(heard.items)

    return count


def _places(read: Callable[..., tuple[tuple[object, ...], Heard]]) -> Callable[[bytes], int]:
    def count(body: bytes) -> int:
        places, heard = read(body, reading=_READING)
        assert not heard.rejected
        return len(places)

    return count


def _entry(body: bytes) -> int:
    return int(units.read_unit(body, HsaId(UNIT), at=_NOW) is not None)


def _owner(body: bytes) -> int:
    entry = Entry(HsaId(UNIT), Told("Tallbackens vårdcentral"), _NOW)
    return int(units.read_owner(body, entry).provider is not None)


def _schema(folder: str, operation: str, version: str) -> str:
    interactions = f"{folder}/interactions/{operation}Interaction"
    return f"{interactions}/{operation}Responder_{version}.xsd"


def _times(operation: str, row: Callable[[int], str], rows: int = MANY) -> Answer:
    """An answer about one booking, which is asked for where it is held."""
    schema = _schema("crm/scheduling/1.1", operation, "1.1")
    return Answer(_BOOKING[operation], schema, row, _items(bookings.read), rows)


_logistics = partial(_schema, "clinicalprocess/logistics/logistics/3.0")
_unit = partial(_schema, "infrastructure/directory/organization/5.0")

ANSWERS: Final = (
    Answer(
        schedule.CONTRACT,
        _schema("crm/scheduling/1.1", "GetSubjectOfCareSchedule", "1.1"),
        rows.timeslot,
        _items(schedule.read),
    ),
    _times("GetAvailableTimeslots", rows.timeslot),
    _times("GetAvailableDates", rows.free_day),
    _times("GetBookingDetails", rows.timeslot, 1),
    Answer(
        care_managers.CONTRACT,
        _schema(
            "coreprocess/residentparticipation/residentparticipation/1.0", "GetCareManagers", "1.0"
        ),
        rows.care_manager,
        _items(care_managers.read),
    ),
    Answer(
        care_plans.CONTRACT,
        _logistics("GetCarePlans", "2.0"),
        rows.care_plan,
        _items(care_plans.read),
        after=_LOGGED,
    ),
    Answer(
        care_services.CONTRACT,
        _logistics("GetCareServices", "2.0"),
        rows.care_service,
        _items(care_services.read),
        after=_LOGGED,
    ),
    Answer(
        care_contacts.CONTRACTS[0],
        _schema("clinicalprocess/logistics/logistics/2.0", "GetCareContacts", "2.0"),
        rows.contact_2,
        _items(care_contacts.read),
    ),
    Answer(
        care_contacts.CONTRACTS[1],
        _logistics("GetCareContacts", "3.0"),
        rows.contact_3,
        _items(care_contacts.read),
        after=_LOGGED,
    ),
    Answer(
        care_documentation.CONTRACTS[0],
        _schema("clinicalprocess/healthcond/description/2.1.1", "GetCareDocumentation", "2.1"),
        rows.note_2,
        _items(care_documentation.read),
    ),
    Answer(
        care_documentation.CONTRACTS[1],
        _schema("clinicalprocess/healthcond/description/3.0", "GetCareDocumentation", "3.0"),
        rows.note_3,
        _items(care_documentation.read),
        after=_DONE,
    ),
    Answer(
        medication_history.CONTRACT,
        _schema(
            "clinicalprocess/activityprescription/actoutcome/2.1", "GetMedicationHistory", "2.1"
        ),
        rows.medicine,
        _items(medication_history.read),
        after=_LOGGED,
    ),
    Answer(
        request_activities.CONTRACTS[0],
        _schema("crm/requeststatus/1.0", "GetRequestActivities", "1.0"),
        rows.step_1,
        _items(request_activities.read),
    ),
    Answer(
        request_activities.CONTRACTS[1],
        _schema("crm/requeststatus/2.0", "GetRequestActivities", "2.0"),
        rows.step_2,
        _items(request_activities.read),
    ),
    Answer(
        listings.CONTRACT,
        "crm/carelisting/1.0/GetListing_1_0.xsd",
        rows.listed,
        _items(listings.read),
        1,
    ),
    Answer(
        persons.CONTRACT,
        _schema("strategicresourcemanagement/persons/person/5.0", "GetPersonsForProfile", "5.0"),
        rows.person,
        _items(persons.read),
        1,
    ),
    Answer(
        open_invitations.CONTRACT,
        _schema("itintegration/engagementindex/1.0", "FindContent", "1.0"),
        rows.engagement,
        _places(open_invitations.read_places),
    ),
    Answer(
        connections.CONTRACT,
        _schema(
            "infrastructure/itintegration/registry/2.0",
            "GetLogicalAddresseesByServiceContract",
            "2.0",
        ),
        rows.connection,
        _places(connections.read_places),
    ),
    Answer(units.UNIT, _unit("GetUnit", "5.0"), rows.catalogue_unit, _entry, 1),
    Answer(units.CARE_UNIT, _unit("GetHealthCareUnit", "2.0"), rows.care_unit, _owner, 1),
)


def races(national: Path | None, folder: Path) -> Iterator[Callable[[], Raced]]:
    """A race for each contract, to be run as often as one wants.

    `national` is the folder of national schemas; without it only the floor and ours run.
    """
    for each in ANSWERS:
        readers: dict[str, Read] = {FLOOR: _floor(), OURS: each.read, WALK: _walk()}
        if national is not None:
            schema = national / each.schema
            readers["zeep"] = zeep_reader(schema, each.contract)
            readers["xsdata"] = xsdata_reader(schema, each.contract, folder)
        body = each.body()
        yield partial(race, each.name, body, each.read(body), readers)


def _floor() -> Read:
    parser = _parser()
    return lambda body: etree.fromstring(body, parser)


def _walk() -> Read:
    """The least that a reader can do of the tree: the name and the text of every element."""
    parser = _parser()

    def read(body: bytes) -> None:
        for each in etree.fromstring(body, parser).iter():
            _ = each.tag, each.text

    return read


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True
    )
