"""What has been given before the demo begins: Karin is the ombud of her mother Birgitta."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from portal.settings import Settings
from portal.store import Sealing, Store
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.grants import Mandate
from stodtjanster.model import ActorKind, PersonId, local_day, midnight

GRANTOR, OMBUD = "birgitta", "karin"
_SCOPES: Final = frozenset({"booking", "plan", "contact"})
_DAY: Final = timedelta(days=1)
_DAYS: Final = 131
_GIVEN: Final = ((EventKind.GRANT_OFFERED, GRANTOR), (EventKind.GRANT_ACCEPTED, OMBUD))


def give(settings: Mapping[str, Any], told: Mapping[str, Any], now: datetime) -> None:
    """Give it in the store of these settings, unless she has given something already. It is logged
    as it is when people do it themselves."""
    read = Settings(**settings)
    people = {person["key"]: person for person in told["people"] if person.get("key")}
    numbers = {key: PersonId.parse(people[key]["person_id"]) for key in (GRANTOR, OMBUD)}
    with closing(Store(read.database_url)) as store:
        store.upgrade()
        grants = store.grants(Sealing(read.key("what the store keeps")))
        if grants.given_by(numbers[GRANTOR]):
            return
        today = local_day(now)
        mandate = Mandate(
            id=uuid4(),
            grantor=numbers[GRANTOR],
            grantee=numbers[OMBUD],
            grantor_name=people[GRANTOR]["name"],
            grantee_name=people[OMBUD]["name"],
            surname=people[OMBUD]["name"].split()[-1],
            scopes=_SCOPES,
            valid_from=midnight(today),
            valid_to=midnight(today + _DAYS * _DAY),
            written=now,
            offered=now,
            accepted=now,
        )
        for kind, who in _GIVEN:
            store.audit.record(
                AuditEvent(
                    event=kind,
                    at=now,
                    actor=numbers[who],
                    actor_kind=ActorKind.CITIZEN,
                    subject=mandate.grantor,
                    ombud=mandate.grantee,
                    information=tuple(sorted(_SCOPES)),
                    reference=mandate.id,
                )
            )
        grants.add(mandate)
