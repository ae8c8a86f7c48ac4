"""What a source of booking acts is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.source import Limits, SourceSettings


class Settings(SourceSettings):
    """No logical address: every call goes to the unit that holds the booking.

    `url` has `{operation}` where the operation's name stands. `completes` are the keys of the
    sources whose bookings can be asked about and changed here.
    """

    url: str = Field(pattern=r"^https?://\S*\{operation\}\S*$")
    completes: frozenset[str] = Field(min_length=1)
    consumer_hsa_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    limits: Limits = Limits(answer_seconds=32.0)
    """The platform waits 30 s for a producer. To hang up before it does would lose its answer."""
