"""The table of the wire-level suite: one row for each configured source and what it gives.

A source that is found in the demo's settings, or a kind in `stodtjanster.sources`, without a row
here fails the suite.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.faults import TARGETS
from stodtjanster.information import (
    AccessLog,
    Agreement,
    Appointment,
    Block,
    CareContact,
    CareManager,
    CarePlan,
    CareService,
    Consent,
    FreeDay,
    FreeTime,
    Guardianship,
    Item,
    Listing,
    Medication,
    Message,
    OwnEntry,
    OwnNote,
    PersonRecord,
    ReferralStatus,
)
from stodtjanster.model import Cause, PersonId

BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
ANDERS = PersonId.parse("196408233234")
NOTHING = PersonId.parse("199606292382")
"""Is known in the sandbox, and has nothing anywhere."""
UNKNOWN = PersonId.parse("189001019802")
"""Is not known to anybody in the sandbox."""
OTHER = {BIRGITTA: SARA, SARA: BIRGITTA, ANDERS: SARA}

PLATFORM, SJOVIK, FAST_KONTAKT = "plattformen", "sjovik", "fast-kontakt"
CUSTODY = "vardnadshavare"
HERE = ""
"""No target: what the portal keeps itself is behind no wire that the sandbox could break."""
NORDMARK, SYDKUST, OMSORG = "nordmark", "sydkust", "sjovik-omsorg"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of information from one source, and who can be asked about.

    `target` is what the sandbox breaks between the portal and the source, `producers` who answers
    behind the platform, `login` who gives the token. `person` has rows in every one of them.
    `paged`: its answer comes, or can be made to come, in several pages.
    """

    source: str
    information: type[Item]
    target: str = PLATFORM
    producers: tuple[str, ...] = ()
    login: str | None = None
    person: PersonId = BIRGITTA
    asked_about_a_booking: bool = False
    knows_everybody: bool = False
    paged: bool = False

    @property
    def name(self) -> str:
        return f"{self.source}:{self.information.key}"

    @property
    def names_the_person(self) -> bool:
        """Free times are nobody's, and who has read is told of whom it was asked about: their rows
        say nothing of a person."""
        return self.information not in (FreeDay, FreeTime, AccessLog)


def _national(key: str, information: type[Item], *producers: str, paged: bool = False) -> Row:
    return Row(f"ntjp-{key}", information, producers=producers, paged=paged)


def _rows() -> Iterable[Row]:
    regions = (NORDMARK, SYDKUST)
    yield _national("subject-of-care-schedule", Appointment, *regions)
    yield _national("open-invitations", Appointment, NORDMARK)
    yield _national("care-managers", CareManager, NORDMARK)
    yield _national("care-plans", CarePlan, NORDMARK)
    for major in (2, 3):
        yield _national(f"care-contacts-{major}", CareContact, *regions)
    yield _national("care-services", CareService, OMSORG)
    yield _national("medication-history", Medication, NORDMARK)
    for major in (2, 3):
        yield _national(f"care-documentation-{major}", Agreement, NORDMARK, paged=major == 3)
    for major in (1, 2):
        yield _national(f"request-activities-{major}", ReferralStatus, *regions)
    yield Row("ntjp-persons", PersonRecord, knows_everybody=True)
    for region, code in ((NORDMARK, "rnvg"), (SYDKUST, "rsvg")):
        yield Row(f"listing-tstnmt2321000156-{code}", Listing, producers=(region,))
    for information in (Appointment, FreeDay, FreeTime):
        yield Row("ntjp-bookings", information, producers=(NORDMARK,), asked_about_a_booking=True)
    municipal = (Appointment, CareManager, CarePlan, CareService, Agreement, Medication)
    for information in (*municipal, CareContact, ReferralStatus):
        # Of the others it has one each, which fits on any page.
        paged = information in (Appointment, CareService, Agreement, ReferralStatus)
        yield Row(SJOVIK, information, target=SJOVIK, login="sjovik-token", paged=paged)
    yield Row(FAST_KONTAKT, CareManager, target=FAST_KONTAKT, person=SARA)
    yield Row("guardianships", Guardianship, target=CUSTODY, person=ANDERS)
    yield Row("ntjp-access-logs", AccessLog)
    yield Row("ntjp-blocks", Block, producers=("sparr",))
    for provider, person in (("rnvg", BIRGITTA), ("rsvg", ANDERS), ("sjvg", BIRGITTA)):
        key = f"consents-tstnmt2321000156-{provider}"
        yield Row(key, Consent, producers=("samtycke",), person=person)
    yield Row("inbox", Message, target=HERE)
    yield Row("portal-log", AccessLog, target=HERE)
    for information in (OwnEntry, OwnNote):
        yield Row("own", information, target=HERE)


ROWS = tuple(_rows())
WIRED = tuple(row for row in ROWS if row.target)

LOST = frozenset({Cause.FAULT, Cause.UNREADABLE})
"""A connection that ended before the answer or in it."""
CAUSES: dict[str, frozenset[Cause]] = {
    "hang": frozenset({Cause.TIMEOUT}),
    "refuse": LOST,
    "cut": LOST,
    "lost-answer": LOST,
    "http500": frozenset({Cause.FAULT}),
    "vpfault": frozenset({Cause.FAULT}),
    "garbage": frozenset({Cause.UNREADABLE}),
    "truncated": frozenset({Cause.UNREADABLE}),
    "empty": frozenset({Cause.UNREADABLE}),
    "bomb": frozenset({Cause.UNREADABLE}),
    "deep": frozenset({Cause.UNREADABLE}),
    "wrong-namespace": frozenset({Cause.UNREADABLE}),
    "huge": frozenset({Cause.TOO_LARGE}),
}
"""How each fault between the portal and the source is told of. What is missing has its own test."""
SPECIAL = frozenset({"slow", "wrong-person", "partial", "next-elsewhere"})
FHIR_TARGETS = frozenset({SJOVIK, FAST_KONTAKT})


def faults() -> list[tuple[Row, str]]:
    """Every fault that the sandbox knows at a row's target and that leaves nothing to show."""
    return [
        (row, kind)
        for row in WIRED
        for kind in TARGETS[row.target]
        # To a FHIR server "empty" is an answer without rows, which has its own test.
        if kind not in SPECIAL and not (kind == "empty" and row.target in FHIR_TARGETS)
    ]
