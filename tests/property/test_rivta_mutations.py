"""Whatever happens to a message on its way, nothing but SourceFailed is raised, and nobody's
rows but those of the person asked about are given out."""

import copy
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from stodtjanster.information import Item
from stodtjanster.sources.access_logs import adapter as access_logs
from stodtjanster.sources.blocks import adapter as blocks
from stodtjanster.sources.bookings import adapter as bookings
from stodtjanster.sources.care_contacts import adapter as care_contacts
from stodtjanster.sources.care_documentation import adapter as notes
from stodtjanster.sources.care_managers import adapter as care_managers
from stodtjanster.sources.care_plans import adapter as care_plans
from stodtjanster.sources.care_services import adapter as care_services
from stodtjanster.sources.consents import adapter as consents
from stodtjanster.sources.kit.source import Heard, SourceFailed
from stodtjanster.sources.kit.times import day, moment, span
from stodtjanster.sources.listings import adapter as listings
from stodtjanster.sources.medication_history import adapter as medicines
from stodtjanster.sources.persons import adapter as persons
from stodtjanster.sources.request_activities import adapter as referrals
from stodtjanster.sources.subject_of_care_schedule import adapter as booked
from tests.access_logs import answered, row
from tests.bookings import details, free_day, free_days, free_times, offered
from tests.rivta_messages import (
    OTHER,
    PERSON,
    TOLVAN,
    UNIT,
    care_contact,
    care_manager,
    care_plan,
    care_service,
    elements,
    envelope,
    identity,
    listed,
    listing,
    person_record,
    reading,
    requested,
    result,
    schedule,
    status_row,
    statuses,
    summary_header,
    telecom,
    timeslot,
)
from tests.rivta_records import medicine, more, note_2, note_3, step_1, step_2
from tests.safeguards import assertion, block, blocked, consented, excluded, lifted

FOREIGN = "Annans"
HEADER = statuses(status_row(), status_row(code="NoDataSynchFailed", error=("504", "x")))
CONTENT = elements(content=elements(mediaType="text/plain", value="UGxhbg=="))
REST = elements(
    careTeam=elements(id=identity("t"), name="Team", internalNotes="hemligt"),
    managingCareGiver=elements(hsaId=identity(UNIT), name="Region"),
    contact=telecom("phone", "0980-319 200"),
)
STRANGER = summary_header(
    documentId="Annans-1", patientId=elements(id=OTHER.value, type=PERSON), documentTitle=FOREIGN
)
Read = Callable[..., Heard]
OTHERS_ID = {"patientId": elements(id=OTHER.value, type=PERSON)}
OTHERS_II = identity(OTHER.value, PERSON)
OPTIONAL = ("subject_of_care", "originalPatientId")
TEXT = {"clinicalDocumentNoteText": "Mål\nÖverenskommelse: Lena ringer\nMålsättning: Gå"}

MESSAGES: tuple[tuple[Read, bytes], ...] = (
    (
        booked.read,
        schedule(
            timeslot(purpose="&lt;article&gt;&lt;para&gt;Hej&lt;/para&gt;&lt;/article&gt;"),
            timeslot(
                subject_of_care=OTHER.value,
                bookingId="Annans-1",
                timeTypeName=FOREIGN,
                performerName=FOREIGN,
            ),
            timeslot(bookingId="b-3", invitation="true"),
            header=HEADER,
        ),
    ),
    (
        care_managers.read,
        envelope(
            care_managers.CONTRACT,
            care_manager(rest=REST)
            + care_manager(
                subject=OTHER.value,
                practitioner=elements(id=identity("x"), name=FOREIGN),
                rest=elements(externalNotes=FOREIGN),
            )
            + care_manager(code="<c:code>9</c:code>"),
            HEADER,
        ),
    ),
    (
        care_plans.read,
        envelope(
            care_plans.CONTRACT,
            care_plan(CONTENT)
            + care_plan(
                documentTitle=FOREIGN,
                documentId="Annans-1",
                patientId=elements(id=OTHER.value, type=PERSON),
            )
            + care_plan(documentId="p-3", nullified="false")
            + result("OK"),
            HEADER,
        ),
    ),
    (
        care_services.read,
        envelope(
            care_services.CONTRACT,
            care_service(typeOfCareService="SÄBO", housing="hemligt")
            + care_service(STRANGER, input=FOREIGN, scope=FOREIGN)
            + result("OK"),
            HEADER,
        ),
    ),
    *(
        (
            care_contacts.read,
            envelope(
                contract,
                care_contact()
                + care_contact(STRANGER, careContactReason=FOREIGN)
                + care_contact(
                    summary_header(documentId="p-3"),
                    careContactStatus=elements(code="3", displayName="Pågående"),
                ),
                HEADER,
            ),
        )
        for contract in care_contacts.CONTRACTS
    ),
    (
        listings.read,
        envelope(
            listings.CONTRACT,
            listed(listing(), listing(listingType="BVC", validFromDate=""))
            + listed(listing(listingType=FOREIGN), person=OTHER.value),
        ),
    ),
    (
        persons.read,
        envelope(
            persons.CONTRACT,
            requested(person_record(addressInformation="hemligt"))
            + requested(person_record(OTHER.value, name=elements(surname=FOREIGN)), OTHER.value)
            + requested(
                person_record(
                    protectedPersonIndicator="true",
                    linkedIdentity=elements(
                        referredPersonalIdentity=identity("201212121212", PERSON)
                    ),
                )
            ),
        ),
    ),
    (
        medicines.read,
        envelope(
            medicines.CONTRACT,
            medicine(prescriptionNote="hemligt")
            + medicine(header={**OTHERS_ID, "documentId": "Annans-1"}, treatmentPurpose=FOREIGN)
            + medicine(typeOfPrescription="U", header={"documentId": "p-3"})
            + result("OK"),
            HEADER,
        ),
    ),
    (
        notes.read,
        envelope(
            notes.CONTRACTS[0],
            note_2(clinicalDocumentNoteTitle="Besök", **TEXT)
            + note_2({**OTHERS_ID, "documentId": "Annans-1"}, clinicalDocumentNoteText=FOREIGN)
            + note_2({"documentId": "p-3"}, clinicalDocumentNoteTitle="hemligt"),
            HEADER,
        ),
    ),
    (
        notes.read,
        envelope(
            notes.CONTRACTS[1],
            note_3(clinicalDocumentNoteTitle="Besök", **TEXT)
            + note_3({"patientId": OTHERS_II}, clinicalDocumentNoteText=FOREIGN)
            + note_3(header={"author": None})
            + more(UNIT, "r-2")
            + result("OK"),
            HEADER,
        ),
    ),
    (
        referrals.read,
        envelope(
            referrals.CONTRACTS[0],
            step_1()
            + step_1(subjectOfCareId=OTHER.value, requestIssuedByPersonName=FOREIGN)
            + step_1(statusCode="30", senderRequestId=None, receiverRequestId="7"),
            HEADER,
        ),
    ),
    (
        referrals.read,
        envelope(
            referrals.CONTRACTS[1],
            step_2()
            + step_2({"originalPatientId": OTHERS_II}, {"id": FOREIGN})
            + step_2(statusCode="<c:originalText>Vilar</c:originalText>"),
            HEADER,
        ),
    ),
    (
        access_logs.read,
        answered(
            row(UserName="hemligt", UserTitle="hemligt")
            + row(AccessDate="2026-11-09T08:00:00", Purpose="Nödöppning", CareUnitName=None)
        ),
    ),
    (
        blocks.read,
        blocked(
            block(excluded(), lifted(RevokedForEmployeeId="hemligt"), OwnerId="hemligt")
            + block(excluded(FOREIGN), BlockId="Annans-1", PatientId=OTHER.value)
            + block(BlockId="s-3", BlockType="Outer", InformationCareUnitId=None)
        ),
    ),
    (
        consents.read,
        consented(
            assertion(ownerId="hemligt", employeeId="hemligt")
            + assertion(OTHER.value, assertionId="Annans-1")
            + assertion(assertionId="i-3", assertionType="Emergency")
        ),
    ),
    (bookings.read, details(purpose="&lt;para&gt;Hej&lt;/para&gt;", invitation="true")),
    (bookings.read, free_days(free_day(), free_day(date="20261125", healthcare_facility="SE-9"))),
    (
        bookings.read,
        free_times(
            offered(resourceID="r-1"),
            offered(subject_of_care=OTHER.value, timeTypeName=FOREIGN, performerName=FOREIGN),
        ),
    ),
)

unhurried = settings(deadline=None)
messages = st.sampled_from(MESSAGES)
words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", " ", "true", "x" * 3_000, "99991231235959", "20260329023000", "&lt;p&gt;"]
    ),
    st.text("0123456789TZ:-+", max_size=25),
)


def check(read: Read, body: bytes) -> None:
    try:
        heard = read(body, reading=reading())
    except SourceFailed:
        return
    assert heard.reports
    for item in heard.items:
        assert isinstance(item, Item)
        assert item.subject == TOLVAN
        assert FOREIGN not in repr(item)
        assert "hemligt" not in repr(item)
    assert sum(report.rejected for report in heard.reports) == len(heard.rejected)


def pick(data: st.DataObject, root: etree._Element) -> etree._Element:
    return data.draw(st.sampled_from([*root.iter(etree.Element)]))


def is_the_others(element: etree._Element) -> bool:
    said = "".join(str(part) for part in element.itertext())
    return OTHER.value in said or FOREIGN in said


@unhurried
@given(messages, st.data())
def test_an_element_dropped(message: tuple[Read, bytes], data: st.DataObject) -> None:
    """But for the number itself where the contract lets it be left out: a row without one is
    about whom we asked for."""
    read, body = message
    root = etree.fromstring(body)
    gone = pick(data, root)
    parent = gone.getparent()
    optional = etree.QName(gone).localname in OPTIONAL and is_the_others(gone)
    if parent is not None and not optional:
        parent.remove(gone)
    check(read, etree.tostring(root))


@unhurried
@given(messages, st.data())
def test_an_element_twice(message: tuple[Read, bytes], data: st.DataObject) -> None:
    read, body = message
    root = etree.fromstring(body)
    doubled = pick(data, root)
    if doubled is not root:
        doubled.addnext(copy.deepcopy(doubled))
    check(read, etree.tostring(root))


@unhurried
@given(messages, st.data())
def test_an_element_moved(message: tuple[Read, bytes], data: st.DataObject) -> None:
    """Anything but what is the other person's: that, moved, would be said of the one we asked
    about by the source itself."""
    read, body = message
    root = etree.fromstring(body)
    moved, target = pick(data, root), pick(data, root)
    inside = target in {moved, *moved.iterdescendants()}
    if moved is not root and not inside and not is_the_others(moved):
        target.append(moved)
    root.tail = None
    check(read, etree.tostring(root))


@unhurried
@given(messages, st.data())
def test_children_in_another_order(message: tuple[Read, bytes], data: st.DataObject) -> None:
    read, body = message
    root = etree.fromstring(body)
    parent = pick(data, root)
    for part in data.draw(st.permutations([*parent])):
        parent.append(part)
    check(read, etree.tostring(root))


@unhurried
@given(messages, st.data(), words)
def test_a_text_replaced(message: tuple[Read, bytes], data: st.DataObject, word: str) -> None:
    read, body = message
    root = etree.fromstring(body)
    element = pick(data, root)
    try:
        element.text = word
    except ValueError:
        return
    check(read, etree.tostring(root))


@unhurried
@given(messages, st.data())
def test_a_byte_flipped(message: tuple[Read, bytes], data: st.DataObject) -> None:
    read, body = message
    place = data.draw(st.integers(0, len(body) - 1))
    flipped = bytes([body[place] ^ data.draw(st.integers(1, 255))])
    check(read, body[:place] + flipped + body[place + 1 :])


@unhurried
@given(messages, st.data())
def test_a_message_cut_short(message: tuple[Read, bytes], data: st.DataObject) -> None:
    read, body = message
    check(read, body[: data.draw(st.integers(0, len(body)))])


@unhurried
@given(st.sampled_from([read for read, _ in MESSAGES]), st.binary(max_size=300))
def test_bytes_of_any_kind(read: Read, body: bytes) -> None:
    check(read, body)


@unhurried
@given(words, words)
def test_times_of_any_kind(start: str, end: str) -> None:
    at = moment(start)
    assert at is None or (at.tzinfo is not None and day(start) == at.date())
    span(start, end)
