"""Who read what about whom, on what ground: events, the chain that seals them, the log."""

from stodtjanster.audit.chain import GENESIS, Entry, Head, Sealed, Verdict, seal, verify
from stodtjanster.audit.checks import Reading, to_check
from stodtjanster.audit.event import AuditEvent, EventKind, decode, encode
from stodtjanster.audit.log import AuditLog, AuditUnavailable
from stodtjanster.audit.outbox import Outbox, pause

__all__ = [
    "GENESIS",
    "AuditEvent",
    "AuditLog",
    "AuditUnavailable",
    "Entry",
    "EventKind",
    "Head",
    "Outbox",
    "Reading",
    "Sealed",
    "Verdict",
    "decode",
    "encode",
    "pause",
    "seal",
    "to_check",
    "verify",
]
