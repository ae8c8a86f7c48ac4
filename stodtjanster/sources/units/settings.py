"""What the national catalogue of units is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings
from stodtjanster.sources.kit.source import Limits


class Settings(RivtaSettings):
    """One catalogue for the country. `url` has `{operation}` and `{major}` where they belong."""

    url: str = Field(pattern=r"^https?://\S*\{operation\}\S*$")
    logical_address: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,128}$", description="the HSA-id of the catalogue's service"
    )
    limits: Limits = Limits(fresh_seconds=86_400)
    """A unit seldom moves. What was known is told until the catalogue says something else."""
