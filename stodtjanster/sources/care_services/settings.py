"""What a source of municipal services is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """How far back to ask is ours to say: a service in force may be decided long ago."""

    years_back: int = Field(default=10, ge=0, le=120, description="age of the oldest one shown")
