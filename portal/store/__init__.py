"""What outlives a request: the audit log, sessions and logins that have begun."""

from portal.store.audit import StoredAudit
from portal.store.database import StoreUnavailable
from portal.store.logins import LoginRows
from portal.store.sessions import SessionRow, SessionRows
from portal.store.store import Store

__all__ = [
    "LoginRows",
    "SessionRow",
    "SessionRows",
    "Store",
    "StoreUnavailable",
    "StoredAudit",
]
