"""Everything that a request may use, joined once by `portal.app`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from portal.calendars import Calendars
from portal.gates import Gates
from portal.guardians import Guardians
from portal.identity.oidc import Provider
from portal.pace import Pace
from portal.pages import Pages
from portal.patients import Patients
from portal.people import People
from portal.sessions import LoginAttempts, Sessions
from portal.settings import Settings
from portal.staff_door import StaffDoor
from portal.store import (
    LogCheckRows,
    MessageRows,
    OwnWordsRows,
    RecollectionRows,
    SharedShelf,
    Store,
)
from portal.strangers import Strangers
from portal.tally import Tally
from stodtjanster.access.closure import ClosureBook
from stodtjanster.audit import AuditLog
from stodtjanster.catalogue import Directory
from stodtjanster.fetch import FetchService
from stodtjanster.grants import GrantBook
from stodtjanster.model import HsaId
from stodtjanster.worklists import Worklist
from views.kit.view import View


@dataclass(frozen=True, slots=True)
class House:
    """`clock` gives aware times and is the only clock of a request.

    `handle_secret` is the key of the names that records have in addresses. `shelf` is there when
    several processes share one.
    """

    settings: Settings
    clock: Callable[[], datetime]
    store: Store
    audit: AuditLog
    messages: MessageRows | None
    own_words: OwnWordsRows | None
    grants: GrantBook | None
    seals: ClosureBook | None
    recollections: RecollectionRows | None
    calendars: Calendars | None
    log_checks: LogCheckRows | None
    sessions: Sessions
    attempts: LoginAttempts
    logins: Mapping[str, Provider]
    staff: StaffDoor
    fetch: FetchService
    shelf: SharedShelf | None
    people: People
    guardians: Guardians
    gates: Gates
    patients: Patients
    directory: Directory
    pages: Pages
    views: Mapping[str, View]
    tally: Tally
    strangers: Strangers
    own_pace: Pace
    search_pace: Pace
    handle_secret: bytes
    worklists: Mapping[HsaId, tuple[Worklist, ...]]


def house() -> House:
    found: House = current_app.extensions["house"]
    return found
