"""What a source of agreements in the record is configured with."""

from typing import Final, Literal

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings

WORDS: Final = ("överenskommelse", "målsättning")


class Settings(RivtaSettings):
    """Both majors are in use, at addresses of their own; a note in both is shown once."""

    major: Literal[2, 3] = Field(default=3, description="which major the address answers")
    words: tuple[str, ...] = Field(
        default=WORDS, min_length=1, description="search words under which an agreement is written"
    )
    years_back: int = Field(default=2, ge=0, le=120, description="age of the oldest note shown")
