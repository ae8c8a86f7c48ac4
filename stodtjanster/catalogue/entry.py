"""What the national catalogue (HSA) says of one unit: how it is named, found and reached."""

from dataclasses import dataclass
from datetime import datetime, time

from stodtjanster.model import HsaId, Told


@dataclass(frozen=True, slots=True)
class Hours:
    """Open at these times on each day from `first` to `last`, Monday 1 to Sunday 7.

    `comment` is the unit's own word on it.
    """

    first: int
    last: int
    opens: time
    closes: time
    comment: Told | None = None

    @property
    def day_and_night(self) -> bool:
        """From midnight to midnight; a day has no other hours that begin when they end."""
        return self.opens == self.closes


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit. `owner` is the public name of its care provider, `phone` as the catalogue has it.

    An entry is nobody's personal data and is the same for everybody. It may be kept and shown for
    long after `fetched_at`, which is aware, as long as the screen says how old it is.
    """

    hsa_id: HsaId
    name: Told
    fetched_at: datetime
    provider: HsaId | None = None
    owner: Told | None = None
    phone: str | None = None
    street: Told | None = None
    town: Told | None = None
    open_hours: tuple[Hours, ...] = ()
    phone_hours: tuple[Hours, ...] = ()
