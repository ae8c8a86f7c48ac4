"""What a source of medicines is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """A medicine that is taken today may have been prescribed long ago."""

    years_back: int = Field(default=10, ge=0, le=120, description="age of the oldest prescription")
