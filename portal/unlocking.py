"""Opening a login that its person has locked: by those who answer for the service, outside it."""

from datetime import datetime

from portal.seals import UNLOCKED
from portal.settings import Settings
from portal.store import Sealing, Store
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.model import PersonId


def unlock_login(settings: Settings, person: PersonId, now: datetime) -> bool:
    """False when nothing is locked under the number. It stands in the log before it is done.

    Raises ValueError without a secret that lasts, StoreUnavailable and AuditUnavailable.
    """
    if "secret" not in settings.model_fields_set:
        raise ValueError("nothing is kept without a secret")
    store = Store.existing(settings.database_url)
    try:
        seals = store.seals(Sealing(settings.key("what the store keeps")))
        if seals.of(person).locked is None:
            return False
        store.audit.record(
            AuditEvent(event=EventKind.CLOSURE, at=now, subject=person, detail=UNLOCKED)
        )
        seals.lock(person, None)
        return True
    finally:
        store.close()
