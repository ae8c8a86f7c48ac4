"""An answer that tells of more is followed where it says, within bounds, and loses nothing."""

from collections.abc import Generator
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import Agreement
from stodtjanster.model import Cause, Outcome
from stodtjanster.sources.care_documentation.adapter import CONTRACTS, Adapter, read
from stodtjanster.sources.care_documentation.settings import Settings
from stodtjanster.sources.kit.paging import MAX_PAGES
from stodtjanster.sources.kit.source import Heard, Request, Response, SourceFailed
from tests.rivta_messages import (
    OTHER_UNIT,
    SETTINGS,
    UNIT,
    envelope,
    identity,
    question,
    reading,
    result,
    status_row,
    statuses,
)
from tests.rivta_records import more, note_3

NEWER = CONTRACTS[1]
ADDRESS = "{urn:riv:itintegration:registry:1}LogicalAddress"
REFERENCE = f"{{{NEWER.namespace}}}hasMoreReference"
Answer = bytes | SourceFailed


def page(*ids: str, then: str = "", header: str = "", system: str = UNIT) -> bytes:
    rows = "".join(
        note_3(
            header={"record": f"<c:id>{identity(each)}</c:id>", "sourceSystemId": identity(system)}
        )
        for each in ids
    )
    return envelope(NEWER, rows + then + result("OK"), header)


def conversation(*answers: Answer) -> tuple[Heard, list[tuple[str | None, str | None]]]:
    """What was heard, and the address and the reference of each request."""
    talk: Generator[Request, Response, Heard] = Adapter(Settings.model_validate(SETTINGS)).ask(
        question(Agreement)
    )
    asked = [sent(next(talk))]
    for answer in answers:
        try:
            if isinstance(answer, SourceFailed):
                asked.append(sent(talk.throw(answer)))
            else:
                asked.append(sent(talk.send(Response(200, {}, answer))))
        except StopIteration as end:
            return end.value, asked
    raise AssertionError("the adapter asks on")


def sent(request: Request) -> tuple[str | None, str | None]:
    root = etree.fromstring(request.body)
    return root.findtext(f".//{ADDRESS}"), root.findtext(f".//{REFERENCE}")


def records(heard: Heard) -> list[str]:
    return [item.origin.record for item in heard.items]


def causes(heard: Heard) -> dict[str, Any]:
    return {report.system: report.cause for report in heard.reports}


def test_more_is_asked_for_at_the_address_that_has_it() -> None:
    header = statuses(status_row(UNIT), status_row(OTHER_UNIT))
    first = page("a", then=more(UNIT, "r-2"), header=header)
    heard, asked = conversation(first, page("b", then=more(UNIT, "r-3")), page("c"))
    assert asked == [("5565594230", None), (UNIT, "r-2"), (UNIT, "r-3")]
    assert records(heard) == ["a", "b", "c"]
    assert causes(heard) == {UNIT: None, OTHER_UNIT: None}
    assert all(report.answered for report in heard.reports)


def test_a_page_that_fails_costs_only_itself() -> None:
    header = statuses(status_row(UNIT), status_row(OTHER_UNIT))
    then = more(UNIT, "r-2") + more(OTHER_UNIT, "r-2")
    heard, _ = conversation(
        page("a", then=then, header=header), SourceFailed(Cause.FAULT), page("b", system=OTHER_UNIT)
    )
    assert records(heard) == ["a", "b"]
    assert causes(heard) == {UNIT: Cause.PARTIAL, OTHER_UNIT: None}


def test_when_the_time_is_out_what_has_come_is_handed_over() -> None:
    header = statuses(status_row(UNIT), status_row(OTHER_UNIT))
    then = more(UNIT, "r-2") + more(OTHER_UNIT, "r-2")
    heard, asked = conversation(page("a", then=then, header=header), SourceFailed(Cause.TIMEOUT))
    assert len(asked) == 2
    assert records(heard) == ["a"]
    assert causes(heard) == {UNIT: Cause.PARTIAL, OTHER_UNIT: Cause.PARTIAL}


def test_a_way_that_leads_back_is_not_gone_twice() -> None:
    header = statuses(status_row(UNIT))
    heard, asked = conversation(
        page("a", then=more(UNIT, "r-2"), header=header), page("b", then=more(UNIT, "r-2"))
    )
    assert len(asked) == 2
    assert causes(heard) == {UNIT: Cause.PARTIAL}


def test_pages_without_end_are_followed_only_so_far() -> None:
    pages = [page(f"n-{n}", then=more(UNIT, f"r-{n}")) for n in range(MAX_PAGES + 1)]
    heard, asked = conversation(*pages)
    assert len(asked) == MAX_PAGES + 1
    assert len(heard.items) == MAX_PAGES + 1
    assert causes(heard)[UNIT] is Cause.PARTIAL


@pytest.mark.parametrize(
    "said",
    [
        more(None, "r-2"),
        more(UNIT, None),
        more("http://127.0.0.1/x", "r-2"),
        more(UNIT, "x" * 5_000),
    ],
)
def test_what_cannot_be_asked_for_is_said_to_be_missing(said: str) -> None:
    heard, asked = conversation(page("a", then=said, header=statuses(status_row(UNIT))))
    assert len(asked) == 1
    assert causes(heard) == {UNIT: Cause.PARTIAL}


def test_a_system_that_no_status_names_gets_a_report_of_its_own() -> None:
    heard, _ = conversation(
        page("a", then=more(OTHER_UNIT, "r-2"), header=statuses(status_row(UNIT))),
        SourceFailed(Cause.DENIED),
    )
    assert causes(heard) == {UNIT: None, OTHER_UNIT: Cause.PARTIAL}


def test_a_page_that_says_error_makes_the_answer_partial() -> None:
    error = envelope(NEWER, result("ERROR"))
    heard, _ = conversation(
        page("a", then=more(UNIT, "r-2"), header=statuses(status_row(UNIT))), error
    )
    (report,) = heard.reports
    assert (report.outcome, report.cause) == (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL)


def test_rows_about_another_person_on_a_later_page_are_stopped_and_said() -> None:
    other = note_3({"patientId": identity("199001012385", "1.2.752.129.2.1.3.1")})
    heard, _ = conversation(
        page("a", then=more(UNIT, "r-2"), header=statuses(status_row(UNIT))),
        envelope(NEWER, other + result("OK")),
    )
    assert records(heard) == ["a"]
    assert causes(heard) == {UNIT: Cause.FOREIGN}
    assert sum(report.rejected for report in heard.reports) == len(heard.rejected) == 1


def test_a_page_from_a_file_is_partial_when_it_tells_of_more() -> None:
    heard = read(page("a", then=more(UNIT, "r-2")), reading=reading(subject=None))
    assert records(heard) == ["a"]
    assert Cause.PARTIAL in causes(heard).values()
