"""What a source of referrals is configured with."""

from typing import Literal

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """Both majors are in use, at addresses of their own; a step in both is shown once."""

    major: Literal[1, 2] = Field(default=2, description="which major the address answers")
    years_back: int = Field(default=2, ge=0, le=120, description="age of the oldest step shown")
