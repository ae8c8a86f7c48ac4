"""The words that every room of the house shares. Knows nothing above itself."""

from stodtjanster.model.answer import Answer, Cause, Outcome, Report, gather
from stodtjanster.model.hsa import HsaId
from stodtjanster.model.need import Need
from stodtjanster.model.origin import Origin
from stodtjanster.model.owner import Owner
from stodtjanster.model.person import PersonId, PersonIdKind
from stodtjanster.model.sharing import PRIVATE, Sharing
from stodtjanster.model.situation import (
    Actor,
    ActorKind,
    Commission,
    Place,
    Protection,
    Side,
    Situation,
    Subject,
)
from stodtjanster.model.told import Told
from stodtjanster.model.when import (
    STOCKHOLM,
    Approximate,
    Dated,
    Open,
    Partial,
    Period,
    Timed,
    When,
    first_day,
    last_day,
    local_day,
    midnight,
)

__all__ = [
    "PRIVATE",
    "STOCKHOLM",
    "Actor",
    "ActorKind",
    "Answer",
    "Approximate",
    "Cause",
    "Commission",
    "Dated",
    "HsaId",
    "Need",
    "Open",
    "Origin",
    "Outcome",
    "Owner",
    "Partial",
    "Period",
    "PersonId",
    "PersonIdKind",
    "Place",
    "Protection",
    "Report",
    "Sharing",
    "Side",
    "Situation",
    "Subject",
    "Timed",
    "Told",
    "When",
    "first_day",
    "gather",
    "last_day",
    "local_day",
    "midnight",
]
