"""What a source of care plans is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """How far back to ask is ours to say: a plan in force may be written long ago."""

    years_back: int = Field(default=10, ge=0, le=120, description="age of the oldest plan shown")
