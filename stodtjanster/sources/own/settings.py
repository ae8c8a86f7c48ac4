"""What the person's own words are configured with."""

from pydantic import Field

from stodtjanster.sources.kit.local import LocalSettings


class Settings(LocalSettings):
    """Nobody answers for them but the person."""

    owner: str = Field(default="own", pattern="^own$")
