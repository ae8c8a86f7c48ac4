"""What outlives a request: the audit log, sessions, logins that have begun, messages, grants,
what people have put in themselves, what they have closed, what readers have been shown, calendar
addresses, and the checks of the log."""

from portal.store.audit import StoredAudit
from portal.store.calendars import CalendarRow, CalendarRows
from portal.store.database import StoreUnavailable
from portal.store.disposal import Cut, Disposal
from portal.store.grants import GrantRows
from portal.store.log_checks import CheckedEntry, Judged, LogCheck, LogCheckRows
from portal.store.log_review import LogReview, Read, Wanted
from portal.store.logins import LoginRows
from portal.store.messages import Added, MessageRows
from portal.store.outbox import StoredOutbox
from portal.store.own import OwnWordsRows, Put
from portal.store.recollections import RecollectionRows
from portal.store.sealing import Sealing
from portal.store.seals import SealRows
from portal.store.sessions import AnySessionRows, SessionRow, SessionRows
from portal.store.shared import connect
from portal.store.shared_sessions import SharedSessionRows
from portal.store.shared_shelf import SharedShelf, ShelfReader, open_for
from portal.store.staff import StaffSessionRow, StaffSessionRows, UsedAssertions
from portal.store.store import Store

__all__ = [
    "Added",
    "AnySessionRows",
    "CalendarRow",
    "CalendarRows",
    "CheckedEntry",
    "Cut",
    "Disposal",
    "GrantRows",
    "Judged",
    "LogCheck",
    "LogCheckRows",
    "LogReview",
    "LoginRows",
    "MessageRows",
    "OwnWordsRows",
    "Put",
    "Read",
    "RecollectionRows",
    "SealRows",
    "Sealing",
    "SessionRow",
    "SessionRows",
    "SharedSessionRows",
    "SharedShelf",
    "ShelfReader",
    "StaffSessionRow",
    "StaffSessionRows",
    "Store",
    "StoreUnavailable",
    "StoredAudit",
    "StoredOutbox",
    "UsedAssertions",
    "Wanted",
    "connect",
    "open_for",
]
