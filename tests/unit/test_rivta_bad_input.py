"""Hostile and broken messages: refused, in bounded time and memory, without a word of theirs."""

import resource
from collections.abc import Callable

import pytest

from stodtjanster.model import Cause
from stodtjanster.sources.care_contacts import adapter as care_contacts
from stodtjanster.sources.care_documentation import adapter as care_documentation
from stodtjanster.sources.care_managers import adapter as care_managers
from stodtjanster.sources.care_plans import adapter as care_plans
from stodtjanster.sources.care_services import adapter as care_services
from stodtjanster.sources.kit.source import SourceFailed
from stodtjanster.sources.kit.xml import MAX_BYTES, parse
from stodtjanster.sources.listings import adapter as listings
from stodtjanster.sources.medication_history import adapter as medication_history
from stodtjanster.sources.persons import adapter as persons
from stodtjanster.sources.request_activities import adapter as request_activities
from stodtjanster.sources.subject_of_care_schedule import adapter as schedule_adapter
from tests.rivta_messages import TOLVAN, reading, schedule, timeslot

READERS = (
    schedule_adapter.read,
    care_managers.read,
    care_plans.read,
    care_services.read,
    care_contacts.read,
    listings.read,
    persons.read,
    medication_history.read,
    care_documentation.read,
    request_activities.read,
)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12))
DEEP = 10_000


def with_doctype(doctype: str, name: str = "Lena Ek") -> bytes:
    body = schedule(timeslot(performerName=name)).decode()
    return body.replace("?>", f"?>{doctype}", 1).encode()


HOSTILE = {
    "dtd": with_doctype("<!DOCTYPE x>"),
    "internal entity": with_doctype('<!DOCTYPE x [<!ENTITY e "hej">]>', "&e;"),
    "external entity": with_doctype(
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"
    ),
    "external dtd": with_doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "parameter entity": with_doctype(
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]>'
    ),
    "billion laughs": with_doctype(f"<!DOCTYPE x [{LAUGHS}]>", "&l11;"),
    "billion laughs in an attribute": with_doctype(
        f'<!DOCTYPE x [{LAUGHS}<!ATTLIST x y CDATA "&l11;">]>'
    ),
    "utf-16 dtd": with_doctype("<!DOCTYPE x>")
    .decode()
    .replace("UTF-8", "UTF-16", 1)
    .encode("utf-16"),
    "10 000 levels": b"<a>" * DEEP + b"</a>" * DEEP,
    "10 000 levels in a row": schedule(timeslot(purpose="<c:b>" * DEEP + "</c:b>" * DEEP)),
    "undefined entity": schedule(timeslot(performerName="&nbsp;")),
    "unknown encoding": schedule(timeslot()).replace(b"UTF-8", b"KLINGON-1", 1),
    "wrong encoding": schedule(timeslot()).replace("vårdcentral".encode(), b"v\xe5rdcentral"),
    "nul": schedule(timeslot(performerName="a\0b")),
    "multipart": b"--MIME\r\nContent-Type: application/xop+xml\r\n\r\n" + schedule(),
    "truncated": schedule(timeslot())[:-40],
    "two roots": schedule() + schedule()[schedule().index(b"<s:") :],
    "binary": bytes(range(256)) * 64,
    "empty": b"",
}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_messages_are_unreadable(read: object, body: bytes) -> None:
    with pytest.raises(SourceFailed) as failed:
        read(body, reading=reading())
    assert failed.value.cause is Cause.UNREADABLE
    assert TOLVAN.value not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__ or failed.value.__context__ is None


TOO_MUCH = {
    "garbage": lambda: b"x" * 50 * 2**20,
    "one text": lambda: b"<a>" + b"x" * MAX_BYTES + b"</a>",
    "elements": lambda: b"<a>" + b"<b/>" * 1_200_000 + b"</a>",
    "attributes": lambda: b"<a " + b" ".join(b'a%d=""' % n for n in range(1_100_000)) + b"/>",
}


@pytest.mark.parametrize("made", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_refused_before_a_tree_is_built(made: Callable[[], bytes]) -> None:
    body = made()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SourceFailed) as failed:
        parse(body)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert failed.value.cause is Cause.TOO_LARGE
    assert grown < 32 * 1024


def test_a_large_honest_answer_is_read() -> None:
    heard = schedule_adapter.read(
        schedule(*(timeslot(bookingId=f"b-{n}") for n in range(5_000))), reading=reading()
    )
    assert len(heard.items) == 5_000
    assert heard.rejected == ()


def test_a_syntax_error_tells_its_line_and_no_content() -> None:
    with pytest.raises(SourceFailed) as failed:
        parse(b"<a>\n<b>191212121212</c></a>")
    assert failed.value.detail == "not well-formed XML, line 2"
